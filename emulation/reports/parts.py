"""What a figure is made of: what each direct subordinate adds, or each quarter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _

from emulation import periods
from emulation.consolidation import NOTHING, Parts, Rule, is_skewed, over_rounds, value_of
from emulation.models import Indicator, Lineage, Report, ReportEvent
from emulation.numbers import format_number
from emulation.reports.display import (
    PLAIN,
    Delta,
    Mark,
    Page,
    coverage_text,
    decimals_for,
    few_text,
    mark,
    mark_of,
    nil_text,
    trimmed,
    until_text,
)
from emulation.reports.figures import Figure, rule_of
from emulation.reports.partly import is_partly, parts_in, spans_under
from emulation.reports.progress import place_order, sheet_mark
from units.paths import path_ids

Measure = Indicator.Measure


@dataclass(frozen=True, slots=True)
class Source:
    """A sheet behind a figure: the quarter, its address, its state, and who approved it when."""

    label: str
    url: str
    mark: Mark
    approved_by: str = ""
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PartRow:
    """What one unit (or one quarter) brings in. `share` is its part of the denominator (of the sum) in per cent;
    `pull` by how much the whole figure is higher or lower because of it. `gone`: stands elsewhere today."""

    name: str
    value: str
    mark: Mark
    missing: bool
    url: str = ""
    numerator: str = ""
    denominator: str = ""
    share: str = ""
    pull: Delta | None = None
    sources: list[Source] = field(default_factory=list)
    note: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a unit adds to the figure of its superior: parts by quarter, from the quarters it stood there."""

    place: Lineage
    parts: dict[int, Parts]
    whole: bool  # it stood there in every quarter of the period

    def is_skewed(self, rule: Rule) -> bool:
        """Whether missing cells distort what the unit alone would show."""
        rounds = sum(bool(parts.expected) for parts in self.parts.values())
        return is_skewed(rule, combined(rule, [self]), rounds)


def shows_parts(indicator: Indicator) -> bool:
    return indicator.measure in (Measure.RATIO, Measure.CHECKLIST)


def part_text(value: Fraction | None) -> str:
    return "" if value is None else trimmed(value)


def stands_elsewhere(place: Lineage) -> bool:
    """Whether the unit's superior of that period is not the present one."""
    return ([None, *path_ids(place.unit.path)])[-2] != place.parent_id


# ── parts by unit ─────────────────────────────────────────────────────────


def contributions(page: Page, indicator: Indicator) -> list[Contribution]:
    """The unit's own sheet and what its direct subordinates of each quarter add, in the order of the tables."""
    reading, year = page.reading, page.year
    rounds = [q for q in periods.QUARTERS[page.period] if (page.unit.pk, year, q) in reading.places]
    found: dict[int, Contribution] = {}
    for quarter in rounds:
        for place in _directly_below(page, quarter):
            known = found.get(place.unit_id)
            if known is None:
                known = found[place.unit_id] = Contribution(place, {}, _whole(page, place, rounds))
            parts = _parts_in(page, indicator, place, quarter)
            if parts is not None:
                known.parts[quarter] = parts
    kept = [row for row in found.values() if any(p.expected or p.reported for p in row.parts.values())]
    return sorted(kept, key=lambda row: (row.place.unit_id != page.unit.pk, *place_order(row.place)))


def _directly_below(page: Page, quarter: int) -> list[Lineage]:
    """The unit itself and what stood under it in the quarter."""
    return [
        place
        for (pk, of, number), place in page.reading.places.items()
        if of == page.year and number == quarter and page.unit.pk in (pk, place.parent_id)
    ]


def _whole(page: Page, place: Lineage, rounds: Iterable[int]) -> bool:
    if place.unit_id == page.unit.pk:
        return True
    found = [page.reading.places.get((place.unit_id, page.year, quarter)) for quarter in rounds]
    return all(row is not None and row.parent_id == page.unit.pk for row in found)


def _parts_in(page: Page, indicator: Indicator, place: Lineage, quarter: int) -> Parts | None:
    """Parts of the quarter's figure that come from the place; None where the quarter does not make its figure."""
    reading, rule = page.reading, rule_of(indicator)
    own = place.unit_id == page.unit.pk
    partly = not own and is_partly(reading, page.unit.pk, place.unit_id, page.year, page.period)
    whole = not partly and not rule.flow and reading.inner(place.unit_id, page.year, page.period)
    if own or (place.is_leaf and not whole):
        book = reading.own.get(page.year)
        if book is None or quarter not in book.making(place.unit_id, indicator.pk, page.period):
            return None
        return book.unit_parts(place.unit_id, quarter, indicator.pk, reading.name)
    if partly:
        return parts_in(reading, place, indicator.pk, page.year, page.period, quarter)
    if rule.flow:
        figure = reading.figure(place.unit_id, indicator.pk, page.year, f"Q{quarter}")
    elif quarter == periods.QUARTERS[page.period][-1]:
        figure = page.figure(indicator, place.unit_id)
    else:
        return None
    return figure.parts if figure else None


