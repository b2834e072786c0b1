"""The targets of a unit in a year, its subordinates' registrations, and the history of a target."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from emulation.models import CampaignIndicator, CheckRule, Indicator, Registration, Target, TargetChange
from emulation.numbers import format_part
from emulation.plausibility import asks_less
from emulation.reports.display import Grades, value_text
from emulation.reports.figures import Figure, figures_of
from emulation.scoring import SIGNS
from emulation.services.targets import Place
from units.models import Unit, User


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator and the unit's target for it, in words. `last` is the approved figure of the year before.

    `remark` is a sentence for the reviewer where the target asks for less than that; else empty.
    """

    row: CampaignIndicator
    own: bool
    last: str
    target: Target | None
    assigned: str
    registered: str
    agreed: str
    milestones: list[str]
    remark: str


@dataclass(frozen=True, slots=True)
class Group:
    area: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class TargetSheet:
    """The grid. Counts are of lines: in all, with an assigned, registered, agreed value."""

    groups: list[Group]
    lines: int
    assigned: int
    registered: int
    agreed: int


def targets_of(unit: Unit, places: list[Place]) -> dict[int, Target]:
    """campaign indicator → the unit's target of the year."""
    rows = Target.objects.filter(unit=unit, campaign_indicator__in=[place.row.pk for place in places], drive=None)
    return {target.campaign_indicator_id: target for target in rows}


def target_sheet(unit: Unit, year: int, places: list[Place], targets: dict[int, Target]) -> TargetSheet:
    """The grid of the unit's `targets`."""
    indicators = [place.row.indicator for place in places]
    last = figures_of([unit], year - 1, ["Y"], indicators=indicators) if indicators else {}
    scales = {row.grade_scale for row in indicators if row.grade_scale}
    grades = Grades({(grade.scale_id, grade.rank): grade.label for scale in scales for grade in scale.grades.all()})
    groups: dict[str, list[Line]] = defaultdict(list)
    looks = CheckRule.objects.filter(active=True, kind=CheckRule.Kind.TARGET_BELOW).exists()
    for place in places:
        row, target = place.row, targets.get(place.row.pk)
        before = last.get((unit.pk, row.indicator_id, "Y"))
        groups[row.indicator.area.label].append(
            Line(
                row=row,
                own=place.own,
                last=value_text(row.indicator, before, grades),
                target=target,
                assigned=value_words(row.indicator, target.assigned if target else None),
                registered=value_words(row.indicator, target.registered if target else None),
                agreed=agreed_words(row.indicator, target),
                milestones=[
                    value_words(row.indicator, value) for value in (target.milestones if target else None) or []
                ],
                remark=remark_of(row.indicator, target, before) if looks else "",
            )
        )
    known = targets.values()
    return TargetSheet(
        groups=[Group(area, lines) for area, lines in groups.items()],
        lines=len(places),
        assigned=sum(target.assigned is not None for target in known),
        registered=sum(target.registered is not None for target in known),
        agreed=sum(target.agreed is not None for target in known),
    )


def remark_of(indicator: Indicator, target: Target | None, before: Figure | None) -> str:
    """Whether the target asks for less than what was reached in the year before, in a sentence."""
    values = (target.agreed, target.registered, target.assigned) if target else ()
    value = next((value for value in values if value is not None), None)
    if value is None or before is None or before.value.comparable is None or not before.complete:
        return ""
    if not asks_less(Fraction(value), Fraction(before.value.comparable), indicator.direction):
        return ""
    return _("Asks for less than was reached in the year before.")


def value_words(indicator: Indicator, value: Decimal | None) -> str:
    """A target's value as read: the name of a grade, else the number; "–" where there is none."""
    if value is None:
        return "–"
    if indicator.grade_scale is not None:
        return next((grade.label for grade in indicator.grade_scale.grades.all() if grade.rank == value), "–")
    return format_part(value)


def agreed_words(indicator: Indicator, target: Target | None) -> str:
    if target is None or target.agreed is None:
        return "–"
    return f"{SIGNS[target.comparator]} {value_words(indicator, target.agreed)}"


# ── registrations below ───────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Below:
    """A unit with the state of its registration (draft where nothing has been done) and counts of targets."""

    unit: Unit
    state: str
    assigned: int
    registered: int
    agreed: int


def registrations_below(units: QuerySet[Unit], year: int) -> list[Below]:
    """One row for each of `units`, a page of subordinates. Three queries."""
    units_ = list(units)
    states = dict(Registration.objects.filter(unit__in=units_, year=year).values_list("unit", "state"))
    rows = Target.objects.filter(unit__in=units_, campaign_indicator__campaign__year=year, drive=None)
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for unit, *values in rows.values_list("unit", "assigned", "registered", "agreed"):
        for at, value in enumerate(values):
            counts[unit][at] += value is not None
    return [Below(unit, states.get(unit.pk, Registration.State.DRAFT), *counts[unit.pk]) for unit in units_]


def waiting_for(user: User, year: int) -> QuerySet[Registration]:
    """Registrations handed in to the user as the reviewer responsible, without those they took part in."""
    rows = Registration.objects.judged_by(user).filter(year=year)
    return rows.filter(state=Registration.State.SUBMITTED).select_related("unit").order_by("unit__path")


# ── history ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a target in words."""

    change: TargetChange
    before: str
    after: str


def history_of(target: Target) -> list[Change]:
    """Changes of a target, the newest first. One query."""
    indicator = target.campaign_indicator.indicator
    return [
        Change(change, _snapshot(indicator, change.before), _snapshot(indicator, change.after))
        for change in target.changes.select_related("by")
    ]


def _snapshot(indicator: Indicator, value: dict[str, Any] | None) -> str:
    if value is None:
        return "–"
    text = value_words(indicator, Decimal(value["value"]))
    if "comparator" in value:
        text = f"{SIGNS[value['comparator']]} {text}"
    if "milestones" in value:
        text += " (" + " · ".join(value_words(indicator, Decimal(m)) for m in value["milestones"]) + ")"
    return text
