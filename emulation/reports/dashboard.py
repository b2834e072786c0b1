"""The commander's dashboard: a unit's branch in one period, read in a fixed number of queries.

Cost depends on what is shown – the unit, its direct subordinates, the last quarters – and neither on
the years stored nor on the units further below.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import ngettext

from emulation import periods
from emulation.models import Campaign, CampaignIndicator, Indicator, Lineage, Report
from emulation.numbers import percent_of
from emulation.reports.display import (
    GOOD,
    NBSP,
    Bar,
    Delta,
    Grades,
    Links,
    Mark,
    Page,
    bar_of,
    basis_text,
    coverage_text,
    dated,
    delta_of,
    mark_of,
    paper_text,
    state_key,
    trimmed,
    unit_text,
    until_text,
    with_unit,
)
from emulation.reports.figures import Figure, Reading, Until, Wanted
from emulation.reports.heat import Heat, heat_of
from emulation.reports.partly import partly_below
from emulation.reports.progress import Coming, Progress, coming_of, progress_of, subordinates
from emulation.reports.tree_changes import existed_until
from emulation.reports.trends import (
    STACK_QUARTERS,
    TREND_QUARTERS,
    Stack,
    Trend,
    last_quarters,
    stack_of,
    trend_of,
    wanted_quarters,
)
from emulation.scoring import half
from units import clock
from units.models import Unit

SHORT_UNIT = 4  # letters of a unit of measure that fits beside a tile's value
TILES = 5  # beside the tile that counts the indicators met


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure at the top. `short` is a missing coverage such as «18/20», empty when all have reported."""

    label: str
    value: str
    unit: str
    mark: Mark
    bar: Bar | None
    target: str
    delta: Delta | None
    before: str
    short: str
    url: str
    as_of: str  # empty where the figure reaches to the end of the period


@dataclass(frozen=True, slots=True)
class Reached:
    """How many of the indicators with a target are met or exceeded.

    `change` since last year; None where fewer than half of them had a target then. `untils`: of those whose figures
    end before the period does; `unjudged` have no result, as sheets are missing or nothing is to be compared, and
    `silent` nobody has reported. With the met and the missed these are all.
    """

    met: int
    total: int
    change: int | None
    untils: tuple[Until, ...] = ()
    unjudged: int = 0
    silent: int = 0
    sums: bool = False  # the unit has none of its own; only reports look

    @property
    def share(self) -> int:
        return percent_of(self.met, self.total)

    @property
    def missed(self) -> int:
        return self.total - self.met - self.unjudged - self.silent

    @property
    def as_of(self) -> list[str]:
        """How many of them are judged by figures as of when."""
        return [
            ngettext("%(count)d target: %(as_of)s", "%(count)d targets: %(as_of)s", count)
            % {"count": count, "as_of": until_text(until)}
            for until, count in Counter(self.untils).items()
        ]


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator in the table of all.

    `coverage` counts unit × round cells (reported/expected), `units` those without subordinates (met/targeted).
    """

    code: str
    label: str
    unit: str
    target: str
    value: str
    mark: Mark
    before: str
    coverage: str
    complete: bool
    units: str
    url: str
    delta: Delta | None
    direction: str
    graded: bool
    total: bool = False  # a count or an amount
    above: bool = False  # the value is above the target
    full: str = ""  # the longer of the campaign's name and the catalogue's: for papers
    named: bool = False  # the campaign's own name says more than the catalogue's: sentences keep it
    until: Until | None = None  # as of when the value stands, where that is before the end of the period
    skewed: bool = False  # too few sheets to know the value: it says so

    @property
    def as_of(self) -> str:
        return until_text(self.until)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the page shows. `superior` is the unit above in the period; `branch`: the unit has subordinates."""

    unit: Unit
    branch: bool
    superior: Unit | None
    year: int
    period: str
    links: Links
    campaign: Campaign | None
    years: list[int]
    at: datetime
    reached: Reached
    tiles: list[Tile]
    heat: Heat | None
    areas: list[tuple[str, list[Line]]]
    progress: Progress | None
    trend: Trend | None
    choices: list[tuple[str, str]]
    stack: Stack | None
    coming: Coming = Coming(())  # of a drive nothing is said

    @property
    def empty(self) -> bool:
        return not self.areas

    @property
    def last_year(self) -> int:
        return self.year - 1

    @property
    def existed(self) -> str:
        """That the unit has ended within the year."""
        return existed_until(self.unit, self.year)

    @property
    def period_label(self) -> str:
        return periods.period_label(self.year, self.period)

    @property
    def superior_url(self) -> str:
        return self.links.dashboard(self.superior.pk) if self.superior else ""

    @property
    def state(self) -> str:
        """Which figures count, and until when."""
        return basis_text(self.links.handed_in, self.at)

    @property
    def about(self) -> str:
        """What a file of the page holds."""
        return f"{self.unit.name} – {self.period_label} – {self.state}"

    @property
    def printed_period(self) -> str:
        """Paper is Vietnamese whatever the interface."""
        with translation.override("vi"):
            return self.period_label

    @property
    def printed_state(self) -> str:
        with translation.override("vi"):
            return self.state


