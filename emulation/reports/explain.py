"""«Vì sao có con số này?»: a figure with its formula, its parts, and what is missing, down to the sheets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import gettext as _

from emulation import periods
from emulation.consolidation import value_of
from emulation.models import ChecklistItem, Indicator, Report, ReportEvent, ResultChange
from emulation.numbers import format_number
from emulation.reports.display import (
    Grades,
    Links,
    Mark,
    Page,
    basis_text,
    coverage_text,
    mark_of,
    unit_text,
    until_text,
    with_unit,
)
from emulation.reports.feeds import Fed, feed_of, for_reader, read
from emulation.reports.figures import Figure, Reading, Wanted, rule_of
from emulation.reports.parts import (
    Contribution,
    PartRow,
    combined,
    contributions,
    missing_units,
    part_text,
    quarter_rows,
    shows_parts,
    stands_elsewhere,
    total_row,
    unit_rows,
)
from emulation.reports.timeline import Step
from emulation.reports.tree_changes import existed_until
from emulation.reports.trends import TREND_QUARTERS, Quarter, Trend, last_quarters, trend_of, wanted_quarters
from units.models import Unit, User

NAMED = 8  # units with missing figures named before the rest is only counted
Measure = Indicator.Measure


@dataclass(frozen=True, slots=True)
class Class:
    """A grade or a checklist item: how many of how many, as a share; `decides` makes the headline."""

    name: str
    count: int
    of: int
    share: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet at the end of the way: its steps, the number of its last version."""

    label: str
    url: str
    steps: list[Step]
    version: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A figure and everything it is made of. `missing` names units (or quarters) without a figure."""

    unit: Unit
    superior: Unit | None
    indicator: Indicator
    label: str
    year: int
    period: str
    links: Links
    figure: Figure | None
    value: str
    mark: Mark
    target: str
    numerator: str
    denominator: str
    classes: list[Class]
    rule: str
    contrast: str
    before: str
    coverage: str
    rows: list[PartRow]
    total: PartRow | None
    missing: list[str]
    more_missing: int
    moved_from: Unit | None
    sheet: Sheet | None
    branch: bool
    trend: Trend
    fed: Fed | None = None  # a single unit's entries of the register that the figure comes from

    @property
    def period_label(self) -> str:
        return periods.period_label(self.year, self.period)

    @property
    def about(self) -> str:
        """What a file of the page holds."""
        basis = basis_text(self.links.handed_in, timezone.now())
        return f"{self.label} – {self.unit.name} – {self.period_label} – {basis}"

    @property
    def as_of(self) -> str:
        """As of when the figure stands, where that is before the end of the period."""
        return until_text(self.figure.until) if self.figure else ""

    @property
    def as_of_why(self) -> str:
        until = self.figure.until if self.figure else None
        if until is None:
            return ""
        words = (
            _("Some units are asked it no later in this period than in quarter %(roman)s.")
            if until.some
            else _("It is asked no later in this period than in quarter %(roman)s: value and result are of then.")
        )
        return words % {"roman": periods.ROMAN[until.quarter]}

    @property
    def unjudged_why(self) -> str:
        figure = self.figure
        if figure is not None and figure.unsettled:
            return _unsettled_why(figure)
        if figure is None or figure.complete:
            return ""
        if figure.skewed:
            return _("Not known before every sheet is there: a quarter of few sheets makes the mean too small.")
        if not figure.branch or figure.target is None or figure.outcome or not figure.reported:
            return ""
        if self.indicator.is_sum:
            return _("Not judged before every sheet is there: what is missing may still change the result.")
        return _("Not judged before half of the sheets are there.")

    @property
    def measured_in(self) -> str:
        return unit_text(self.indicator)

    @property
    def last_year(self) -> int:
        return self.year - 1

    @property
    def existed(self) -> str:
        """That the unit has ended within the year."""
        return existed_until(self.unit, self.year)

    @property
    def has_fraction(self) -> bool:
        return shows_parts(self.indicator)

    @property
    def rows_have_parts(self) -> bool:
        """Parts of rows belong under the names of the parts; a checklist's units count items, the branch sheets."""
        return self.has_fraction and not self.checks_branch

    @property
    def has_pull(self) -> bool:
        return any(row.pull for row in self.rows)

    @property
    def numerator_name(self) -> str:
        if self.checks_branch:
            return _("sheets that meet the weakest item")
        return self.indicator.numerator_name

    @property
    def denominator_name(self) -> str:
        if self.checks_branch:
            return _("sheets with items")
        if self.indicator.accrual == Indicator.Accrual.FLOW_OVER_STOCK:
            return _("%(what)s (mean of the quarters)") % {"what": self.indicator.denominator_name}
        return self.indicator.denominator_name

    @property
    def checks_branch(self) -> bool:
        """A checklist of a branch counts sheets; that of a single unit counts items."""
        return self.branch and self.indicator.measure == Measure.CHECKLIST

    @property
    def dashboard_url(self) -> str:
        return self.links.dashboard(self.unit.pk)

    @property
    def superior_url(self) -> str:
        return self.links.figure(self.superior.pk, self.indicator) if self.superior else ""

    @property
    def graded(self) -> bool:
        return self.indicator.measure == Measure.GRADE


