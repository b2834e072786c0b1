"""A block of cells pasted into a sheet: what goes where, read by the same forms as what is typed.

Where every row of the block names its line, rows go to the lines that they name, whatever their order; else they go
down line by line from the chosen one. Rows of the sheet's own workbook bring all that stands in its columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from emulation.forms.sheets import SHORT, CellForm
from emulation.forms.workbooks import status_words
from emulation.models import Indicator, Result
from emulation.numbers import QUOTED
from emulation.reports import workbook as layout
from emulation.reports.lines import Figure, SheetReading, Spec
from emulation.reports.sheets import MISSING, Row, Typed, figure_text
from units.errors import alternatives
from units.text import fold

HEADS = frozenset(map(fold, ("Chỉ tiêu", "Tên chỉ tiêu", "Nội dung", "Indicator", "TT", "STT", "No.")))
LONGEST = 200_000  # characters; a sheet has some hundred short cells
NAMED = 2  # columns before the figures in which a line is named: its number, or its code, may stand first
_ITEM = "[^#]+#[0-9]+"  # code of a checklist's item in the workbook of the sheet
_BEFORE_NAME = re.compile(r"^([0-9]+[.)]|[\s“\"'(–-])+")
GOOD, SAME, EMPTY, WRONG, LOCKED = "good", "same", "empty", "wrong", "locked"


class PasteForm(forms.Form):
    """The block as the clipboard holds it, and the lines from the chosen one on, as they are visible."""

    block = forms.CharField(max_length=LONGEST, strip=False)
    lines = forms.RegexField("^[0-9]{1,12}(,[0-9]{1,12})*$", max_length=20_000)
    part = forms.ChoiceField(choices=[("num", "num"), ("den", "den")], required=False)
    fill = forms.BooleanField(required=False)  # one figure into the lines below: nothing is ticked beforehand

    def clean_lines(self) -> list[int]:
        return [int(key) for key in self.cleaned_data["lines"].split(",")]

    def clean_block(self) -> list[list[str]]:
        return read_block(self.cleaned_data["block"])


def read_block(text: str) -> list[list[str]]:
    """Rows of texts. Excel separates by tabs and quotes cells that hold breaks; empty rows at the end go."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(StringIO(text, newline=""), delimiter="\t")]
    except csv.Error:  # a single cell beyond what csv takes: no figure
        rows = [[cell.strip() for cell in row.split("\t")] for row in text.split("\n")]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


@dataclass(frozen=True, slots=True)
class Pasted:
    """What becomes of one line: `texts` from the block, `was` and `becomes` in words, why it stays as it is.

    `state` is one of GOOD, SAME, EMPTY, WRONG, LOCKED; a good one carries the fields that save it.
    """

    key: int
    name: str
    texts: str
    was: str
    becomes: str
    state: str
    why: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A row that names no line of the sheet, in a block whose rows name theirs: `number` from 1, all its `texts`."""

    number: int
    texts: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a block would do. `over` rows of the block have no line left.

    `problems` say, row by row, why a block that names its lines cannot be laid over them: nothing of it is saved.
    `unknown` rows name no line of the sheet: the others can be saved without them.
    """

    lines: tuple[Pasted, ...]
    over: int
    problems: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    def having(self, state: str) -> list[Pasted]:
        return [line for line in self.lines if line.state == state]

    @property
    def good(self) -> list[Pasted]:
        return self.having(GOOD)

    @property
    def wrong(self) -> list[Pasted]:
        return self.having(WRONG)

    @property
    def locked(self) -> list[Pasted]:
        return self.having(LOCKED)

    @property
    def same(self) -> list[Pasted]:
        return self.having(SAME)


def preview(
    block: Sequence[Sequence[str]],
    keys: Iterable[int],
    rows: Mapping[int, Row],
    reading: SheetReading,
    part: str = "num",
) -> Preview:
    """Lay the block over the lines that its rows name, whatever `keys` are chosen; else over the lines `keys`, one
    row a line. It begins at `part` of a ratio. Heads are left out.
    """
    targets = list(keys)
    head = int(len(block) > 1 and _is_head(block[0]))
    block = block[head:]
    named = _named(block, rows, reading)
    if named:
        return _over_names(named, head, rows, reading, part)
    lines = tuple(
        _pasted(list(texts), rows[key], reading.specs[key], reading.figures.get(key), part)
        for texts, key in zip(block, targets, strict=False)
    )
    return Preview(lines, max(0, len(block) - len(targets)))


