"""The targets of a unit in a year, its subordinates' registrations, and the history of a target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation.models import (
    Campaign,
    CampaignIndicator,
    Indicator,
    Registration,
    RegistrationEvent,
    Target,
    TargetChange,
)
from emulation.numbers import compared, format_part, round_half_up
from emulation.periods import period_label, quarter_of
from emulation.relations import Doubt, Relative
from emulation.reports.bases import base_or_reason, doubts_of, last_figures, looks_back
from emulation.reports.display import Grades, coverage_text, value_text
from emulation.reports.places import Place, stored_targets
from emulation.reports.timeline import Step, back_with_staff, step_of, unready
from emulation.scoring import SIGNS
from units.models import Unit, User


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator and the unit's target for it, in words. `last` is the approved figure of the year before, `short`
    what it is made of where that is not all («3/4»); `where` in a peak drive the figure that is judged instead.
    `sign` is the comparator of all three values.

    `doubts` are sentences where the target asks for less than that or than was assigned; `relations` say
    beside what its values were set. `base` is the figure on which a percentage may be set, or why there is none.
    """

    row: CampaignIndicator
    own: bool
    last: str
    short: str
    where: str
    sign: str
    target: Target | None
    assigned: str
    registered: str
    agreed: str
    milestones: list[str]
    doubts: list[str]
    relations: list[str]
    base: Fraction | str

    @property
    def partly(self) -> str:
        """That the result of the year before is not the whole year's, in words; empty where it is."""
        reported, _slash, expected = self.short.partition("/")
        if not self.short:
            return ""
        return _("%(reported)d of %(expected)d reported") % {"reported": int(reported), "expected": int(expected)}


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


def targets_of(unit: Unit, year: int, places: list[Place], drive: Campaign | None = None) -> dict[int, Target]:
    """campaign indicator → the unit's target of the year or drive."""
    rows = stored_targets(unit, year, drive).filter(campaign_indicator__in=[place.row.pk for place in places])
    return {target.campaign_indicator_id: target for target in rows}


def has_targets(unit: Unit, year: int) -> bool:
    """Whether the unit itself has an agreed target of the year; else its branch's are sums. One query."""
    rows = Target.objects.filter(unit=unit, drive=None, agreed__isnull=False)
    return rows.filter(campaign_indicator__campaign__year=year).exists()