def default_period(unit: Unit, year: int) -> str:
    """The year up to the last quarter that is due, however much of it is in: the page says so (`progress.Coming`);
    or to a later one of which at least half of the sheets are approved before it is due.

    Without either: up to the last that has approved figures, else quarter I. One query.
    """
    places = Lineage.objects.filter(unit=unit, round__year=year, round__drive=None).order_by("round__quarter")
    ripe: list[int | None] = []
    known: list[int | None] = []
    for quarter, due, sheets, below, state in places.values_list(
        "round__quarter", "round__due", "sheets", "approved", "report__state"
    ):
        approved = below or int(state == Report.State.APPROVED)  # a leaf has its own sheet alone
        known += [quarter] if approved else []
        ripe += [quarter] if due < clock.today() or (approved and half(approved, sheets)) else []
    return {1: "Q1", 2: "H1", 3: "9M", 4: "Y"}[(ripe or known or [1])[-1] or 1]


def latest_year() -> int:
    """The latest year with a campaign under way, or this one."""
    years = Campaign.objects.launched().order_by("-year").values_list("year", flat=True)
    return years.first() or clock.today().year


def dashboard_of(unit: Unit, year: int, period: str, *, handed_in: bool = False, trend: str = "") -> Dashboard:
    """The dashboard of the unit's branch; `trend` is the code of the indicator drawn over the quarters."""
    quarters = last_quarters(year, period, TREND_QUARTERS)
    reading = Reading.of_branch(unit, year, (of for of, _quarter in quarters), handed_in=handed_in)
    reading.load_plans(reading.years)
    placed = _placed(reading, year)
    drawn = next((row for row in placed if row.indicator.code == trend), None) or _first_drawn(placed)
    below = subordinates(reading, unit, year, period)
    partly = partly_below(reading, unit.pk, below, year, period)
    recent = quarters[-STACK_QUARTERS:]
    main = tuple(row.indicator_id for row in placed if row.is_main)
    lines = (drawn.indicator_id, drawn.indicator.predecessor_id or 0) if drawn else ()
    reading.load(
        Wanted((unit.pk,), year, (period,)),
        Wanted((unit.pk,), year - 1, (period,)),
        *wanted_quarters(unit.pk, recent),
        *wanted_quarters(unit.pk, quarters[:-STACK_QUARTERS], lines),
        Wanted(tuple(row.unit_id for row in below), year, (period,), main),
        Wanted(partly, year, tuple(f"Q{quarter}" for quarter in periods.QUARTERS[period]), main),
        Wanted((unit.pk,) if _has_sheet(reading, unit, year) else (), year, (period,), main, alone=True),
    )
    page = Page(unit, year, period, reading, Grades(), Links(year, period, handed_in), _ordered(reading, placed))
    place = reading.place(unit.pk, year, period)
    progress = progress_of(page)
    campaigns = list(Campaign.objects.launched().filter(parent=None).order_by("year"))
    return Dashboard(
        unit=unit,
        branch=reading.inner(unit.pk, year, period),
        superior=place.parent if place else None,
        year=year,
        period=period,
        links=page.links,
        campaign=next((row for row in campaigns if row.year == year), None),
        years=sorted({year, *(row.year for row in campaigns)}),
        at=timezone.now(),
        reached=_reached(page),
        tiles=_tiles(page, placed),
        heat=heat_of(page, below, [row.indicator for row in placed if row.is_main]),
        areas=_areas(page),
        progress=progress,
        coming=coming_of(page),
        trend=trend_of(reading, unit.pk, drawn.indicator, quarters, page.grades, drawn.label) if drawn else None,
        choices=[(row.indicator.code, row.label) for row in placed],
        stack=stack_of(reading, unit.pk, recent),
    )


def _first_drawn(placed: list[CampaignIndicator]) -> CampaignIndicator | None:
    return next((row for row in placed if row.is_tile), None) or next(iter(placed), None)


def _has_sheet(reading: Reading, unit: Unit, year: int) -> bool:
    places = (place for (pk, of, _quarter), place in reading.places.items() if (pk, of) == (unit.pk, year))
    return any(hasattr(place, "report") for place in places)


