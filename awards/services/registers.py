"""Numbers in the book of honour (*sổ vàng*): given once, when an award is registered or its certificate printed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from awards import access
from awards.models import Grant
from units.access import require
from units.errors import Refused
from units.models import Unit, User


@transaction.atomic
def register_grants(keys: Collection[int], *, by: User) -> list[Grant]:
    """The awards, each with its number: «CKT-2020-0012», by the unit that keeps the book and the award's year.

    Numbers follow the order of the decision's list; who has one keeps it. Raises `Refused` for awards that were
    revoked.
    """
    rows = Grant.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    beside = ("award__category", "issued__unit", "person__unit", "unit", "nomination__dossier__unit")
    grants = sorted(rows.select_related(*beside), key=place_of)
    for grant in grants:
        require(access.registers(by, grant))
    ended = [f"{grant.name or grant.person or grant.unit}: {grant}" for grant in grants if grant.revoked_on]
    if ended:
        raise Refused(_("Revoked, and not registered any more: %(names)s.") % {"names": ", ".join(ended)})
    keepers: dict[int, Unit] = {}
    last: dict[str, int] = {}
    for grant in grants:
        if grant.register:
            continue
        unit = keeper_of(grant)
        if unit.pk not in keepers:  # locked, so that two people at once do not give the same number
            keepers[unit.pk] = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        book = f"{unit.code}-{grant.year}-"
        last[book] = (last[book] if book in last else _last(book)) + 1
        grant.register = f"{book}{last[book]:04}"
        grant.save(update_fields=["register"])
    return grants


def place_of(grant: Grant) -> tuple[Any, ...]:
    """Where it stands: decisions by their day, in each as its list (`PAPER_ORDER`), then what has no line."""
    line, award = grant.nomination, grant.award
    decision = (grant.decided or date.max, grant.issued_id or 0, -award.order, award.code)
    if line is None:
        return (*decision, 1, "", 0, 0, grant.pk)
    return (*decision, 0, line.dossier.unit.path, line.dossier_id, line.order, line.pk)


def keeper_of(grant: Grant) -> Unit:
    """Whose book it is: of the unit that decided or recorded it, else of the subject's."""
    if grant.issued is not None:
        return grant.issued.unit
    if grant.person is not None:
        return grant.person.unit
    assert grant.unit is not None
    return grant.unit


def _last(book: str) -> int:
    numbers = Grant.objects.filter(register__startswith=book).values_list("register", flat=True)
    return max((int(tail) for text in numbers if (tail := text.removeprefix(book)).isdecimal()), default=0)
