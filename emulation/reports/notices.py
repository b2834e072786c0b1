"""What a user is told: notices, what is due, and the numbers beside the navigation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import FigureRequest, InspectionFinding, Notice, Report
from emulation.models.notices import NoticeQuerySet
from emulation.reports.deadlines import Deadline, deadline_of
from emulation.reports.extensions import terms_of
from emulation.reports.lines import with_lines
from emulation.terms import SOON
from units.counting import count_all
from units.models import Role, User

REMINDED = 24  # sheets of which one user is reminded at a time


@dataclass(frozen=True, slots=True)
class Counts:
    """`tasks`, beside the quarterly sheets: those of the own units that wait for the user or were missed, and
    questions about their figures; `notices`: unread ones.
    """

    tasks: int
    notices: int


def counts_of(user: User) -> Counts:
    """The numbers of the navigation. One query; none for users without a role."""
    if not user.active_memberships:
        return Counts(0, 0)
    staff = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
    questions = FigureRequest.objects.open().filter(report__unit__in=staff)
    own, asked, notices = count_all(Report.objects.owed_by(user), questions, Notice.objects.visible_to(user).unread())
    return Counts(own + asked, notices)


# ── reminders ─────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Reminder:
    """A sheet of an own unit that is due soon, today, or was due."""

    report: Report
    deadline: Deadline


def reminders_of(user: User) -> list[Reminder]:
    """What the user's own sheets owe from `SOON` days before the due date that counts, the oldest first.

    Nothing is stored: a reminder disappears when the sheet no longer waits for the user. Two queries.
    """
    rows = Report.objects.to_do_by(user).exclude(state=Report.State.RETURNED)
    reports = list(rows.select_related("unit", "round__drive").order_by("-round__due", "unit__order")[:REMINDED])
    terms = terms_of(reports)
    found = [Reminder(report, deadline_of(terms[report.pk], report.state)) for report in reports]
    return sorted((row for row in found if row.deadline.days <= SOON), key=lambda row: row.deadline.day)


# ── notices ───────────────────────────────────────────────────────────────


def notices_of(user: User) -> NoticeQuerySet:
    """The user's notices, newest first, with what a list shows of them."""
    return Notice.objects.visible_to(user).select_related(
        "report__unit", "report__round__drive", "indicator", "inspection__unit", "point__unit", "by"
    )


def shown(notices: Iterable[Notice], user: User) -> list[Notice]:
    """Notices `with_lines`; of the results of an inspection each with `found`, what it says of the user's own units.

    One query more where there are such.
    """
    rows = with_lines(notices)
    found = _shortcomings({row.inspection_id for row in rows if row.kind == Notice.Kind.INSPECTED}, user)
    for row in rows:
        row.found = found.get(row.inspection_id, "")  # type: ignore[attr-defined]
    return rows


def _shortcomings(inspections: Collection[int | None], user: User) -> dict[int | None, str]:
    """Inspection (key) → how many shortcomings were found in the units in which the user is an officer."""
    own = [m.unit_id for m in user.active_memberships if m.role in (Role.STAFF, Role.COMMANDER)]
    if not inspections:
        return {}
    short = Count("pk", filter=Q(result=InspectionFinding.Result.SHORTCOMING))
    rows = InspectionFinding.objects.filter(unit__in=own, item__inspection__in=inspections).order_by()
    return {key: _found(count) for key, count in rows.values_list("item__inspection").annotate(count=short)}


def _found(count: int) -> str:
    if not count:
        return _("No shortcoming was found in your unit.")
    words = ngettext(
        "%(count)d shortcoming was found in your unit.", "%(count)d shortcomings were found in your unit.", count
    )
    return words % {"count": count}


def address(notice: Notice) -> str:
    """Where the notice leads: to what was said about a figure, else to the sheet, at the figure it speaks of; to the
    inspection or the weak point.
    """
    if notice.kind == Notice.Kind.MENTIONED and notice.indicator_id:
        return reverse("emulation:report-panel", args=[notice.report_id, notice.indicator_id])
    url = notice.about.get_absolute_url()
    return f"{url}#c{notice.indicator_id}" if notice.indicator_id else url