def _placed(reading: Reading, year: int) -> list[CampaignIndicator]:
    """The year's placements in the order of areas, each indicator once."""
    rows = {row.indicator_id: row for row in reversed(reading.plans[year].placements.values())}
    return sorted(rows.values(), key=_order)


def _order(row: CampaignIndicator) -> tuple:
    return row.indicator.area.order, row.indicator.area.code, row.order, row.indicator.order, row.indicator.code


def _ordered(reading: Reading, placed: list[CampaignIndicator]) -> list[Indicator]:
    known = [row.indicator for row in placed]
    rest = [row for pk, row in reading.indicators.items() if pk not in {indicator.pk for indicator in known}]
    return sorted(known, key=lambda row: row.area.order) + sorted(rest, key=lambda row: (row.area.order, row.order))


# ── tiles and the table of all indicators ─────────────────────────────────


def _reached(page: Page) -> Reached:
    """Compared with last year over the indicators that had a target then as well."""
    now, untils, unjudged, silent, both_now, both_before, common = [], [], 0, 0, 0, 0, 0
    for indicator in page.indicators:
        figure, before = page.figure(indicator), page.figure(indicator, year=page.year - 1)
        if figure is None or figure.target is None:
            continue
        now.append(figure.outcome in GOOD)
        none = state_key(figure) == "none"
        silent += none
        unjudged += figure.outcome is None and not none
        untils += [figure.until] if figure.until else []
        if before is not None and before.target is not None and figure.comparable and before.comparable:
            common += 1
            both_now += figure.outcome in GOOD
            both_before += before.outcome in GOOD
    known = common * 2 > len(now)
    return Reached(sum(now), len(now), both_now - both_before if known else None, tuple(untils), unjudged, silent)


def _tiles(page: Page, placed: list[CampaignIndicator]) -> list[Tile]:
    known = ((row, page.figure(row.indicator)) for row in placed if row.is_tile)
    return [_tile(page, row, figure) for row, figure in known if figure is not None][:TILES]


def _tile(page: Page, placed: CampaignIndicator, figure: Figure) -> Tile:
    indicator = placed.indicator
    before = page.figure(indicator, year=page.year - 1)
    return Tile(
        label=placed.label,
        value=page.text(indicator, figure),
        unit=_beside(indicator, figure),
        mark=mark_of(figure),
        bar=bar_of(indicator, figure),
        target=page.target(indicator, figure),
        delta=delta_of(indicator, figure, before),
        before=with_unit(page.text(indicator, before), indicator),
        short="" if figure.complete else coverage_text(figure),
        url=page.links.figure(page.unit.pk, indicator),
        as_of=until_text(figure.until),
    )


def _beside(indicator: Indicator, figure: Figure) -> str:
    """What stands small beside a tile's value: the target of a sum, else a short unit of measure."""
    if indicator.is_sum and figure.target is not None and figure.comparator in (">=", ">"):
        return f"/{NBSP}{trimmed(figure.target)}"
    unit = "" if figure.skewed or indicator.measure == Indicator.Measure.GRADE else unit_text(indicator)
    return unit if len(unit) <= SHORT_UNIT else ""


def _areas(page: Page) -> list[tuple[str, list[Line]]]:
    areas: dict[str, list[Line]] = {}
    for indicator in page.indicators:
        figure = page.figure(indicator)
        if figure is not None:
            areas.setdefault(indicator.area.label, []).append(_line(page, indicator, figure))
    return list(areas.items())


def _line(page: Page, indicator: Indicator, figure: Figure) -> Line:
    before = page.figure(indicator, year=page.year - 1)
    return Line(
        code=indicator.code,
        label=page.label(indicator),
        unit="" if indicator.measure == Indicator.Measure.GRADE else unit_text(indicator),
        target=page.target(indicator, figure),
        value=page.text(indicator, figure),
        mark=mark_of(figure),
        before=_before(page, indicator, figure, before),
        coverage=coverage_text(figure),
        complete=figure.complete,
        units=f"{figure.met}/{figure.targeted}" if figure.branch and figure.targeted else "",
        url=page.links.figure(page.unit.pk, indicator),
        delta=delta_of(indicator, figure, before),
        direction=indicator.direction,
        graded=indicator.measure == Indicator.Measure.GRADE,
        total=indicator.is_sum,
        above=figure.above,
        full=max(indicator.label, page.label(indicator), key=len),
        named=len(page.label(indicator)) > len(indicator.label),
        until=figure.until,
        skewed=figure.skewed,
    )


def _before(page: Page, indicator: Indicator, figure: Figure, before: Figure | None) -> str:
    """Last year's value, with as of when it stands where that is not as of when this year's does."""
    text = paper_text(indicator, before, page.grades)
    return dated(text, before.until) if before and before.until != figure.until else text
