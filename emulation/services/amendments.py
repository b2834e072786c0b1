"""Amendments: how what was agreed changes at the unit's wish, into a new version with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Amendment, Campaign, Registration, RegistrationEvent
from emulation.services import targets
from emulation.services.aims import Aim, aims_from, aims_of, as_json, refuse_wrong_titles, write_titles
from emulation.services.target_values import Agreement, agreement_from, differing
from emulation.services.versions import keep_first, latest_number
from units import access
from units.errors import LEAST_ORDER, Refused, reason_of
from units.locking import refuse_unless
from units.models import Role, Unit, User

State = Amendment.State


def may_send(user: User, amendment: Amendment) -> bool:
    return amendment.state == State.PROPOSED and access.commands(user, amendment.registration.unit)


def may_decide(user: User, amendment: Amendment) -> bool:
    """The reviewers responsible, but nobody decides what they asked for or sent."""
    took_part = user.pk in (amendment.asked_by_id, amendment.sent_by_id)
    return amendment.state == State.SENT and not took_part and access.reviews(user, amendment.registration.unit)


def may_withdraw(user: User, amendment: Amendment) -> bool:
    return amendment.is_open and access.works_at(user, amendment.registration.unit, Role.STAFF, Role.COMMANDER)


def refuse_unless_amendable(registration: Registration) -> None:
    """Raises `Refused` unless the registration is agreed and no amendment of it waits. One query."""
    if registration.state != Registration.State.AGREED:
        raise Refused(_("Only what has been agreed is amended; change the registration itself."))
    if registration.amendments.open().exists():
        raise Refused(_("An amendment of this registration is waiting already."))


@transaction.atomic
def propose(
    unit: Unit, year: int, lines: Mapping[int, Agreement | None], aims: list[Aim] | None, *, by: User, reason: str,
    drive: Campaign | None = None,
) -> Amendment:  # fmt: skip
    """The unit's staff propose what is to be agreed; only what differs is kept. `aims` None: titles stay.

    Raises `Refused` unless the registration is agreed, something differs, and no other amendment is open.
    """
    access.require(access.enters(by, unit))
    registration = targets.lock(unit, year, drive)
    refuse_unless_amendable(registration)
    changed = differing(unit, year, lines, drive)
    if aims is not None:
        refuse_wrong_titles(aims)
        aims = None if set(aims) == set(aims_of(registration)) else aims
    if not changed and aims is None:
        raise Refused(_("Nothing differs from what has been agreed."))
    reason = reason_of(reason, least=LEAST_ORDER)
    keep_first(registration)
    return Amendment.objects.create(
        registration=registration, base=latest_number(registration), reason=reason, asked_by=by,
        asked_at=timezone.now(), titles=None if aims is None else as_json(aims),
        lines={str(target.campaign_indicator_id): after for target, _before, after in changed},
    )  # fmt: skip


@transaction.atomic
def send(amendment: Amendment, *, by: User) -> Amendment:
    """The commander sends the amendment up."""
    row = _lock(amendment)
    access.require(access.commands(by, row.registration.unit))
    refuse_unless(row, State.PROPOSED)
    row.state, row.sent_by, row.sent_at = State.SENT, by, timezone.now()
    row.save(update_fields=["state", "sent_by", "sent_at"])
    return row


@transaction.atomic
def withdraw(amendment: Amendment, *, by: User) -> Amendment:
    """The unit takes its amendment back before it is decided."""
    row = _lock(amendment)
    access.require(access.works_at(by, row.registration.unit, Role.STAFF, Role.COMMANDER))
    refuse_unless(row, *Amendment.OPEN)
    return _end(row, State.WITHDRAWN, by=by)


@transaction.atomic
def refuse(amendment: Amendment, *, by: User, reason: str) -> Amendment:
    """The reviewer refuses with a reason; what was agreed stands."""
    row = _for_decision(amendment, by=by)
    return _end(row, State.REFUSED, by=by, reason=reason_of(reason, least=LEAST_ORDER))


@transaction.atomic
def accept(amendment: Amendment, *, by: User) -> Amendment:
    """The reviewer agrees: what was proposed becomes the next version, with the unit's reason.

    Raises `Refused` where what was agreed has changed since it was proposed.
    """
    row = _for_decision(amendment, by=by)
    registration = row.registration
    if latest_number(registration) != row.base:
        raise Refused(
            _("What was agreed has changed since this was proposed. Refuse it, so that the unit proposes anew.")
        )
    lines = {int(pk): agreement_from(after) for pk, after in row.lines.items()}
    changed = differing(registration.unit, registration.year, lines, registration.drive)
    titles = None if row.titles is None else aims_from(row.titles)
    targets.save_agreed(
        registration, changed, by=by, reason=row.reason, kind=RegistrationEvent.Kind.AMENDED,
        titles=None if titles is None else lambda: write_titles(registration, titles),
    )  # fmt: skip
    return _end(row, State.ACCEPTED, by=by)


def _lock(amendment: Amendment) -> Amendment:
    """The amendment as it stands, with its registration locked: one lock for all ways of changing it."""
    held = amendment.registration
    registration = targets.lock(held.unit, held.year, held.drive)
    row = Amendment.objects.get(pk=amendment.pk)
    row.registration = registration
    return row


def _for_decision(amendment: Amendment, *, by: User) -> Amendment:
    row = _lock(amendment)
    access.require(access.reviews(by, row.registration.unit))
    refuse_unless(row, State.SENT)
    if by.pk in (row.asked_by_id, row.sent_by_id):
        raise Refused(_("You asked for this amendment or sent it; somebody else has to decide it."))
    return row


def _end(row: Amendment, state: str, *, by: User, reason: str = "") -> Amendment:
    row.state, row.decided_by, row.decided_at, row.decision = state, by, timezone.now(), reason
    row.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    return row
