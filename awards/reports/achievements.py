"""What a subject has achieved, from approved figures and the registers: nothing of it is typed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awards.models import Grant, Nomination
from awards.reports.facts import WHOLE_YEAR
from emulation.models import Campaign, Indicator
from emulation.periods import quarter_end, quarter_of
from emulation.reports.display import Grades, Links, coverage_text, paper_text, state_key, target_text, with_unit
from emulation.reports.figures import Figure, figures_of
from units.models import Initiative, TaskRating, Unit, UnitRating

YEARS = 5  # back from the year considered, that year included
MERIT_LENGTH = 2000
NAMED = 12  # figures that the draft of the merit names


@dataclass(frozen=True, slots=True)
class Achievement:
    """One thing achieved. `kind`: campaign, rating, initiative, award, figure; `state` is a key of the states of
    results.

    `value` and `target` are as shown, `coverage` cells reported of expected, `url` where it comes from.
    """

    kind: str
    label: str
    value: str
    target: str = ""
    state: str = ""
    coverage: str = ""
    url: str = ""
    year: int = 0


WORDS = ("label", "value", "target")
Found = dict[tuple[str, int], list[Achievement]]


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked at: figures of the `period` of `year`, ratings up to the year `rated`.

    What is proposed for a drive rests on the quarter in which it ends, as its targets do, and not on the rating of a
    year that was not over.
    """

    year: int
    period: str = WHOLE_YEAR
    rated: int = 0


def term_of(year: int, campaign: Campaign | None) -> Term:
    if campaign is None or not campaign.kind.is_drive:
        return Term(year, rated=year)
    return Term(year, f"Q{quarter_of(campaign.ends)}", year if campaign.ends == quarter_end(year, 4) else year - 1)


def achievements_of(
    lines: Iterable[Nomination], year: int, campaign: Campaign | None = None, *, language: str = "vi"
) -> dict[int, list[Achievement]]:
    """Line (key) → achievements of its subject up to `year`, the campaign they are proposed for first. A fixed number
    of queries.
    """
    lines = list(lines)
    people = {line.person_id for line in lines if line.person_id}
    units = {unit for line in lines if (unit := line.unit_id)}
    found: Found = defaultdict(list)
    with translation.override(language):
        term = term_of(year, campaign)
        first = [_campaign(campaign)] if campaign else []
        if people:
            _of_people(people, term, found)
        if units:
            _of_units(units, term, found)
        _awards(people, units, year, found)
    return {line.pk: [*first, *found[line.subject_key]] for line in lines}


def as_data(rows: Iterable[Achievement], english: Iterable[Achievement]) -> list[dict[str, Any]]:
    """The rows as they are kept, with what is said differently in English (the same rows) under «en»."""
    kept = []
    for row, other in zip(rows, english, strict=True):
        said = {name: words for name in WORDS if (words := getattr(other, name)) != getattr(row, name)}
        kept.append(asdict(row) | ({"en": said} if said else {}))
    return kept


