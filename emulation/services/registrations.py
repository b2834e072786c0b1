"""A registration between the staff of its unit and the commander: reported as ready, given back, and taken back.

What is registered, handed in and agreed is written in `services.targets`.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Campaign, Registration, RegistrationEvent
from emulation.reports.places import stored_targets
from emulation.services import targets
from units import access
from units.errors import Refused, order_of, refuse_long
from units.models import Unit, User

State = Registration.State
Kind = RegistrationEvent.Kind


@transaction.atomic
def mark_ready(unit: Unit, year: int, *, by: User, drive: Campaign | None = None) -> Registration:
    """Staff report the registration as ready to the commander; the next edit clears the stamp. Raises `Refused`."""
    access.require(access.enters(by, unit))
    registration = targets.lock(unit, year, drive)
    targets.refuse_unless_open(registration)
    if not stored_targets(unit, year, drive).filter(registered__isnull=False).exists():
        raise Refused(_("Nothing is registered yet."))
    if registration.ready_at is None:
        registration.ready_by, registration.ready_at = by, timezone.now()
        registration.save(update_fields=["ready_by", "ready_at"])
        targets.enter(registration, registration.state, Kind.READY, by=by)
    return registration


def refuse_unless_ready(registration: Registration) -> None:
    """Raises `Refused` unless the staff have reported the registration to the commander."""
    targets.refuse_unless_open(registration)
    if registration.ready_at is None:
        raise Refused(_("The registration is with the staff: they have not reported it as ready."))


@transaction.atomic
def give_back(unit: Unit, year: int, *, by: User, reason: str, drive: Campaign | None = None) -> Registration:
    """The commander gives a registration that was reported as ready back to the staff, with what is to be done.

    It stays in its state and is no longer ready; staff read the `reason` on it and in their work. Raises `Refused`.
    """
    access.require(access.commands(by, unit))
    registration = targets.lock(unit, year, drive)
    refuse_unless_ready(registration)
    reason = order_of(reason)
    targets.no_longer_ready(registration)
    targets.enter(registration, registration.state, Kind.GIVEN_BACK, by=by, reason=reason)
    return registration


def refuse_unless_waiting(registration: Registration) -> None:
    """Raises `Refused` unless the registration has been handed in and not judged."""
    if registration.state != State.SUBMITTED:
        words = _("Only a registration that waits to be judged is withdrawn; this one is “%(state)s”.")
        raise Refused(words % {"state": registration.get_state_display()})


@transaction.atomic
def withdraw(unit: Unit, year: int, *, by: User, reason: str = "", drive: Campaign | None = None) -> Registration:
    """The commander takes the registration back, as long as nobody has judged it. Raises `Refused`.

    It is open to the staff again, as it was before; they read the `reason`, where there is one, on it and in their
    work. A reviewer judges a registration in one step: nothing of the reviewer's is lost.
    """
    access.require(access.commands(by, unit))
    registration = targets.lock(unit, year, drive)
    refuse_unless_waiting(registration)
    refuse_long(reason.strip(), "reason")
    came_back = registration.events.filter(kind=Kind.RETURNED).exists()
    state = State.RETURNED if came_back else State.DRAFT
    targets.enter(registration, state, Kind.WITHDRAWN, by=by, reason=reason.strip())
    return registration
