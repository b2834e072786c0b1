"""Weak points as they are read: the board, the list and its export, the timeline, what was known when one arose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override, pgettext

from emulation.feeds import Codes, Source, Taken
from emulation.models import (
    Breakthrough,
    CampaignIndicator,
    Indicator,
    Inspection,
    InspectionFinding,
    Report,
    ReportEvent,
    WeakPoint,
    WeakPointEvent,
)
from emulation.models.weak_points import AHEAD, WeakPointQuerySet
from emulation.periods import period_label
from emulation.reports.deadlines import Deadline, days_late
from emulation.reports.display import Grades, dated, target_text, value_text, with_unit
from emulation.reports.figures import figures_of
from emulation.reports.timeline import Step, step_of
from emulation.reports.work import Task
from emulation.scoring import Outcome
from emulation.states import STATES
from units import access, clock
from units.models import Role, Unit, User
from units.spreadsheets import Value

CARDS = 20  # of one column of the board; the list has all
TASKS = 30  # on «My work»
MISSED = (Outcome.NEAR, Outcome.MISS)
State = WeakPoint.State


def listed(points: WeakPointQuerySet) -> WeakPointQuerySet:
    """Points with all that a card or a row of the list shows."""
    return points.select_related("unit", "owner", "repeats")


@dataclass(frozen=True, slots=True)
class Column:
    """The points in one state: the first of them, and how many there are in all."""

    state: str
    word: str | Promise
    icon: str
    points: list[WeakPoint]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.points)


def board(points: WeakPointQuerySet) -> list[Column]:
    """Columns by state, the nearest deadline first; the settled ones newest first. Six queries."""
    totals = dict(points.order_by().values_list("state").annotate(Count("pk")))
    columns = []
    for state in (State.OPEN, State.PLANNED, State.RETURNED, State.REPORTED, State.CLOSED):
        rows = listed(points).filter(state=state)
        rows = rows.order_by("-closed_at", "-pk") if state == State.CLOSED else rows
        icon, _colour, word = STATES["weak_point"][state]
        columns.append(Column(state, word, icon, list(rows[:CARDS]), totals.get(state, 0)))
    return columns


def export_table(points: Iterable[WeakPoint]) -> tuple[list[str], list[list[Value]]]:
    heads = [
        _("Code"), _("Unit"), _("Year"), _("Kind"), pgettext("weak point", "Title"), _("State"),
        _("In charge"), pgettext("weak point", "Measure"),
        _("Deadline"), _("Overdue"), _("Times raised"), _("Arose from"), _("Grounds"),
    ]  # fmt: skip
    return heads, [
        [
            point.unit.code, point.unit.name, point.year, point.get_kind_display(), point.title,
            point.get_state_display(), point.in_charge, point.measure, point.deadline,
            _("yes") if point.is_overdue else "", point.times, point.get_source_display(), point.grounds,
        ]
        for point in points
    ]  # fmt: skip


def summary(user: User) -> str:
    """«3 open · 1 overdue» of what the user reads. One query."""
    rows = WeakPoint.objects.visible_to(user).order_by()
    late = Q(state__in=WeakPoint.WITH_UNIT, deadline__lt=clock.today())
    found = rows.aggregate(open=Count("pk", filter=~Q(state=State.CLOSED)), late=Count("pk", filter=late))
    words = ngettext("%(count)d unsettled", "%(count)d unsettled", found["open"]) % {"count": found["open"]}
    if not found["late"]:
        return words
    return f"{words} · " + _("%(count)d past the deadline") % {"count": found["late"]}


# ── one weak point ────────────────────────────────────────────────────────


def timeline(point: WeakPoint) -> list[Step]:
    """Every step, and what inspections found on it, the first one first. Two queries."""
    names = {"owner": _("In charge"), "measure": pgettext("weak point", "Measure"), "deadline": _("Deadline")}
    steps = []
    for event in point.events.select_related("by"):
        icon, colour, _word = STATES["weak_point_step"][event.kind]
        keys = [key for key in names if event.before.get(key) or event.after.get(key)]
        changes = [(names[key], event.before.get(key, ""), event.after.get(key, "")) for key in keys]
        steps.append(step_of(event, icon, colour, changes=changes))
    return sorted([*steps, *_reinspected(point)], key=lambda step: step.at)


def _reinspected(point: WeakPoint) -> Iterator[Step]:
    """What inspections that have been carried out found on the point: judged or not, it stands in its course."""
    rows = InspectionFinding.objects.filter(item__point=point, item__inspection__state__in=Inspection.PUBLISHED)
    for row in rows.select_related("by", "item__inspection"):
        icon, colour, said = STATES["finding"][row.result]
        word = _("Re-inspected: %(result)s") % {"result": said}
        yield Step(icon, colour, word, str(row.by), row.at, row.words, more=[str(row.item.inspection)])


def reported_settled(point: WeakPoint) -> WeakPointEvent | None:
    """The last report of the unit that it is settled. One query."""
    return point.events.filter(kind=WeakPointEvent.Kind.REPORTED).select_related("by").last()


def chain_of(point: WeakPoint) -> list[WeakPoint]:
    """The earlier points that came back, the newest first. One query; none for most."""
    if point.repeats_id is None:
        return []
    rows = WeakPoint.objects.filter(unit=point.unit, repeated_by__isnull=False)  # only points of the same unit repeat
    known = {row.pk: row for row in rows}
    found: list[WeakPoint] = []
    while point.repeats_id in known:
        point = known.pop(point.repeats_id)
        found.append(point)
    return found


@dataclass(frozen=True, slots=True)
class Record:
    """A year of a unit: its weak points, how many were settled, and how many of those came back."""

    year: int
    points: list[WeakPoint]
    settled: int
    back: int


def history(unit: Unit) -> list[Record]:
    """All weak points of the unit by year, the newest first; whether a settled one came back later. One query."""
    rows = listed(WeakPoint.objects.filter(unit=unit)).annotate(returns=Count("repeated_by"))
    years: dict[int, list[WeakPoint]] = {}
    for row in rows.order_by("-year", "raised_at", "pk"):
        years.setdefault(row.year, []).append(row)
    return [
        Record(year, points, sum(p.is_closed for p in points), sum(bool(p.returns) for p in points))  # type: ignore[attr-defined]
        for year, points in years.items()
    ]


# ── where one arises ──────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is known about something that may become a weak point."""

    title: str
    text: str


