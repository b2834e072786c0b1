"""The side panel of a figure."""

from datetime import date

import pytest
from django.utils import translation

from emulation.models import Report
from emulation.reports.panel import read_panel
from emulation.services.comments import add_comment
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
)
from tests.layers import built_once


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@built_once
def attendance(region):
    """Asked in 2019 and 2020, plausible between 50 and 100."""
    indicator = make_indicator("ratio", "A", name="Attendance", shown_decimals=1)
    for year in (2019, 2020):
        campaign = make_campaign(region, year=year)
        make_campaign_indicator(campaign, indicator, range_min=50, range_max=100)
    return indicator


@built_once
def report(depot, workshop, attendance):
    rounds = {year: make_rounds(year) for year in (2017, 2018, 2019, 2020)}
    make_target(depot, attendance.placements.get(campaign__year=2020), "98.6")
    for year, quarter, met in ((2017, 1, 1), (2018, 1, 90), (2019, 2, 96), (2020, 1, 98)):
        make_report(depot, rounds[year][quarter], {attendance: (met, 100)}, state="approved")
    make_report(depot, rounds[2019][3], {attendance: (97, 100)}, state="draft")
    make_report(workshop, rounds[2020][2], {attendance: (95, 100)}, state="submitted")
    found = make_report(depot, rounds[2020][2], {attendance: (99, 100)})
    return Report.objects.select_related("unit", "round", "lineage").get(pk=found.pk)


def test_panel_says_what_belongs_to_the_figure(report, attendance, staff):
    panel = read_panel(report, attendance.pk, reader=staff.pk)
    assert (panel.name, panel.result, panel.parts, panel.outcome) == ("Attendance", "99.0", "99/100", "met")
    assert {fact.label: fact.value for fact in panel.facts} == {
        "Target set": "≥\u00a098.6", "Last quarter": "98.0", "Same quarter last year": "96.0",
        "Year to date": "98.5", "Median of the units beside it": "–", "Valid range": "50 – 100",
    }  # fmt: skip


@pytest.mark.parametrize(("beside", "median"), [(1, "–"), (2, "–"), (3, "95.0")])
def test_median_says_no_figure_of_a_unit_beside(report, attendance, department, staff, beside, median):
    """Staff read their own unit alone: the median of one or two others would tell their figures."""
    for number in range(1, beside):
        unit = make_unit(department, f"X{number + 1}")
        make_report(unit, report.round, {attendance: (90 + 5 * number, 100)}, state="submitted")
    facts = {fact.label: fact.value for fact in read_panel(report, attendance.pk, reader=staff.pk).facts}
    assert facts["Median of the units beside it"] == median


def test_past_has_twelve_quarters_of_what_was_handed_in(report, attendance, staff):
    past = read_panel(report, attendance.pk, reader=staff.pk).past
    assert [point.label for point in past.points] == [
        "III/17", "IV/17", "I/18", "II/18", "III/18", "IV/18", "I/19", "II/19", "III/19", "IV/19", "I/20", "II/20",
    ]  # fmt: skip
    assert [point.value for point in past.points if point.value != "–"] == ["90.0", "96.0", "98.0", "99.0"]
    assert past.sentence == "Chart: from 90.0 in quarter I/18 to 99.0 in quarter II/20."
    heights = [point.y for point in past.marks]
    assert heights == sorted(heights, reverse=True)
    assert (heights[0], heights[-1], past.goal) == (76, 8, 11)
    assert past.lines == (f"266,{heights[2]} 292,8",)  # only neighbours are joined


def test_chart_of_equal_figures_lies_in_the_middle(depot, report, attendance, staff):
    Report.objects.exclude(pk=report.pk).update(state="draft")
    report.results.update(numerator=98600, denominator=100000)
    past = read_panel(report, attendance.pk, reader=staff.pk).past
    assert (past.marks[0].y, past.goal, past.drawn) == (42, 42, False)


def test_comments_and_changes_of_this_line_alone(report, attendance, staff, reviewer):
    other = make_indicator()
    add_comment(report, attendance, text="Why?", by=reviewer)
    add_comment(report, attendance, text="Leave.", by=staff)
    add_comment(report, other, text="Elsewhere.", by=staff)
    panel = read_panel(report, attendance.pk, reader=staff.pk)
    assert [(remark.text, remark.own) for remark in panel.remarks] == [("Why?", False), ("Leave.", True)]


def test_line_that_the_sheet_does_not_have(report, staff):
    assert read_panel(report, make_indicator().pk, reader=staff.pk) is None


def test_drive_has_no_quarters(depot, department, staff, set_today):
    from emulation.services.rounds import set_up_drive_round
    from tests.factories import make_drive

    set_today(date(2020, 4, 8))
    make_campaign(department)
    drive = make_drive(department)
    indicator = make_indicator()
    make_campaign_indicator(drive, indicator)
    round_ = set_up_drive_round(drive, opens=date(2020, 4, 1), due=date(2020, 5, 25), closes=None)
    report = Report.objects.select_related("unit", "round", "lineage").get(unit=depot, round=round_)
    panel = read_panel(report, indicator.pk, reader=staff.pk)
    assert panel.past is None
    assert [fact.label for fact in panel.facts] == ["Target set", "Median of the units beside it"]
