"""Files that hold one list: a spreadsheet of which one sheet is read, or csv. What is not read is named.

See `units.person_files` for what a list is, and `units.workbooks` for what becomes of a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from units.errors import Refused
from units.files import MB
from units.person_files import ROWS, Cells, Column, Table, head_of, plain, read_rows, spellings, with_formulas
from units.workbooks import Workbook, read_workbook

TITLES = 100  # rows above and below the list that a file may have beside it
LISTS = gettext_lazy(
    "Lists"
)  # the sheet of choices in the empty lists that we give out: nobody asks what became of it


def read_list(
    name: str, file: IO[bytes], columns: Sequence[Column], *, size: int, limit: int
) -> tuple[list[tuple[int, Cells]], list[str]]:
    """The rows of the list, as `read_rows` has them, and what of the file is not read: columns and sheets.

    Raises `Refused` for what cannot be read, has no list, or has several.
    """
    if name.lower().endswith(".csv"):
        rows, unknown = read_rows(_csv_table(name, file, columns, size=size, limit=limit), columns)
        return rows, _unread(unknown)
    book = read_workbook(name, file, size=size, limit=limit, rows=ROWS, beside=TITLES)
    title = _one_sheet(book, columns)
    table = with_formulas(book.sheets.get(title, []), book.formulas.get(title, ()))
    rows, unknown = read_rows(table, columns)
    own = spellings(LISTS)
    return rows, _unread(unknown, [other for other, lines in book.sheets.items()
                                   if lines and other != title and plain(other) not in own])  # fmt: skip


def _unread(columns: Sequence[str], sheets: Sequence[str] = ()) -> list[str]:
    return [
        *(_("column “%(name)s”") % {"name": name} for name in columns),
        *(_("sheet “%(name)s”") % {"name": name} for name in sheets),
    ]


def _one_sheet(book: Workbook, columns: Sequence[Column]) -> str:
    """The name of the sheet with the list, wherever it stands; without one, of the first sheet.

    Raises `Refused` where several sheets have the head and rows below it: which of them holds is not guessed.
    """
    heads = {title: head_of(table, columns) for title, table in book.sheets.items()}
    found = [title for title, head in heads.items() if head and len(book.sheets[title]) > head[0] + 1]
    if len(found) > 1:
        names = ", ".join(f"“{title}”" for title in found)
        words = _(
            "Several sheets of the file hold a list: %(names)s. Put all rows on one sheet, or send one at a time."
        )
        raise Refused(words % {"names": names})
    return next((title for title in [*found, *(t for t, head in heads.items() if head), *heads]), "")


# ── csv ───────────────────────────────────────────────────────────────────


def _csv_table(name: str, file: IO[bytes], columns: Sequence[Column], *, size: int, limit: int) -> Table:
    """The lines of the file cut where its head can be read: a title above it may hold commas of its own."""
    if size > limit:
        raise Refused(_("“%(name)s” is larger than %(limit)d MB.") % {"name": name, "limit": limit // MB})
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = _("“%(name)s” is not text in UTF-8: save it in Excel as “CSV UTF-8”.")
        raise Refused(words % {"name": name}) from error
    tables = [table for delimiter in ";,\t" if (table := _cut(text, delimiter)) is not None]
    if not tables:
        raise Refused(_("“%(name)s” is not a CSV file.") % {"name": name})
    return next((table for table in tables if head_of(table, columns)), tables[0])


def _cut(text: str, delimiter: str) -> list[tuple[int, list[Any]]] | None:
    """Rows of csv with this separator; None where it is none."""
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    # What `units.spreadsheets.csv_text` put before texts that a spreadsheet would run is not part of them.
    return [
        (row, [re.sub(r"(^|(?<=[,;|\t\r\n]))'(?=[ \"]*[=+\-@])", "", cell) for cell in line])
        for row, line in enumerate(lines, start=1)
    ]
