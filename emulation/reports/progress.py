"""How far reporting has come below a unit, and which units stand below it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from emulation import periods
from emulation.models import Extension, Lineage, Report, Round
from emulation.reports.display import Mark, Page, mark
from emulation.reports.figures import Reading
from emulation.reports.sheets import state_of
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
    """Sheets of the whole branch in one round: expected, handed in (approved ones included), approved.

    `overdue` are those of the missing ones whose due date has passed, with the extensions that count.
    """

    round: Round
    sheets: int
    handed_in: int
    approved: int
    overdue: int
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
    def still_due(self) -> int:
        return self.missing - self.overdue

    @property
    def share(self) -> str:
        return f"{self.approved * 100 / self.sheets:.2f}" if self.sheets else "0"


@dataclass(frozen=True, slots=True)
class Quarter:
    """Sheets of the branch in one quarter: `counted` of `sheets` are approved, or handed in where these count too."""

    label: str
    counted: int
    sheets: int


@dataclass(frozen=True, slots=True)
class Coming:
    """How many of the sheets of a period its figures are made of."""

    quarters: tuple[Quarter, ...]

    @property
    def counted(self) -> int:
        return sum(row.counted for row in self.quarters)

    @property
    def sheets(self) -> int:
        return sum(row.sheets for row in self.quarters)

    @property
    def complete(self) -> bool:
        return self.counted == self.sheets

    @property
    def text(self) -> str:
        return f"{self.counted}/{self.sheets}"


def coming_of(page: Page, unit: int = 0) -> Coming:
    """Over every quarter of the period in which the page's unit, or another one, had its place. No query."""
    found = []
    for quarter in periods.QUARTERS[page.period]:
        place = page.reading.places.get((unit or page.unit.pk, page.year, quarter))
        if place is not None:
            sheets, handed_in, approved = counts_in(place)
            counted = handed_in if page.links.handed_in else approved
            found.append(Quarter(periods.period_short(f"Q{quarter}"), counted, sheets))
    return Coming(tuple(found))


def counts_in(place: Lineage) -> tuple[int, int, int]:
    """Sheets of the branch: all, handed in, approved."""
    if not place.is_leaf:
        return place.sheets, place.handed_in, place.approved
    own: Report | None = getattr(place, "report", None)
    if own is None:
        return 0, 0, 0
    return 1, int(own.state in Report.HANDED_IN), int(own.state == Report.State.APPROVED)


def subordinates(reading: Reading, unit: Unit, year: int, period: str) -> list[Lineage]:
    """Units that stood directly below `unit` in the period, offices before the others, each with its last place.

    Those that stood elsewhere at another time of it belong to them (`partly`): what counted here counts on.
    """
    last: dict[int, Lineage] = {}
    for quarter in periods.QUARTERS[period]:
        for (child, of, number), place in reading.places.items():
            if of == year and number == quarter and place.parent_id == unit.pk:
                last[child] = place
    return sorted(last.values(), key=place_order)


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
    days = _Days(place.round)
    rows = [
        row
        for (_unit, year, quarter), row in page.reading.places.items()
        if year == page.year and quarter == place.round.quarter and row.parent_id == page.unit.pk
    ]
    chips = [chip for row in sorted(rows, key=place_order) if (chip := _chip(page, row, days)) is not None]
    own = getattr(place, "report", None)
    if own is not None:
        chips.insert(
            0, Chip(page.unit.short, page.unit.name, _leaf_mark(own, place, days), "", own.get_absolute_url())
        )
    late = [chip.title for chip in chips if chip.mark.key == "overdue"]
    counts = counts_in(place)
    overdue = days.branch(place, counts[0] - counts[1])
    return Progress(place.round, *counts, overdue, chips, late[:NAMED], max(0, len(late) - NAMED))


def place_order(place: Lineage) -> tuple:
    return UnitKind.Block.values.index(place.unit.kind.block), place.unit.order, place.unit.code


class _Days:
    """What is overdue in a round today. Spared are extended units, and sheets that came and were returned."""

    def __init__(self, round_: Round) -> None:
        today = clock.today()
        self.overdue = round_.due < today
        later = Extension.objects.in_force().filter(round=round_, until__gte=today).values("unit")
        waiting = Report.objects.filter(round=round_).exclude(state__in=Report.HANDED_IN)
        spared = waiting.filter(Q(unit__in=later) | Q(state=Report.State.RETURNED))
        self.spared = list(spared.values_list("lineage__path", flat=True)) if self.overdue else []

    def sheet(self, report: Report, place: Lineage) -> bool:
        return self.overdue and report.state not in Report.HANDED_IN and place.path not in self.spared

    def branch(self, place: Lineage, missing: int) -> int:
        """How many of the branch's `missing` sheets are overdue."""
        spared = sum(path.startswith(place.path) for path in self.spared)
        return missing - spared if self.overdue else 0


def _leaf_mark(report: Report, place: Lineage, days: _Days) -> Mark:
    return sheet_mark("overdue" if days.sheet(report, place) else state_of(report))


def _chip(page: Page, place: Lineage, days: _Days) -> Chip | None:
    """None for a unit of which nothing is asked."""
    unit = place.unit
    if place.is_leaf:
        report = getattr(place, "report", None)
        if report is None:
            return None
        return Chip(unit.short, unit.name, _leaf_mark(report, place, days), "", report.get_absolute_url())
    if not place.sheets:
        return None
    if place.approved == place.sheets:
        state = "approved"
    elif place.handed_in == place.sheets:
        state = "submitted"
    else:
        state = (
            "overdue"
            if days.branch(place, place.sheets - place.handed_in)
            else "draft"
            if place.handed_in
            else "not_started"
        )
    return Chip(
        unit.short, unit.name, sheet_mark(state), f"{place.approved}/{place.sheets}", page.links.dashboard(unit.pk)
    )
