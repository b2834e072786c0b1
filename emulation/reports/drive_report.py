"""The draft of the report on a peak drive: its own round, and its targets on indicators of the year.

Figures of the drive's round are those typed in it; targets on the year's indicators are judged on the quarter in
which the drive ends, so nothing is typed twice. Approved figures alone count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from django.utils import timezone

from emulation.consolidation import Parts, value_of
from emulation.models import Campaign, CampaignIndicator, Lineage, Report, Summary, Target
from emulation.periods import DRIVE, drive_period, quarter_of
from emulation.reports.dashboard import Dashboard, Line, Reached
from emulation.reports.display import (
    GOOD,
    Grades,
    Links,
    coverage_text,
    mark_of,
    nil_text,
    target_text,
    unit_text,
    value_text,
)
from emulation.reports.figures import Figure, figures_of, margins_of, rule_of
from emulation.reports.lines import Line as SheetLine
from emulation.reports.lines import SheetReading
from emulation.reports.review_report import COLUMNS, Paper, annex_of, heading, judgement, results, said, tasks
from emulation.scoring import Outcome, judge
from emulation.services.book import TARGET_UNITS
from emulation.wording import Paragraph, listed, lower_first
from units.models import Unit

Row = tuple[CampaignIndicator, Figure]


def drive_draft(unit: Unit, drive: Campaign, told: Mapping[str, str]) -> Paper:
    """The draft for the unit's branch. A fixed number of queries."""
    rows = [*_own_round(unit, drive), *_of_the_year(unit, drive)]
    place = Lineage.objects.filter(round__drive=drive, unit=unit).select_related("parent").first()
    page = _page(unit, drive, rows, place)
    about = lower_first(drive.name)
    body = [
        heading("I", "I. Tình hình chung"), *_situation(unit, drive, place),
        heading("II", "II. Kết quả thực hiện các chỉ tiêu thi đua"), *results(page, told),
        heading("III", "III. Đánh giá chung"), *judgement(page),
        heading("IV", "IV. Nhiệm vụ thời gian tới"), *tasks(page),
    ]  # fmt: skip
    superior = page.superior or Unit.objects.above(unit).last()
    return Paper(
        unit, superior, drive.year, drive_period(drive.pk), "sơ kết", about, tuple(body), annex_of(page),
        drive.get_absolute_url(), columns=COLUMNS[:-1], title=f"Sơ kết {about}",
    )  # fmt: skip


def _page(unit: Unit, drive: Campaign, rows: list[Row], place: Lineage | None) -> Dashboard:
    """The figures as the builders of the report read them; without comparison with a year before."""
    grades = Grades()
    links = Links(drive.year, f"Q{quarter_of(drive.ends)}", False)
    areas: dict[str, list[Line]] = {}
    for placed, figure in rows:
        areas.setdefault(placed.indicator.area.label, []).append(_line(unit, placed, figure, grades, links))
    judged = [figure.outcome in GOOD for _placed, figure in rows if figure.target is not None]
    return Dashboard(
        unit=unit, branch=bool(place and not place.is_leaf), superior=place.parent if place else None,
        year=drive.year, period=drive_period(drive.pk), links=links, campaign=drive, years=[], at=timezone.now(),
        reached=Reached(sum(judged), len(judged), None), tiles=[], heat=None, areas=list(areas.items()),
        progress=None, trend=None, choices=[], stack=None,
    )  # fmt: skip


def _line(unit: Unit, placed: CampaignIndicator, figure: Figure, grades: Grades, links: Links) -> Line:
    row = placed.indicator
    graded = row.measure == row.Measure.GRADE
    return Line(
        code=row.code, label=placed.label, unit="" if graded else unit_text(row),
        target=target_text(row, figure.target, figure.comparator, grades),
        value=nil_text() if figure.nil else value_text(row, figure, grades), mark=mark_of(figure), before="",
        coverage=coverage_text(figure), complete=figure.complete, units="",
        url=links.figure(unit.pk, row) if figure.period != DRIVE else "", delta=None, direction=row.direction,
        graded=graded,
    )  # fmt: skip


