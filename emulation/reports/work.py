"""Lists of sheets with their progress, and what waits for a user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from emulation.models import Registration, Report, Result
from emulation.reports.deadlines import Deadline, deadline_of
from emulation.reports.sheets import state_of
from emulation.services.plan import plans_of, slot
from units import clock
from units.models import Role, User

OWN = 24  # sheets of own units that are looked at, newest first
REVIEWS = 30  # sheets under review that are listed here; the queue has all
SENT = 8
WRITERS = (Role.STAFF, Role.COMMANDER)


@dataclass(frozen=True, slots=True)
class Item:
    """A sheet in a list: `filled` of `total` asked cells have a figure; `state` is a key of `ui.STATES`."""

    report: Report
    state: str
    filled: int
    total: int
    deadline: Deadline

    @property
    def percent(self) -> int:
        return self.filled * 100 // self.total if self.total else 0


def with_progress(reports: Iterable[Report]) -> list[Item]:
    """Sheets (with unit, round and lineage) and how far they are filled. Three queries, two more with drives."""
    reports = list(reports)
    plans = plans_of({report.round_id: report.round for report in reports}.values())
    filled: dict[int, set[int]] = defaultdict(set)
    for pk, indicator in Result.objects.filter(report__in=reports).values_list("report_id", "indicator_id"):
        filled[pk].add(indicator)
    items = []
    for report in reports:
        asked = plans[report.round_id].for_unit(report.unit.kind_id, report.lineage.path)
        expected = {pk for pk, row in asked.items() if slot(report.round) in row.quarters}
        deadline = deadline_of(report.round, report.state)
        items.append(Item(report, state_of(report), len(expected & filled[report.pk]), len(expected), deadline))
    return items


# ── my work ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the user. `item` is the sheet, None for a registration of targets."""

    title: str
    place: str
    url: str
    action: str
    state: str
    kind: str  # of `ui.STATES`
    deadline: Deadline | None
    item: Item | None
    reason: str = ""
    by: str = ""
    lines: int = 0

    @property
    def returned(self) -> bool:
        return self.state == Report.State.RETURNED


@dataclass(frozen=True, slots=True)
class MyWork:
    """What waits, by deadline; what came back stands in `returned`. `more` counts sheets left out of the review."""

    returned: tuple[Task, ...]
    tasks: tuple[Task, ...]
    sent: tuple[Item, ...]
    more: int


def my_work(user: User) -> MyWork:
    """What waits for the user, and what their units sent up. A fixed number of queries."""
    units = {role: {m.unit_id for m in user.active_memberships if m.role == role} for role in WRITERS}
    own = Report.objects.filter(unit__in=units[Role.STAFF] | units[Role.COMMANDER]).with_last_step()
    opened = list(own.filter(round__opens__lte=clock.today())[:OWN])
    waiting = list(
        Report.objects.judged_by(user)
        .filter(state__in=[Report.State.SUBMITTED, Report.State.IN_REVIEW])
        .select_related("unit", "round__drive", "lineage")
        .order_by("state_since", "pk")[: REVIEWS + 1]
    )
    items = with_progress([*opened, *waiting[:REVIEWS]])
    tasks = [task for item in items[: len(opened)] if (task := own_task(item, units))]
    tasks += [review_task(item) for item in items[len(opened) :]]
    tasks += [registration_task(row, user) for row in registrations(user, units)]
    tasks.sort(key=lambda task: task.deadline.day if task.deadline else date.max)
    return MyWork(
        tuple(task for task in tasks if task.returned),
        tuple(task for task in tasks if not task.returned),
        tuple(item for item in items[: len(opened)] if item.report.state in Report.HANDED_IN)[:SENT],
        max(0, len(waiting) - REVIEWS),
    )


def own_task(item: Item, units: dict[Role, set[int]]) -> Task | None:
    """A sheet of an own unit: to be filled in by the staff, to be handed in by the commander once it is ready."""
    report = item.report
    if not report.editable or (report.round.closed and report.state != Report.State.RETURNED):
        return None
    url, action = report.get_absolute_url(), ""
    if report.unit_id in units[Role.COMMANDER] and item.state == "ready":
        url, action = reverse("emulation:report-hand-in", args=[report.pk]), _("Hand in for review")
    elif report.unit_id in units[Role.STAFF] and item.state != "ready":
        words: dict[str, str] = {Report.State.NOT_STARTED: _("Begin"), Report.State.RETURNED: _("Correct")}
        action = words.get(report.state, _("Continue"))
    elif report.state == Report.State.RETURNED:
        action = _("View")
    if not action:
        return None
    lines = report.last_lines or []
    reason = report.last_reason or " · ".join(line["reason"] for line in lines)
    return Task(
        _sheet_title(report), str(report.unit), url, action, item.state, "sheet", item.deadline, item, reason,
        report.last_by or "", len(lines),
    )  # fmt: skip


def review_task(item: Item) -> Task:
    report = item.report
    action = _("Take up") if report.state == Report.State.SUBMITTED else _("Continue the review")
    url = reverse("emulation:report-review", args=[report.pk])
    title = _("Review: %(sheet)s") % {"sheet": _sheet_title(report)}
    return Task(title, str(report.unit), url, action, report.state, "sheet", None, item)


def _sheet_title(report: Report) -> str:
    return _("Sheet of %(round)s") % {"round": report.round}


def registrations(user: User, units: dict[Role, set[int]]) -> Iterable[Registration]:
    """Registrations that the user's units still owe, and those handed in to the user."""
    State = Registration.State
    own = Q(unit__in=units[Role.STAFF] | units[Role.COMMANDER], state__in=[State.DRAFT, State.RETURNED])
    theirs = Registration.objects.judged_by(user).filter(state=State.SUBMITTED)
    rows = Registration.objects.filter(own | Q(pk__in=theirs.values("pk")))
    return rows.select_related("unit")[:REVIEWS]


def registration_task(row: Registration, user: User) -> Task:
    judging = row.state == Registration.State.SUBMITTED
    return Task(
        _("Registration of targets for %(year)d") % {"year": row.year}, str(row.unit), row.get_absolute_url(),
        _("Judge") if judging else _("Continue"), row.state, "registration", None, None,
    )  # fmt: skip