def combined(rule: Rule, rows: Iterable[Contribution]) -> Parts:
    """Parts of the whole period: quarters summed over the units first, as consolidation does."""
    quarters: dict[int, Parts] = {}
    for row in rows:
        for quarter, parts in row.parts.items():
            quarters.setdefault(quarter, Parts()).add(parts)
    return over_rounds(rule, quarters.values())


def _without(rule: Rule, rows: list[Contribution], left_out: Contribution) -> Fraction | None:
    """The figure as it would be without one of its contributions."""
    parts = combined(rule, (row for row in rows if row is not left_out))
    return value_of(rule, parts, branch=True).value


def unit_rows(
    page: Page, indicator: Indicator, figure: Figure | None, contributions: list[Contribution]
) -> list[PartRow]:
    rule = rule_of(indicator)
    weight = sum(_weight(indicator, combined(rule, [row])) for row in contributions)
    spans = spans_under(page.unit, (row.place.unit_id for row in contributions if not row.whole), page.year)
    return [
        _unit_row(page, indicator, figure, contributions, row, weight, spans.get(row.place.unit_id, ""))
        for row in contributions
    ]


def _weight(indicator: Indicator, parts: Parts) -> int:
    """What shares are taken of: the denominator, the sum, or how many reported."""
    if indicator.measure == Measure.RATIO:
        return parts.denominator
    return parts.numerator if indicator.is_sum else parts.reported


def _unit_row(
    page: Page, indicator: Indicator, figure: Figure | None, rows: list[Contribution], row: Contribution, weight: int,
    span: str,
) -> PartRow:  # fmt: skip
    rule, place = rule_of(indicator), row.place
    own = place.unit_id == page.unit.pk
    parts = combined(rule, [row])
    value = value_of(rule, parts, branch=not place.is_leaf and not own)
    judged = None if own else page.figure(indicator, place.unit_id)
    comparable = row.whole and judged is not None
    period = page.period if row.whole or not row.parts else f"Q{min(row.parts)}"
    text = format_number(value.value, decimals_for(indicator, judged))
    if value.rank is not None:
        text = page.grades.name(indicator, value.rank)
    known = page.reading.alone(place.unit_id, indicator.pk, page.year, page.period) if own else judged
    if known is not None and known.nil and row.whole:
        text = nil_text()
    elif row.is_skewed(rule):
        text = few_text()
    share = _weight(indicator, parts)
    return PartRow(
        name=_("Arisen in the unit itself") if own else place.unit.name,
        url="" if own else page.links.figure(place.unit_id, indicator, period),
        numerator=part_text(value.numerator) if shows_parts(indicator) else "",
        denominator=part_text(value.denominator) if shows_parts(indicator) else "",
        value=text if parts.reported else "–",
        mark=_row_mark(page, row, parts, judged if comparable else None),
        share=format_number(Fraction(share * 100, weight), 1) if weight and parts.reported else "",
        pull=_pull(indicator, figure, rule, rows, row) if parts.reported and len(rows) > 1 else None,
        sources=_sources(page, place, row) if place.is_leaf or own else [],
        note=_note(row, parts, span, until_text(known.until) if known and figure and figure.mixed else ""),
        gone=not own and stands_elsewhere(place),
        missing=parts.reported < parts.expected,
    )


def _row_mark(page: Page, row: Contribution, parts: Parts, judged: Figure | None) -> Mark:
    """A result; for a unit that does not count yet the state of its sheet, or of its branch's, when handed in."""
    if parts.reported or not parts.expected:
        return mark_of(judged) if judged is not None else PLAIN
    last = page.reading.places[row.place.unit_id, page.year, max(row.parts)]
    if not last.is_leaf and last.unit_id != page.unit.pk:
        return sheet_mark(Report.State.SUBMITTED) if last.handed_in and not page.links.handed_in else mark("none")
    report = getattr(last, "report", None)
    return sheet_mark(report.state) if report is not None and report.state in Report.HANDED_IN else mark("none")


