"""Lists in files that users send, a spreadsheet of which one sheet is read, or csv: columns, heads, rows, days.

What of a file is not read is named. What the rows of people and awards say: `units.person_files`,
`awards.grant_files`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from units.errors import Refused
from units.files import MB
from units.text import fold, normal
from units.workbooks import Workbook, read_workbook

ROWS = 5000  # of one list
TITLES = 100  # rows above and below the list that a file may have beside it
LISTS = gettext_lazy("Lists")  # the sheet of choices in the empty lists that we give out: it is not read, unsaid
HEADS = 30  # rows of a table among which its head is looked for
Cells = dict[str, str]  # column → text of one row
Table = Sequence[tuple[int, Sequence[Any]]]  # (row of the file, cells) as `units.workbooks` reads a sheet
IGNORED = {"stt", "tt", "no", ""}  # a running number needs no word
DATE = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})(?: 00:00:00)?")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
FORMULA = "="  # text of a cell whose formula has left nothing that could be read
ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}  # what it leaves in a csv file


def is_formula(text: str) -> bool:
    """Whether a formula stands in the cell, or what one leaves that fails: to whoever typed it it is not empty."""
    return text == FORMULA or text.upper() in ERRORS


def plain(text: str) -> str:
    """`text` reduced to what two spellings have in common: letters and digits without diacritics."""
    return re.sub(r"[^a-z0-9]", "", fold(text))


@dataclass(frozen=True)
class Column:
    """A column: its key, its head, other heads people use (folded, letters and digits alone)."""

    key: str
    head: Any
    others: tuple[str, ...] = ()
    required: bool = False
    limit: int = 120
    instead: str = ""  # the required column in whose place it may stand

    def heads(self) -> set[str]:
        """Every spelling of the head that is understood."""
        return {*self.others, *spellings(self.head)}

    def wrong(self, text: str) -> str:
        """Why the text of a cell can be no text of this column whatever it means; empty where nothing is wrong."""
        if is_formula(text):
            return _("The cell holds a formula without a value. Type the text itself.")
        return _("At most %(most)d characters.") % {"most": self.limit} if len(text) > self.limit else ""


def spellings(words: Any) -> set[str]:
    """What a lazy text is in the languages of the interface, reduced by `plain`."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(plain(str(words)))
    return found


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, or odd, in one cell (E14) or row; `name` says whose row it is, as far as it is known."""

    address: str
    row: int
    name: str
    message: str


def head_of(table: Table, columns: Sequence[Column]) -> tuple[int, list[str]] | None:
    """Where the head stands (place in the table) and the column of each cell, "" for heads that are not understood.

    None where no row among the first names every required column.
    """
    known = {head: column.key for column in columns for head in column.heads()}
    required = {column.key for column in columns if column.required}
    for place, (_number, cells) in enumerate(table[:HEADS]):
        keys = [known.get(plain(_text(cell)), "") for cell in cells]
        if required <= {*keys, *(column.instead for column in columns if column.key in keys)}:
            return place, keys
    return None


def read_rows(table: Table, columns: Sequence[Column]) -> tuple[list[tuple[int, Cells]], list[str]]:
    """(row of the file, column → text) of every person, and the heads that are not understood.

    `table` is a sheet as `units.workbooks` reads it; `columns` are those of the list.
    The head is the first row that names the required columns; what stands above it is a title. Column
    letters are kept under "@key"; a number with a fraction has "#key", for such a cell says one thing as a text and
    another as a number. Raises `Refused` when there is no head, nobody, or too many.
    """
    head = head_of(table, columns)
    if head is None:
        names = ", ".join(f"“{column.head}”" for column in columns if column.required)
        raise Refused(_("The head is missing: one row has to name the columns %(names)s.") % {"names": names})
    place, keys = head
    twice = [str(column.head) for column in columns if keys.count(column.key) > 1]
    if twice:
        raise Refused([_("The column “%(column)s” stands there twice.") % {"column": name} for name in twice])
    heads = [_text(cell) for cell in table[place][1]]
    unknown = [head for head, key in zip(heads, keys, strict=True) if not key and plain(head) not in IGNORED]
    letters = {f"@{key}": letter(at) for at, key in enumerate(keys) if key}
    rows = []
    for number, cells in table[place + 1 :]:
        named = [(key, cell) for key, cell in zip(keys, cells, strict=False) if key]
        found = {key: _text(cell) for key, cell in named}
        if any(found.values()):
            rows.append((number, found | letters | {f"#{key}": "." for key, cell in named if _has_fraction(cell)}))
    if not rows:
        raise Refused(_("The file names nobody: below the head every row is empty."))
    if len(rows) > ROWS:
        raise Refused(
            _("The file has %(rows)d rows; at most %(most)d at a time.") % {"rows": len(rows), "most": ROWS}
        )
    return rows, unknown


def with_formulas(table: Table, formulas: Collection[str]) -> list[tuple[int, list[Any]]]:
    """The sheet; where a formula (address) has left nothing, with `FORMULA`: to whoever typed it is not empty."""
    return [
        (number, [cell or (FORMULA if f"{letter(at)}{number}" in formulas else "") for at, cell in enumerate(cells)])
        for number, cells in table
    ]


def _text(cell: Any) -> str:
    return normal(cell if isinstance(cell, str) else cell[1])


def _has_fraction(cell: Any) -> bool:
    return not isinstance(cell, str) and cell[0] == "n" and "." in cell[1]


def letter(column: int) -> str:
    """0 → A, 26 → AA."""
    found = ""
    while column >= 0:
        column, place = divmod(column, 26)
        found, column = chr(65 + place) + found, column - 1
    return found


def day_of(text: str) -> date:
    """A date as people and spreadsheets write it; month and year alone are the first of the month.

    Raises ValueError for anything else, also for years of two digits.
    """
    if iso := ISO.fullmatch(text):
        return date(*(int(part) for part in iso.groups()))
    if not (found := DATE.fullmatch(text)):
        raise ValueError(text)
    day, month, year = found.groups()
    return date(int(year), int(month), int(day or 1))


def is_month(text: str) -> bool:
    """Whether a date that `day_of` understands names month and year alone."""
    found = DATE.fullmatch(text)
    return found is not None and found.group(1) is None


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
