"""Telling people in the app: who is told, and marking as read.

A notice goes to nobody who does not read the sheet, and never to the person who caused it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from emulation.models import Indicator, Notice, Report
from units import access
from units.models import Membership, Role, User
from units.paths import path_ids

OFFICERS = (Role.STAFF, Role.COMMANDER)
LENGTH = 500  # characters of a notice's text; the whole text stands with the event


@transaction.atomic
def tell(
    users: Iterable[User] | QuerySet[User], kind: Notice.Kind, report: Report, *, by: User, text: str = "",
    indicator: Indicator | None = None,
) -> int:  # fmt: skip
    """A notice for those of `users` who read the sheet today, without `by`; returns how many there are.

    `report` has its unit and lineage. Two queries.
    """
    wanted = {user.pk for user in users} - {by.pk}
    told = sorted(readers(report).order_by().filter(pk__in=wanted).values_list("pk", flat=True))
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(user_id=pk, kind=kind, report=report, indicator=indicator, text=text[:LENGTH], by=by, at=now)
        for pk in told
    )
    return len(told)


def tell_unit(
    kind: Notice.Kind, report: Report, *, by: User, text: str = "", indicator: Indicator | None = None
) -> int:
    """A notice for the staff and commanders of the sheet's unit."""
    return tell(officers(report), kind, report, by=by, text=text, indicator=indicator)


def officers(report: Report) -> QuerySet[User]:
    """Staff and commanders of the very unit today."""
    rows = Membership.objects.active().filter(unit=report.unit_id, role__in=OFFICERS)
    return User.objects.filter(pk__in=rows.values("user"))


def reviewers(report: Report) -> QuerySet[User]:
    """The reviewers responsible for the sheet today, without those who took part in making it."""
    unit = access.reviewing_units([report.unit])[report.unit_id]
    rows = Membership.objects.active().filter(unit=unit, role=Role.REVIEWER, office=None)
    return User.objects.filter(pk__in=rows.values("user")).exclude(
        pk__in=report.changes.order_by().values("by")
    ).exclude(pk__in=report.events.filter(kind__in=["ready", "submitted"]).order_by().values("by"))  # fmt: skip


def readers(report: Report) -> QuerySet[User]:
    """People who read the sheet today, now or through its lineage. `report` has its unit and lineage."""
    units = {*path_ids(report.unit.path), *path_ids(report.lineage.path)}
    rows = Membership.objects.active().filter(unit__in=units, role__in=access.READERS)
    return User.objects.filter(pk__in=rows.values("user"))


def mark_read(notices: QuerySet[Notice]) -> int:
    """Mark the unread ones of `notices` as read; returns how many there were."""
    return notices.filter(read_at=None).update(read_at=timezone.now())