def _note(row: Contribution, parts: Parts, *words: str) -> str:
    notes = [word for word in words if word]
    if not row.whole:
        names = ", ".join(periods.ROMAN[quarter] for quarter in sorted(row.parts))
        notes.append(_("under this unit in quarter %(quarters)s alone") % {"quarters": names})
    if 0 < parts.reported < parts.expected:
        notes.append(
            _("%(reported)d of %(expected)d reported") % {"reported": parts.reported, "expected": parts.expected}
        )
    elif parts.reported == 0:
        notes.append(_("counts neither as 0 nor in the sums"))
    return "; ".join(notes)


def _pull(
    indicator: Indicator, figure: Figure | None, rule: Rule, rows: list[Contribution], row: Contribution
) -> Delta | None:
    """How much higher or lower the whole is because of one unit. Sums, grades and checklists show shares alone."""
    if indicator.measure not in (Measure.RATIO, Measure.SCORE) or figure is None or figure.value.value is None:
        return None
    if figure.skewed:
        return None
    without = _without(rule, rows, row)
    if without is None:
        return None
    change = figure.value.value - without
    decimals = indicator.shown_decimals + 1
    better = {"higher": change > 0, "lower": change < 0}.get(indicator.direction)
    text = format_number(abs(change), decimals)
    if not text.strip("0.,"):
        return Delta(text, "", "", None)
    tone = "" if better is None else "met" if better else "miss"
    return Delta(text, "arrow-up-short" if change > 0 else "arrow-down-short", tone, change > 0)


def _sources(page: Page, place: Lineage, row: Contribution) -> list[Source]:
    """The sheets of a single unit that the figure is made of."""
    found = []
    for quarter in sorted(row.parts):
        report = getattr(page.reading.places[place.unit_id, page.year, quarter], "report", None)
        if report is not None:
            found.append(Source(periods.ROMAN[quarter], report.get_absolute_url(), sheet_mark(report.state)))
    return found


def missing_units(rows: list[Contribution]) -> list[str]:
    return [
        row.place.unit.name for row in rows if any(parts.reported < parts.expected for parts in row.parts.values())
    ]


def total_row(page: Page, indicator: Indicator, figure: Figure) -> PartRow:
    value = figure.value if shows_parts(indicator) else NOTHING
    return PartRow(
        name=_("Whole branch"),
        value=page.text(indicator, figure),
        mark=mark_of(figure),
        missing=not figure.complete,
        numerator=part_text(value.numerator),
        denominator=part_text(value.denominator),
        share=format_number(100, 1),
        note=f"({until_text(figure.until)})" if figure.until else "",
    )


# ── parts by quarter ──────────────────────────────────────────────────────


def quarter_rows(page: Page, indicator: Indicator, branch: bool, events: Iterable[ReportEvent]) -> list[PartRow]:
    """One row a quarter; for a single unit with its sheet, and who approved it when."""
    approvals = {event.report_id: event for event in events if event.kind in ReportEvent.APPROVALS}
    figures = {q: _quarter_figure(page, indicator, q) for q in periods.QUARTERS[page.period]}
    rows = []
    for quarter, figure in figures.items():
        place = page.reading.places.get((page.unit.pk, page.year, quarter))
        report = getattr(place, "report", None) if place and not branch else None
        sources = [_source(report, approvals)] if report else []
        if figure is None and not sources:
            continue
        value = figure.value if figure is not None and shows_parts(indicator) else NOTHING
        rows.append(
            PartRow(
                name=periods.quarter_label(page.year, quarter),
                url=page.links.figure(page.unit.pk, indicator, f"Q{quarter}"),
                numerator=part_text(value.numerator),
                denominator=part_text(value.denominator),
                value=page.text(indicator, figure),
                mark=mark_of(figure),
                sources=sources,
                note=coverage_text(figure) if figure and not figure.complete else "",
                missing=figure is not None and not figure.complete,
            )
        )
    return rows


def _source(report: Report, approvals: Mapping[int, ReportEvent]) -> Source:
    event = approvals.get(report.pk) if report.state == Report.State.APPROVED else None
    return Source(
        _("Sheet"), report.get_absolute_url(), sheet_mark(report.state), str(event.by) if event else "",
        event.at if event else None,
    )  # fmt: skip


def _quarter_figure(page: Page, indicator: Indicator, quarter: int) -> Figure | None:
    return page.reading.figure(page.unit.pk, indicator.pk, page.year, f"Q{quarter}")
