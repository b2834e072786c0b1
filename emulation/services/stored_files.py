"""Files that are written together with rows: where the rows are not kept, no file stays either.

A file is on the disk at once, its row with the end of the transaction, which may fail as late as that.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from units.errors import Refused

logger = logging.getLogger(__name__)
_written: ContextVar[list[FieldFile] | None] = ContextVar("files written within undoing_files", default=None)


@contextmanager
def undoing_files() -> Iterator[None]:
    """The files stored within it go again where it ends with an error: it stands around the transaction.

    Within another one it hands them on when it ends well: they go where that one fails.
    """
    outer, own = _written.get(), list[FieldFile]()
    within = _written.set(own)
    try:
        yield
    except BaseException:
        for file in own:
            try:
                file.delete(save=False)
            except OSError:  # the others go all the same, and what went wrong first is what is told
                logger.exception("A file of rows that were not kept could not be removed: %s", file.name)
        raise
    finally:
        _written.reset(within)
    if outer is not None:
        outer += own


def store_file(field: FieldFile, name: str, content: File) -> None:
    """Write the file of a row that is saved later. Only within `undoing_files`.

    Its name is known before the first byte is written, so that what a full disk has cut off goes as well; raises
    `Refused` then.
    """
    own, row, column = _written.get(), field.instance, field.field
    assert own is not None
    own.append(field)
    field.name = column.generate_filename(row, name)
    try:
        setattr(row, column.attname, field.storage.save(field.name, content, max_length=column.max_length))
    except OSError as error:
        logger.exception("A file could not be written: %s", field.name)
        words = _("The server cannot store the file: its disk is full or cannot be written. Nothing has been saved.")
        raise Refused([words, _("Tell the system administrator, then try again.")]) from error