def label_of(indicator: Indicator, year: int) -> str:
    placed = CampaignIndicator.objects.in_force(year).filter(indicator=indicator).select_related("indicator")
    row = placed.first()
    return row.label if row else indicator.label


@override("vi")  # kept with the point, and printed in the report: not in the language of who raises it
def missed(unit: Unit, indicator: Indicator, year: int, period: str) -> Grounds | None:
    """The missed target of the unit's branch in words, from approved figures; None where it was not missed."""
    figure = figures_of([unit], year, [period], indicators=[indicator]).get((unit.pk, indicator.pk, period))
    if figure is None or figure.outcome not in MISSED:
        return None
    grades, name = Grades(), label_of(indicator, year)
    target = target_text(indicator, figure.target, figure.comparator, grades)
    words = {
        "name": name, "period": period_label(year, period), "target": with_unit(target, indicator),
        "value": dated(with_unit(value_text(indicator, figure, grades), indicator), figure.until),
    }  # fmt: skip
    title = _("Below target: %(name)s") % words
    return Grounds(title[:200], _("%(name)s, %(period)s: target %(target)s, reached %(value)s.") % words)


@override("vi")
def remark(report: Report, indicator: Indicator | None) -> tuple[Grounds, ReportEvent | None]:
    """What a reviewer last said on the sheet, about the line where one is given. Two queries."""
    kinds = [ReportEvent.Kind.RETURNED, ReportEvent.Kind.REOPENED, ReportEvent.Kind.ASKED]
    name = label_of(indicator, report.round.year) if indicator else ""
    for event in report.events.filter(kind__in=kinds).order_by("-at", "-pk"):
        said = _said(event, indicator)
        if said:
            break
    else:
        event, said = None, ""
    title = name or _("Sheet of %(round)s") % {"round": report.round}
    head = f"{name} – {report.round}" if name else str(report.round)
    return Grounds(title[:200], (f"{head}: “{said}”" if said else head)[:700]), event


def _said(event: ReportEvent, indicator: Indicator | None) -> str:
    if indicator is None:
        return event.reason or " · ".join(line["reason"] for line in event.lines)
    return next((line["reason"] for line in event.lines if line["indicator"] == indicator.code), "")


