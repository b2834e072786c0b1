"""The quarterly sheet as it is shown: ready words and numbers, grouped by area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from zlib import crc32

from django.db.models import Count
from django.utils.translation import gettext as _

from emulation.checks import Entry, remark
from emulation.consolidation import Cell, Parts, Value, value_of
from emulation.models import ChecklistItem, Indicator, Report, Result, ResultItem
from emulation.numbers import compared, format_number, format_part, input_number, percent_of
from emulation.periods import ROMAN, period_short
from emulation.reports.deadlines import Deadline, deadline_of
from emulation.reports.display import period_target, unit_text
from emulation.reports.extensions import terms_of
from emulation.reports.feeds import Fed, for_reader
from emulation.reports.figures import rule_of
from emulation.reports.lines import Figure, Line, SheetReading, Spec, value_in
from emulation.reports.timeline import back_with_staff, unready
from emulation.scoring import SIGNS, shown_decimals
from units.models import Unit, User

MISSING = "–"
STATES = ResultItem.State.choices


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select."""

    key: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A checklist item with its choices met, not met, not applicable."""

    key: int
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the inputs of a cell; `items` holds the answers in the order of the checklist."""

    status: str = Result.Status.REPORTED
    numerator: str = ""
    denominator: str = ""
    grade: str = ""
    items: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""


