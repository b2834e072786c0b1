"""One row at a time: the row as it is stored now, and whether its state allows what is asked."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units.errors import Refused
from units.models import Unit

Row = TypeVar("Row", bound=Model)


def locked(row: Row, *related: str) -> Row:
    """The row as it is stored, with `related` rows; two writers of one row wait for each other.

    Raises `Refused` where somebody has deleted it since it was read.
    """
    rows = type(row)._default_manager.select_for_update(of=("self",))
    if related:  # without names Django would follow every relation that is never empty, and theirs
        rows = rows.select_related(*related)
    try:
        return rows.get(pk=row.pk)
    except type(row).DoesNotExist as error:  # type: ignore[attr-defined]
        raise Refused(_("Somebody has deleted this meanwhile.")) from error


def forget(rows: QuerySet[Any]) -> None:
    """Delete the rows as far as they still answer to their condition once nobody else holds them.

    A plain `delete()` of rows that others refer to reads them first and deletes them by key, whatever became of them.
    """
    held = [row.pk for row in rows.select_for_update(of=("self",)).only("pk")]
    rows.model._default_manager.filter(pk__in=held).delete()


def file_mark(upload: Any) -> str:
    """What a kept file is known by on the page that shows it: its row and the moment in which it was sent.

    Every page on which a file is confirmed or discarded carries it (`views.uploads.other_file`).
    """
    return f"{upload.pk}-{upload.at:%Y%m%d%H%M%S%f}"


def refuse_other_file(upload: Any, seen: str) -> None:
    """Raise `Refused` where the page did not show this kept file; `seen` is the `file_mark` of the one it showed."""
    if seen != file_mark(upload):
        words = _(
            "The page showed another file than “%(name)s”, sent %(when)s, which waits now. Nothing was saved or "
            "discarded. Look at what it says, then decide."
        )
        when = date_format(timezone.localtime(upload.at), "DATETIME_FORMAT")
        raise Refused(words % {"name": upload.name, "when": when})


def waiting_file(upload: Row) -> Row:
    """A kept file as it was read for the page, locked.

    Raises `Refused` where it has been taken over, discarded, or replaced by another one since.
    """
    row: Any = type(upload)._default_manager.select_for_update(of=("self",)).filter(pk=upload.pk).first()
    if row is None:
        raise Refused(_("No file waits here: it has been taken over, discarded, or kept too long."))
    if getattr(row, "taken", None) is not None:  # some are deleted when they are taken over
        raise Refused(_("This file has been taken over already."))
    refuse_other_file(row, file_mark(upload))
    return row


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
