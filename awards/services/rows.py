"""Changes of the award catalogue by an administrator of the root; the audit log keeps who changed what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from awards.models import Award, Bonus
from emulation.services.definitions import IN_FORCE, is_referred, was_in_force
from units.access import administers_root, require
from units.errors import Refused, reason_of
from units.models import User
from units.text import normal

Chosen = Mapping[str, Iterable[models.Model]]


@transaction.atomic
def save_row(row: models.Model, *, chosen: Chosen, by: User) -> None:
    """Create or change an award, or a row of one, with the rows it chooses (column → rows).

    Raises ValidationError for what breaks a rule of its table, and `Refused` where the code of an award that was
    given would change, or a second bonus would hold beside another one: contradicting each other, none is known.
    """
    require(administers_root(by))
    row.full_clean()
    if isinstance(row, Award) and row.pk is not None:
        stored = Award.objects.select_for_update().get(pk=row.pk)
        if stored.code != row.code and stored.grants.exists():
            raise Refused(_("This award has been granted: its code is fixed."), "code")
    if isinstance(row, Bonus):
        _refuse_second_rate(row)
    row.save()
    for name, rows in chosen.items():
        getattr(row, name).set(rows)


def _refuse_second_rate(row: Bonus) -> None:
    Award.objects.select_for_update().get(pk=row.award_id)
    others = Bonus.objects.filter(award=row.award_id, subject=row.subject).exclude(pk=row.pk)
    others = others.filter(Q(valid_until=None) | Q(valid_until__gte=row.valid_from or date.min))
    other = others.filter(Q(valid_from=None) | Q(valid_from__lte=row.valid_until or date.max)).first()
    if other is not None:
        words = _("“%(row)s” holds at the same time: give it its last day first, or change it.")
        raise Refused(words % {"row": other}, "valid_from")


def why_kept(row: models.Model) -> str:
    """Why the row of an award is not deleted; "" where it may be."""
    if is_referred(row):
        return _("“%(row)s” is in use and stays. Let it end by date.") % {"row": row}
    return str(IN_FORCE % {"row": row}) if was_in_force(row) else ""


@transaction.atomic
def delete_row(row: Any, *, reason: str, by: User) -> None:
    """Delete what was entered by mistake, with the reason; everything else ends by date. Raises `Refused`."""
    require(administers_root(by))
    why = reason_of(normal(reason), most=300)
    if kept := why_kept(row):
        raise Refused(kept)
    row.why_removed = why
    row.delete()
