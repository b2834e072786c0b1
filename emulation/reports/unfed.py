"""Entries of registers that reach no figure, as the sheet they should feed stands still; and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from emulation.models import Feed, Report, Unfed
from emulation.models.feeds import UnfedQuerySet
from emulation.reports.feeds import parts_of
from emulation.reports.work import Task
from units import access
from units.models import Role, Unit, User

TASKS = 10
Counted = Callable[[Feed], bool]


@dataclass(frozen=True, slots=True)
class Missed:
    """A figure that does not have an entry: what to do about it, and where (empty: nothing for this user)."""

    text: str
    url: str
    action: str


def missed_by(
    unit: Unit, registers: Collection[str], days: Collection[date], user: User, counted: Counted = lambda feed: True
) -> list[Missed]:
    """Figures of the unit's closed sheets that speak of one of the days and lack what registers hold.

    Three queries at most.

    `counted`: whether a feed takes the entry at all.
    """
    rows = _open().filter(report__unit=unit, indicator__feed__register__in=registers)
    found = []
    for row in rows.order_by("report__round__due", "indicator__order"):
        if any(row.first <= day <= row.last for day in days) and counted(row.indicator.feed):
            text = _("The sheet of %(round)s does not have it: for “%(name)s” %(difference)s") % {
                "round": row.report.round, "name": row.indicator.label, "difference": _difference(row),
            }  # fmt: skip
            url, action = _way(row) if access.enters(user, unit) else ("", "")
            found.append(Missed(f"{text} {_why(row.report)}", url, action))
    return found


def unfed_tasks(user: User) -> Iterator[Task]:
    """Figures of own sheets that stand still while a register says something else. Three queries at most, none
    for others.
    """
    units = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
    if not units:
        return
    for row in _open().filter(report__unit__in=units).order_by("-report__round__due", "pk")[:TASKS]:
        title = _("The register does not reach the sheet: %(name)s") % {"name": row.indicator.label}
        place = f"{row.report.unit} · {row.report.round}"
        url, action = _way(row)
        yield Task(
            title, place, url, action, row.report.state, "sheet", None, None,
            hint=f"{_difference(row)} {_why(row.report)}",
        )  # fmt: skip


def _open() -> UnfedQuerySet:
    rows = Unfed.objects.open().filter(indicator__feed__active=True).prefetch_related("items__item")
    return rows.select_related("report__unit", "report__round__drive", "indicator__feed", "grade")


def _difference(row: Unfed) -> str:
    if row.value is None and row.grade is None:
        return _("the register holds no entry any more.")
    answers = {one.item: one.state for one in row.items.all()}
    said = row.grade.label if row.grade else parts_of(row.value, row.of, answers)
    return _("the register says %(value)s.") % {"value": said}


def _why(report: Report) -> str:
    """Why the figure did not follow, and what can be done."""
    State = Report.State
    if report.state == State.APPROVED:
        return _("The sheet is approved: propose a correction of the figure.")
    if report.state in (State.SUBMITTED, State.IN_REVIEW):
        return _("The sheet has been handed in: withdraw it, or tell the reviewer, who can return the line.")
    if report.state == State.RETURNED:
        return _("The sheet was returned, but not this line: tell the reviewer.")
    return _("Entry for this round is closed: ask for an extension.")


def _way(row: Unfed) -> tuple[str, str]:
    report = row.report
    if report.state == Report.State.APPROVED:
        return reverse("emulation:correction-create", args=[report.pk, row.indicator_id]), _("Propose a correction")
    return f"{report.get_absolute_url()}#c{row.indicator_id}", _("Open the sheet")
