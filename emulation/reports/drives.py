"""A peak drive: figures against its targets, and how far its units are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.db.models import Q

from emulation.consolidation import NOTHING, Parts, Value, value_of
from emulation.models import (
    Campaign,
    CampaignIndicator,
    CampaignScope,
    Lineage,
    Registration,
    Report,
    Result,
    Summary,
    Target,
)
from emulation.models.campaigns import CampaignQuerySet
from emulation.periods import DRIVE, drive_in, quarter_of
from emulation.reports.book import read_cells, read_items
from emulation.reports.display import Grades, coverage_text, value_text
from emulation.reports.figures import Figure, OwnFigures, figures_of, margins_of, rule_of
from emulation.reports.places import targets_in
from emulation.reports.plan import Plan
from emulation.reports.targets import compared_words, judged_on, states_of
from emulation.scoring import Outcome, judge
from units.models import Unit
from units.paths import branch_q, path_ids

Values = dict[tuple[int, int], Figure]


@dataclass(frozen=True, slots=True)
class DriveLine:
    """An indicator of the drive for one unit. `where` says which figure is judged; `result` keys a state.

    `short` is the coverage, such as «12/18», of a figure that is not judged yet as parts of it are missing.
    """

    row: CampaignIndicator
    own: bool
    where: str
    target: Target | None
    agreed: str
    value: str
    result: str
    short: str


@dataclass(frozen=True, slots=True)
class DriveUnit:
    """A unit in the drive: its sheet (None where it has none) and how many agreed targets it has reached.

    `registration` is the state of its registration, draft where nothing has been done.
    """

    unit: Unit
    registration: str
    sheet: Report | None
    agreed: int
    met: int


def drives_of(unit: Unit, year: int) -> CampaignQuerySet:
    """Launched drives of the year that are the unit's, in the order of their days; never a sister's own.

    Those in which the unit takes part, or took part under an earlier superior; those it launched itself; and those
    of its superiors for units below it. What a subordinate launched on its own is not the unit's.
    """
    above = path_ids(unit.path)
    named = CampaignScope.objects.filter(Q(unit=unit) | Q(unit__in=above, with_branch=True))
    below = CampaignScope.objects.filter(unit__path__startswith=unit.path, campaign__launching_unit__in=above)
    asked = Lineage.objects.filter(unit=unit, round__drive__year=year)
    mine = (
        Q(launching_unit=unit) | Q(pk__in=named.values("campaign")) | Q(pk__in=below.values("campaign"))
        | Q(pk__in=asked.values("round__drive"))
    )  # fmt: skip
    return Campaign.objects.launched().filter(mine, year=year, kind__is_drive=True).order_by("starts", "pk")


def drives_below(unit: Unit, year: int) -> CampaignQuerySet:
    """Launched drives of the year that units below the unit launched on their own, in the order of their days."""
    rows = Campaign.objects.launched().filter(year=year, kind__is_drive=True).exclude(launching_unit=unit)
    below = rows.filter(branch_q(unit.path, "launching_unit__path")).exclude(
        pk__in=drives_of(unit, year).values("pk")
    )
    return below.select_related("launching_unit").order_by("starts", "pk")


def drive_of(unit: Unit, year: int, period: str) -> Campaign | None:
    """The unit's drive of the year that a period names; None for other periods, and where there is none."""
    key = drive_in(period)
    return None if key is None else drives_of(unit, year).filter(pk=key).first()


def outcome_of(target: Target | None, row: CampaignIndicator, figure: Figure | None) -> Outcome | None:
    """The target of a drive against the figure of its round, or of the quarter in which it ends.

    The agreed value is compared as it stands: nothing is divided over quarters. None without an agreed
    target, without a figure, or while a cell of it is missing.
    """
    if target is None or target.agreed is None or figure is None or not figure.complete:
        return None
    value = figure.value.comparable
    if value is None:
        return None
    margins = margins_of(row.indicator, row)
    return judge(
        target.comparator, Fraction(target.agreed), value, over_margin=margins.over, near_margin=margins.near
    )


def drive_lines(drive: Campaign, unit: Unit, rows: Sequence[CampaignIndicator]) -> list[DriveLine]:
    """The unit's lines. A fixed number of queries."""
    figures, targets, grades = drive_figures(drive, [unit], rows), targets_in(drive, [unit]), Grades()
    lines = []
    for row in rows:
        target, own = targets.get((unit.pk, row.pk)), row.campaign_id == drive.pk
        figure, indicator = figures.get((unit.pk, row.indicator_id)), row.indicator
        outcome = outcome_of(target, row, figure)
        lines.append(DriveLine(
            row, own, judged_on(row, drive), target, compared_words(indicator, target, "agreed"),
            value_text(indicator, figure, grades),
            outcome.value if outcome else ("" if figure and figure.reported else "none"),
            coverage_text(figure) if figure and figure.reported and not figure.complete else "",
        ))  # fmt: skip
    return lines


