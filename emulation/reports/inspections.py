"""Inspections as they are read: by those who inspect, and by the inspected, who read what concerns them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import InspectedUnit, Inspection, InspectionEvent, InspectionFinding, InspectionItem, WeakPoint
from emulation.models.inspections import InspectionQuerySet
from emulation.reports.deadlines import Deadline
from emulation.reports.timeline import Step, step_of
from emulation.reports.weak_points import days_text
from emulation.reports.work import Task
from emulation.terms import tone_of
from units import access, clock
from units.models import Role, Unit, User

AHEAD = 14  # days before it begins in which an inspection stands on «My work»
TASKS = 20
State = Inspection.State
Result = InspectionFinding.Result


STEPS = {  # kind of event → icon, colour
    InspectionEvent.Kind.CONCLUDED: ("patch-check-fill", "met"),
    InspectionEvent.Kind.CALLED_OFF: ("x-octagon-fill", "miss"),
}


def steps_of(row: Inspection) -> list[Step]:
    """Its life, the first step first. One query."""
    return [
        step_of(event, *STEPS.get(InspectionEvent.Kind(event.kind), ("check2", "info")))
        for event in row.events.select_related("by")
    ]


def listed(rows: InspectionQuerySet, user: User) -> InspectionQuerySet:
    """Inspections with their unit, and counts of what the user reads: `units`, `shortcomings`."""
    found = InspectionFinding.objects.visible_to(user).filter(item__inspection=OuterRef("pk"))
    short = found.filter(result=Result.SHORTCOMING).order_by().values("item__inspection")
    units = InspectedUnit.objects.filter(inspection=OuterRef("pk")).filter(
        access.figures_q(user, "unit__path") | access.figures_q(user, "inspection__unit__path")
    )
    return rows.select_related("unit").annotate(
        shortcomings=Subquery(short.annotate(count=Count("pk")).values("count")),
        units=Subquery(units.order_by().values("inspection").annotate(count=Count("pk")).values("count")),
    )


def summary(user: User) -> str:
    """«2 planned · 1 to conclude» of what the user reads. One query."""
    rows = Inspection.objects.visible_to(user).order_by()
    found = rows.aggregate(
        planned=Count("pk", filter=Q(state=State.PLANNED)), done=Count("pk", filter=Q(state=State.CARRIED_OUT)),
        concluded=Count("pk", filter=Q(state=State.CONCLUDED)),
    )  # fmt: skip
    words = [ngettext("%(count)d planned", "%(count)d planned", found["planned"]) % {"count": found["planned"]}]
    if found["done"]:
        count = found["done"]
        words.append(ngettext("%(count)d to conclude", "%(count)d to conclude", count) % {"count": count})
    count = found["concluded"]
    words.append(ngettext("%(count)d concluded", "%(count)d concluded", count) % {"count": count})
    return " · ".join(words)


@dataclass(frozen=True, slots=True)
class Line:
    """An item in one unit: what was found, None where nothing has been recorded."""

    item: InspectionItem
    finding: InspectionFinding | None
    followed: WeakPoint | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one unit. `recorded` of `lines`."""

    unit: Unit
    lines: list[Line]

    @property
    def recorded(self) -> int:
        return sum(line.finding is not None for line in self.lines)

    def count(self, result: str) -> int:
        return sum(line.finding is not None and line.finding.result == result for line in self.lines)

    @property
    def shortcomings(self) -> int:
        return self.count(Result.SHORTCOMING)


def reads_all(user: User, inspection: Inspection) -> bool:
    """Whether the user reads the inspecting unit, and with it every unit of the inspection."""
    return access.can_read_figures(user, inspection.unit)


def looked_at(inspection: Inspection, user: User) -> list[Looked]:
    """The units of the inspection that the user reads, each with what the user may know. Four queries."""
    everything = reads_all(user, inspection)
    rows = inspection.inspected.select_related("unit")
    units = [row.unit for row in rows if everything or access.can_read_figures(user, row.unit)]
    found: dict[tuple[int, int], InspectionFinding] = {}
    if everything or inspection.is_published:
        known = InspectionFinding.objects.filter(item__inspection=inspection, unit__in=units)
        for one in known.prefetch_related("weak_points"):
            found[one.item_id, one.unit_id] = one
    items = list(inspection.items.select_related("point"))
    return [
        Looked(unit, [_line(item, found.get((item.pk, unit.pk))) for item in concern(items, unit)]) for unit in units
    ]


def concern(items: list[InspectionItem], unit: Unit) -> list[InspectionItem]:
    """The content, and the unit's own weak points."""
    return [item for item in items if item.point is None or item.point.unit_id == unit.pk]


def _line(item: InspectionItem, finding: InspectionFinding | None) -> Line:
    return Line(item, finding, followed_by(finding, item.point) if finding else None)


def followed_by(finding: InspectionFinding, point: WeakPoint | None) -> WeakPoint | None:
    """The weak point that came of the finding; of a shortcoming found again the unsettled `point` itself."""
    raised = next(iter(finding.weak_points.all()), None)
    again = point is not None and not point.is_closed and finding.result == Result.SHORTCOMING
    return raised or (point if again else None)


# ── what waits ────────────────────────────────────────────────────────────


def inspection_tasks(user: User) -> Iterator[Task]:
    """Inspections that begin soon or wait for findings; announced ones for the inspected too. One query."""
    roles = (Role.STAFF, Role.REVIEWER, Role.COMMANDER)
    mine = {m.unit_id for m in user.active_memberships if m.role in roles}
    if not mine:
        return
    keep = [m.unit_id for m in user.active_memberships if m.role in (Role.STAFF, Role.REVIEWER)]
    theirs = InspectedUnit.objects.filter(inspection=OuterRef("pk"), unit__in=mine)
    coming = Q(Exists(theirs), surprise=False, state=State.PLANNED, ends__gte=clock.today())
    ours = Q(unit__in=keep, state__in=[State.PLANNED, State.CARRIED_OUT])
    rows = Inspection.objects.filter(ours | coming, starts__lte=clock.today() + timedelta(days=AHEAD))
    for row in rows.select_related("unit").order_by("starts", "pk")[:TASKS]:
        yield _task(row, inspects=row.unit_id in keep)


def recorded_from(row: Inspection) -> str:
    """Why nothing can be recorded yet."""
    day = date_format(row.starts, "SHORT_DATE_FORMAT")
    return _("Findings are recorded from %(day)s on, the first day of the inspection.") % {"day": day}


def _task(row: Inspection, *, inspects: bool) -> Task:
    planned = row.state == State.PLANNED
    begun = row.starts <= clock.today()  # findings are recorded from the first day on (`services.inspections.record`)
    words = _("View")
    if inspects and not planned:
        words = _("Conclude")
    elif inspects and begun:
        words = _("Record the findings")
    day = row.starts if planned and row.starts >= clock.today() else row.ends
    days = (day - clock.today()).days
    tone = tone_of(days if inspects else max(days, 0))
    said = days_text(days) if inspects or days > 0 else date_format(row.starts, "SHORT_DATE_FORMAT")
    return Task(
        _("%(kind)s: %(title)s") % {"kind": row.get_kind_display(), "title": row.title}, str(row.unit),
        row.get_absolute_url(), words, row.state, "inspection", Deadline(day, days, tone, said), None,
        hint="" if begun or not inspects else recorded_from(row),
    )  # fmt: skip
