"""The heat table: direct subordinates × main indicators."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from emulation.models import Indicator, Lineage, Report
from emulation.numbers import NBSP
from emulation.periods import QUARTERS
from emulation.reports.display import (
    Mark,
    Page,
    coverage_text,
    few_text,
    mark,
    mark_of,
    nil_text,
    state_key,
    trimmed,
    unit_text,
    until_text,
)
from emulation.reports.extensions import terms_of
from emulation.reports.figures import Figure
from emulation.reports.partly import partly_below, quarters_under, spans_under
from emulation.reports.progress import coming_of, sheet_mark
from emulation.terms import Terms
from units import clock
from units.models import Unit, UnitKind

Cell = tuple[str, str, str, str, str]  # class, address, value, icon, word


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A unit of the heat table. `url` empty: no dashboard of its own; `silent`: reported nothing at all, and why.

    `values` are those of the cells apart from the targets that stand behind sums, which may be empty; `states` what
    is said of them and, where not all is reported, how much is, both in words.
    """

    name: str
    note: str
    url: str
    cells: list[Cell]
    values: list[tuple[str, str]]
    states: list[tuple[str, str]]
    silent: Mark | None = None
    silent_note: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """Direct subordinates × main indicators. `heads` are (name, unit of measure, target, as of when the figures of
    the column stand where that is before the end of the period)."""

    heads: list[tuple[str, str, str, str]]
    total: HeatRow
    own: HeatRow | None
    groups: list[tuple[str, list[HeatRow]]]

    @property
    def width(self) -> int:
        return len(self.heads)


def heat_of(page: Page, below: list[Lineage], main: list[Indicator]) -> Heat | None:
    main = [indicator for indicator in main if page.figure(indicator) is not None]
    if not main or not below:
        return None
    note = _counted(page, page.unit.pk)
    figures = [page.figure(indicator) for indicator in main]
    total = _row(page, page.unit, main, figures, name=_("Whole branch"), note=note)
    groups: dict[str, list[HeatRow]] = {}
    own = page.reading.place(page.unit.pk, page.year, page.period)
    terms = terms_of([*below, *([own] if own else [])])
    if own and _handed_in(page, own, own=own.is_leaf)[0]:
        total = _or_silent(page, own, terms[own.pk], total, figures, own=own.is_leaf)
    spans = spans_under(page.unit, partly_below(page.reading, page.unit.pk, below, page.year, page.period), page.year)
    for place in below:
        figures = [page.figure_below(indicator, place.unit_id) for indicator in main]
        row = _child_row(page, place, terms[place.pk], main, figures, spans.get(place.unit_id))
        groups.setdefault(place.unit.kind.block, []).append(row)
    names = {UnitKind.Block.STAFF: _("Offices of the staff"), UnitKind.Block.LINE: _("Line units")}
    return Heat(
        [_head(page, indicator) for indicator in main],
        total,
        _own_row(page, own, terms, main) if own else None,
        [(names[UnitKind.Block(block)], rows) for block, rows in groups.items()],
    )


def _head(page: Page, indicator: Indicator) -> tuple[str, str, str, str]:
    figure = page.figure(indicator)
    as_of, target = until_text(figure.until) if figure else "", page.target(indicator, figure)
    words = f"{_('Target')}{NBSP}{target}" if target and NBSP not in target else target  # a bare number says nothing
    return page.label(indicator), unit_text(indicator), words, as_of


def _as_of(page: Page, indicator: Indicator, figure: Figure | None) -> str:
    """As of when a cell stands, where that does not hold for the whole column."""
    whole = page.figure(indicator)
    return until_text(figure.until) if figure and whole and whole.mixed and figure is not whole else ""


def _row(
    page: Page, unit: Unit, main: list[Indicator], figures: list[Figure | None], *, name: str = "", note: str = "",
    opened: int = 0,
) -> HeatRow:  # fmt: skip
    """`opened`: the unit whose figures its cells open, where that is another."""
    known = list(zip(main, figures, strict=True))
    values = [_value(page, *column) for column in known]
    cells = [
        _cell(page, opened or unit.pk, indicator, figure, "/".join(filter(None, value)))
        for (indicator, figure), value in zip(known, values, strict=True)
    ]
    return HeatRow(
        name or unit.name,
        note,
        "" if name else page.links.dashboard(unit.pk),
        cells,
        values,
        [_state(page, indicator, figure) for indicator, figure in known],
    )


def _own_row(page: Page, place: Lineage, terms: dict[int, Terms], main: list[Indicator]) -> HeatRow | None:
    """What arose in the unit itself, where it has sheets of its own."""
    figures = [page.reading.alone(page.unit.pk, i.pk, page.year, page.period) for i in main]
    if not any(figures):
        return None
    row = _row(page, page.unit, main, figures, name=_("Arisen in the unit itself"))
    return _or_silent(page, place, terms[place.pk], row, figures, own=True)


