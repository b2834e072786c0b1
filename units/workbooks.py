"""Reading of workbooks that users send: xlsx, xls, ods, by their content. No database."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.utils.translation import gettext as _

from units.errors import Refused
from units.files import MB, clean_name, detect, open_zip
from units.text import plain

ROWS, COLUMNS = 2000, 100  # of any sheet in the file, where the caller does not say more
UNPACKED_LIMIT = 60 * MB
SECONDS = 30
_CHILD = Path(__file__).with_name("workbook_child.py")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"

Cell = Any  # a text, or [kind, text]: see workbook_child
Rows = list[tuple[int, list[Cell]]]


@dataclass(frozen=True, slots=True)
class Workbook:
    """Sheets in their order, each with the rows that hold anything; row numbers as in Excel.

    `formulas` are addresses of formulas whose result is no number.
    """

    sheets: dict[str, Rows]
    formulas: dict[str, frozenset[str]]


def read_workbook(
    name: str, file: IO[bytes], *, size: int, limit: int, rows: int = ROWS, beside: int = 0
) -> Workbook:
    """All sheets of a spreadsheet file of `size` bytes, at most `limit`, each of at most `rows` rows and a few
    `beside` them for titles.

    Raises `Refused` with one sentence for what is no spreadsheet, is damaged, locked, or too large in bytes,
    unpacked, or in rows and columns.
    """
    name = clean_name(name)
    if not size:
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    if size > limit:
        raise Refused(
            _("“%(name)s” is larger than %(limit)d MB; such a list or form is much smaller. Is it the right file?")
            % {"name": name, "limit": limit // MB}
        )
    kind = _kind(name, file)
    with TemporaryDirectory() as folder:  # a file that is still open cannot be read by another process on Windows
        path = Path(folder) / f"copy.{kind}"
        file.seek(0)
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy, MB)
        found = _in_child(name, str(path), kind, rows + beside)
    if "sheets" not in found:
        raise Refused(
            _(
                "“%(name)s” has %(rows)d rows and %(columns)d columns; "
                "at most %(limit)d rows and %(width)d columns are read."
            )
            % {"name": name, "rows": found["rows"], "columns": found["columns"], "limit": rows, "width": COLUMNS}
        )
    sheets = {
        title: [
            (int(number), [plain(cell) if isinstance(cell, str) else cell for cell in cells])
            for number, cells in lines
        ]
        for title, lines in found["sheets"].items()
    }
    return Workbook(sheets, {title: frozenset(cells) for title, cells in found["formulas"].items()})


def _kind(name: str, file: IO[bytes]) -> str:
    """xlsx, xls or ods, by the content. Archives are unpacked once, so that what they declare is true."""
    kind = detect(name, file)
    file.seek(0)
    if not file.read(2).startswith(b"PK"):
        if kind != "xls":
            raise Refused(_no_spreadsheet(name))
        return kind
    with open_zip(name, file, UNPACKED_LIMIT) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        if not kind and "mimetype" in entries and entries["mimetype"].file_size < 200:
            kind = "ods" if archive.read("mimetype").strip() == _ODS else ""
        if kind not in ("xlsx", "ods"):
            raise Refused(_no_spreadsheet(name))
        try:
            damaged = archive.testzip()
        except Exception as error:  # noqa: BLE001 – whatever the archive breaks, it is damaged
            raise Refused(_unreadable(name)) from error
        if damaged:
            raise Refused(_unreadable(name))
    return kind


def _in_child(name: str, path: str, kind: str, rows: int) -> dict[str, Any]:
    command = [sys.executable, str(_CHILD), path, kind, str(rows), str(COLUMNS)]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Refused(_unreadable(name)) from error


def _no_spreadsheet(name: str) -> str:
    return _("“%(name)s” is not a spreadsheet. Send an Excel file: xlsx, xls or ods.") % {"name": name}


def _unreadable(name: str) -> str:
    return _("“%(name)s” cannot be read as a spreadsheet. Open it in Excel, save it again as xlsx and send that.") % {
        "name": name
    }