def _over_names(
    named: Sequence[Named], head: int, rows: Mapping[int, Row], reading: SheetReading, part: str
) -> Preview:
    """Rows over the lines that they name. Rows that name none are left over, beside others; a row that may mean
    several lines, or two that mean the same one, leave the whole block out: nobody can tell which figure is meant.
    """
    unknown = [row for row in named if not row.keys]
    known = [row for row in named if row.keys]
    problems = tuple(_misnamed(named, head))
    if not known or len(problems) > len(unknown):
        return Preview((), 0, problems)
    return Preview(
        tuple(_by_name(row.texts, next(iter(row.keys)), rows, reading, part) for row in known),
        0,
        unknown=tuple(Unknown(row.number + head + 1, " · ".join(filter(None, row.texts))) for row in unknown),
    )


@dataclass(frozen=True, slots=True)
class Named:
    """A row of the block that names its line: `number` from 0, what it `said`, and the lines of that name."""

    number: int
    texts: list[str]
    said: str
    keys: set[int]


def _named(block: Sequence[Sequence[str]], rows: Mapping[int, Row], reading: SheetReading) -> list[Named]:
    """The rows with what they name; empty where one of them has something else. Empty rows, and headings without a
    figure between the others, name nothing and say nothing.
    """
    names: dict[str, set[int]] = {}
    for key, row in rows.items():
        for name in _names(row, reading.specs[key]):
            names.setdefault(name, set()).add(key)
    grades = [spec for spec in reading.specs.values() if spec.grades]
    found = []
    for number, cells in enumerate(block):
        texts = list(cells)
        if not any(texts) or (re.fullmatch(_ITEM, texts[0]) and fold(texts[0].partition("#")[0]) in names):
            continue
        known = [text for text in texts[:NAMED] if fold(text) in names]
        if known:
            keys = set.intersection(*(names[fold(text)] for text in known))
            found.append(Named(number, texts, " · ".join(known), keys))
            continue
        said = _said(texts)
        if not said or not _is_name(said, *grades):
            return []
        if len(list(filter(None, texts))) > 1 and fold(said) not in HEADS:
            found.append(Named(number, texts, said, set()))
    return found


def _said(texts: Sequence[str]) -> str:
    """What stands where a row names its line: before the figures, behind its number; empty where only figures do."""
    return next((text for text in texts[: NAMED if len(texts) > 2 else 1] if text and not text.isdigit()), "")


def _misnamed(named: Sequence[Named], head: int) -> Iterator[str]:
    """Rows that name no line of the sheet, or more than one, and lines that are named more than once."""
    for row in named:
        if len(row.keys) != 1:
            several = _("Row %(row)d: “%(text)s” names several lines of this sheet. Put the code in its place.")
            said = several if row.keys else _("Row %(row)d: this sheet has no line “%(text)s”.")
            yield said % {"row": row.number + head + 1, "text": Truncator(row.said).chars(QUOTED)}
    places: dict[int, list[Named]] = {}
    for row in named:
        if len(row.keys) == 1:
            places.setdefault(next(iter(row.keys)), []).append(row)
    for found in places.values():
        if len(found) > 1:
            numbers = ", ".join(str(row.number + head + 1) for row in found)
            words = {"rows": numbers, "text": Truncator(found[0].said).chars(QUOTED)}
            yield _("Rows %(rows)s name the same line, “%(text)s”. Leave one of them.") % words


def _by_name(texts: list[str], key: int, rows: Mapping[int, Row], reading: SheetReading, part: str) -> Pasted:
    """The row over the line that it names: only a single figure begins at the chosen part of a ratio."""
    row, spec = rows[key], reading.specs[key]
    figures = _behind_name(texts, row, spec)
    alone = len(list(filter(None, figures))) == 1
    return _pasted(texts, row, spec, reading.figures.get(key), part if alone else "num")


def _is_head(texts: Sequence[str]) -> bool:
    """Whether a row is the head of a table that was copied with it: columns' names and no figure."""
    named = any(fold(text) in HEADS for text in texts[:NAMED])
    return named and not any(char.isdigit() for text in texts for char in text)


