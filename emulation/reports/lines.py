"""The lines of one sheet: each figure with its target and with what was reported before and beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from django.db.models import OuterRef, Q, Subquery

from emulation.checks import Entry
from emulation.consolidation import NOTHING, Cell, Parts, Value, over_rounds, thousandths, value_of
from emulation.models import (
    CampaignIndicator,
    ChecklistItem,
    Correction,
    FigureRequest,
    Grade,
    Indicator,
    Lineage,
    Notice,
    Report,
    Result,
    ResultItem,
    Target,
)
from emulation.periods import DRIVE
from emulation.reports.book import Goal, read_goals
from emulation.reports.feeds import Fed, fed_cells, feed_of
from emulation.reports.figures import OwnFigures, margins_of, rule_of
from emulation.reports.plan import plan_of_unit, plans_of, slot
from emulation.scoring import Outcome, judge
from units.paths import path_ids

SINCE_JANUARY = {1: "Q1", 2: "H1", 3: "9M", 4: "Y"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it stands on the sheet. `mark` names this state of the cell, "" where nothing is stored."""

    entry: Entry
    rank: int | None
    mark: str

    @classmethod
    def of(cls, row: Result) -> Figure:
        """From a row with its grade; answers of a checklist are read apart."""
        rank = row.grade.rank if row.grade else None
        return cls(
            Entry(row.status, row.numerator, row.denominator, row.grade_id, {}, row.reason, row.note), rank, row.mark
        )

    @property
    def cell(self) -> Cell:
        entry = self.entry
        return Cell(entry.status, thousandths(entry.numerator), thousandths(entry.denominator), self.rank)


def names_on(report: Report, indicators: Mapping[int, Indicator]) -> dict[int, str]:
    """indicator → the name that its line has on the sheet: that of the year, else the catalogue's. One query."""
    kind, path = report.unit.kind_id, report.lineage.path
    plan = plan_of_unit(report.round, kind, path_ids(path), indicators)
    placed = {pk: plan.placement(pk, kind, path) for pk in indicators}
    return {pk: placement.label if (placement := placed[pk]) else row.label for pk, row in indicators.items()}


About = Correction | FigureRequest | Notice  # what speaks of a line of a sheet
Row = TypeVar("Row", Correction, FigureRequest, Notice)


def with_lines(rows: Iterable[Row]) -> list[Row]:
    """Each (with sheet, round and indicator) with `line`, the name that the sheet has for what it is about.

    Queries as `line_names`. Of a notice about the whole sheet, or about something else, it is empty.
    """
    found = list(rows)
    names = line_names(found)
    for row in found:
        row.line = names.get((row.report_id or 0, row.indicator_id or 0), "")  # type: ignore[attr-defined]
    return found


def line_names(rows: Iterable[About]) -> dict[tuple[int, int], str]:
    """(sheet, indicator) → the name of the line there, of sheets of any units and years; without an indicator none.

    Three queries, two more with peak drives; none without rows.
    """
    pairs = {
        (row.report.pk, row.indicator.pk): (row.report.round, row.indicator)
        for row in rows
        if row.indicator and row.report
    }
    if not pairs:
        return {}
    sheets = Report.objects.filter(pk__in={report for report, _indicator in pairs})
    places = {pk: (kind, path) for pk, kind, path in sheets.values_list("pk", "unit__kind", "lineage__path")}
    plans = plans_of({round_.pk: round_ for round_, _row in pairs.values()}.values())
    found = {}
    for (report, indicator), (round_, row) in pairs.items():
        placed = plans[round_.pk].placement(indicator, *places[report])
        found[report, indicator] = placed.label if placed else row.label
    return found


