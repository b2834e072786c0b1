"""The library of documents: keep, send to units, acknowledge receipt, pass on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import Document, Receipt
from units import access, clock
from units.errors import Refused, reason_of
from units.locking import locked
from units.models import Role, Unit, User

WRITERS = (Role.STAFF, Role.COMMANDER)


def may_write(user: User, document: Document) -> bool:
    """Staff of the unit that keeps a document change it; one that belongs to all stays as it is."""
    return document.unit is not None and access.enters(user, document.unit)


def may_acknowledge(user: User, receipt: Receipt) -> bool:
    """Staff or commander of the unit to which the document was sent."""
    return access.works_at(user, receipt.unit, *WRITERS)


def may_recall(user: User, receipt: Receipt) -> bool:
    """Staff or commander of the unit that sent it."""
    return access.works_at(user, receipt.sender, *WRITERS)


def recalling(user: User) -> set[int]:
    """Units (by key) whose sendings the user recalls."""
    return {m.unit_id for m in user.active_memberships if m.role in WRITERS}


def senders(user: User, document: Document) -> list[Unit]:
    """Units in whose name the user sends the document on.

    The unit that keeps it; units that have acknowledged it pass it on to their own; what belongs to all is
    sent by any. One query.
    """
    own = {m.unit_id: m.unit for m in user.active_memberships if m.role in WRITERS}
    if document.unit_id is None:
        return list(own.values())
    received = set(
        document.receipts.standing()
        .filter(unit__in=own, acknowledged_at__isnull=False)
        .values_list("unit", flat=True)
    )
    return [unit for pk, unit in own.items() if pk == document.unit_id or pk in received]


@transaction.atomic
def save_document(document: Document, *, by: User) -> Document:
    """Put a document into the library of its unit, or change it."""
    access.require(may_write(by, document))
    if document.issued_on and document.issued_on > clock.today():
        raise Refused(_("The document cannot have been issued in the future."), "issued_on")
    document.full_clean(exclude=["search"])
    document.save()
    return document


@transaction.atomic
def send_document(document: Document, *, sender: Unit, units: Iterable[Unit], due: date | None, by: User) -> int:
    """Send a document to units below `sender`; returns to how many. Who has it already is left out."""
    locked(document)
    access.require(sender in senders(by, document))
    chosen = list(units)
    if not chosen:
        raise Refused(_("Choose at least one unit."), "units")
    if due is not None and due < clock.today():
        raise Refused(_("The day lies in the past; choose today or later."), "due")
    for unit in chosen:
        if unit.path == sender.path or not unit.path.startswith(sender.path):
            raise Refused(_("%(unit)s does not stand below %(sender)s.") % {"unit": unit, "sender": sender}, "units")
        if unit.ended:
            raise Refused(_("%(unit)s has been dissolved.") % {"unit": unit}, "units")
    known = set(document.receipts.standing().values_list("unit", flat=True)) | {document.unit_id}
    fresh = {unit.pk: unit for unit in chosen if unit.pk not in known}
    if not fresh:
        raise Refused(_("All these units have the document already."), "units")
    now = timezone.now()
    for unit in fresh.values():
        Receipt.objects.create(document=document, unit=unit, sender=sender, due=due, sent_by=by, sent_at=now)
    return len(fresh)


@transaction.atomic
def acknowledge(receipt: Receipt, *, by: User) -> Receipt:
    """Say that the unit has received the document. Once: raises `Refused` naming who said so already."""
    row = locked(receipt, "unit", "sender", "acknowledged_by")
    access.require(may_acknowledge(by, row))
    if row.recalled_at:
        raise Refused(_("%(unit)s has recalled it; nothing is to be acknowledged any more.") % {"unit": row.sender})
    if row.acknowledged_at:
        raise Refused(
            _("%(who)s acknowledged receipt on %(day)s.")
            % {"who": row.acknowledged_by, "day": date_format(timezone.localdate(row.acknowledged_at))}
        )
    row.acknowledged_by, row.acknowledged_at = by, timezone.now()
    row.save(update_fields=["acknowledged_by", "acknowledged_at"])
    return row


def refuse_unless_recallable(row: Receipt) -> None:
    """Raises `Refused` once the unit has acknowledged receipt, or the sending has been recalled."""
    if row.acknowledged_at:
        raise Refused(
            _("%(unit)s acknowledged receipt on %(day)s; what has been received is not recalled.")
            % {"unit": row.unit, "day": date_format(timezone.localdate(row.acknowledged_at))}
        )
    if row.recalled_at:
        raise Refused(_("It has been recalled already."))


@transaction.atomic
def recall(receipt: Receipt, *, reason: str, by: User) -> Receipt:
    """Take back what went to a wrong unit. Raises `Refused` once the unit has acknowledged receipt: that stays."""
    row = locked(receipt, "unit", "sender", "acknowledged_by")
    access.require(may_recall(by, row))
    refuse_unless_recallable(row)
    reason = reason_of(reason, most=300)
    row.recalled_by, row.recalled_at, row.recalled_why = by, timezone.now(), reason
    row.save(update_fields=["recalled_by", "recalled_at", "recalled_why"])
    return row