def _unsettled_why(figure: Figure) -> str:
    if figure.branch:
        return _(
            "Not judged, units were moved in or out within the period: the targets of the units below are for other"
            " units or quarters than the figure."
        )
    return _("Not judged, the unit was moved within the period: its target is for quarters in which it is not asked.")


def explain(
    unit: Unit, indicator: Indicator, year: int, period: str, *, handed_in: bool = False, by_quarter: bool = False,
    reader: User | None = None,
) -> Explained:  # fmt: skip
    """The figure of the unit's branch; by its direct subordinates, or by quarter (always for a single unit)."""
    drawn = last_quarters(year, period, TREND_QUARTERS)
    reading = _read(unit, indicator, year, period, drawn, handed_in)
    page = Page(unit, year, period, reading, Grades(), Links(year, period, handed_in), [indicator])
    branch = reading.inner(unit.pk, year, period)
    figure = page.figure(indicator)
    parts = contributions(page, indicator) if branch else []
    by_unit = branch and not by_quarter
    events = [] if branch else _events(page)
    rows = unit_rows(page, indicator, figure, parts) if by_unit else quarter_rows(page, indicator, branch, events)
    missing = missing_units(parts) if branch else [row.name for row in rows if row.missing]
    place = reading.place(unit.pk, year, period)
    return Explained(
        unit=unit,
        superior=place.parent if place else None,
        indicator=indicator,
        label=page.label(indicator),
        year=year,
        period=period,
        links=page.links,
        figure=figure,
        value=with_unit(page.text(indicator, figure), indicator),
        mark=mark_of(figure),
        target=page.target(indicator, figure),
        numerator=part_text(figure.value.numerator) if figure and shows_parts(indicator) else "",
        denominator=part_text(figure.value.denominator) if figure and shows_parts(indicator) else "",
        classes=_classes(page, indicator, figure) if figure else [],
        rule=rule_text(indicator, figure),
        contrast=_contrast(page, indicator, figure, parts),
        before=with_unit(page.text(indicator, page.figure(indicator, year=year - 1)), indicator),
        coverage=coverage_text(figure) if figure else "",
        rows=rows,
        total=total_row(page, indicator, figure) if by_unit and figure else None,
        missing=missing[:NAMED],
        more_missing=max(0, len(missing) - NAMED),
        moved_from=place.parent if place and stands_elsewhere(place) else None,
        sheet=None if branch else _sheet(page, indicator, events),
        branch=branch,
        trend=trend_of(reading, unit.pk, indicator, drawn, page.grades, page.label(indicator)),
        fed=None if branch else for_reader(_fed(indicator, unit, year, period), reader, unit),
    )


def _fed(indicator: Indicator, unit: Unit, year: int, period: str) -> Fed | None:
    """The register's entries behind the unit's figure, from the day on which it feeds the indicator."""
    feed = feed_of(indicator)
    quarters = periods.QUARTERS[period]
    last = periods.quarter_end(year, quarters[-1])
    if feed is None or feed.since > last:
        return None
    fed = read(feed, unit, max(feed.since, periods.quarter_start(year, quarters[0])), last)
    return None if not fed.holds and fed.source.typed_until else fed


