"""Lists of sheets with their progress, and what waits for a user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import (
    Campaign,
    Correction,
    FigureRequest,
    Notice,
    Registration,
    Report,
    Result,
)
from emulation.numbers import percent_of
from emulation.reports.corrections import waiting_corrections
from emulation.reports.deadlines import Deadline, deadline_of
from emulation.reports.extensions import terms_of
from emulation.reports.lines import with_lines
from emulation.reports.notices import notices_of, shown
from emulation.reports.plan import plans_of, slot
from emulation.reports.setup import Step, concerned, setup_steps
from emulation.reports.sheets import given_back, state_of
from emulation.reports.timeline import back_with_staff, said
from emulation.reports.vacancies import Vacancy, vacancies
from emulation.reports.verdicts import office_sheets
from units import access
from units.models import Role, Unit, User

OWN = 24  # sheets of own units that are looked at, newest first
REVIEWS = 30  # sheets under review that are listed here; the queue has all
SENT = 8
TOLD = 5  # unread notices shown; their own page has all
WRITERS = (Role.STAFF, Role.COMMANDER)


@dataclass(frozen=True, slots=True)
class Item:
    """A sheet in a list: `filled` of `total` asked cells have a figure, `unasked` others have one, too; `state` is a
    key of `ui.STATES`.
    """

    report: Report
    state: str
    filled: int
    total: int
    deadline: Deadline
    unasked: int = 0

    @property
    def percent(self) -> int:
        return percent_of(self.filled, self.total)


def with_progress(reports: Iterable[Report]) -> list[Item]:
    """Sheets (with unit, round and lineage) and how far they are filled. Four queries, two more with drives."""
    reports = list(reports)
    plans = plans_of({report.round_id: report.round for report in reports}.values())
    filled: dict[int, set[int]] = defaultdict(set)
    for pk, indicator in Result.objects.filter(report__in=reports).values_list("report_id", "indicator_id"):
        filled[pk].add(indicator)
    items, terms = [], terms_of(reports)
    for report in reports:
        asked = plans[report.round_id].for_unit(report.unit.kind_id, report.lineage.path)
        expected = {pk for pk, row in asked.items() if slot(report.round) in row.quarters}
        deadline = deadline_of(terms[report.pk], report.state)
        known, unasked = len(expected & filled[report.pk]), len(filled[report.pk] - expected)
        items.append(Item(report, state_of(report), known, len(expected), deadline, unasked))
    return items


# ── my work ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the user. `item` is the sheet, None for what is none.

    Of what came back, `reason` is why, `by` and `at` who returned it and when.
    """

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
    hint: str = ""  # what can be done about it
    asked: bool = False  # somebody waits for the answer: before all other tasks
    at: datetime | None = None

    @property
    def returned(self) -> bool:
        return self.state == Report.State.RETURNED


@dataclass(frozen=True, slots=True)
class MyWork:
    """What waits, by deadline; what came back stands in `returned`. `more` counts sheets left out of the review.

    `vacancies` are units for which the user has to appoint somebody, `notices` the newest unread ones, `setup` the
    way of a new base to its first movement, for those who set it up.
    """

    returned: tuple[Task, ...]
    tasks: tuple[Task, ...]
    sent: tuple[Item, ...]
    more: int
    vacancies: tuple[Vacancy, ...]
    more_vacancies: bool
    notices: tuple[Notice, ...]
    setup: tuple[Step, ...]


# What else waits for a user: higher apps add functions user → tasks, each of a fixed number of queries.
SOURCES: list[Callable[[User], Iterable[Task]]] = []


