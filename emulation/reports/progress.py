"""How far reporting has come below a unit, and which units stand below it."""

from __future__ import annotations

from dataclasses import dataclass

from emulation import periods
from emulation.models import Lineage, Report, Round
from emulation.reports.display import Mark, Page, mark
from emulation.reports.figures import Reading
from units import clock
from units.models import Unit, UnitKind

NAMED = 6  # overdue units named before the rest is only counted


@dataclass(frozen=True, slots=True)
class Chip:
    """A direct subordinate's reporting. `done` is «3/4» sheets approved where it has subordinates itself."""

    name: str
    title: str
    mark: Mark
    done: str
    url: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Sheets of the whole branch in one round: expected, handed in (approved ones included), approved."""

    round: Round
    sheets: int
    handed_in: int
    approved: int
    overdue: bool
    chips: list[Chip]
    late: list[str]
    more_late: int

    @property
    def waiting(self) -> int:
        return self.handed_in - self.approved

    @property
    def missing(self) -> int:
        return self.sheets - self.handed_in

    @property
    def share(self) -> str:
        return f"{self.approved * 100 / self.sheets:.2f}" if self.sheets else "0"


def subordinates(reading: Reading, unit: Unit, year: int, period: str) -> list[Lineage]:
    """Units directly below `unit` at the end of the period, offices before the others, each with its place."""
    last: dict[int, Lineage] = {}
    for quarter in periods.QUARTERS[period]:
        for (child, of, number), place in reading.places.items():
            if of == year and number == quarter and child != unit.pk:
                last[child] = place
    return sorted((place for place in last.values() if place.parent_id == unit.pk), key=place_order)


def sheet_mark(state: str) -> Mark:
    return mark(state, "sheet")


def progress_of(page: Page) -> Progress | None:
    """The round of the period that is being reported: the last one open today, else the first."""
    mine = [
        place
        for quarter in periods.QUARTERS[page.period]
        if (place := page.reading.places.get((page.unit.pk, page.year, quarter))) is not None
    ]
    if not mine:
        return None
    today = clock.today()
    place = ([row for row in mine if row.round.opens <= today] or mine[:1])[-1]
    overdue = place.round.due < today
    rows = [
        row
        for (_unit, year, quarter), row in page.reading.places.items()
        if year == page.year and quarter == place.round.quarter and row.parent_id == page.unit.pk
    ]
    chips = [chip for row in sorted(rows, key=place_order) if (chip := _chip(page, row, overdue)) is not None]
    own = getattr(place, "report", None)
    if own is not None:
        chips.insert(0, Chip(page.unit.short, page.unit.name, _leaf_mark(own, overdue), "", own.get_absolute_url()))
    late = [chip.title for chip in chips if chip.mark.key == "overdue"]
    counts = (place.sheets, place.handed_in, place.approved)
    if place.is_leaf:
        handed_in = own is not None and own.state in Report.HANDED_IN
        counts = (int(own is not None), int(handed_in), int(own is not None and own.state == Report.State.APPROVED))
    return Progress(place.round, *counts, overdue, chips, late[:NAMED], max(0, len(late) - NAMED))


def place_order(place: Lineage) -> tuple:
    return UnitKind.Block.values.index(place.unit.kind.block), place.unit.order, place.unit.code


def _leaf_mark(report: Report, overdue: bool) -> Mark:
    return sheet_mark("overdue" if overdue and report.state not in Report.HANDED_IN else report.state)


def _chip(page: Page, place: Lineage, overdue: bool) -> Chip | None:
    """None for a unit of which nothing is asked."""
    unit = place.unit
    if place.is_leaf:
        report = getattr(place, "report", None)
        if report is None:
            return None
        return Chip(unit.short, unit.name, _leaf_mark(report, overdue), "", report.get_absolute_url())
    if not place.sheets:
        return None
    if place.approved == place.sheets:
        state = "approved"
    elif place.handed_in == place.sheets:
        state = "submitted"
    else:
        state = "overdue" if overdue else "draft" if place.handed_in else "not_started"
    return Chip(
        unit.short, unit.name, sheet_mark(state), f"{place.approved}/{place.sheets}", page.links.dashboard(unit.pk)
    )