# ── breakthroughs ─────────────────────────────────────────────────────────


def breakthroughs_of(unit: Unit, year: int) -> list[Breakthrough]:
    """What the unit concentrates on in the year. Two queries, one without any."""
    rows = Breakthrough.objects.filter(unit=unit).of_year(year).select_related("campaign")
    return list(rows.prefetch_related("indicators"))


# ── what waits ────────────────────────────────────────────────────────────


def weak_point_tasks(user: User) -> Iterator[Task]:
    """Of own units: sent back, new from above, overdue or due soon; as reviewer: to re-inspect. One query."""
    own = [m.unit_id for m in user.active_memberships if m.role in (Role.STAFF, Role.COMMANDER)]
    judges = access.has_role(user, Role.REVIEWER)
    if not own and not judges:
        return
    soon = clock.today() + timedelta(days=AHEAD)
    mine = Q(unit__in=own, state__in=WeakPoint.WITH_UNIT) & (
        Q(deadline__lte=soon) | Q(state=State.RETURNED) | Q(state=State.OPEN, from_above=True)
    )
    if judges:
        waiting = Q(access.reviews_q(user, "unit__path"), state=State.REPORTED)
        mine |= waiting & ~Q(unit__in=own) & ~Q(reported_by=user)
    back = WeakPointEvent.objects.filter(point=OuterRef("pk"), kind=WeakPointEvent.Kind.SENT_BACK).order_by(
        "-at", "-pk"
    )
    rows = WeakPoint.objects.filter(mine).select_related("unit")
    rows = rows.annotate(
        back_by=Subquery(back.values("by__full_name")[:1]), back_why=Subquery(back.values("reason")[:1]),
        back_at=Subquery(back.values("at")[:1]),
    )  # fmt: skip
    for point in rows.order_by("deadline", "pk")[:TASKS]:
        yield _task(point)


def _task(point: WeakPoint) -> Task:
    """Of a point with `back_by`, `back_at`, `back_why` of the last return: said as long as it is with the unit."""
    returned = point.state == State.RETURNED
    judged = point.state == State.REPORTED
    title = (_("Re-inspect: %(title)s") if judged else _("Weak point: %(title)s")) % {"title": point.title}
    url = reverse("emulation:weak-point-judge", args=[point.pk]) if judged else point.get_absolute_url()
    words = {
        State.OPEN: _("Set the measure"),
        State.REPORTED: _("Re-inspect"),
        State.RETURNED: pgettext("work", "Continue"),
    }
    task = Task(
        title, str(point.unit), url, words.get(State(point.state), _("View")), point.state, "weak_point",
        _deadline(point), None,
    )  # fmt: skip
    if not returned:
        return task
    return replace(task, reason=point.back_why or "", by=point.back_by or "", at=point.back_at)  # type: ignore[attr-defined]


def _deadline(point: WeakPoint) -> Deadline | None:
    if point.deadline is None:
        return None
    days = (point.deadline - clock.today()).days
    return Deadline(point.deadline, days, point.tone, days_text(days))


def days_text(days: int) -> str:
    """«3 days left», «due today», «2 days late»."""
    if days < 0:
        return days_late(-days)
    if days == 0:
        return _("due today")
    return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}


# ── what it feeds ─────────────────────────────────────────────────────────


def _take(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
    """Settled for good of all that were identified for the year, both from January until `last`. One query."""
    rows = WeakPoint.objects.filter(unit__in=list(units), year=last.year, raised_at__date__lte=last).order_by()
    settled = Count("pk", filter=Q(closed_at__date__lte=last))
    found = rows.values_list("unit").annotate(settled=settled, count=Count("pk"))
    return {unit: Taken(Decimal(closed), count, Decimal(count)) for unit, closed, count in found}


def _address(unit: Unit, first: date, last: date, codes: Codes) -> str:
    return (
        f"{reverse('emulation:weak-point-list')}?{urlencode({'unit': unit.code, 'year': last.year, 'view': 'list'})}"
    )


FEED = Source(
    "weak-points",
    gettext_lazy("weak points settled for good"),
    _take,
    _address,
    measures=("ratio",),
    typed_until=True,
)