def my_work(user: User) -> MyWork:
    """What waits for the user, and what their units sent up. A fixed number of queries."""
    units = {role: {m.unit_id for m in user.active_memberships if m.role == role} for role in WRITERS}
    own, sent, waiting = _own(user, units), _sent(units), _waiting(user)
    items = with_progress([*own, *sent, *waiting[:REVIEWS]])
    mine, handed = items[: len(own)], items[len(own) : len(own) + len(sent)]
    tasks = [*_own_tasks(mine, units)]
    tasks += [review_task(item) for item in items[len(own) + len(sent) :]]
    tasks += [registration_task(row, units[Role.COMMANDER]) for row in registrations(user, units)]
    tasks += [request_task(row) for row in asked_of(units[Role.STAFF])]
    tasks += [correction_task(row) for row in waiting_corrections(user)]
    tasks += [office_task(row) for row in office_sheets(user) if not row.judged]
    tasks += [task for source in SOURCES for task in source(user)]
    tasks.sort(key=_by_deadline)
    vacant, more_vacancies = vacancies(user)
    return MyWork(
        tuple(task for task in tasks if task.returned),
        tuple(task for task in tasks if not task.returned),
        tuple(handed),
        max(0, len(waiting) - REVIEWS),
        tuple(vacant),
        more_vacancies,
        tuple(shown(notices_of(user).unread()[:TOLD], user)),
        tuple(setup_steps(user)) if concerned(user) else (),
    )


def _own(user: User, units: dict[Role, set[int]]) -> list[Report]:
    if not any(units.values()):
        return []
    rows = Report.objects.owed_by(user).with_last_step()
    return list(rows.order_by("-round__due", "unit__order", "unit__code")[:OWN])


def _sent(units: dict[Role, set[int]]) -> list[Report]:
    if not any(units.values()):
        return []
    own = Report.objects.filter(unit__in=set().union(*units.values())).handed_in()
    return list(own.with_last_step().order_by("-state_since", "-pk")[:SENT])


def _waiting(user: User) -> list[Report]:
    """Sheets handed in to the user as reviewer, those due first; one more than are shown where there are more."""
    if not access.has_role(user, Role.REVIEWER):
        return []
    rows = Report.objects.judged_by(user).filter(state__in=[Report.State.SUBMITTED, Report.State.IN_REVIEW])
    rows = rows.select_related("unit", "round__drive", "lineage")
    return list(rows.order_by("round__due", "state_since", "pk")[: REVIEWS + 1])


def _by_deadline(task: Task) -> tuple[bool, date, float]:
    """Questions first, then by the day it is due; of one day, what was handed in first."""
    since = task.item.report.state_since.timestamp() if task.item else 0
    return not task.asked, (task.deadline.day if task.deadline else date.max), since


def own_task(item: Item, units: dict[Role, set[int]]) -> Task:
    """A sheet of an own unit: to be filled in by the staff, to be handed in by the commander once it is ready."""
    report = item.report
    url, action = report.get_absolute_url(), _("View")
    if report.unit_id in units[Role.COMMANDER] and item.state == "ready":
        url, action = reverse("emulation:report-hand-in", args=[report.pk]), _("Hand in for review")
    elif report.unit_id in units[Role.STAFF] and item.state != "ready":
        words: dict[str, str] = {Report.State.NOT_STARTED: _("Begin"), Report.State.RETURNED: _("Correct")}
        action = words.get(report.state, _("Continue"))
    lines = report.last_lines or []
    reason = report.last_reason or " · ".join(line["reason"] for line in lines)
    hint = said(given_back(report), report.now_reason)
    return Task(
        _sheet_title(report), str(report.unit), url, action, item.state, "sheet", item.deadline, item, reason,
        report.last_by or "", len(lines), hint, at=report.last_at,
    )  # fmt: skip


def missed_task(item: Item, whom: str) -> Task:
    """A sheet that was never handed in and can no longer be entered; `whom` can give more time."""
    assert item.deadline.closed is not None
    day = date_format(item.deadline.closed, "SHORT_DATE_FORMAT")
    hint = _("Entry closed on %(day)s without this sheet. Ask %(whom)s for more time.") % {"day": day, "whom": whom}
    report = item.report
    return Task(
        _sheet_title(report), str(report.unit), report.get_absolute_url(), _("View"), item.state, "sheet",
        item.deadline, item, hint=hint,
    )  # fmt: skip


def _own_tasks(items: Iterable[Item], units: dict[Role, set[int]]) -> Iterator[Task]:
    """Of sheets of own units. Two queries more where some were missed."""
    items = list(items)
    missed = [item for item in items if item.deadline.closed and item.report.state != Report.State.RETURNED]
    judges = access.reviewing_units({item.report.unit for item in missed}) if missed else {}
    judging = Unit.objects.filter(pk__in=[key for key in judges.values() if key])
    names = {unit.pk: str(unit) for unit in judging} if missed else {}
    for item in items:
        if item in missed:
            yield missed_task(item, names.get(judges[item.report.unit_id] or 0) or _("the administrators"))
        else:
            yield own_task(item, units)


