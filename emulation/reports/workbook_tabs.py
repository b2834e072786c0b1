"""Which tab of a file that came back is the form, and which of its columns are whose: told by their heads.

People add a column for their own sums, hide or move others, copy the tab, put a draft in front: what counts is what
stands above a column, in any language of the interface, wherever it is. No database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from xlsxwriter.utility import xl_col_to_name

from emulation.reports.workbook import CODE, IDENTITY, INPUTS, MARK, NAME, heads
from units.errors import Refused
from units.text import fold
from units.workbooks import Cell, Rows, Workbook

ENOUGH = 4  # heads of the form side by side: what has fewer is no form
MARKS = re.compile(r"[0-9.]*:[0-9a-f]{8}")  # in the hidden column, which has no head
SHOWN = 60  # characters of a head that a message repeats


@dataclass(frozen=True, slots=True)
class FormTab:
    """The form in a file.

    `rows` are [row number, [cells in the order of the form]] below its head, `columns` the letters of these columns
    in the file ("" for one that is not there); `unread` names the tabs and columns that hold something beside it.
    """

    title: str
    rows: Rows
    columns: list[str]
    unread: list[str]


def form_tab(book: Workbook) -> FormTab:
    """The form in the file. Raises `Refused`: none or two of them, columns missing or doubled, all of them named."""
    tabs = {title: rows for title, rows in book.sheets.items() if title != IDENTITY}
    found = {title: place for title, rows in tabs.items() if (place := _head_place(rows)) is not None}
    if not found:
        raise Refused(
            _("The head of the form is missing: its first column is called “Code”. Download the form again.")
        )
    if len(found) > 1:
        raise Refused(
            _("The form stands in the file several times: %(tabs)s. Leave only the one that counts.")
            % {"tabs": ", ".join(f"“{title}”" for title in found)}
        )
    [(title, place)] = found.items()
    rows = tabs.pop(title)
    beside = [_("the tab “%(tab)s”") % {"tab": name} for name, lines in tabs.items() if lines]
    return _read(title, rows[place][1], rows[place + 1 :], beside)


def _head_place(rows: Rows) -> int | None:
    return next((place for place, (_number, cells) in enumerate(rows) if len(set(_columns(cells))) >= ENOUGH), None)


def _columns(head: Sequence[Cell]) -> dict[int, list[int]]:
    """Column of the form → where in the file its head stands."""
    known = _known()
    found: dict[int, list[int]] = {}
    for at, cell in enumerate(head):
        column = known.get(fold(cell)) if isinstance(cell, str) else None
        if column is not None:
            found.setdefault(column, []).append(at)
    return found


def _known() -> dict[str, int]:
    """Folded head in any language → column."""
    found: dict[str, int] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {fold(text): column for column, text in enumerate(heads()) if text}
    return found


def _read(title: str, head: Sequence[Cell], lines: Rows, unread: list[str]) -> FormTab:
    places = _columns(head)
    _refuse_wrong(places)
    at = {column: found[0] for column, found in places.items()}
    width = max([len(head), *(len(cells) for _number, cells in lines)])
    rest = [place for place in range(width) if place not in at.values()]
    marks = next((place for place in rest if any(MARKS.fullmatch(_text(cells, place)) for _n, cells in lines)), None)
    if marks is not None:
        at[MARK] = marks
    unread += [
        _named(place, _text(head, place))
        for place in rest if place != marks and any(_text(cells, place) for _number, cells in lines)
    ]  # fmt: skip
    rows: Rows = [
        (number, [_cell(cells, at[column]) if column in at else "" for column in range(MARK + 1)])
        for number, cells in lines
    ]
    return FormTab(
        title, rows, [xl_col_to_name(at[column]) if column in at else "" for column in range(MARK + 1)], unread
    )


def _refuse_wrong(places: dict[int, list[int]]) -> None:
    """What is only there to be read (unit of measure, target) may be missing, and stand there twice."""
    names, needed = heads(), (CODE, NAME, *INPUTS)
    messages = []
    if missing := [names[column] for column in needed if column not in places]:
        messages.append(
            _(
                "Columns of the form are missing: %(columns)s. "
                "Download the form again and leave its heads as they are."
            )
            % {"columns": ", ".join(f"“{name}”" for name in missing)}
        )
    if doubled := [column for column in needed if len(places.get(column, ())) > 1]:
        both = (
            f"“{names[column]}” ({', '.join(xl_col_to_name(place) for place in places[column])})"
            for column in doubled
        )
        messages.append(
            _("Columns stand there twice: %(columns)s. Leave only the one that counts.")
            % {"columns": ", ".join(both)}
        )
    if messages:
        raise Refused(messages)


def _named(place: int, head: str) -> str:
    words = {"head": head[:SHOWN], "column": xl_col_to_name(place)}
    return _("column %(column)s “%(head)s”") % words if head else _("column %(column)s, which has no head") % words


def _cell(cells: Sequence[Cell], place: int) -> Any:
    return cells[place] if place < len(cells) else ""


def _text(cells: Sequence[Cell], place: int) -> str:
    cell = _cell(cells, place)
    return str(cell[1] if isinstance(cell, list) else cell).strip()
