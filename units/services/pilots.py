"""Pilot units (*đơn vị điểm*): named and ended by the superior, as its yearly ratings are; dated, never deleted."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from units import access, clock
from units.errors import Refused
from units.locking import locked
from units.models import Unit, UnitPilot, User
from units.text import normal


@transaction.atomic
def make_pilot(unit: Unit, *, purpose: str, since: date, decision: str = "", by: User) -> UnitPilot:
    """The unit is a pilot of `purpose` from `since` on. Raises `Refused` for a day that cannot be."""
    unit = locked(unit)
    access.require(access.rates(by, unit))
    if since > clock.today():
        raise Refused(_("The day lies in the future."), "since")
    if not unit.exists_on(since):
        raise Refused(_("The unit does not exist on that day."), "since")
    row = UnitPilot(unit=unit, purpose=normal(purpose), since=since, decision=normal(decision))
    if UnitPilot.objects.filter(unit=unit, purpose=row.purpose, until=None).exists():
        raise Refused(_("The unit is a pilot of this already."), "purpose")
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def end_pilot(pilot: UnitPilot, *, until: date, by: User) -> UnitPilot:
    """`until` is the first day on which it is one no longer."""
    row = locked(pilot, "unit")
    access.require(access.rates(by, row.unit))
    if row.until is not None:
        raise Refused(_("This has ended already."))
    if until <= row.since:
        raise Refused(_("A unit ends being a pilot after it began."), "until")
    row.until = until
    row.save()
    return row