def review_task(item: Item) -> Task:
    report = item.report
    action = _("Take up") if report.state == Report.State.SUBMITTED else _("Continue the review")
    url = reverse("emulation:report-review", args=[report.pk])
    title = _("Review: %(sheet)s") % {"sheet": _sheet_title(report)}
    return Task(title, str(report.unit), url, action, report.state, "sheet", item.deadline, item)


def office_task(report: Report) -> Task:
    """A sheet of whose lines the user's office has said nothing yet."""
    title = _("Lines of my office: %(sheet)s") % {"sheet": _sheet_title(report)}
    url = reverse("emulation:report-office", args=[report.pk])
    return Task(title, str(report.unit), url, _("Judge"), report.state, "sheet", None, None)


def _sheet_title(report: Report) -> str:
    return _("Sheet of %(round)s") % {"round": report.round}


def registrations(user: User, units: dict[Role, set[int]]) -> list[Registration]:
    """Registrations that the user's units still owe, and those handed in to the user, who took no part in them.

    What the staff have reported as ready waits for the commander alone.
    """
    State = Registration.State
    found: list[Registration] = []
    if any(units.values()):
        mine = Q(unit__in=units[Role.STAFF], ready_at=None) | Q(unit__in=units[Role.COMMANDER])
        own = Registration.objects.filter(mine, state__in=Registration.OPEN).with_last_step()
        found += own.exclude(drive__state=Campaign.State.CLOSED).select_related("unit", "drive")[:REVIEWS]
    if access.has_role(user, Role.REVIEWER):
        theirs = Registration.objects.judged_by(user).filter(state=State.SUBMITTED)
        found += theirs.exclude(drive__state=Campaign.State.CLOSED).select_related("unit", "drive")[:REVIEWS]
    return found


def registration_title(row: Registration) -> str:
    if row.drive is not None:
        return _("Registration of targets: %(drive)s") % {"drive": row.drive}
    return _("Registration of targets for %(year)d") % {"year": row.year}


def registration_task(row: Registration, commanded: Collection[int]) -> Task:
    """To be judged; to be handed in by the commander of one of the units `commanded`; else to be filled in."""
    action = _("Check and hand in") if row.unit_id in commanded else _("Continue")
    if row.state == Registration.State.SUBMITTED:
        return _registration_task(row, _("Judge"), row.state)
    hint = said(back_with_staff(row.now_kind, row.now_by), row.now_reason)
    state = "ready" if row.ready_at else row.state
    task = _registration_task(row, action, state)
    return replace(task, reason=row.last_reason or "", by=row.last_by or "", at=row.last_at, hint=hint)


def _registration_task(row: Registration, action: str, state: str) -> Task:
    return Task(
        registration_title(row), str(row.unit), row.get_absolute_url(), action, state, "registration", None, None
    )


def correction_task(row: Correction) -> Task:
    """To be sent by the commander, or decided by the reviewer."""
    action = _("Send") if row.state == Correction.State.PROPOSED else _("Decide")
    title = _("Correction of %(round)s") % {"round": row.report.round}
    place = f"{row.report.unit} · {row.line}"  # type: ignore[attr-defined]
    return Task(title, place, row.get_absolute_url(), action, row.state, "correction", None, None)


def asked_of(units: set[int]) -> list[FigureRequest]:
    """What reviewers ask the staff of these units, each with the name of its `line`. Four queries, none without."""
    if not units:
        return []
    rows = FigureRequest.objects.open().filter(report__unit__in=units).order_by("asked_at", "pk")
    return with_lines(rows.select_related("indicator", "report__unit", "report__round__drive")[:REVIEWS])


def request_task(row: FigureRequest) -> Task:
    title = _("Question about %(name)s") % {"name": row.line}  # type: ignore[attr-defined]
    place = f"{row.report.unit} · {row.report.round}"
    return Task(
        title, place, row.get_absolute_url(), _("Correct or answer"), Report.State.IN_REVIEW, "sheet", None, None,
        asked=True,
    )  # fmt: skip
