"""What a reviewer sees of a sheet: every line against plan, past and neighbours, with warnings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from statistics import median, median_low

from django.utils.translation import gettext as _

from emulation.consolidation import Value
from emulation.models import (
    CheckRule,
    FigureRequest,
    Indicator,
    OfficeVerdict,
    Report,
    ReportEvent,
    ResultItem,
)
from emulation.numbers import difference, format_number, signed
from emulation.reports.corrections import changes_since
from emulation.reports.display import unit_text
from emulation.reports.feeds import Fed, for_reader
from emulation.reports.findings import Finding, findings_of
from emulation.reports.lines import Line, SheetReading, value_in
from emulation.reports.offices import OfficeState, office_states
from emulation.reports.sheets import (
    MISSING,
    cell_text,
    outcome_key,
    parts_of,
    quarter_short,
    result_places,
    result_text,
    target_text,
    value_text,
)
from emulation.scoring import Outcome
from units.models import User

QUEUE = 50  # sheets beside the one under review


@dataclass(frozen=True, slots=True)
class Delta:
    """Change against the last quarter, `text` without its sign. `tone`: up (better), down (worse) or empty; `rises`
    None without change."""

    text: str
    tone: str
    rises: bool | None

    @property
    def signed(self) -> str:
        """The change as it stands where no arrow says its direction."""
        return signed(self.text, self.rises)


@dataclass(frozen=True, slots=True)
class Row:
    """A line under review. `warning` is a word for the table and `why` sentences, both empty without one;
    `answers` are the reasons that the unit gave to warnings."""

    key: int
    code: str
    name: str
    unit: str
    target: str
    result: str
    numerator: str
    denominator: str
    outcome: str
    delta: Delta | None
    last_quarter: str
    last_year: str
    median: str
    warning: str
    why: str
    reason: str
    note: str
    answers: tuple[str, ...]
    items: tuple[str, ...] = ()  # of a checklist, with their answers
    was: tuple[str, str] | None = None  # before and now, where it differs from what was handed in before
    asked: FigureRequest | None = None  # the last request of the reviewers about it
    objections: tuple[OfficeVerdict, ...] = ()
    fed: Fed | None = None  # the register that the figure comes from
    unlike: str = ""  # how register and sheet differ
    passed: bool = False  # approved when other lines were sent back, and the same since
    unasked: bool = False  # a figure that the unit is not asked, as after a move

    @property
    def parts(self) -> str:
        """ "3.137/3.166" of ratios and checklists, else empty."""
        return f"{self.numerator}/{self.denominator}" if self.denominator else ""

    @property
    def talks(self) -> bool:
        """Whether there is more to read than the line itself."""
        parts = (self.why, self.reason, self.note, self.answers, self.items, self.was, self.asked, self.objections)
        return any(parts)


@dataclass(frozen=True, slots=True)
class Group:
    number: int
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """A sheet with its lines by area, as the reviewer reads it."""

    report: Report
    groups: tuple[Group, ...]
    quarter: str
    before: str
    year_ago: str
    offices: tuple[OfficeState, ...] = ()

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def warned(self) -> int:
        return sum(bool(row.warning) for row in self.rows)

    @property
    def changed(self) -> int:
        return sum(bool(row.was) for row in self.rows)

    @property
    def reluctant(self) -> list[OfficeState]:
        """Offices that have not judged all their lines, or object."""
        return [state for state in self.offices if not state.content]

    @property
    def hindrances(self) -> list[str]:
        """Why the sheet is not approved together with others; empty when nothing stands out."""
        found = [f"{row.name}: {row.warning}" for row in self.rows if row.warning]
        found += [f"{row.name}: {row.unlike}" for row in self.rows if row.unlike]
        found += [_("%(office)s objects") % {"office": state.office} for state in self.offices if state.objected]
        if any(row.asked and row.asked.ended_at is None for row in self.rows):
            found.append(_("The unit has been asked about a figure."))
        return found


def read_review(report: Report, reader: User | None = None) -> Review:
    """The sheet with its past, its plan, the median of the units beside it, and what offices and unit say of it."""
    reading = SheetReading(report, siblings=True)
    all_lines = reading.lines()
    targets = {line.indicator.pk: line.target for line in all_lines}
    findings: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings_of(report, CheckRule.Level.values, targets):
        findings[finding.indicator].append(finding)
    offices = tuple(office_states(report))
    changes = changes_since(report)
    asked = {row.indicator_id: row for row in report.requests.select_related("answered_by")}
    sent_back = _sent_back(report)

    def completed(line: Line) -> Row:
        pk = line.indicator.pk
        objections = tuple(state.objected[pk] for state in offices if pk in state.objected)
        row = row_of(line, findings[pk])
        if for_reader(row.fed, reader, report.unit) is not row.fed:
            row = replace(row, fed=None, unlike="")
        was, request = changes.get(row.code), asked.get(pk)
        waits = row.code in sent_back or was or objections or (request and request.ended_at is None)
        passed = bool(sent_back) and not waits
        return replace(row, was=was, asked=request, objections=objections, passed=passed)

    by_area = groupby(all_lines, key=lambda line: line.indicator.area)
    groups = tuple(
        Group(number, area.label, tuple(completed(line) for line in lines))
        for number, (area, lines) in enumerate(by_area, start=1)
    )
    round_ = report.round
    if not round_.quarter:
        return Review(report, groups, str(round_), "", "", offices)
    last = round_.quarter - 1 or 4
    return Review(
        report, groups, str(round_), f"{quarter_short(last)}/{round_.year - (last == 4)}",
        f"{quarter_short(round_.quarter)}/{round_.year - 1}", offices,
    )  # fmt: skip


def _sent_back(report: Report) -> set[str]:
    """Codes of the lines that were sent back last, if singly: all others had been approved then. One query."""
    kinds = [ReportEvent.Kind.RETURNED, ReportEvent.Kind.REOPENED]
    lines = report.events.filter(kind__in=kinds).order_by("-pk").values_list("lines", flat=True).first()
    return {line["indicator"] for line in lines or ()}


def row_of(line: Line, findings: Iterable[Finding] = ()) -> Row:
    word, why = warning_of(line, findings)
    entry = line.figure.entry if line.figure else None
    numerator, denominator = parts_of(line)
    return Row(
        key=line.indicator.pk, code=line.indicator.code, name=line.name, unit=unit_text(line.indicator),
        target=target_text(line), result=result_text(line), numerator=numerator, denominator=denominator,
        outcome=outcome_key(line),
        delta=delta_of(line), last_quarter=cell_text(line.spec, line.last_quarter),
        last_year=cell_text(line.spec, line.last_year), median=median_text(line), warning=word, why=why,
        reason=entry.reason if entry else "", note=entry.note if entry else "",
        answers=tuple(finding.reason for finding in findings if finding.reason), items=tuple(items_of(line)),
        fed=line.spec.fed, unlike=line.spec.fed.unlike(entry) if line.spec.fed else "", unasked=not line.asked,
    )  # fmt: skip


def items_of(line: Line) -> Iterator[str]:
    """The items of a checklist with their answers."""
    answers = line.figure.entry.items if line.figure else {}
    words = dict(ResultItem.State.choices)
    for item in line.spec.items:
        if item.pk in answers:
            yield f"{item.label}: {words[answers[item.pk]]}"


def before_of(line: Line) -> Value | None:
    return value_in(line.indicator, line.last_quarter) if line.last_quarter else None


def change_of(line: Line) -> Decimal | None:
    """This round's value less the last quarter's, both as shown; ranks for grades."""
    before = before_of(line)
    if before is None or before.comparable is None or line.value.comparable is None:
        return None
    places = line.indicator.shown_decimals
    return difference(line.value.comparable, result_places(line), before.comparable, places)


def better(indicator: Indicator, change: Decimal) -> bool | None:
    """Whether a change goes in the good direction; None where neither does."""
    if change == 0 or indicator.direction == Indicator.Direction.EXACT:
        return None
    return (change > 0) == (indicator.direction == Indicator.Direction.HIGHER)


def delta_of(line: Line) -> Delta | None:
    change = change_of(line)
    if change is None:
        return None
    graded = line.indicator.measure == Indicator.Measure.GRADE
    if change == 0:
        return Delta(format_number(0, 0), "", None)
    good = better(line.indicator, change)
    tone = "" if good is None else "up" if good else "down"
    return Delta("" if graded else format_number(abs(change), result_places(line)), tone, change > 0)


def median_text(line: Line) -> str:
    """Of the units under the same superior that have handed in; the lower middle class for grades."""
    found = [value_in(line.indicator, cell).comparable for cell in line.beside]
    values = [value for value in found if value is not None]
    if not values:
        return MISSING
    if line.indicator.measure == Indicator.Measure.GRADE:
        return value_text(line.spec, Value(rank=int(median_low(values))))
    return value_text(line.spec, Value(value=Fraction(median(values))))


def warning_of(line: Line, findings: Iterable[Finding] = ()) -> tuple[str, str]:
    """A word and a sentence for what a reviewer should look at first; two empty texts where nothing stands out."""
    if line.figure is None:
        return _("Not reported"), _("The figure is asked, but the sheet has none.")
    sentences = []
    word = ""
    if line.outcome in (Outcome.MISS, Outcome.NEAR):
        word = _("Target not reached")
        sentences.append(
            _("%(value)s does not reach the target %(target)s.")
            % {"value": result_text(line), "target": target_text(line)}
        )
    for finding in findings:
        word = word or finding.word
        sentences.append(finding.sentence)
    return word, " ".join(sentences)


# ── the queue ─────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Queue:
    """Sheets that wait, oldest first, and those before and after the one under review."""

    reports: tuple[Report, ...]
    previous: Report | None
    following: Report | None


def queue_beside(reports: Iterable[Report], current: Report) -> Queue:
    waiting = tuple(reports)
    at = next((index for index, report in enumerate(waiting) if report.pk == current.pk), None)
    if at is None:
        return Queue(waiting, None, waiting[0] if waiting else None)
    return Queue(waiting, waiting[at - 1] if at else None, waiting[at + 1] if at + 1 < len(waiting) else None)