@dataclass(frozen=True, slots=True)
class Spec:
    """What may be entered in a cell: its indicator, the year's valid range, classes and checklist items.

    Where a register feeds the cell (`fed`), only what that says can be saved.
    """

    indicator: Indicator
    low: Decimal | None
    high: Decimal | None
    grades: tuple[Grade, ...] = ()
    items: tuple[ChecklistItem, ...] = ()
    fed: Fed | None = None

    def rank_of(self, grade: int | None) -> int | None:
        """The rank of a class by its key."""
        return next((row.rank for row in self.grades if row.pk == grade), None)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet, unformatted.

    `value` is this round's figure, `since_january` the unit's own parts of the year so far; `outcome` is
    None where nothing is compared. `beside` are the cells of the units under the same superior.
    """

    spec: Spec
    placement: CampaignIndicator | None
    asked: bool
    figure: Figure | None
    value: Value
    target: Fraction | None
    comparator: str
    outcome: Outcome | None
    last_quarter: Cell | None
    last_year: Cell | None
    since_january: Parts | None
    beside: tuple[Cell, ...]

    @property
    def indicator(self) -> Indicator:
        return self.spec.indicator

    @property
    def name(self) -> str:
        return self.placement.label if self.placement else self.indicator.label


class SheetReading:
    """The lines of a sheet, in six queries at most, and a few more for each indicator that a register feeds.

    `only` some indicators, `siblings` with the units beside it, `items` with those of checklists.

    Other rounds count when they have been handed in, this sheet's figures as they stand. A unit with
    subordinates has no targets here: its targets are its branch's.
    """

    def __init__(
        self, report: Report, *, only: Collection[int] | None = None, siblings: bool = False, items: bool = True
    ) -> None:
        self.report, self.unit, self.slot = report, report.unit, slot(report.round)
        self.lineages = self._lineages()
        self.figures: dict[int, Figure] = {}
        self.last_quarter: dict[int, Cell] = {}
        self.last_year: dict[int, Cell] = {}
        self.beside: dict[int, list[Cell]] = defaultdict(list)
        cells: dict[tuple[int, int], dict[int, Cell]] = defaultdict(dict)
        for row in self._results(only, siblings):
            self._keep(row, cells)
        kind, path = self.unit.kind_id, report.lineage.path
        chain = {pk for lineage in self.lineages.values() for pk in path_ids(lineage.path)}
        self.plan = plan_of_unit(report.round, kind, chain, only)
        asked = self.plan.for_unit(kind, path)
        self.asked = {pk for pk, row in asked.items() if self.slot in row.quarters}
        self.placements = {pk: self.plan.placements[row.campaign_indicator] for pk, row in asked.items()}
        indicators = {row.indicator_id: row.indicator for row in self.plan.placements.values()}
        if unplaced := self.figures.keys() - indicators.keys():
            indicators |= Indicator.objects.select_related("area").in_bulk(unplaced)
        self.own = OwnFigures(
            self.plan, {pk: rule_of(row) for pk, row in indicators.items()}, self.lineages.values(),
            drive=report.round.drive is not None,
        )  # fmt: skip
        self.own.cells = cells
        self.own.goals = self._goals()
        shown = self.asked | self.figures.keys()
        feeds = [feed for pk in sorted(self.asked) if (feed := feed_of(indicators[pk]))]
        self.fed = fed_cells(report, asked, feeds)
        self.specs = self._specs({pk: row for pk, row in indicators.items() if pk in shown}, items)

    # ── loading ───────────────────────────────────────────────────────────

    def _lineages(self) -> dict[int, Lineage]:
        """Quarter → place of the unit, in all rounds of the year; in a peak drive that of its round."""
        round_ = self.report.round
        wanted = Q(round=round_) if round_.drive_id else Q(round__year=round_.year, round__drive=None)
        rows = Lineage.objects.filter(wanted, unit=self.unit).select_related("round")
        for row in rows:
            row.unit = self.unit
        return {slot(row.round): row for row in rows}

    def _results(self, only: Collection[int] | None, siblings: bool) -> Iterator[Result]:
        """Figures of this sheet; of the unit's other sheets that are compared; of the units beside it."""
        round_ = self.report.round
        wanted = Q(pk=self.report.pk)
        if round_.quarter:
            earlier = Q(round__year=round_.year, round__quarter__lt=round_.quarter)
            before = [4, round_.quarter] if round_.quarter == 1 else [round_.quarter]
            earlier |= Q(round__year=round_.year - 1, round__quarter__in=before)
            wanted |= Q(earlier, state__in=Report.HANDED_IN)
        # Sheets are named first: one condition over all figures would read the round of every unit.
        sheets = Report.objects.filter(wanted, unit=self.unit).order_by().values("pk")
        parent = self.report.lineage.parent_id
        if siblings and parent:
            beside = Report.objects.handed_in().filter(lineage__round=round_, lineage__parent=parent)
            sheets = sheets.union(beside.order_by().values("pk"))
        rows = Result.objects.filter(report__in=sheets).select_related("report__round", "grade")
        return (rows if only is None else rows.filter(indicator__in=only)).iterator()

    def _keep(self, row: Result, cells: dict[tuple[int, int], dict[int, Cell]]) -> None:
        figure = Figure.of(row)
        round_, now = row.report.round, self.report.round
        if row.report.unit_id != self.unit.pk:
            self.beside[row.indicator_id].append(figure.cell)
            return
        if row.report_id == self.report.pk:
            self.figures[row.indicator_id] = figure
        if round_.drive_id or round_.year == now.year:
            cells[self.unit.pk, slot(round_)][row.indicator_id] = figure.cell
        if now.quarter and round_.quarter:
            ago = (now.year - round_.year) * 4 + now.quarter - round_.quarter
            if ago == 1:
                self.last_quarter[row.indicator_id] = figure.cell
            elif ago == 4:
                self.last_year[row.indicator_id] = figure.cell

    def _goals(self) -> dict[int, dict[int, Goal]]:
        if not self.report.lineage.is_leaf:
            return {}
        round_ = self.report.round
        targets = Target.objects.agreed_in(round_.year).filter(unit=self.unit)
        if round_.drive_id:
            targets = targets.filter(campaign_indicator__campaign=round_.drive)
        else:
            targets = targets.filter(drive=None, campaign_indicator__campaign__kind__is_drive=False)
        found = read_goals(targets, drive=round_.drive_id is not None)
        return {self.unit.pk: {indicator: goal for _year, _unit, indicator, goal in found}}

    def _specs(self, indicators: dict[int, Indicator], with_items: bool) -> dict[int, Spec]:
        scales = {row.grade_scale_id for row in indicators.values() if row.grade_scale_id}
        grades: dict[int, list[Grade]] = defaultdict(list)
        for grade in Grade.objects.filter(scale__in=scales) if scales else ():
            grades[grade.scale_id].append(grade)
        checklists = [pk for pk, row in indicators.items() if row.measure == Indicator.Measure.CHECKLIST]
        items = self._items(checklists) if with_items and checklists else {}
        found = {}
        for pk, row in indicators.items():
            placed = self.placements.get(pk)
            found[pk] = Spec(
                row, placed.range_min if placed else None, placed.range_max if placed else None,
                tuple(grades.get(row.grade_scale_id or 0, ())), tuple(items.get(pk, ())),
                self.fed.get(pk),
            )  # fmt: skip
        return found

    def _items(self, checklists: list[int]) -> dict[int, list[ChecklistItem]]:
        """Indicator → items in force in the year; what this sheet answers goes into its figures."""
        answer = ResultItem.objects.filter(result__report=self.report, item=OuterRef("pk")).values("state")[:1]
        rows = ChecklistItem.objects.filter(
            template__indicator__in=checklists, template__since__lte=self.report.round.year
        ).annotate(answer=Subquery(answer))
        found: dict[int, list[ChecklistItem]] = {}
        for item in rows.select_related("template").order_by("template__since", "order", "pk"):
            indicator = item.template.indicator_id
            assert indicator is not None  # `checklists` are such
            if item.template_id != next((kept.template_id for kept in found.get(indicator, ())), None):
                found[indicator] = []
            found[indicator].append(item)
            if item.answer and indicator in self.figures:
                self.figures[indicator].entry.items[item.pk] = item.answer
        return found

    # ── reading ───────────────────────────────────────────────────────────

    def lines(self) -> list[Line]:
        """All lines, in the order of the areas and of the campaign."""
        found = [self.line(pk) for pk in self.specs]
        return sorted(found, key=lambda line: _place(line.indicator, line.placement))

    def line(self, pk: int) -> Line:
        unit, spec, figure = self.unit.pk, self.specs[pk], self.figures.get(pk)
        placement = self.placements.get(pk)
        period = f"Q{self.slot}" if self.report.round.quarter else DRIVE
        row = self.own.own_row(unit, pk, period)
        value = value_in(spec.indicator, figure.cell) if figure else NOTHING
        outcome = None
        if row.target is not None and value.comparable is not None:
            margins = margins_of(spec.indicator, placement)
            outcome = judge(
                row.comparator, row.target, value.comparable, over_margin=margins.over, near_margin=margins.near
            )
        since = None
        if self.report.round.quarter:
            since = self.own.own_row(unit, pk, SINCE_JANUARY[self.slot]).parts["all_"]
        return Line(
            spec, placement, pk in self.asked, figure, value, row.target, row.comparator, outcome,
            self.last_quarter.get(pk), self.last_year.get(pk), since, tuple(self.beside.get(pk, ())),
        )  # fmt: skip

    def take_over(self, keys: Iterable[int]) -> None:
        """Let fed lines that are open show what the register says: it is written with the sheet's next step."""
        for pk in keys:
            fed, figure = self.fed.get(pk), self.figures.get(pk)
            entry = figure.entry if figure else None
            if fed is not None and fed.holds and not fed.agrees(entry):
                said = fed.entry(entry)
                if said is not None:
                    self.put(pk, said, figure.mark if figure else "")

    def put(self, pk: int, entry: Entry | None, mark: str) -> Line:
        """The line as it is once `entry` has been saved."""
        if entry is None:
            self.figures.pop(pk, None)
            self.own.put(self.unit.pk, self.slot, pk, None)
        else:
            self.figures[pk] = Figure(entry, self.specs[pk].rank_of(entry.grade), mark)
            self.own.put(self.unit.pk, self.slot, pk, self.figures[pk].cell)
        return self.line(pk)


def value_in(indicator: Indicator, cell: Cell) -> Value:
    """The value of a single cell."""
    parts, rule = Parts(), rule_of(indicator)
    parts.add_cell(rule, cell, asked=True)
    return value_of(rule, over_rounds(rule, [parts]), branch=False)


def _place(indicator: Indicator, placement: CampaignIndicator | None) -> tuple[object, ...]:
    area, order = indicator.area, placement.order if placement else 0
    return area.order, area.code, placement is None, order, indicator.order, indicator.code