def _read(unit: Unit, indicator: Indicator, year: int, period: str, drawn: list[Quarter], handed_in: bool) -> Reading:
    """The figure by quarter, its parts, last year's and those of the quarters `drawn`."""
    reading = Reading.of_branch(unit, year, (of for of, _quarter in drawn), handed_in=handed_in)
    lines = (indicator.pk, indicator.predecessor_id or 0)
    reading.load_plans(reading.years, lines)
    reading.indicators[indicator.pk] = indicator
    quarters = tuple(f"Q{quarter}" for quarter in periods.QUARTERS[period])
    below = tuple({pk for pk, of, _quarter in reading.places if of == year and pk != unit.pk})
    wanted = tuple(dict.fromkeys((period, *quarters)))
    only = (indicator.pk,)
    reading.load(
        Wanted((unit.pk,), year, wanted, only),
        Wanted((unit.pk,), year - 1, (period,), only),
        *wanted_quarters(unit.pk, drawn, lines),
        Wanted(below, year, wanted, only),
        Wanted((unit.pk,), year, quarters, only, alone=True),
        items=indicator.measure == Measure.CHECKLIST and not reading.inner(unit.pk, year, period),
    )
    return reading


# ── the rule in words ─────────────────────────────────────────────────────


def rule_text(indicator: Indicator, figure: Figure | None) -> str:
    """How the figure is made, in one or two sentences."""
    if indicator.measure == Measure.GRADE:
        if indicator.headline_share == 100:
            return _("The figure of the branch is the lowest class that any of its units has.")
        return _(
            "The figure of the branch is the best class that at least %(share)d per cent of its units reach."
        ) % {"share": indicator.headline_share}
    if indicator.measure == Measure.CHECKLIST:
        return _("For every item the share of units that meet it is taken; the weakest item stands for the whole.")
    if indicator.measure == Measure.SCORE:
        count = figure.parts.samples if figure else 0
        return _("Mean of %(count)d scores; every score weighs the same.") % {"count": count}
    if indicator.accrual == Indicator.Accrual.FLOW_OVER_STOCK:
        return _(
            "The numerators of all units and quarters are added and divided by the mean of the quarters' "
            "denominators, each over all units."
        )
    stock = indicator.accrual == Indicator.Accrual.STOCK
    if indicator.measure == Measure.RATIO:
        if stock:
            return _(
                "The last quarter of the period in which it is asked holds: its numerators are added, its "
                "denominators are added, then they are divided. Ratios are never averaged."
            )
        return _("Numerators are added, denominators are added, then they are divided. Ratios are never averaged.")
    if stock:
        return _("The figures of the last quarter of the period in which it is asked are added over the units.")
    return _("The figures of all units and all quarters of the period are added.")


def _contrast(page: Page, indicator: Indicator, figure: Figure | None, rows: list[Contribution]) -> str:
    """The wrong average of the units' ratios, where it looks different; not where missing sheets make it so."""
    rule = rule_of(indicator)
    if indicator.measure != Measure.RATIO or figure is None or figure.value.value is None:
        return ""
    if figure.skewed or any(row.is_skewed(rule) for row in rows):
        return ""
    values = [
        value
        for row in rows
        if (value := value_of(rule, combined(rule, [row]), branch=not row.place.is_leaf).value) is not None
    ]
    if len(values) < 2:
        return ""
    wrong = with_unit(format_number(sum(values, Fraction(0)) / len(values), indicator.shown_decimals), indicator)
    if wrong == with_unit(format_number(figure.value.value, indicator.shown_decimals), indicator):
        return ""
    return _("An average of the units' ratios would give %(wrong)s – wrong, because a small unit would weigh as much "
             "as a large one.") % {"wrong": wrong}  # fmt: skip


def _classes(page: Page, indicator: Indicator, figure: Figure) -> list[Class]:
    """Grades best first, or checklist items, with the one that decides."""
    classes = figure.parts.classes
    if indicator.measure == Measure.GRADE:
        total = sum(row[0] for row in classes.values())
        return [
            Class(page.grades.name(indicator, rank), count, total, _share(count, total), rank == figure.value.rank)
            for rank, (count, _zero) in sorted(classes.items(), reverse=True)
        ]
    if indicator.measure == Measure.CHECKLIST and classes:
        labels = {item.pk: item.label for item in ChecklistItem.objects.filter(pk__in=classes)}
        differ = len({Fraction(met, of) for met, of in classes.values() if of}) > 1
        return [
            Class(labels.get(item, ""), met, of, _share(met, of), differ and item == figure.value.item)
            for item, (met, of) in sorted(classes.items())
        ]
    return []