def _own_round(unit: Unit, drive: Campaign) -> list[Row]:
    """Indicators placed in the drive, with the figures of its round: stored ones, or the unit's own sheet."""
    placed = {row.indicator_id: row for row in drive.indicators.select_related("indicator__area", "campaign")}
    stored = list(Summary.objects.filter(unit=unit, drive=drive, indicator__in=placed))
    if stored:
        return [(placed[row.indicator_id], _stored(row, placed[row.indicator_id])) for row in stored]
    report = Report.objects.filter(unit=unit, round__drive=drive).select_related("unit", "lineage", "round__drive")
    sheet = report.filter(lineage__is_leaf=True).first()
    if sheet is None:
        return []
    approved = sheet.state == Report.State.APPROVED
    found = []
    for line in SheetReading(sheet, items=False).lines():
        row = placed.get(line.indicator.pk)
        if row is not None:
            found.append((row, _own(unit, drive, row, line, approved)))
    return found


def _stored(row: Summary, placed: CampaignIndicator) -> Figure:
    parts = Parts(
        row.numerator, row.denominator, row.samples, row.reported, row.expected,
        {int(key): list(value) for key, value in row.classes.items()},
    )  # fmt: skip
    target = None if row.target is None else Fraction(row.target, TARGET_UNITS)
    return _figure(row.unit_id, row.year, DRIVE, placed, parts, target, row.comparator, branch=True)


def _own(unit: Unit, drive: Campaign, placed: CampaignIndicator, line: SheetLine, approved: bool) -> Figure:
    cell = line.figure.cell if approved and line.figure else None
    parts = Parts()
    parts.add_cell(rule_of(placed.indicator), cell, asked=line.asked)
    figure = _figure(unit.pk, drive.year, DRIVE, placed, parts, line.target, line.comparator, branch=False)
    return replace(figure, nil=cell is not None and cell.status == "nil")


def _figure(
    unit: int, year: int, period: str, placed: CampaignIndicator, parts: Parts, target: Fraction | None,
    comparator: str, *, branch: bool,
) -> Figure:  # fmt: skip
    value = value_of(rule_of(placed.indicator), parts, branch=branch)
    return Figure(
        unit, placed.indicator_id, year, period, branch, value, parts, parts.reported, parts.expected, 0, 0, target,
        comparator, _outcome(placed, value.comparable, target, comparator),
    )  # fmt: skip


def _outcome(
    placed: CampaignIndicator, value: Fraction | None, target: Fraction | None, comparator: str
) -> Outcome | None:
    if value is None or target is None:
        return None
    margins = margins_of(placed.indicator, placed)
    return judge(comparator, target, value, over_margin=margins.over, near_margin=margins.near)


def _of_the_year(unit: Unit, drive: Campaign) -> list[Row]:
    """Targets that the drive sets on indicators of the year, judged on the quarter in which it ends."""
    targets = list(
        Target.objects.filter(unit=unit, drive=drive, agreed__isnull=False)
        .exclude(campaign_indicator__campaign=drive)  # judged on the drive's own round
        .select_related("campaign_indicator__indicator__area", "campaign_indicator__campaign")
        .order_by("campaign_indicator__indicator__area__order", "campaign_indicator__order", "pk")
    )
    if not targets:
        return []
    period = f"Q{quarter_of(drive.ends)}"
    indicators = [row.campaign_indicator.indicator for row in targets]
    figures = figures_of([unit], drive.year, [period], indicators=indicators)
    found = []
    for row in targets:
        placed, goal = row.campaign_indicator, Fraction(row.agreed)
        figure = figures.get((unit.pk, placed.indicator_id, period))
        parts = figure.parts if figure else Parts(expected=1)
        branch = figure.branch if figure else False
        found.append(
            (placed, _figure(unit.pk, drive.year, period, placed, parts, goal, row.comparator, branch=branch))
        )
    return found


def _situation(unit: Unit, drive: Campaign, place: Lineage | None) -> Iterable[Paragraph]:
    theme = f" với chủ đề “{drive.theme}”" if drive.theme else ""
    days = f"từ ngày {drive.starts:%d/%m/%Y} đến ngày {drive.ends:%d/%m/%Y}"
    yield said("I.1", f"{unit.name} tổ chức thực hiện {lower_first(drive.name)}{theme}, {days}.")
    if place is not None and place.sheets:
        yield said("I.3", f"Đến nay {place.approved}/{place.sheets} phiếu số liệu của đợt đã được duyệt.")
    documents = [str(row) for row in drive.documents.all()]
    if documents:
        yield said("I.5", f"Đợt thi đua được tổ chức theo: {listed(documents)}.")