def seen_token(mark: str, typed: Typed) -> str:
    """What a form sends back: the stored state it was shown with, and a sum of what stood in its inputs."""
    texts = (typed.status, typed.numerator, typed.denominator, typed.grade, *typed.items, typed.reason, typed.note)
    return f"{mark}:{crc32(repr([str(text) for text in texts]).encode()):08x}"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the grid.

    `outcome` and `state` are keys of `ui.STATES`. In a `conflict` somebody else saved the cell meanwhile;
    `now` is the mark of what is stored.
    """

    key: int
    name: str
    unit: str
    measure: str
    asked: bool
    stored: bool
    target: str
    last_quarter: str
    last_year: str
    since_january: str
    result: str
    numerator: str
    denominator: str
    outcome: str
    state: str
    open: bool
    returned: str
    typed: Typed
    grades: tuple[Choice, ...]
    items: tuple[Answer, ...]
    seen: str
    decimals: int
    shown: int
    scale: int
    numerator_name: str
    denominator_name: str
    errors: tuple[str, ...] = ()
    conflict: bool = False
    now: str = ""
    comments: int = 0
    entered: str = ""  # the figure, or the numerator, as papers write it
    fed: Fed | None = None  # the register that the cell takes its figure from
    unlike: str = ""  # how register and sheet differ
    corrected: bool = False  # returned, and changed since

    @property
    def parts(self) -> str:
        """ "3.137/3.166" of ratios and checklists, else empty."""
        return f"{self.numerator}/{self.denominator}" if self.denominator else ""

    @property
    def extra(self) -> bool:
        """Whether the row below, for nil, not applicable and note, has anything to show."""
        return self.typed.status != Result.Status.REPORTED or bool(self.typed.note)


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of an area; `filled` of `total` asked ones have a figure."""

    number: str
    name: str
    rows: tuple[Row, ...]
    filled: int
    total: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with all its lines, to be filled in (`editing`) or read.

    `whole` is False when only returned lines are open.
    """

    report: Report
    editing: bool
    groups: tuple[Group, ...]
    deadline: Deadline
    heading: str
    quarter: str
    before: str
    year_ago: str
    state: str
    whole: bool
    specs: Mapping[int, Spec] = field(repr=False)

    @property
    def given_back(self) -> str:
        return given_back(self.report)

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)

    @property
    def filled(self) -> int:
        return sum(group.filled for group in self.groups)

    @property
    def percent(self) -> int:
        return percent_of(self.filled, self.total)

    @property
    def missing(self) -> list[Row]:
        return [row for row in self.rows if row.asked and not row.stored]

    @property
    def unasked(self) -> list[Row]:
        """Lines with a figure that the unit is not asked, as after a move; none of an approved sheet: it stands."""
        if self.report.state == Report.State.APPROVED:
            return []
        return [row for row in self.rows if row.stored and not row.asked]

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.errors]

    @property
    def returned(self) -> list[Row]:
        return [row for row in self.rows if row.returned]

    def replaced(self, rows: Mapping[int, Row]) -> Sheet:
        """The sheet with some of its rows exchanged."""
        groups = (replace(group, rows=tuple(rows.get(row.key, row) for row in group.rows)) for group in self.groups)
        return replace(self, groups=tuple(groups))

    @property
    def discussed(self) -> list[Row]:
        return [row for row in self.rows if row.comments]

    @property
    def short(self) -> list[Row]:
        """Lines that do not reach their target."""
        return [row for row in self.rows if row.outcome in ("miss", "near")]

    @property
    def nothing_recorded(self) -> list[Row]:
        """Open fed lines that are empty as their registers are."""
        return [row for row in self.rows if row.open and row.fed and not row.fed.holds and not row.stored]


# ── building ──────────────────────────────────────────────────────────────


def read_sheet(
    report: Report, *, editing: bool, reading: SheetReading | None = None, reader: User | None = None
) -> Sheet:
    """The sheet for whoever may enter now (`editing`) or for reading; `report` comes `with_last_step`."""
    reading = reading or SheetReading(report)
    returned = returned_reasons(report)
    if editing:
        reading.take_over(
            [line.indicator.pk for line in reading.lines() if line.spec.fed and _is_open(line, returned)]
        )
    corrected = _corrected(report) if returned else set()
    said = dict(report.comments.order_by().values_list("indicator").annotate(Count("pk")))
    groups = []
    by_area = groupby(reading.lines(), key=lambda line: line.indicator.area)
    for number, (area, lines) in enumerate(by_area, start=1):
        rows = tuple(
            seen_by(
                reader,
                report.unit,
                row_of(
                    line,
                    editing=editing,
                    returned=returned,
                    comments=said.get(line.indicator.pk, 0),
                    corrected=line.indicator.pk in corrected,
                ),  # fmt: skip
            )  # fmt: skip
            for line in lines
        )
        asked = [row for row in rows if row.asked]
        groups.append(Group(_roman(number), area.label, rows, sum(row.stored for row in asked), len(asked)))
    round_ = report.round
    quarter = round_.quarter or 0
    deadline = deadline_of(terms_of([report])[report.pk], report.state)
    return Sheet(
        report, editing, tuple(groups), deadline, str(round_), quarter_short(quarter),
        before_short(round_.year, quarter) if quarter else "",
        f"{ROMAN[quarter]}/{round_.year - 1}" if quarter else "",
        state_of(report), not returned, reading.specs,
    )  # fmt: skip


def before_short(year: int, quarter: int) -> str:
    """The quarter before; with its year where that is another."""
    return quarter_short(quarter - 1) if quarter > 1 else f"{ROMAN[4]}/{year - 1}"


def quarter_short(quarter: int) -> str:
    return period_short(f"Q{quarter}") if quarter else ""


def _roman(number: int) -> str:
    """Numbers of areas as they stand on official papers, up to 39."""
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def state_of(report: Report) -> str:
    """Key of `ui.STATES["sheet"]`: the state, or that it waits for the commander."""
    return "ready" if report.ready_at and report.editable else report.state


def given_back(report: Report) -> str:
    """That the commander has put a sheet into the staff's hands again (`with_last_step`); empty where not."""
    return back_with_staff(report.now_kind, report.now_by) if report.editable else ""


def unready_text(report: Report) -> str:
    """Why a sheet is not ready, for whoever hands it in (`with_last_step`); empty where it is."""
    return "" if report.ready_at else unready(report.now_kind, report.now_by)


def returned_reasons(report: Report) -> dict[str, str]:
    """Code of the indicator → why the line was returned; empty when the whole sheet is open."""
    if report.state != Report.State.RETURNED:
        return {}
    return {line["indicator"]: line["reason"] for line in report.last_lines or []}


def _corrected(report: Report) -> set[int]:
    """Indicators whose figures have changed since the sheet came back. One query."""
    return set(report.changes.filter(at__gte=report.state_since).order_by().values_list("indicator", flat=True))