def _pasted(texts: list[str], row: Row, spec: Spec, figure: Figure | None, part: str) -> Pasted:
    shown = " · ".join(texts).strip(" ·")
    was = figure_text(spec, figure) if figure else MISSING
    plain = Pasted(row.key, row.name, shown, was, was, EMPTY)
    if not shown:
        return plain
    if not row.open:
        return _stays(plain, LOCKED, _("This line is locked and stays as it is."))
    cells = _of_workbook(texts, row, spec)
    fields = _workbook_fields(cells, row, spec) if cells else _figure_fields(texts, row, spec, part)
    if not fields:
        return Pasted(row.key, row.name, shown, was, was, EMPTY)
    if isinstance(fields, str):
        return _stays(plain, WRONG, fields)
    form = CellForm(fields, spec=spec)
    if not form.is_valid():
        return _stays(plain, WRONG, *form.messages)
    becomes = figure_text(spec, Figure(form.entry, spec.rank_of(form.entry.grade), "")) if form.entry else MISSING
    if form.entry == (figure.entry if figure else None):
        return Pasted(row.key, row.name, shown, was, becomes, SAME)
    return Pasted(row.key, row.name, shown, was, becomes, GOOD, (), tuple(form.data.items()))


def _figure_fields(texts: list[str], row: Row, spec: Spec, part: str) -> Mapping[str, str] | str:
    """The inputs of the line with the figures of a row; why they do not fit it; nothing where there are none."""
    figures = _behind_name(texts, row, spec)
    if not figures:
        return {}
    parts = _split(figures, spec, part) if isinstance(figures, list) else figures
    return parts if isinstance(parts, str) else _fields(parts, row, spec)


def _of_workbook(texts: Sequence[str], row: Row, spec: Spec) -> list[str]:
    """The cells of a row copied from the workbook of the sheet, by its columns: code, name, unit of measure, target,
    state, figures, with or without the code; nothing where the row is none.
    """
    names = _names(row, spec)
    coded = len(texts) > 1 and fold(texts[0]) in names and fold(texts[1]) in names
    cells = list(texts) if coded else [spec.indicator.code, *texts]
    if len(cells) <= layout.NUMERATOR or fold(cells[layout.NAME]) not in names:
        return []
    unit, target, status = (cells[column] for column in (layout.UNIT, layout.TARGET, layout.STATUS))
    measured = not unit or fold(unit) in _measured(row, spec)
    aimed = fold(target) in ("", fold(str(row.target))) or not target[:1].isalnum()
    fits = measured and aimed and (not status or fold(status) in status_words().spellings)
    return [*cells, *[""] * layout.MARK] if fits else []


def _workbook_fields(cells: Sequence[str], row: Row, spec: Spec) -> Mapping[str, str] | str:
    """The inputs with what stands in the columns of the workbook; an empty one keeps what is stored."""
    if not any(cells[column] for column in layout.INPUTS):
        return {}
    status, reason, note = cells[layout.STATUS], cells[layout.REASON], cells[layout.NOTE] or row.typed.note
    key = status_words().spellings[fold(status)] if status else Result.Status.REPORTED
    if key != Result.Status.REPORTED:
        items = ("",) * len(spec.items)
        return CellForm({}, spec=spec).fields_of(Typed(key, "", "", "", items, reason or row.typed.reason, note))
    if spec.indicator.measure == Indicator.Measure.CHECKLIST:
        return _("Answer the items of a checklist one by one.")
    grade = _grade(spec, cells[layout.GRADE]) or cells[layout.GRADE]
    parts = {"numerator": cells[layout.NUMERATOR], "denominator": cells[layout.DENOMINATOR], "grade": grade}
    return _fields({name: text for name, text in parts.items() if text} | {"note": note}, row, spec)


def _behind_name(texts: list[str], row: Row, spec: Spec) -> list[str] | str:
    """The figures of a row that was copied with the line's name (and number, and unit of measure, in its own cell or
    behind the name as the sheet shows it) before them; or that it names another line.
    """
    names = _names(row, spec)
    at = [place for place, text in enumerate(texts[:NAMED]) if fold(text) in names]
    if at:
        figures = texts[at[-1] + 1 :]
        figures = figures[1:] if figures and fold(figures[0]) in _measured(row, spec) else figures
        return figures if any(figures) else []
    said = _said(texts)
    if len(list(filter(None, texts))) > 1 and _is_name(said, spec):
        words = {"text": Truncator(said).chars(QUOTED), "name": row.name}
        return (
            _("The block says “%(text)s” here, but this line is “%(name)s”: begin at the line that it names.") % words
        )
    return texts


