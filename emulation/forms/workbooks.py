"""A form that came back from Excel, read against the sheet as it is now: errors, differences, conflicts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from emulation.checks import Entry, missing_parts, needs_reason, remark, wrong_parts
from emulation.forms.sheets import MINE, SHORT, THEIRS, CellForm
from emulation.models import Indicator, Result, ResultItem, WorkbookUpload
from emulation.numbers import NumberError, input_number, parse_number
from emulation.reports import workbook as layout
from emulation.reports.history import snapshot_text
from emulation.reports.lines import SheetReading, Spec
from emulation.reports.plain_figures import entry_snapshot
from emulation.reports.sheets import Row, Typed, read_sheet
from emulation.reports.workbook import Canonical, canonical, number_key
from emulation.services.cells import CellChange
from units.forms.fields import FileInput
from units.lists import Problem
from units.text import fold

SHOWN = 60  # characters of a cell that a message repeats
FIELDS = {
    "status": layout.STATUS, "numerator": layout.NUMERATOR, "denominator": layout.DENOMINATOR, "grade": layout.GRADE,
    "reason": layout.REASON, "note": layout.NOTE,
}  # fmt: skip


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("The filled-in form"), allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose the file."), "missing": gettext_lazy("Choose the file.")},
        widget=FileInput(attrs={"accept": ".xlsx,.xls,.ods", "class": "form-control"}),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that the file changes. In a conflict `theirs` by `who` was saved since the download."""

    key: int
    name: str
    unit: str
    row: int
    old: str
    new: str
    change: CellChange
    conflict: bool = False
    who: str = ""
    now: str = ""
    chosen: str = ""


@dataclass(slots=True)
class Preview:
    """All that is to be known before the file is taken over.

    `kept` are cells left empty where something is stored; `left` lines that others changed since the
    download and the file does not touch; `absent` lines of the sheet without a row in the file.
    """

    problems: list[Problem] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def conflicts(self) -> list[Difference]:
        return [row for row in self.differences if row.conflict]

    @property
    def plain(self) -> list[Difference]:
        return [row for row in self.differences if not row.conflict]

    @property
    def undecided(self) -> list[Difference]:
        return [row for row in self.conflicts if not row.chosen]

    @property
    def changes(self) -> list[CellChange]:
        """What is to be saved: every difference but those for which the stored figure was chosen."""
        return [row.change for row in self.differences if row.chosen != THEIRS]


