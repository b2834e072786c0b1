"""Attaching and removing files of what happens in a movement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from emulation.models import Attachment
from emulation.services.evidence import checked, keep, mark_removed, save_beside
from units import access
from units.locking import locked
from units.models import User

May = Callable[[User, Any], bool]


def attach(
    owner: Any,
    files: Sequence[UploadedFile],
    *,
    by: User,
    caption: str = "",
    credit: str = "",
    may: May | None = None,
) -> list[Attachment]:
    """Keep files of `owner` (a row with the relation `files`). All or none. `may` is asked again under its lock.

    Raises `Refused` with every file that is not accepted.
    """
    said = {"caption": caption.strip(), "credit": credit.strip()}
    rows = [Attachment(by=by, **said, **columns) for columns in checked(files)]
    return keep(rows, files, lambda: _store(owner, rows, by, may))


@transaction.atomic
def _store(owner: Any, rows: list[Attachment], by: User, may: May | None) -> None:
    _lock(owner, by, may)
    save_beside(rows, owner.files.present())
    owner.files.add(*rows)


def _lock(owner: Any, by: User, may: May | None) -> None:
    """Lock the owner and ask, of what it is now, whether the user may still do it."""
    row = locked(owner)
    access.require(may is None or may(by, row))


@transaction.atomic
def remove(owner: Any, pk: int, *, by: User, why: str, may: May | None = None) -> Attachment:
    """Mark a file of `owner` as removed; it stays kept. Raises `Refused` without a reason, or when it is too late."""
    _lock(owner, by, may)
    row = owner.files.select_for_update(of=("self",)).get(pk=pk)
    mark_removed(row, by=by, why=why)
    return row
