"""Telling people in the app: who is told, and marking as read.

A notice goes to nobody who does not read what it is about, and never to the person who caused it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from emulation.models import Indicator, InspectedUnit, Inspection, Notice, Report, WeakPoint
from units import access
from units.models import Membership, Role, Unit, User
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
    told = readers(report).order_by().filter(pk__in=wanted).values_list("pk", flat=True)
    return _write(told, Notice(kind=kind, report=report, indicator=indicator, text=text, by=by))


def _write(users: Iterable[int], notice: Notice) -> int:
    """The `notice` for each of `users` (keys)."""
    now, text = timezone.now(), notice.text[:LENGTH]
    found = [
        Notice(
            user_id=pk, kind=notice.kind, report=notice.report, inspection=notice.inspection, point=notice.point,
            indicator=notice.indicator, text=text, by=notice.by, at=now,
        )
        for pk in sorted(users)
    ]  # fmt: skip
    Notice.objects.bulk_create(found)
    return len(found)


def tell_unit(
    kind: Notice.Kind, report: Report, *, by: User, text: str = "", indicator: Indicator | None = None
) -> int:
    """A notice for the staff and commanders of the sheet's unit."""
    return tell(officers(report), kind, report, by=by, text=text, indicator=indicator)


@transaction.atomic
def tell_inspected(kind: Notice.Kind, inspection: Inspection, *, by: User, text: str = "") -> int:
    """A notice for the staff and commanders of every inspected unit: what concerns all of them."""
    units = InspectedUnit.objects.filter(inspection=inspection).values("unit")
    told = _officers(unit__in=units).exclude(pk=by.pk).values_list("pk", flat=True)
    return _write(told, Notice(kind=kind, inspection=inspection, text=text, by=by))


@transaction.atomic
def tell_of_point(kind: Notice.Kind, point: WeakPoint, *, by: User, text: str = "") -> int:
    """A notice for the staff and commanders of the unit that has the weak point."""
    told = _officers(unit=point.unit_id).exclude(pk=by.pk).values_list("pk", flat=True)
    return _write(told, Notice(kind=kind, point=point, text=text, by=by))


def officers(report: Report) -> QuerySet[User]:
    """Staff and commanders of the very unit today."""
    return _officers(unit=report.unit_id)


def commanders(unit: Unit) -> QuerySet[User]:
    """Commanders of the very unit today."""
    rows = Membership.objects.active().filter(role=Role.COMMANDER, unit=unit)
    return User.objects.filter(pk__in=rows.values("user"))


def _officers(**units: Any) -> QuerySet[User]:
    rows = Membership.objects.active().filter(role__in=OFFICERS, **units)
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