@dataclass(slots=True)
class _Line:
    """The row of a line in the file, with those of its checklist items: item number → (row, cell)."""

    row: int
    cells: list[Any]
    items: dict[int, tuple[int, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """What may stand in a cell with a list: folded spelling → key, key → word."""

    spellings: dict[str, str]
    labels: dict[str, str]


def read_upload(upload: WorkbookUpload, reading: SheetReading, data: Mapping[str, str] | None = None) -> Preview:
    """The uploaded form against the sheet as it is now; `data` holds the choices made in conflicts."""
    return _Reader(upload, reading, data or {}).read()


class _Reader:
    def __init__(self, upload: WorkbookUpload, reading: SheetReading, data: Mapping[str, str]) -> None:
        self.upload, self.reading, self.data = upload, reading, data
        self.report, self.specs = reading.report, reading.specs
        sheet = read_sheet(self.report, editing=True, reading=reading)
        self.rows: dict[int, Row] = {row.key: row for row in sheet.rows}
        self.areas = {fold(group.name) for group in sheet.groups}
        self.by_code = {fold(self.specs[key].indicator.code): key for key in self.rows}
        self.names = {key: self._names(key) for key in self.rows}
        self.formulas = set(upload.formulas)
        self.statuses, self.answers = status_words(), _words_of(ResultItem.State)
        self.preview = Preview()

    def _names(self, key: int) -> set[str]:
        """What the line may be called in the file, in any language of the interface."""
        source = self.reading.placements.get(key) or self.specs[key].indicator
        found = set()
        for language, _word in settings.LANGUAGES:
            with override(language):
                found.add(fold(source.label))
        return found

    def wrong(self, column: int, row: int, name: str, message: str) -> None:
        self.preview.problems.append(Problem(self.address(column, row), row, name, message))

    def address(self, column: int, row: int) -> str:
        """Of a cell in the file, whose columns may stand in another order."""
        return f"{(self.upload.columns or layout.LETTERS)[column]}{row}"

    def read(self) -> Preview:
        lines = self._lines()
        who = self._authors()
        for key, line in lines.items():
            self._compare(key, line, who)
        named = {problem.name for problem in self.preview.problems}
        self.preview.absent = [
            row.name for key, row in self.rows.items() if key not in lines and row.open and row.name not in named
        ]
        self.preview.problems.sort(key=lambda problem: (problem.row, problem.address))
        order = list(self.rows)
        self.preview.differences.sort(key=lambda row: order.index(row.key))
        return self.preview

    # ── which row is which line ───────────────────────────────────────────

    def _lines(self) -> dict[int, _Line]:
        lines: dict[int, _Line] = {}
        items: dict[int, dict[int, tuple[int, Any]]] = defaultdict(dict)
        for number, cells in self.upload.rows:
            code = _text(cells[layout.CODE])
            own, _sign, item = code.partition("#")
            key = self._key(number, own, cells)
            if key is None:
                continue
            if item:
                self._item(key, number, item, cells, items[key])
            elif key in lines:
                self.wrong(
                    layout.CODE, number, self.rows[key].name,
                    _("This line stands in row %(row)d already; leave only one.") % {"row": lines[key].row},
                )  # fmt: skip
            else:
                lines[key] = _Line(number, cells)
        for key, answers in items.items():
            first = min(row for row, _cell in answers.values()) if answers else 0
            lines.setdefault(key, _Line(first, [""] * (layout.MARK + 1))).items = answers
        return lines

    def _key(self, number: int, code: str, cells: list[Any]) -> int | None:
        """The line that a row belongs to; None, with a problem noted where something was typed."""
        name = _text(cells[layout.NAME])
        key = self.by_code.get(fold(code)) if code else None
        if key is None and not code:
            key = next((key for key, names in self.names.items() if fold(name) in names), None)
        if key is not None:
            if "#" not in _text(cells[layout.CODE]) and name and fold(name) not in self.names[key]:
                self.wrong(
                    layout.NAME, number, name[:SHOWN],
                    _("The name does not belong to the code “%(code)s” (%(name)s). Have rows been mixed up?")
                    % {"code": self.specs[key].indicator.code, "name": self.rows[key].name},
                )  # fmt: skip
                return None
            return key
        typed = any(cells[column] != "" for column in layout.INPUTS)
        if code or (typed and fold(name) not in self.areas):
            self.wrong(
                layout.CODE if code else layout.NAME, number, (name or code)[:SHOWN], self._unknown(code, name)
            )
        return None

    def _unknown(self, code: str, name: str) -> str:
        if not code and not name:
            return _("Here are figures without the code of an indicator.")
        message = (
            _("The sheet has no indicator “%(text)s”.") % {"text": code[:SHOWN]}
            if code
            else _("The sheet has no indicator named “%(text)s”.") % {"text": name[:SHOWN]}
        )
        named = {spelling: key for key, spellings in self.names.items() for spelling in spellings}
        keys = [named[fold(name)]] if fold(name) in named else []
        keys = keys or [self.by_code[near] for near in get_close_matches(fold(code), self.by_code, n=1, cutoff=0.6)]
        keys = keys or [named[near] for near in get_close_matches(fold(name), named, n=1, cutoff=0.6)]
        if not keys:
            return message + " " + _("Delete the row, or download the form again.")
        hint = {"code": self.specs[keys[0]].indicator.code, "name": self.rows[keys[0]].name}
        return message + " " + _("Did you mean %(code)s, “%(name)s”?") % hint

    def _item(self, key: int, number: int, item: str, cells: list[Any], found: dict[int, tuple[int, Any]]) -> None:
        name = self.rows[key].name
        if not re.fullmatch("[0-9]{1,3}", item) or not 1 <= int(item) <= len(self.specs[key].items):
            self.wrong(layout.CODE, number, name, _("The checklist has no item “%(item)s”.") % {"item": item[:SHOWN]})
        elif int(item) in found:
            self.wrong(
                layout.CODE, number, name,
                _("This line stands in row %(row)d already; leave only one.") % {"row": found[int(item)][0]},
            )  # fmt: skip
        else:
            found[int(item)] = (number, cells[layout.STATUS])

    # ── one line against what is stored ───────────────────────────────────

    def _compare(self, key: int, line: _Line, who: Mapping[int, str]) -> None:
        row, spec = self.rows[key], self.specs[key]
        figure = self.reading.figures.get(key)
        stored = figure.entry if figure else None
        before = len(self.preview.problems)
        typed, own = self._typed(row, spec, line)
        if len(self.preview.problems) > before:
            return
        mark, _sep, downloaded = _text(line.cells[layout.MARK]).partition(":")
        if own.sum == canonical(stored, spec).sum:
            self.preview.unchanged += 1
            return
        if own.sum == downloaded:
            self.preview.left.append((row.name, self._words(stored, spec)))
            return
        form = CellForm(CellForm({}, spec=spec).fields_of(typed), spec=spec)
        right = form.is_valid()
        if right and entry_snapshot(form.entry) == entry_snapshot(stored):
            self.preview.unchanged += 1
            self._note_kept(row, spec, line, own, stored)
        elif not row.open:
            message = _("This line is not open: only the lines that were returned can be changed.")
            self.wrong(layout.CODE, line.row, row.name, message)
        elif right:
            self._note_kept(row, spec, line, own, stored)
            self._note_difference(key, line, form, mark, who)
        else:
            self._note_errors(form, row, line)

    def _note_difference(self, key: int, line: _Line, form: CellForm, mark: str, who: Mapping[int, str]) -> None:
        row, spec = self.rows[key], self.specs[key]
        figure = self.reading.figures.get(key)
        now = figure.mark if figure else ""
        marked = bool(_text(line.cells[layout.MARK]))
        conflict = mark != now if marked else figure is not None  # without marks nobody knows what was seen
        choice = self.data.get(f"choice-{key}", "")
        decided = conflict and choice in (MINE, THEIRS) and self.data.get(f"now-{key}") == now
        self.preview.differences.append(
            Difference(
                key, row.name, row.unit, line.row, self._words(figure.entry if figure else None, spec),
                self._words(form.entry, spec), CellChange(key, form.entry, now), conflict, who.get(key, ""), now,
                choice if decided else "",
            )
        )  # fmt: skip

    def _note_errors(self, form: CellForm, row: Row, line: _Line) -> None:
        """What the form of the grid says, each at the cell that has to be corrected."""
        first = {"grade": layout.GRADE, "checklist": layout.STATUS}.get(row.measure, layout.NUMERATOR)
        places = _places()
        open_items = [number for number, state in enumerate(form.typed.items, start=1) if not state]
        at = line.items.get(open_items[0], (line.row,))[0] if open_items and any(form.typed.items) else line.row
        for name, messages in form.errors.items():
            for message in messages:
                column = places.get(str(message), FIELDS.get(name, first))
                number = at if column == layout.STATUS else line.row
                self.wrong(column, number, row.name, str(message))

    def _note_kept(self, row: Row, spec: Spec, line: _Line, own: Canonical, stored: Entry | None) -> None:
        """Cells left empty where something is stored, unless the line has become nil or not applicable."""
        kept = canonical(stored, spec)
        fixed = own.status not in ("", Result.Status.REPORTED)
        for name, column in FIELDS.items():
            gone = fixed and name in ("numerator", "denominator", "grade")
            gone = gone or (name == "reason" and own.status == Result.Status.REPORTED)
            gone = gone or (name == "status" and own.has_figure)  # which says that it is reported
            if getattr(kept, name) and not getattr(own, name) and not gone:
                self.preview.kept.append((self.address(column, line.row), row.name, self._words(stored, spec)))

    def _typed(self, row: Row, spec: Spec, line: _Line) -> tuple[Typed, Canonical]:
        """What the line's form is filled with (stored where a cell is empty), and what the file itself says."""
        name, at = row.name, line.row
        status = self._choice(at, layout.STATUS, self._cell(line, layout.STATUS, name), self.statuses, name)
        grade = self._choice(at, layout.GRADE, self._cell(line, layout.GRADE, name), _grades(spec), name)
        numerator, top = self._number(line, layout.NUMERATOR, spec, name)
        denominator, bottom = self._number(line, layout.DENOMINATOR, spec, name)
        reason = remark(_text(self._cell(line, layout.REASON, name)))
        note = remark(_text(self._cell(line, layout.NOTE, name)))
        answers = []
        for number in range(1, len(spec.items) + 1):
            where, cell = line.items.get(number, (at, ""))
            cell = self._value(where, layout.STATUS, cell, name)
            answers.append(self._choice(where, layout.STATUS, cell, self.answers, name))
        own = Canonical(status, top, bottom, grade, tuple(answers), reason, note)
        typed = self._merged(row.typed, own, numerator, denominator)
        if reason and typed.status == Result.Status.REPORTED and reason != row.typed.reason:
            message = _(
                "A reason belongs to “Nothing occurred” and “Not applicable”. Write remarks on a figure into the "
                "note."
            )
            self.wrong(layout.REASON, at, name, message)
        return typed, own

    @staticmethod
    def _merged(stored: Typed, own: Canonical, numerator: str, denominator: str) -> Typed:
        """Empty cells take what is stored; a line that says nil keeps no figure, one with a figure is reported."""
        status = own.status or (Result.Status.REPORTED if own.has_figure else stored.status)
        reason, note = own.reason or stored.reason, own.note or stored.note
        if status != Result.Status.REPORTED:
            return Typed(status, numerator, denominator, own.grade, own.items, reason, note)
        items = tuple(mine or theirs for mine, theirs in zip(own.items, stored.items, strict=True))
        top, bottom = numerator or stored.numerator, denominator or stored.denominator
        return Typed(status, top, bottom, own.grade or stored.grade, items, reason, note)

    # ── one cell ──────────────────────────────────────────────────────────

    def _cell(self, line: _Line, column: int, name: str) -> Any:
        return self._value(line.row, column, line.cells[column], name)

    def _value(self, row: int, column: int, cell: Any, name: str) -> Any:
        if self.address(column, row) in self.formulas:
            self.wrong(column, row, name, _("The formula gives no number. Type the value itself."))
            return ""
        return cell

    def _number(self, line: _Line, column: int, spec: Spec, name: str) -> tuple[str, str]:
        """As the form takes it, and in one spelling; both empty, with a problem noted, where it is no number."""
        cell = self._cell(line, column, name)
        if isinstance(cell, list) and cell[0] != "n":
            message = _("“%(text)s” is no number: Excel has made a date or a truth value of it.")
            self.wrong(column, line.row, name, message % {"text": cell[1][:SHOWN]})
            return "", ""
        text = _plain_number(cell[1]) if isinstance(cell, list) else cell.strip()
        if not text:
            return "", ""
        try:
            return text, number_key(parse_number(text, spec.indicator.decimals))
        except NumberError as error:
            self.wrong(column, line.row, name, str(error))
            return "", ""

    def _choice(self, row: int, column: int, cell: Any, words: Words, name: str) -> str:
        """Key of the word in the cell; empty, with a problem noted, where it is none of the list."""
        text = _text(cell)
        if not text:
            return ""
        found = words.spellings.get(fold(text))
        if found is None:
            message = _("“%(text)s” is not in the list.") % {"text": text[:SHOWN]}
            for near in get_close_matches(fold(text), words.spellings, n=1, cutoff=0.6):
                message += " " + _("Did you mean “%(word)s”?") % {"word": words.labels[words.spellings[near]]}
            self.wrong(column, row, name, message)
            return ""
        return found

    def _words(self, entry: Any, spec: Spec) -> str:
        grades = {grade.pk: grade for grade in spec.grades}
        return snapshot_text(entry_snapshot(entry), grades, {item.pk: item for item in spec.items})

    def _authors(self) -> dict[int, str]:
        """Indicator → who changed the cell last."""
        rows = self.report.changes.select_related("by").order_by("at", "pk")
        return {row.indicator_id: str(row.by) for row in rows}


def _text(cell: Any) -> str:
    if isinstance(cell, list):
        return str(cell[1]).strip()
    return str(cell).strip()


def _plain_number(text: str) -> str:
    """A number of the spreadsheet as people type it here, so that one parser reads both."""
    value = Decimal(text)
    return input_number(value, get_language() or "vi") if value.is_finite() and abs(value) < 10**15 else text


def _places() -> dict[str, int]:
    """Sentence of the checks → column that it speaks of, where that is not the first one."""
    ratio, count = Indicator(measure="ratio", decimals=3), Indicator(measure="count", decimals=3)
    one, zero = Decimal(1), Decimal(0)
    denominator = [
        *missing_parts(ratio, Entry(numerator=one)), *missing_parts(count, Entry(numerator=one, denominator=one)),
        *wrong_parts(ratio, Entry(numerator=one, denominator=zero)),
    ]  # fmt: skip
    reason = needs_reason(Entry(Result.Status.NIL))
    return dict.fromkeys(denominator, layout.DENOMINATOR) | dict.fromkeys(reason, layout.REASON)


def _grades(spec: Spec) -> Words:
    """The classes of the line: by code, or by name in any language."""
    found: dict[str, str] = {}
    for grade in spec.grades:
        found |= {fold(word): str(grade.pk) for word in (grade.code, grade.name_en, grade.name) if word}
    return Words(found, {str(grade.pk): grade.label for grade in spec.grades})


def status_words() -> Words:
    """What the column of states takes: its list, and the usual abbreviations."""
    words = _words_of(Result.Status)
    return Words(words.spellings | {short: str(status) for short, status in SHORT.items()}, words.labels)


def _words_of(choices: type[TextChoices]) -> Words:
    """The words of a list in all languages of the interface, and their keys."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {fold(str(label)): key for key, label in choices.choices}
    found |= {fold(key): key for key in choices.values}
    return Words(found, {key: str(label) for key, label in choices.choices})