def _share(count: int, of: int) -> str:
    return f"{count * 100 / of:.2f}" if of else "0"


# ── the sheet at the end ──────────────────────────────────────────────────

STEPS = {  # kind of event → icon, colour
    ReportEvent.Kind.READY: ("person-check", "info"),
    ReportEvent.Kind.LAPSED: ("pencil", "near"),
    ReportEvent.Kind.GIVEN_BACK: ("arrow-return-left", "near"),
    ReportEvent.Kind.SUBMITTED: ("send-fill", "info"),
    ReportEvent.Kind.WITHDRAWN: ("arrow-return-left", "near"),
    ReportEvent.Kind.TAKEN_UP: ("hourglass-split", "info"),
    ReportEvent.Kind.RETURNED: ("arrow-return-left", "near"),
    ReportEvent.Kind.APPROVED: ("patch-check-fill", "met"),
    ReportEvent.Kind.REOPENED: ("unlock-fill", "near"),
    ReportEvent.Kind.MIGRATED: ("patch-check-fill", "met"),
    ReportEvent.Kind.UNDONE: ("arrow-counterclockwise", "near"),
    ReportEvent.Kind.ASKED: ("chat-left-text-fill", "near"),
    ReportEvent.Kind.ANSWERED: ("reply-fill", "info"),
    ReportEvent.Kind.CORRECTED: ("patch-check-fill", "met"),
}
OF_ONE_LINE = (ReportEvent.Kind.ASKED, ReportEvent.Kind.ANSWERED, ReportEvent.Kind.CORRECTED)


def _events(page: Page) -> list[ReportEvent]:
    """Steps of the unit's own sheets of the period, oldest first."""
    places = (page.reading.places.get((page.unit.pk, page.year, q)) for q in periods.QUARTERS[page.period])
    reports = [place.report for place in places if place is not None and hasattr(place, "report")]
    rows = ReportEvent.objects.filter(report__in=reports).select_related("by", "version")
    return list(rows.order_by("at", "pk")) if reports else []


def _sheet(page: Page, indicator: Indicator, events: list[ReportEvent]) -> Sheet | None:
    """The way of the last sheet that makes the figure: who typed it, and every step since."""
    book = page.reading.own.get(page.year)
    making = book.making(page.unit.pk, indicator.pk, page.period) if book else ()
    places = [(quarter, page.reading.places.get((page.unit.pk, page.year, quarter))) for quarter in making]
    found = [(quarter, place.report) for quarter, place in places if place is not None and hasattr(place, "report")]
    if not found:
        return None
    quarter, report = found[-1]
    steps = [_typed(change) for change in _changes(report, indicator)]
    mine = [event for event in events if event.report_id == report.pk]
    for event in mine:
        if event.kind in OF_ONE_LINE and event.lines[0]["indicator"] != indicator.code:
            continue
        icon, colour = STEPS[ReportEvent.Kind(event.kind)]
        reason = _reason(event, indicator)
        steps.append(Step(icon, colour, event.get_kind_display(), str(event.by), event.at, reason))
    steps.sort(key=lambda step: step.at)
    version = max((event.version.number for event in mine if hasattr(event, "version")), default=0)
    return Sheet(periods.quarter_label(page.year, quarter), report.get_absolute_url(), steps, version)


def _changes(report: Report, indicator: Indicator) -> Iterable[ResultChange]:
    return report.changes.filter(indicator=indicator).select_related("by").order_by("at")


def _typed(change: ResultChange) -> Step:
    return Step("pencil-fill", "info", change.get_way_display(), str(change.by), change.at, change.reason)


def _reason(event: ReportEvent, indicator: Indicator) -> str:
    """The reason given for this line, else for the whole sheet."""
    of_line = next((line["reason"] for line in event.lines if line["indicator"] == indicator.code), "")
    return of_line or event.reason