def target_sheet(
    unit: Unit, year: int, places: list[Place], targets: dict[int, Target], drive: Campaign | None = None
) -> TargetSheet:
    """The grid of the unit's `targets`. Those of a peak drive are not held against last year's figures."""
    indicators = [place.row.indicator for place in places]
    last = last_figures(unit, year, indicators) if drive is None else {}
    scales = {row.grade_scale for row in indicators if row.grade_scale}
    grades = Grades({(grade.scale_id, grade.rank): grade.label for scale in scales for grade in scale.grades.all()})
    groups: dict[str, list[Line]] = defaultdict(list)
    looks = drive is None and looks_back()
    for place in places:
        indicator, target = place.row.indicator, targets.get(place.row.pk)
        before = last.get(indicator.pk)
        groups[indicator.area.label].append(
            Line(
                row=place.row,
                own=place.own,
                last=value_text(indicator, before, grades),
                short="" if before is None or before.complete or not before.reported else coverage_text(before),
                where=judged_on(place.row, drive),
                sign=SIGNS[target.comparator if target else place.row.comparator],
                target=target,
                assigned=compared_words(indicator, target, "assigned"),
                registered=compared_words(indicator, target, "registered"),
                agreed=compared_words(indicator, target, "agreed"),
                milestones=[value_words(indicator, value) for value in (target.milestones if target else None) or []],
                doubts=[str(DOUBTS[doubt]) for doubt in doubts_of(indicator, target, before, look_back=looks)],
                relations=relations_of(target),
                base=base_or_reason(before, year),
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


def bases_of(sheet: TargetSheet) -> dict[int, Fraction | str]:
    """Campaign indicator → the figure on which a percentage may be set, or why there is none."""
    return {line.row.pk: line.base for group in sheet.groups for line in group.lines}


DOUBTS = {
    Doubt.ASSIGNED: gettext_lazy("Asks for less than was assigned."),
    Doubt.LAST: gettext_lazy("Asks for less than was reached in the year before."),
}


def relation_words(relation: Relative) -> str:
    """«−5 % so với 2019 (12) = 11,4»: how a value was set, from which figure, and what it is."""
    sign = "−" if relation.percent < 0 else "+"
    return _("%(percent)s %% on %(year)d (%(base)s) = %(value)s") % {
        "percent": f"{sign}{format_part(abs(relation.percent))}",
        "year": relation.year,
        "base": format_part(round_half_up(relation.base, 2)),
        "value": format_part(relation.value),
    }


def relations_of(target: Target | None) -> list[str]:
    """Beside what the assigned, registered and agreed values were set; each column is named."""
    if target is None:
        return []
    found = [(column, target.relation(column)) for column in TargetChange.Field.values]
    return [
        f"{TargetChange.Field(column).label.capitalize()}: {relation_words(relation)}"
        for column, relation in found
        if relation is not None
    ]


def value_words(indicator: Indicator, value: Decimal | None) -> str:
    """A target's value as read: the name of a grade, else the number; "–" where there is none."""
    if value is None:
        return "–"
    if indicator.grade_scale is not None:
        return next((grade.label for grade in indicator.grade_scale.grades.all() if grade.rank == value), "–")
    return format_part(value)


def compared_words(indicator: Indicator, target: Target | None, column: str) -> str:
    """A value with its comparator, «≥ 98»; "–" where there is none."""
    value = getattr(target, column) if target else None
    if target is None or value is None:
        return "–"
    return compared(SIGNS[target.comparator], value_words(indicator, value))


def judged_on(row: CampaignIndicator, drive: Campaign | None) -> str:
    """On which figure a target of a peak drive is judged: of its own sheet, or of the quarter in which it ends."""
    if drive is None:
        return ""
    own = row.campaign_id == drive.pk
    return _("the drive's own sheet") if own else period_label(drive.year, f"Q{quarter_of(drive.ends)}")


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of a registration, oldest first; none where nothing has been done yet."""

    events: tuple[RegistrationEvent, ...]

    def last(self, kind: str) -> RegistrationEvent | None:
        """The last step of this kind."""
        return next((event for event in reversed(self.events) if event.kind == kind), None)

    @property
    def with_staff(self) -> RegistrationEvent | None:
        """The step by which the commander left it to the staff again, until it is ready or handed in."""
        last = self.events[-1] if self.events else None
        return last if last is not None and back_with_staff(last.kind, last.by) else None

    @property
    def unready(self) -> str:
        """Why it is not ready, for whoever hands it in."""
        last = self.events[-1] if self.events else None
        return unready(last.kind, last.by) if last else unready(None, "")

    @property
    def steps(self) -> list[Step]:
        return [step_of(event, *STEPS[RegistrationEvent.Kind(event.kind)]) for event in self.events]


STEPS = {  # kind of event → icon, colour
    RegistrationEvent.Kind.READY: ("person-check", "info"),
    RegistrationEvent.Kind.LAPSED: ("pencil", "near"),
    RegistrationEvent.Kind.GIVEN_BACK: ("arrow-return-left", "near"),
    RegistrationEvent.Kind.SUBMITTED: ("send-fill", "info"),
    RegistrationEvent.Kind.WITHDRAWN: ("arrow-counterclockwise", "near"),
    RegistrationEvent.Kind.RETURNED: ("arrow-return-left", "miss"),
    RegistrationEvent.Kind.AGREED: ("patch-check-fill", "met"),
    RegistrationEvent.Kind.CHANGED: ("pencil-square", "near"),
    RegistrationEvent.Kind.AMENDED: ("pencil-square", "near"),
}


def course_of(registration: Registration) -> Course:
    """What happened to a registration. One query."""
    return Course(tuple(registration.events.select_related("by")) if registration.pk else ())


# ── registrations below ───────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Below:
    """A unit with the state of its registration (draft where nothing has been done) and counts of targets."""

    unit: Unit
    state: str
    assigned: int
    registered: int
    agreed: int


def registrations_below(units: Iterable[Unit], year: int) -> list[Below]:
    """One row for each of `units`, a page of subordinates. Three queries."""
    units_ = list(units)
    states = states_of(units_, year)
    rows = Target.objects.filter(
        unit__in=units_, campaign_indicator__campaign__year=year, campaign_indicator__campaign__kind__is_drive=False,
        drive=None,
    )  # fmt: skip
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for unit, *values in rows.values_list("unit", "assigned", "registered", "agreed"):
        for at, value in enumerate(values):
            counts[unit][at] += value is not None
    return [Below(unit, states.get(unit.pk, Registration.State.DRAFT), *counts[unit.pk]) for unit in units_]


def states_of(units: Iterable[Unit], year: int, drive: Campaign | None = None) -> dict[int, str]:
    """Unit → state of its registration; units that have none are left out. One query."""
    return dict(Registration.objects.filter(unit__in=units, year=year, drive=drive).values_list("unit", "state"))


def waiting_for(user: User, year: int) -> QuerySet[Registration]:
    """Registrations handed in to the user as the reviewer responsible, without those they took part in."""
    rows = Registration.objects.judged_by(user).filter(year=year, drive=None)
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
    relation = Relative.from_json(value.get("relation"))
    text = value_words(indicator, Decimal(value["value"]))
    if relation is not None:
        text = relation_words(relation)
    if "comparator" in value:
        text = f"{SIGNS[value['comparator']]} {text}"
    if "milestones" in value:
        text += " (" + " · ".join(value_words(indicator, Decimal(m)) for m in value["milestones"]) + ")"
    return text


def registration_of(unit: Unit, year: int, drive: Campaign | None = None) -> Registration:
    """The unit's registration of the year or drive, unsaved where nothing has been done yet."""
    rows = Registration.objects.filter(unit=unit, year=year, drive=drive).order_by()
    found = rows.first() or Registration(year=year)
    found.unit, found.drive = unit, drive
    return found
