"""The draft of the report on a peak drive: its own round, and its targets on indicators of the year.

Figures of the drive's round are those typed in it; targets on the year's indicators are judged on the quarter in
which the drive ends, so nothing is typed twice. Approved figures alone count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from django.db.models import Q
from django.utils import timezone

from emulation.consolidation import NOTHING, Parts
from emulation.models import Campaign, CampaignIndicator, Lineage, Target
from emulation.periods import DRIVE, drive_period, quarter_of
from emulation.phrases import Phrases
from emulation.reports.dashboard import Dashboard, Line, Reached
from emulation.reports.display import (
    GOOD,
    Grades,
    Links,
    coverage_text,
    mark_of,
    state_key,
    target_text,
    unit_text,
    value_text,
)
from emulation.reports.drives import drive_figures, outcome_of
from emulation.reports.figures import Figure
from emulation.reports.places import targets_in
from emulation.reports.review_judgement import counted, judgement, tasks, weak_points
from emulation.reports.review_paper import COLUMNS, Paper, headed, said
from emulation.reports.review_report import annex_of, results, silent_units
from emulation.wording import Paragraph, listed, lower_first
from units.models import Unit

Row = tuple[CampaignIndicator, Figure]


def drive_draft(unit: Unit, drive: Campaign, told: Phrases) -> Paper:
    """The draft for the unit's branch. A fixed number of queries."""
    rows = _rows(unit, drive)
    place = Lineage.objects.filter(round__drive=drive, unit=unit).select_related("parent").first()
    page = _page(unit, drive, rows, place)
    about, points = lower_first(drive.name), weak_points(page)
    situation = list(_situation(page, drive, place, told))
    missing = any(one.key == "I.4" for one in situation)
    body = [
        headed(told, "I", "heading_situation"), *situation,
        headed(told, "II", "heading_results"), *results(page, told),
        headed(told, "III", "heading_judgement"), *judgement(page, told, drive.ends, points),
        headed(told, "IV", "heading_tasks"), *tasks(page, told, points, sheets=missing),
    ]  # fmt: skip
    columns = COLUMNS[:-1]  # a drive has no figure of the year before
    superior = page.superior or Unit.objects.above(unit).last()
    return Paper(
        unit, superior, drive.year, drive_period(drive.pk), "sơ kết", about, tuple(body),
        annex_of(page, len(columns)), drive.get_absolute_url(), columns=columns, title=f"Sơ kết {about}",
    )  # fmt: skip


def _page(unit: Unit, drive: Campaign, rows: list[Row], place: Lineage | None) -> Dashboard:
    """The figures as the builders of the report read them; without comparison with a year before."""
    grades = Grades()
    links = Links(drive.year, f"Q{quarter_of(drive.ends)}", False)
    areas: dict[str, list[Line]] = {}
    for placed, figure in rows:
        areas.setdefault(placed.indicator.area.label, []).append(_line(unit, placed, figure, grades, links))
    targeted = [figure for _placed, figure in rows if figure.target is not None]
    states = [state_key(figure) for figure in targeted]
    met, silent = sum(state in GOOD for state in states), states.count("none")
    unjudged = sum(figure.outcome is None for figure in targeted) - silent
    reached = Reached(met, len(targeted), None, unjudged=unjudged, silent=silent)
    return Dashboard(
        unit=unit, branch=bool(place and not place.is_leaf), superior=place.parent if place else None,
        year=drive.year, period=drive_period(drive.pk), links=links, campaign=drive, years=[], at=timezone.now(),
        reached=reached, tiles=[], heat=None, areas=list(areas.items()),
        progress=None, trend=None, choices=[], stack=None,
    )  # fmt: skip


def _line(unit: Unit, placed: CampaignIndicator, figure: Figure, grades: Grades, links: Links) -> Line:
    row = placed.indicator
    graded = row.measure == row.Measure.GRADE
    return Line(
        code=row.code, label=placed.label, unit="" if graded else unit_text(row),
        target=target_text(row, figure.target, figure.comparator, grades),
        value=value_text(row, figure, grades), mark=mark_of(figure), before="",
        coverage=coverage_text(figure), complete=figure.complete, units="",
        url=links.figure(unit.pk, row) if figure.period != DRIVE else "", delta=None, direction=row.direction,
        graded=graded, total=row.is_sum, above=figure.above, full=max(row.label, placed.label, key=len),
        named=bool(placed.name) and figure.period == DRIVE,
    )  # fmt: skip


def _rows(unit: Unit, drive: Campaign) -> list[Row]:
    """What the drive asks in its own round, and the year's indicators with a target of it; as its page has them."""
    related = ("indicator__area", "campaign")
    targets = {pk: row for (_unit, pk), row in targets_in(drive, [unit]).items() if row.agreed is not None}
    of_year = CampaignIndicator.objects.filter(pk__in=targets).exclude(campaign=drive).select_related(*related)
    placed = [
        *drive.indicators.select_related(*related),
        *of_year.order_by("indicator__area__order", "order", "pk"),
    ]  # fmt: skip
    figures = drive_figures(drive, [unit], placed)
    found = []
    for row in placed:
        figure, target = figures.get((unit.pk, row.indicator_id)), targets.get(row.pk)
        if figure is not None or target is not None:
            found.append((row, judged(row, figure or _silent(unit, drive, row), target)))
    return found


def judged(placed: CampaignIndicator, figure: Figure, target: Target | None) -> Figure:
    """The figure against the agreed target of the drive; without a result while a cell of it is missing."""
    if target is None or target.agreed is None:
        return figure
    return replace(
        figure, target=Fraction(target.agreed), comparator=target.comparator,
        outcome=outcome_of(target, placed, figure),
    )  # fmt: skip


def _silent(unit: Unit, drive: Campaign, placed: CampaignIndicator) -> Figure:
    """Nobody has said anything about an indicator that has a target."""
    period = DRIVE if placed.campaign_id == drive.pk else f"Q{quarter_of(drive.ends)}"
    parts = Parts(expected=1)
    return Figure(
        unit.pk, placed.indicator_id, drive.year, period, False, NOTHING, parts, 0, 1, 0, 0, None, "", None
    )  # fmt: skip


def _situation(page: Dashboard, drive: Campaign, place: Lineage | None, told: Phrases) -> Iterable[Paragraph]:
    yield said(
        told, "I.1", "drive_theme" if drive.theme else "drive", unit=page.unit.name, campaign=lower_first(drive.name),
        theme=drive.theme, to=f"{drive.ends:%d/%m/%Y}", **{"from": f"{drive.starts:%d/%m/%Y}"},
    )  # fmt: skip
    if place is not None and place.sheets:
        yield said(told, "I.3", "drive_sheets", approved=f"{place.approved}/{place.sheets}")
    for row in silent_units(page.unit, Q(round__drive=drive)):
        units = counted(page, "đơn vị chưa trình", row.text)
        yield said(told, "I.4", "drive_silent", due=f"{row.round.due:%d/%m/%Y}", units=units)
    documents = [str(row) for row in drive.documents.all()]
    if documents:
        yield said(told, "I.5", "drive_documents", documents=listed(documents))
