"""The sheet as an Excel file, to be filled in offline and sent back: what stands where, and its marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from zlib import crc32

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from emulation.checks import Entry, remark
from emulation.models import Indicator, Report, Result, ResultItem
from emulation.reports.feeds import Fed
from emulation.reports.lines import SheetReading, Spec
from emulation.reports.sheets import Group, Row, Sheet, read_sheet
from units.spreadsheets import Book, Value

CODE, NAME, UNIT, TARGET, STATUS, NUMERATOR, DENOMINATOR, GRADE, REASON, NOTE, MARK = range(11)
INPUTS = (STATUS, NUMERATOR, DENOMINATOR, GRADE, REASON, NOTE)
WIDTHS = (12, 46, 10, 12, 17, 14, 14, 16, 30, 30, 12)
LETTERS = "ABCDEFGHIJK"
IDENTITY = "_qt"  # the hidden sheet that says what the file belongs to
FORMAT = "1"  # of the layout above: files of another one are not read
MEASURES = Indicator.Measure


@dataclass(frozen=True, slots=True)
class Canonical:
    """The inputs of a line in one spelling, for the question whether anybody has touched them."""

    status: str = ""
    numerator: str = ""
    denominator: str = ""
    grade: str = ""
    items: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""

    @property
    def has_figure(self) -> bool:
        return any((self.numerator, self.denominator, self.grade, *self.items))

    @property
    def sum(self) -> str:
        texts = (self.status, self.numerator, self.denominator, self.grade, *self.items, self.reason, self.note)
        return f"{crc32(repr(texts).encode()):08x}"


def number_key(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def canonical(entry: Entry | None, spec: Spec) -> Canonical:
    """A stored figure; a line without one is empty all over."""
    if entry is None:
        return Canonical(items=("",) * len(spec.items))
    top, bottom = (None, None) if spec.items else (entry.numerator, entry.denominator)
    return Canonical(
        entry.status, number_key(top), number_key(bottom), str(entry.grade or ""),
        tuple(entry.items.get(item.pk, "") for item in spec.items), remark(entry.reason), remark(entry.note),
    )  # fmt: skip


def identity_of(report: Report, specs: Iterable[Spec]) -> dict[str, str]:
    """What the file belongs to: unit, round, and the lines as they are now."""
    round_ = report.round
    lines = sorted(
        (
            spec.indicator.code, spec.indicator.measure, spec.indicator.decimals,
            [item.pk for item in spec.items], [grade.code for grade in spec.grades],
        )
        for spec in specs
    )  # fmt: skip
    return {
        "format": FORMAT,
        "unit": report.unit.code,
        "round": f"{round_.year}-Q{round_.quarter}" if round_.quarter else f"drive-{round_.drive_id}",
        "lines": f"{crc32(repr(lines).encode()):08x}",
    }


def heads() -> list[str]:
    """What stands above the columns; the hidden one of the marks has none."""
    return [
        _("Code"), _("Indicator"), _("Unit of measure"), _("Target set"), _("Status"), _("Figure or numerator"),
        _("Denominator"), _("Grade"), _("Reason (nil, not applicable)"), _("Note"), "",
    ]  # fmt: skip


def file_name(report: Report) -> str:
    """ "phieu-K1-2020-Q1.xlsx"."""
    round_ = report.round
    return (
        f"phieu-{report.unit.code}-{round_.year}-{f'Q{round_.quarter}' if round_.quarter else round_.drive_id}.xlsx"
    )


def sheet_workbook(report: Report, *, editing: bool) -> bytes:
    """The sheet as xlsx; only what the reader may change is unlocked (`editing`)."""
    reading = SheetReading(report)
    sheet = read_sheet(report, editing=editing, reading=reading)
    return _Writer(report, sheet, reading).write()


class _Writer:
    def __init__(self, report: Report, sheet: Sheet, reading: SheetReading) -> None:
        self.report, self.sheet, self.reading = report, sheet, reading
        self.book = Book()
        self.page = self.book.sheet(_("Sheet"))
        self.row = 0
        self.lists: list[str] = []

    def write(self) -> bytes:
        self._set_up()
        self._head()
        for group in self.sheet.groups:
            self._group(group)
        self._protect(self.page)
        self._identity()
        return self.book.close()

    # ── the page ──────────────────────────────────────────────────────────

    def _set_up(self) -> None:
        page = self.page
        for column, width in enumerate(WIDTHS):
            page.set_column(column, column, width, None, {"hidden": True} if column == MARK else {})
        page.set_landscape()
        page.set_paper(9)  # A4
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.hide_gridlines(2)

    def _protect(self, page: Worksheet) -> None:
        """No password: the lock keeps from slips, the upload checks everything again."""
        page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})

    def _head(self) -> None:
        report, put = self.report, self.book.put
        title = _("Sheet of %(round)s – %(unit)s") % {"round": report.round, "unit": report.unit.name}
        put(self.page, 0, 0, title, self.book.format(bold=True, font_size=15, font_color="#22361F"))
        when = date_format(timezone.localtime(), "DATETIME_FORMAT")
        put(self.page, 1, 0, _("Downloaded %(when)s") % {"when": when}, self.book.format(font_color="#555555"))
        put(
            self.page, 2, 0,
            _("Fill in the white cells, then send the file back on the page of the sheet. "
              "An empty cell leaves what is stored as it is."),
            self.book.format(font_color="#555555"),
        )  # fmt: skip
        head = self.book.format(bold=True, bg_color="#DDE6DC", border=1, text_wrap=True, valign="vcenter")
        for column, text in enumerate(heads()):
            put(self.page, 4, column, text, head)
        self.page.set_row(4, 32)
        self.page.freeze_panes(5, 2)
        self.page.repeat_rows(4)
        self.row = 5

    def _group(self, group: Group) -> None:
        band = self.book.format(bold=True, bg_color="#F0F3EF", border=1)
        for column in range(MARK):
            self.book.put(
                self.page, self.row, column, f"{group.number}. {group.name}" if column == NAME else None, band
            )
        self.row += 1
        for row in group.rows:
            self._line(row, self.sheet.specs[row.key])

    # ── one line ──────────────────────────────────────────────────────────

    def _line(self, row: Row, spec: Spec) -> None:
        figure = self.reading.figures.get(row.key)
        entry = figure.entry if figure else None
        inputs = self._inputs(spec) if row.open else set()
        texts: dict[int, Value] = {CODE: spec.indicator.code, NAME: row.name, UNIT: row.unit, TARGET: str(row.target)}
        texts |= self._values(entry, spec)
        for column in range(MARK):
            self.book.put(self.page, self.row, column, texts.get(column), self._format(column, inputs, spec))
        mark = figure.mark if figure else ""
        self.book.put(self.page, self.row, MARK, f"{mark}:{canonical(entry, spec).sum}")
        self._choices(row, spec, inputs)
        self.row += 1
        for number, item in enumerate(spec.items, start=1):
            answer = entry.items.get(item.pk, "") if entry else ""
            texts = {CODE: f"{spec.indicator.code}#{number}", NAME: f"   – {item.label}"}
            texts[STATUS] = str(ResultItem.State(answer).label) if answer else None
            open_ = {STATUS} if row.open else set()
            for column in range(MARK):
                self.book.put(self.page, self.row, column, texts.get(column), self._format(column, open_, spec))
            if row.open:
                self._drop_down([str(label) for label in ResultItem.State.labels])
            self.row += 1

    @staticmethod
    def _inputs(spec: Spec) -> set[int]:
        """Columns that are filled in for this measure."""
        if spec.fed is not None:  # its figure comes from a register; only what is left to say is open
            if spec.fed.value is not None:
                return {NOTE}
            return {STATUS, REASON, NOTE} | ({NUMERATOR} if _counts(spec) else set())  # where 0 says that it is nil
        own = {MEASURES.RATIO: {NUMERATOR, DENOMINATOR}, MEASURES.GRADE: {GRADE}, MEASURES.CHECKLIST: set()}
        return {STATUS, REASON, NOTE} | own.get(MEASURES(spec.indicator.measure), {NUMERATOR})

    @staticmethod
    def _values(entry: Entry | None, spec: Spec) -> dict[int, Value]:
        if entry is None:
            return {}
        found: dict[int, Value] = {STATUS: str(Result.Status(entry.status).label)}
        if not spec.items:
            found |= {NUMERATOR: entry.numerator, DENOMINATOR: entry.denominator}
        found[GRADE] = next((grade.label for grade in spec.grades if grade.pk == entry.grade), None)
        return found | {REASON: entry.reason or None, NOTE: entry.note or None}

    def _format(self, column: int, inputs: set[int], spec: Spec) -> Format:
        look: dict[str, object] = {"border": 1, "border_color": "#C9D2C8", "valign": "vcenter"}
        if column in (NUMERATOR, DENOMINATOR):
            look["num_format"] = "#,##0" if spec.indicator.decimals == 0 else "General"
        else:
            look |= {"num_format": "@", "text_wrap": True}
        if column == TARGET:
            look["align"] = "right"
        if column in inputs:
            look["locked"] = False
        else:
            look["bg_color"] = "#F0F3EF" if column in INPUTS else "#FAFBFA"
        return self.book.format(**look)

    def _choices(self, row: Row, spec: Spec, inputs: set[int]) -> None:
        if STATUS in inputs:
            self._drop_down([str(label) for label in Result.Status.labels])
        if GRADE in inputs:
            self._drop_down([grade.label for grade in spec.grades], GRADE)
        rule = {
            "validate": "decimal", "criteria": ">=", "value": 0, "error_type": "warning",
            "error_title": _("Not a number"), "error_message": _("A figure is a number, not below zero."),
        }  # fmt: skip
        names = {NUMERATOR: row.numerator_name, DENOMINATOR: row.denominator_name}
        if spec.fed is not None and not spec.fed.holds and _counts(spec):
            rule |= {"criteria": "==", "error_message": _empty_register(spec.fed)}
            names[NUMERATOR] = _empty_register(spec.fed)
        for column, name in names.items():
            if column in inputs:
                prompt = {"input_title": _("What is entered"), "input_message": name[:255]} if name else {}
                self.page.data_validation(self.row, column, self.row, column, rule | prompt)

    def _drop_down(self, words: list[str], column: int = STATUS) -> None:
        """A list of words, kept on the hidden sheet: they may hold commas, and be longer than Excel takes here."""
        key = "\n".join(words)
        if key not in self.lists:
            self.lists.append(key)
        source = f"={IDENTITY}!${_column(self.lists.index(key))}$1:${_column(self.lists.index(key))}${len(words)}"
        rule = {
            "validate": "list", "source": source, "error_title": _("Not in the list"),
            "error_message": _("Choose one of the list, or leave the cell empty."),
        }  # fmt: skip
        self.page.data_validation(self.row, column, self.row, column, rule)

    # ── the hidden sheet ──────────────────────────────────────────────────

    def _identity(self) -> None:
        hidden = self.book.sheet(IDENTITY)
        for row, (key, text) in enumerate(identity_of(self.report, self.reading.specs.values()).items()):
            self.book.put(hidden, row, 0, key)
            self.book.put(hidden, row, 1, text)
        for number, key in enumerate(self.lists):
            for row, word in enumerate(key.split("\n")):
                self.book.put(hidden, row, number + 3, word)
        self._protect(hidden)
        hidden.very_hidden()
        self.page.activate()


def _counts(spec: Spec) -> bool:
    return spec.indicator.measure in (MEASURES.COUNT, MEASURES.AMOUNT)


def _empty_register(fed: Fed) -> str:
    """What the cell of an empty register takes, in at most 255 characters (Excel takes no more)."""
    words = _(
        "The register “%(register)s” holds nothing for this round: type 0 for “Nothing occurred”, or record it there."
    )
    return words % {"register": fed.register[:80]}


def _column(number: int) -> str:
    """Letter of the list's column: D, E, …, beyond Z with two."""
    number += 3
    return chr(65 + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)


def read_identity(rows: Iterable[tuple[int, list[object]]]) -> Mapping[str, str]:
    """Key → text of the hidden sheet."""
    return {str(cells[0]): str(cells[1]) for _number, cells in rows if len(cells) > 1}