def drive_units(drive: Campaign, units: Sequence[Unit]) -> list[DriveUnit]:
    """How far the units are. A fixed number of queries for any number of units."""
    wanted = CampaignIndicator.objects.filter(Q(campaign=drive) | Q(targets__drive=drive, targets__unit__in=units))
    rows = list(wanted.select_related("indicator__area", "indicator__grade_scale").distinct())
    figures, targets = drive_figures(drive, units, rows), targets_in(drive, units)
    sheets = {row.unit_id: row for row in Report.objects.filter(round__drive=drive, unit__in=units)}
    by_pk = {row.pk: row for row in rows}
    agreed: dict[int, int] = defaultdict(int)
    met: dict[int, int] = defaultdict(int)
    for (unit, pk), target in targets.items():
        row = by_pk.get(pk)
        if row is not None and target.agreed is not None:
            agreed[unit] += 1
            outcome = outcome_of(target, row, figures.get((unit, row.indicator_id)))
            met[unit] += outcome in (Outcome.MET, Outcome.OVER)
    states = states_of(units, drive.year, drive)
    return [
        DriveUnit(
            unit, states.get(unit.pk, Registration.State.DRAFT), sheets.get(unit.pk), agreed[unit.pk], met[unit.pk]
        )
        for unit in units
    ]


def drive_figures(drive: Campaign, units: Sequence[Unit], rows: Sequence[CampaignIndicator]) -> Values:
    """(unit, indicator) → approved figure: of the drive's round for its own, of the quarter for the year's."""
    own = [row for row in rows if row.campaign_id == drive.pk]
    year = [row.indicator for row in rows if row.campaign_id != drive.pk]
    quarter = f"Q{quarter_of(drive.ends)}"
    found = figures_of(units, drive.year, [quarter], indicators=year) if year else {}
    values = {(unit, indicator): figure for (unit, indicator, _period), figure in found.items()}
    return values | (_round_figures(drive, units, own) if own else {})


def _round_figures(drive: Campaign, units: Sequence[Unit], rows: Sequence[CampaignIndicator]) -> Values:
    """Figures of the drive's own round: stored for units with subordinates, else from the unit's own sheet."""
    rules = {row.indicator_id: rule_of(row.indicator) for row in rows}
    lineages = list(Lineage.objects.filter(round__drive=drive, unit__in=units).select_related("round", "unit__kind"))
    leaves = {row.unit_id for row in lineages if row.is_leaf}
    parts: dict[tuple[int, int], tuple[Parts, bool]] = {}
    names = ("numerator", "denominator", "samples", "reported", "expected", "classes")
    stored = Summary.objects.filter(drive=drive, unit__in=units, indicator__in=rules).exclude(unit__in=leaves)
    for unit, indicator, *sums, classes in stored.values_list("unit_id", "indicator_id", *names):
        counted = {int(key): list(value) for key, value in classes.items()}
        parts[unit, indicator] = Parts(*sums), True
        parts[unit, indicator][0].classes = counted
    own = OwnFigures(Plan(drive.year, drive), rules, [row for row in lineages if row.is_leaf], drive=True)
    results = Result.objects.filter(
        report__round__drive=drive, report__unit__in=leaves, report__state=Report.State.APPROVED, indicator__in=rules
    )
    for _year, _quarter, unit, _state, indicator, cell in read_cells(results, read_items(results)):
        own.cells[unit, 1][indicator] = cell
        own.approved.add((unit, 1))
    for unit in leaves:
        for indicator in rules:
            parts[unit, indicator] = own.unit_parts(unit, 1, indicator, ""), False
    return {
        key: replace(
            _figure(drive, key, value_of(rules[key[1]], found, branch=branch) or NOTHING, found, branch),
            nil=not branch and own.all_nil(*key, DRIVE, ""),
        )
        for key, (found, branch) in parts.items()
        if found.expected
    }


def _figure(drive: Campaign, key: tuple[int, int], value: Value, parts: Parts, branch: bool) -> Figure:
    return Figure(
        *key, drive.year, DRIVE, branch, value, parts, parts.reported, parts.expected, 0, 0, None, "", None
    )  # fmt: skip
