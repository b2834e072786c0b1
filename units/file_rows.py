"""Rows of a CSV or spreadsheet file, as text, for the commands that load files."""

import csv
import io
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from units.errors import Refused
from units.text import plain

Row = tuple[int, dict[str, str]]


def read_table(path: str | Path, columns: list[str]) -> list[Row]:
    """(line number, column → text) of every row that is not empty; the first line names the columns.

    CSV is UTF-8 with or without BOM, separated by commas or semicolons; xlsx, xls and ods are read from their
    first sheet. Raises `Refused` when the file cannot be read, when a column is missing, doubled or unknown, or when
    a row has more cells than columns: an unquoted separator has cut a text, whose rest would be lost.
    """
    path = Path(path)
    if not path.is_file():
        raise Refused(_("The file %(file)s does not exist.") % {"file": path})
    lines = _spreadsheet(path) if path.suffix.lower() in (".xlsx", ".xls", ".ods") else _csv(path)
    if not lines:
        raise Refused(_("The file %(file)s is empty.") % {"file": path.name})
    head = [name.strip().lower() for name in lines[0]]
    while head and not head[-1]:
        head.pop()
    wrong = [
        *(_("The column “%(column)s” is missing.") % {"column": c} for c in columns if c not in head),
        *(_("The column “%(column)s” is unknown.") % {"column": c} for c in head if c not in columns),
        *(_("The column “%(column)s” stands there twice.") % {"column": c} for c in set(head) if head.count(c) > 1),
    ]
    if wrong:
        raise Refused(wrong)
    rows, surplus = [], []
    for number, cells in enumerate(lines[1:], start=2):
        texts = [plain(cell).strip() for cell in cells]
        if any(texts[len(head) :]):
            surplus.append(_surplus(number, texts, len(head)))
        elif any(texts):
            rows.append((number, dict(zip(head, [*texts, *[""] * len(head)], strict=False))))
    if surplus:
        raise Refused(surplus)
    return rows


def _surplus(number: int, texts: list[str], columns: int) -> str:
    return _(
        "Row %(row)d: %(cells)d cells for %(columns)d columns; “%(text)s” belongs to none. "
        "Put a text with a comma or semicolon into double quotes."
    ) % {"row": number, "cells": len(texts), "columns": columns, "text": "; ".join(texts[columns:])[:60]}


def _csv(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise Refused(_("The file %(file)s is not text in UTF-8.") % {"file": path.name}) from error
    try:
        head = text.partition("\n")[0]
        delimiter = ";" if head.count(";") > head.count(",") else ","
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Refused(_("The file %(file)s is not a CSV file.") % {"file": path.name}) from error


def _spreadsheet(path: Path) -> list[list[str]]:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise Refused(_("The file %(file)s is not a spreadsheet.") % {"file": path.name}) from error
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return cell.isoformat()[:10]
    return str(cell)