def _child_row(
    page: Page,
    place: Lineage,
    terms: Terms,
    main: list[Indicator],
    figures: list[Figure | None],
    span: str | None,
) -> HeatRow:
    """`span`: since or until when it stood here; None where it did all the time."""
    note = "" if place.is_leaf else _counted(page, place.unit_id)
    if span is not None:
        note = _joined(span or _("under this unit for a part of the period alone"), note)
    row = _row(page, place.unit, main, figures, note=note, opened=page.unit.pk if span is not None else 0)
    return _or_silent(page, place, terms, row, figures, own=place.is_leaf)


def _or_silent(
    page: Page, place: Lineage, terms: Terms, row: HeatRow, figures: list[Figure | None], *, own: bool
) -> HeatRow:
    """The row, of the unit's `own` sheets or of its branch; without its cells where nothing is known of any."""
    states = {state_key(figure) for figure in figures}
    if "none" not in states or not states <= {"none", "na"}:
        return row
    mark, note = _why_silent(page, place, terms, own=own)
    return HeatRow(row.name, row.note, row.url, [], [], [], mark, note)


def _counted(page: Page, unit: int) -> str:
    """How many sheets of the period the unit's figures are made of."""
    coming = coming_of(page, unit)
    words = (
        _("%(done)d/%(sheets)d sheets handed in")
        if page.links.handed_in
        else _("%(done)d/%(sheets)d sheets approved")
    )
    return words % {"done": coming.counted, "sheets": coming.sheets} if coming.sheets else ""


def _why_silent(page: Page, place: Lineage, terms: Terms, *, own: bool) -> tuple[Mark, str]:
    """What has been handed in and does not count yet; else that there is nothing, and since when it is overdue."""
    state, done, sheets = _handed_in(page, place, own=own)
    if state and not page.links.handed_in:
        said = _("not approved yet, so not in the figures of the branch")
        if sheets == 1:
            return sheet_mark(state), said
        counted = _("%(done)d/%(sheets)d sheets") % {"done": done, "sheets": sheets}  # behind the word «handed in»
        return sheet_mark(state), f"{counted}, {said}"
    days = -terms.days_left(clock.today())
    if days > 0:
        return mark("none"), _("overdue by %(days)d days, not in the figures of the branch") % {"days": days}
    return mark("none"), _("not in the figures of the branch")


def _handed_in(page: Page, place: Lineage, *, own: bool) -> tuple[str, int, int]:
    """The state of the last sheet that was handed in, how many were in the period, of how many; `own`: of the unit
    itself, else of the branch, whose sheets are only counted."""
    if place.unit_id == page.unit.pk:
        quarters = list(QUARTERS[page.period])
    else:
        quarters = quarters_under(page.reading, page.unit.pk, place.unit_id, page.year, page.period)
    places = [row for q in quarters if (row := page.reading.places.get((place.unit_id, page.year, q))) is not None]
    if not own:
        done = sum(row.handed_in for row in places)
        return Report.State.SUBMITTED if done else "", done, sum(row.sheets for row in places)
    states = [row.report.state for row in places if hasattr(row, "report")]
    handed = [state for state in states if state in Report.HANDED_IN]
    return handed[-1] if handed else "", len(handed), len(states)


def _value(page: Page, indicator: Indicator, figure: Figure | None) -> tuple[str, str]:
    """The value, and the target of a sum that is to reach one, also where that is 0 in the period."""
    key = state_key(figure)
    if figure is None or key in ("na", "none"):
        return "–" if key == "na" else "", ""
    if key == "nil":
        return nil_text(), ""
    reached = figure.target if indicator.is_sum and figure.comparator in (">=", ">") else None
    return page.text(indicator, figure), "" if reached is None else trimmed(reached, 2)


def _cell(page: Page, unit: int, indicator: Indicator, figure: Figure | None, value: str) -> Cell:
    shown = mark_of(figure)
    if figure is None or shown.key == "na":
        return "h-na", "", value, "", mark("na").word
    url = page.links.figure(unit, indicator)
    if shown.key == "none":
        return "h-none", url, value, shown.icon, shown.word
    as_of = _as_of(page, indicator, figure)
    if figure.skewed:
        return "h-few", url, "", "hourglass-split", f"{few_text()} {coverage_text(figure)}"
    if not figure.complete and (figure.outcome is None or not figure.branch):
        return "", url, value, "", _joined(coverage_text(figure), as_of)
    if shown.key in ("over", "met", "near", "miss"):
        return f"h-{shown.key}", url, value, shown.icon, _joined(shown.word, as_of)
    return "", url, value, "", as_of


def _state(page: Page, indicator: Indicator, figure: Figure | None) -> tuple[str, str]:
    word, part = str(mark_of(figure).word), ""
    if figure is not None and figure.reported and not figure.complete:
        counted = {"reported": figure.reported, "expected": figure.expected}
        part = _("%(reported)d of %(expected)d reported") % counted
    return _joined(word, _as_of(page, indicator, figure)), part


def _joined(*texts: str) -> str:
    return ", ".join(filter(None, texts))