def _measured(row: Row, spec: Spec) -> set[str]:
    """The line's unit of measure, folded."""
    return {fold(text) for text in (row.unit, spec.indicator.unit_label) if text}


def _names(row: Row, spec: Spec) -> set[str]:
    """What a line is called: its name on the sheet and in the catalogue, and its code, alone or with its unit."""
    indicator = spec.indicator
    names = {fold(text) for text in (row.name, indicator.label, indicator.name, indicator.code)}
    measured = _measured(row, spec)
    return names | {f"{name} {shown}" for name in names for unit in measured for shown in (unit, f"({unit})")}


def _is_name(text: str, *specs: Spec) -> bool:
    """Whether a text can only be the name of a line: no figure, no class, nothing said instead of a figure.

    Figures begin with a digit; a name may hold some, and a number may stand before it.
    """
    plain = _BEFORE_NAME.sub("", text)[:1].isalpha()
    return plain and fold(text) not in _without_figure() and not any(_grade(spec, text) for spec in specs)


def _stays(line: Pasted, state: str, *why: str) -> Pasted:
    return Pasted(line.key, line.name, line.texts, line.was, MISSING, state, tuple(dict.fromkeys(why)))


def _split(texts: list[str], spec: Spec, part: str) -> dict[str, str] | str:
    """Field → text; or why the texts do not fit the line."""
    while not texts[-1]:
        texts.pop()
    measure = spec.indicator.measure
    without = next((text for text in texts if fold(text) in _without_figure()), None)
    if without is not None:
        return _("“%(text)s” needs a reason: open this line and choose it there.") % {"text": without}
    if measure == Indicator.Measure.CHECKLIST:
        return _("Answer the items of a checklist one by one.")
    if measure == Indicator.Measure.RATIO:
        return _ratio(texts, part)
    if len(texts) > 1:
        return _("This line takes one figure, but the block has %(count)d cells here.") % {"count": len(texts)}
    if measure != Indicator.Measure.GRADE:
        return {"numerator": texts[0]}
    found = _grade(spec, texts[0])
    if found:
        return {"grade": found}
    names = alternatives((grade.label for grade in spec.grades), texts[0])
    return _("“%(text)s” is no grade of this line. Grades: %(names)s.") % {"text": texts[0], "names": names}


def _without_figure() -> set[str]:
    """What people write where there is no figure, folded: the words of the sheet and their usual abbreviations."""
    return {fold(str(status.label)) for status in SHORT.values()} | {*SHORT, "nil"}


def _ratio(texts: list[str], part: str) -> dict[str, str] | str:
    """Two cells, one cell "a/b", or one of the two parts alone."""
    if part == "den":
        if len(texts) > 1:
            return _("Only the denominator is left here, but the block has %(count)d cells.") % {"count": len(texts)}
        return {"denominator": texts[0]}
    if len(texts) == 1 and texts[0].count("/") == 1:
        texts = [text.strip() for text in texts[0].split("/")]
    if len(texts) > 2:
        return _("This line takes a numerator and a denominator, but the block has %(count)d cells here.") % {
            "count": len(texts)
        }
    return {name: text for name, text in zip(("numerator", "denominator"), texts, strict=False) if text}


def _fields(parts: Mapping[str, str], row: Row, spec: Spec) -> dict[str, str]:
    """The inputs of the line with the pasted parts; what the block leaves out stays as it is stored."""
    kept = row.typed
    typed = Typed(
        Result.Status.REPORTED, parts.get("numerator", kept.numerator), parts.get("denominator", kept.denominator),
        parts.get("grade", kept.grade), kept.items, "", parts.get("note", kept.note),
    )  # fmt: skip
    return CellForm({}, spec=spec).fields_of(typed)


def _grade(spec: Spec, text: str) -> str:
    """Key of the class that is named by label, Vietnamese name or code; empty when none is."""
    wanted = fold(text)
    names = ((grade, (grade.label, grade.name, grade.code)) for grade in spec.grades)
    return next((str(grade.pk) for grade, known in names if wanted in map(fold, known)), "")