def seen_by(reader: User | None, unit: Unit, row: Row) -> Row:
    """The row without its register where that does not exist for the reader (None: the unit itself)."""
    known = for_reader(row.fed, reader, unit)
    return row if known is row.fed else replace(row, fed=None, unlike="")


def row_of(
    line: Line, *, editing: bool, returned: Mapping[str, str], comments: int = 0, corrected: bool = False
) -> Row:
    indicator, figure, spec = line.indicator, line.figure, line.spec
    why = returned.get(indicator.code, "")
    numerator, denominator = parts_of(line)
    is_open = editing and _is_open(line, returned)
    entry = figure.entry if figure else Entry()
    typed = Typed(
        entry.status, typed_number(entry.numerator, indicator), typed_number(entry.denominator, indicator),
        str(entry.grade or ""), tuple(entry.items.get(item.pk, "") for item in spec.items),
        remark(entry.reason), remark(entry.note),
    )  # fmt: skip
    if indicator.measure == Indicator.Measure.CHECKLIST:
        typed = replace(typed, numerator="", denominator="")
    state = "saved" if figure else "empty"
    if why and not corrected:
        state = "returned"
    elif editing and not is_open:
        state = "locked"
    return Row(
        key=indicator.pk, name=line.name, unit=unit_text(indicator), measure=indicator.measure, asked=line.asked,
        stored=figure is not None, target=target_text(line), last_quarter=cell_text(spec, line.last_quarter),
        last_year=cell_text(spec, line.last_year), since_january=since_text(spec, line.since_january),
        result=result_text(line), numerator=numerator, denominator=denominator, outcome=outcome_key(line),
        state=state, open=is_open, returned=why, typed=typed, grades=_choices(spec, typed),
        items=_answers(spec, typed), seen=seen_token(figure.mark if figure else "", typed),
        decimals=indicator.decimals, shown=indicator.shown_decimals, scale=indicator.scale,
        numerator_name=indicator.numerator_name, denominator_name=indicator.denominator_name, comments=comments,
        entered="" if spec.items else format_part(entry.numerator), fed=spec.fed, corrected=bool(why) and corrected,
        unlike=spec.fed.unlike(figure.entry if figure else None) if spec.fed and not is_open else "",
    )  # fmt: skip


def _is_open(line: Line, returned: Mapping[str, str]) -> bool:
    """Whether a line can be changed on a sheet that is open for entry."""
    return not returned or line.indicator.code in returned or (line.asked and line.figure is None)


def retyped(
    row: Row, typed: Typed, spec: Spec, *, seen: str, errors: Iterable[str] = (), conflict: bool = False,
    theirs: Figure | None = None, by: str = "",
) -> Row:  # fmt: skip
    """The row with what was typed left in place: wrong, or in `conflict` with what `by` saved meanwhile."""
    messages = [conflict_text(by, figure_text(spec, theirs))] if conflict else errors
    return replace(
        row, typed=typed, grades=_choices(spec, typed), items=_answers(spec, typed), errors=tuple(messages),
        state="error", result=MISSING, since_january=MISSING,
        outcome="", conflict=conflict, seen=seen, now=theirs.mark if theirs else "",
    )  # fmt: skip


def meanwhile_text(by: str, theirs: str) -> str:
    return _("%(who)s has saved “%(figure)s” here meanwhile.") % {"who": by, "figure": theirs}


def conflict_text(by: str, theirs: str) -> str:
    return _("%(who)s has saved “%(figure)s” here meanwhile. Take it, or keep yours?") % {"who": by, "figure": theirs}


def _choices(spec: Spec, typed: Typed) -> tuple[Choice, ...]:
    """The classes to choose from; what a register says is no choice."""
    said = spec.fed.grade if spec.fed else None
    grades = spec.grades if said is None else [said]
    return tuple(Choice(str(grade.pk), grade.label, str(grade.pk) == typed.grade) for grade in grades)


def _answers(spec: Spec, typed: Typed) -> tuple[Answer, ...]:
    """The items with what may be answered; what a register says is no choice."""
    given = dict(zip(spec.items, typed.items, strict=False))
    said = spec.fed.items if spec.fed else {}

    def choices(item: ChecklistItem) -> tuple[Choice, ...]:
        allowed = [(key, label) for key, label in STATES if said.get(item, key) == key]
        return tuple(Choice(key, str(label), given.get(item) == key) for key, label in allowed)

    return tuple(Answer(item.pk, item.label, choices(item)) for item in spec.items)


