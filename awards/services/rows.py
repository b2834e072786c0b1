"""Changes of the award catalogue by an administrator of the root; the audit log keeps who changed what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models, transaction
from django.utils.translation import gettext as _

from awards.models import Award
from emulation.services.definitions import is_referred
from units.access import administers_root, require
from units.errors import Refused
from units.models import User

Chosen = Mapping[str, Iterable[models.Model]]


@transaction.atomic
def save_row(row: models.Model, *, chosen: Chosen, by: User) -> None:
    """Create or change an award, or a row of one, with the rows it chooses (column → rows).

    Raises ValidationError for what breaks a rule of its table, and `Refused` where the code of an award
    that was given, or of which something is known, would change.
    """
    require(administers_root(by))
    row.full_clean()
    if isinstance(row, Award) and row.pk is not None:
        stored = Award.objects.select_for_update().get(pk=row.pk)
        if stored.code != row.code and stored.grants.exists():
            raise Refused(_("This award has been granted: its code is fixed."), "code")
    row.save()
    for name, rows in chosen.items():
        getattr(row, name).set(rows)


@transaction.atomic
def delete_row(row: models.Model, *, by: User) -> None:
    """Delete what nobody refers to; everything else ends by date."""
    require(administers_root(by))
    if is_referred(row):
        raise Refused(_("“%(row)s” is in use and stays. Let it end by date.") % {"row": row})
    row.delete()
