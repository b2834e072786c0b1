"""One row at a time: the row as it is stored now, and whether its state allows what is asked."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from units.errors import Refused
from units.models import Unit

Row = TypeVar("Row", bound=Model)


def locked(row: Row, *related: str) -> Row:
    """The row as it is stored, with `related` rows; two writers of one row wait for each other."""
    rows = type(row)._default_manager.select_for_update(of=("self",))
    if related:  # without names Django would follow every relation that is never empty, and theirs
        rows = rows.select_related(*related)
    return rows.get(pk=row.pk)


def refuse_unless(row: Any, *states: str) -> None:
    """Raises `Refused` where the row is in none of the states: somebody was quicker, or the page is old."""
    if row.state not in states:
        raise not_now(row.get_state_display())


def not_now(state: str) -> Refused:
    """What is said where the state (as it is read) does not allow a step."""
    return Refused(_("This is not possible now: it is “%(state)s”.") % {"state": state})


def refuse_twin(unit: Unit, rows: QuerySet[Any]) -> None:
    """Raises `Refused` where an entry of the unit stands already among `rows`, those with the very same words.

    A form that is sent twice, or once more after going back, would count twice. One new entry of a unit at a time.
    """
    Unit.objects.select_for_update().get(pk=unit.pk)
    twin = rows.filter(unit=unit).first()
    if twin is not None:
        words = _("“%(entry)s” stands in the register already. If it is another one, say in the words what differs.")
        raise Refused(words % {"entry": twin})