# ── words and numbers ─────────────────────────────────────────────────────


def typed_number(value: Decimal | None, indicator: Indicator) -> str:
    """As it stands in an input; whole numbers in groups, which the parser reads without doubt."""
    return format_part(value) if indicator.decimals == 0 else input_number(value)


def grade_name(spec: Spec, rank: int | Fraction) -> str:
    return next((grade.label for grade in spec.grades if grade.rank == rank), MISSING)


def target_text(line: Line) -> str:
    """ "≥ 98,6"; "–" without a target."""
    if line.target is None:
        return MISSING
    if line.indicator.measure == Indicator.Measure.GRADE:
        return compared(SIGNS[line.comparator], grade_name(line.spec, line.target))
    return period_target(line.comparator, line.target)


def status_text(status: str) -> str:
    """Nil and not applicable in a narrow cell; empty for a figure."""
    words: dict[str, str] = {Result.Status.NIL: _("nil"), Result.Status.NOT_APPLICABLE: _("n/a")}
    return words.get(status, "")


def value_text(spec: Spec, value: Value, places: int | None = None) -> str:
    if value.rank is not None:
        return grade_name(spec, value.rank)
    return format_number(value.value, spec.indicator.shown_decimals if places is None else places)


def cell_text(spec: Spec, cell: Cell | None) -> str:
    """A figure of another round: its value, nil, not applicable, or that it was not reported."""
    if cell is None:
        return MISSING
    return status_text(cell.status) or value_text(spec, value_in(spec.indicator, cell))


def since_text(spec: Spec, parts: Parts | None) -> str:
    """The value since January; how many quarters are there where one is missing."""
    if parts is None:
        return ""
    if parts.expected == 0:
        return status_text(Result.Status.NOT_APPLICABLE)
    if parts.reported < parts.expected:
        return _("%(reported)d/%(expected)d qtr") % {"reported": parts.reported, "expected": parts.expected}
    value = value_of(rule_of(spec.indicator), parts, branch=False)
    return value_text(spec, value) if value.comparable is not None else status_text(Result.Status.NIL)


def result_text(line: Line) -> str:
    """This round's value; one more decimal where it looks like the target it misses."""
    if line.figure is None:
        return MISSING
    return status_text(line.figure.entry.status) or value_text(line.spec, line.value, result_places(line))


def result_places(line: Line) -> int:
    """Decimals of this round's value."""
    places = line.indicator.shown_decimals
    if line.value.value is None or line.value.rank is not None:
        return places
    return shown_decimals(line.comparator, line.target, line.value.value, places)


def parts_of(line: Line) -> tuple[str, str]:
    """Numerator and denominator of ratios and checklists, else two empty texts."""
    entry = line.figure.entry if line.figure else Entry()
    return ("", "") if entry.denominator is None else (format_part(entry.numerator), format_part(entry.denominator))


def parts_text(line: Line) -> str:
    """ "3.137/3.166" of ratios and checklists, else empty."""
    return "/".join(filter(None, parts_of(line)))


def outcome_key(line: Line) -> str:
    """Key of `ui.STATES["result"]`; empty where there is nothing to compare."""
    if line.figure is None or line.outcome is not None:
        return str(line.outcome or "")
    keys: dict[str, str] = {Result.Status.NIL: "nil", Result.Status.NOT_APPLICABLE: "na"}
    return keys.get(line.figure.entry.status, "")


def figure_text(spec: Spec, figure: Figure | None) -> str:
    """A stored figure in one phrase, for a choice between two."""
    if figure is None:
        return _("cleared")
    entry = figure.entry
    if entry.status != Result.Status.REPORTED:
        return f"{Result.Status(entry.status).label} – {entry.reason}"
    if figure.rank is not None:
        return grade_name(spec, figure.rank)
    parts = [format_part(entry.numerator), *([format_part(entry.denominator)] if entry.denominator else [])]
    return " / ".join(parts)
