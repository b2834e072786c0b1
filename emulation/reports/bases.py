"""Last year's figures beside which targets are set, and registered values that ask for less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from django.utils.translation import gettext as _

from emulation.models import Campaign, CheckRule, Indicator, Target
from emulation.relations import Doubt, doubts
from emulation.reports.figures import Figure, figures_of
from units.models import Unit

Last = Mapping[int, Figure]  # indicator → figure of the unit's branch in the year before


def last_figures(unit: Unit, year: int, indicators: Iterable[Indicator]) -> Last:
    """Approved figures of the unit's branch in the year before `year`. A fixed number of queries."""
    chosen = list(indicators)
    found = figures_of([unit], year - 1, ["Y"], indicators=chosen) if chosen else {}
    return {indicator: figure for (_unit, indicator, _period), figure in found.items()}


def reached(figure: Figure | None) -> Fraction | None:
    """What was reached; None without a figure, and while a report is missing: missing is not zero."""
    if figure is None or not figure.complete or figure.value.comparable is None:
        return None
    return Fraction(figure.value.comparable)


def base_or_reason(figure: Figure | None, year: int) -> Fraction | str:
    """The figure on which a target of `year` may be set as «−5 %», or why there is none, in a sentence."""
    words = {"year": year - 1}
    if figure is None or figure.value.comparable is None:
        return _("There is no result of %(year)d to start from; enter the value itself.") % words
    if not figure.complete:
        return _("The result of %(year)d is not complete; enter the value itself.") % words
    if figure.value.comparable == 0:
        return _("The result of %(year)d is 0, of which a percentage is nothing; enter the value itself.") % words
    return Fraction(figure.value.comparable)


def looks_back() -> bool:
    """Whether targets are held against last year's results: a rule of the catalogue that may be switched off."""
    return CheckRule.objects.filter(active=True, kind=CheckRule.Kind.TARGET_BELOW).exists()


def doubts_of(
    indicator: Indicator,
    target: Target | None,
    figure: Figure | None,
    *,
    look_back: bool,
    columns: Iterable[str] = ("agreed", "registered", "assigned"),
) -> list[Doubt]:
    """Why the target's value is to be explained: the first of `columns` that has one."""
    if target is None:
        return []
    value = next((found for found in map(target.exact, columns) if found is not None), None)
    if value is None:
        return []
    last = reached(figure) if look_back else None
    return doubts(value, target.exact("assigned"), last, indicator.direction)


def doubtful(
    unit: Unit, year: int, targets: Iterable[Target], *, drive: Campaign | None = None
) -> dict[int, list[Doubt]]:
    """Target → why its registered value is to be explained. `targets` come with their indicators.

    A drive's are held against what was assigned alone: last year had no such drive.
    """
    chosen = [target for target in targets if target.registered is not None]
    back, found = drive is None and looks_back(), {}
    last = last_figures(unit, year, [target.campaign_indicator.indicator for target in chosen]) if back else {}
    for target in chosen:
        indicator = target.campaign_indicator.indicator
        before = last.get(indicator.pk)
        why = doubts_of(indicator, target, before, look_back=back, columns=["registered"])
        if why:
            found[target.pk] = why
    return found