def in_words(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kept rows in the reader's language; those kept before there were English words stay Vietnamese."""
    return [row | row.get("en", {}) for row in rows] if get_language() == "en" else list(rows)


def _campaign(campaign: Campaign) -> Achievement:
    url = campaign.get_absolute_url()
    return Achievement("campaign", campaign.kind.label, campaign.name, url=url, year=campaign.year)


def _of_people(people: set[int], term: Term, found: Found) -> None:
    year = term.year
    rated = TaskRating.objects.filter(person__in=people, year__gt=year - YEARS, year__lte=term.rated).order_by(
        "-year"
    )
    for row in rated:
        found["person", row.person_id].append(_rating(row, reverse("units:person-detail", args=[row.person_id])))
    works = Initiative.objects.filter(person__in=people, year__gt=year - YEARS, year__lte=year)
    for work in works.order_by("-year", "pk"):
        label = f"{work.get_kind_display()} {work.year}"
        value = f"{work.title} ({work.get_level_display()}{f', {work.decision}' if work.decision else ''})"
        url = reverse("units:person-detail", args=[work.person_id])
        found["person", work.person_id].append(Achievement("initiative", label, value, url=url, year=work.year))


def _rating(row: TaskRating | UnitRating, url: str) -> Achievement:
    label = _("Task rating %(year)d") % {"year": row.year}
    return Achievement("rating", label, row.get_rating_display(), url=url, year=row.year)


def _of_units(units: set[int], term: Term, found: Found) -> None:
    """Ratings, and the consolidated figures of each unit, against the target where there is one."""
    year, period = term.year, term.period
    rated = UnitRating.objects.filter(unit__in=units, year__gt=year - YEARS, year__lte=term.rated).order_by("-year")
    for row in rated:
        found["unit", row.unit_id].append(_rating(row, reverse("units:unit-detail", args=[row.unit_id])))
    places = list(Unit.objects.filter(pk__in=units))
    figures = figures_of(places, year, [period])
    wanted = {indicator for _unit, indicator, _period in figures}
    rows = Indicator.objects.filter(pk__in=wanted).select_related("area", "grade_scale").order_by("area", "code")
    links, grades = Links(year, period, False), Grades()
    for indicator in rows:
        for unit in places:
            figure = figures.get((unit.pk, indicator.pk, period))
            if figure is not None and figure.expected:
                url = links.figure(unit.pk, indicator)
                found["unit", unit.pk].append(_figure(indicator, figure, grades, url, year))


def _value(indicator: Indicator, figure: Figure, grades: Grades) -> str:
    """As papers write it: of too few sheets there is no number."""
    text = paper_text(indicator, figure, grades)
    return text if figure.skewed else with_unit(text, indicator)


def _figure(indicator: Indicator, figure: Figure, grades: Grades, url: str, year: int) -> Achievement:
    return Achievement(
        "figure", indicator.label, _value(indicator, figure, grades),
        target_text(indicator, figure.target, figure.comparator, grades), state_key(figure), coverage_text(figure),
        url, year,
    )  # fmt: skip


def _awards(people: set[int], units: set[int], year: int, found: Found) -> None:
    rows = Grant.objects.in_force().filter(year__gt=year - YEARS, year__lte=year).select_related("award")
    for kind, keys in (("person", people), ("unit", units)):
        for row in rows.filter(**{f"{kind}__in": keys}).order_by("-year") if keys else ():
            key = row.person_id or row.unit_id or 0
            url = reverse("awards:grant-list", args=[kind, key])
            value = ", ".join(part for part in (str(row.award), row.decision) if part)
            found[kind, key].append(Achievement("award", _("Award %(year)d") % {"year": row.year}, value, url=url,
                                                year=row.year))  # fmt: skip


def _is_whole(row: Achievement) -> bool:
    reported, _sign, expected = row.coverage.partition("/")
    return reported == expected


def merit_text(rows: Iterable[Achievement], year: int) -> str:
    """A draft of the summary of merit, in the language in force: only what is recorded, nothing added.

    No figure of which reports are missing: «≤ 2» may still be missed.
    """
    rows = list(rows)
    parts = [f"{row.label}: {row.value}" for row in rows if row.kind == "rating" and row.year == year]
    parts += [f"{row.label}: {row.value}" for row in rows if row.kind == "initiative" and row.year > year - 2]
    reached = [row for row in rows if row.kind == "figure" and row.state in ("over", "met") and _is_whole(row)]
    parts += [f"{row.label}: {row.value}" + (f" ({row.target})" if row.target else "") for row in reached[:NAMED]]
    held = [f"{row.value} ({row.year})" for row in rows if row.kind == "award"]
    if held:
        parts.append(_("Awards received: %(list)s") % {"list": "; ".join(held)})
    return "".join(f"{part}. " for part in parts).strip()[:MERIT_LENGTH]
