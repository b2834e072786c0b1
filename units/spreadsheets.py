"""Writing of xlsx and csv files in which nothing that people typed can become a formula. No database.

A spreadsheet program runs what begins with `=`, `+`, `-` or `@` (also behind a tab, a line break, or in
full width) when it opens a csv file, or when somebody edits the cell later. Text therefore goes into xlsx
as strings in cells formatted as text, and into csv behind an apostrophe; numbers and dates stay such.

A number that a page shows is `Written`: a workbook gets the number, to be summed and sorted, a csv file its text.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from units.written import Written

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
Value = str | int | Decimal | date | None
Table = tuple[list[str], Iterable[Sequence[Value]]]  # heads, and rows of as many values

PIECE = 64 * 1024  # bytes
TEXT_LIMIT = 32_767  # characters of an Excel cell
_EQUALS = "=\u00a0"
_STARTERS = frozenset("=+-@")
_DATE = "dd/mm/yyyy"
_TIME = "dd/mm/yyyy hh:mm"  # of our place, as pages show it
_SEPARATOR = re.compile(r"(?<=[,;|\t\r\n])")
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet program could take `text` for a formula, also after invisible characters."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    for char in unicodedata.normalize("NFKC", text):
        if char.isspace() or unicodedata.category(char) in ("Cc", "Cf"):
            continue
        return char in _STARTERS
    return False


def csv_text(value: Value) -> str:
    """`value` as it stands in a csv cell: numbers with the mark of the reader's language, ISO dates, harmless text.

    "= 100", a target written with its comparator, becomes "equals 100": no formula, and nothing strange before it.
    A program set to another separator cuts the text at that one, or at a line break, because it does not see
    the quotes around the cell: no piece may begin a formula either.
    """
    if value is None:
        return ""
    if isinstance(value, Written) and value[:1] in ("+", "-"):
        return str(value)  # the sign of a number
    if isinstance(value, str):
        if value.startswith(_EQUALS):  # nobody types that space: it is `compared` that writes it
            value = " ".join((pgettext("comparator", "equals"), value.removeprefix(_EQUALS)))
        pieces = _SEPARATOR.split(value)
        return "".join(f"'{piece}" if starts_formula(piece.lstrip(' "')) else piece for piece in pieces)
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", "," if get_language() == "vi" else ".")
    return str(value)


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Value]], *, about: Sequence[str] = ()) -> Iterator[bytes]:
    """A csv file in UTF-8 with BOM, in pieces: Excel reads Vietnamese only with it. `about` stands above the heads.

    Separated by semicolons, as Excel expects where the comma belongs to the numbers.
    """
    yield BOM_UTF8
    for line in about:
        yield _csv_line([line])
    yield _csv_line(heads)
    for row in rows:
        yield _csv_line(row)


def _csv_line(row: Sequence[Value]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow([csv_text(value) for value in row])
    return text.getvalue().encode()


def xlsx_pieces(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], *, about: Sequence[str] = ()
) -> Iterator[bytes]:
    """The file of `write_xlsx` in pieces, by way of the disk: its index, written last, is read first."""
    with TemporaryFile() as file:
        write_xlsx(file, title, heads, rows, about=about)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def write_xlsx(
    file: IO[bytes], title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], *, about: Sequence[str] = ()
) -> None:
    """A plain table: a head that stays in sight, a filter, columns as wide as what stands in them. Lines `about` it
    stand above the head.

    One row at a time is held in memory, however many there are; the others wait in a temporary file.
    """
    book = Book(file)
    sheet = book.sheet(title)
    head = book.format(bold=True, bg_color="#DDE6DC", border=1, text_wrap=True, valign="vcenter")
    widths = [len(text) for text in heads]
    for line, text in enumerate(about):
        book.put(sheet, line, 0, text)
    top = last = len(about)
    for column, text in enumerate(heads):
        book.put(sheet, top, column, text, head)
    for last, row in enumerate(rows, start=top + 1):  # noqa: B007 – how many rows there were
        for column, value in enumerate(row):
            book.put(sheet, last, column, value)
            widths[column] = max(widths[column], len(str(value or "")))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(60, max(8, width + 2)))
    sheet.freeze_panes(top + 1, 1)
    if heads:
        sheet.autofilter(top, 0, last, len(heads) - 1)
    book.workbook.close()


class Book:
    """A workbook in memory; with a `file` it goes there, written strictly row after row. All goes through `put`."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file = BytesIO()
        way = {"in_memory": True} if file is None else {"constant_memory": True}
        self.workbook = Workbook(file or self._file, _SAFE | way)
        self._formats: dict[str, Format] = {}
        self._properties: dict[int, dict[str, Any]] = {}

    def format(self, **properties: Any) -> Format:
        """The format with these properties of XlsxWriter, made once."""
        key = repr(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
            self._properties[id(self._formats[key])] = properties
        return self._formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A new sheet; what Excel does not allow in a name is left out of it."""
        allowed = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip().strip("'")[:31]
        return self.workbook.add_worksheet(allowed or None)

    def put(self, sheet: Worksheet, row: int, column: int, value: Value, format: Format | None = None) -> None:
        """Write one cell by the type of `value`. A text that could start a formula is quoted for good."""
        if isinstance(value, Written) and value.exact:
            own = self._properties.get(id(format), {})
            sheet.write_number(row, column, value.number, self.format(**own | {"num_format": value.num_format}))
        elif isinstance(value, str):
            text = value[:TEXT_LIMIT]
            if starts_formula(text):
                format = self._quoted(format)
            sheet.write_string(row, column, text, format or self.format(num_format="@"))
        elif isinstance(value, datetime):
            when = localtime(value).replace(tzinfo=None)
            sheet.write_datetime(row, column, when, format or self.format(num_format=_TIME))
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, format or self.format(num_format=_DATE))
        elif value is None:
            sheet.write_blank(row, column, None, format)
        else:
            sheet.write_number(row, column, value, format)

    def _quoted(self, format: Format | None) -> Format:
        """The same format with Excel's mark for text, so that editing the cell does not run it either."""
        own = self._properties.get(id(format), {})
        return self.format(**own | {"num_format": "@", "quote_prefix": True})

    def close(self) -> bytes:
        """Finish the workbook; the file, of one in memory."""
        self.workbook.close()
        return self._file.getvalue()
