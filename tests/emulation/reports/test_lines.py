"""What stands beside a figure on its sheet."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from emulation.models import CheckRule, Report
from emulation.reports.review import read_review
from emulation.reports.sheets import read_sheet
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_unit_kind,
)
from tests.layers import built_once

APPROVED = Report.State.APPROVED


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@built_once
def campaign(region):
    return make_campaign(region)


def sheet_of(unit, round_, editing=True):
    return read_sheet(Report.objects.with_last_step().get(unit=unit, round=round_), editing=editing)


def only_row(unit, round_, editing=True):
    (row,) = sheet_of(unit, round_, editing).rows
    return row


def place(campaign, indicator, **fields):
    return make_campaign_indicator(campaign, indicator, **fields)


def test_ratio_beside_plan_and_past(depot, campaign):
    indicator = make_indicator("ratio", shown_decimals=1)
    make_target(depot, place(campaign, indicator), "98.6")
    place(make_campaign(depot, year=2019), indicator)
    rounds, before = make_rounds(), make_rounds(2019)
    make_report(depot, before[2], {indicator: (95, 100)}, state=APPROVED)
    make_report(depot, rounds[1], {indicator: (99, 100)}, state=APPROVED)
    make_report(depot, rounds[2], {indicator: (196, 200)})
    row = only_row(depot, rounds[2])
    assert (row.target, row.last_quarter, row.last_year) == ("≥\u00a098.6", "99.0", "95.0")
    assert (row.result, row.parts, row.outcome, row.since_january) == ("98.0", "196/200", "near", "98.3")
    assert (row.typed.numerator, row.typed.denominator, row.state) == ("196", "200", "saved")


def test_first_quarter_looks_back_over_new_year(depot, campaign):
    indicator = make_indicator()
    place(campaign, indicator)
    place(make_campaign(depot, year=2019), indicator)
    rounds, before = make_rounds(), make_rounds(2019)
    make_report(depot, before[4], {indicator: 7}, state=APPROVED)
    make_report(depot, before[1], {indicator: 3}, state=APPROVED)
    row = only_row(depot, rounds[1])
    assert (row.last_quarter, row.last_year, row.since_january) == ("7", "3", "0/1 qtr")


def test_other_rounds_count_when_handed_in(depot, campaign):
    indicator = make_indicator()
    place(campaign, indicator)
    rounds = make_rounds()
    make_report(depot, rounds[1], {indicator: 7})
    make_report(depot, rounds[2], {indicator: 3})
    row = only_row(depot, rounds[2])
    assert (row.last_quarter, row.since_january) == ("–", "1/2 qtr")


def test_flows_target_is_a_share_of_the_year(depot, campaign):
    indicator = make_indicator()
    make_target(depot, place(campaign, indicator), 10)
    rounds = make_rounds()
    make_report(depot, rounds[1], {indicator: 3})
    row = only_row(depot, rounds[1])
    assert (row.target, row.outcome) == ("≥\u00a02.5", "over")


@pytest.mark.parametrize(
    ("measure", "figure", "result", "outcome"),
    [
        ("count", "nil", "nil", "miss"),
        ("ratio", "nil", "nil", "nil"),
        ("count", "not_applicable", "n/a", "na"),
        ("count", 0, "0", "miss"),
    ],
)
def test_nothing_is_four_different_things(depot, campaign, measure, figure, result, outcome):
    indicator = make_indicator(measure)
    make_target(depot, place(campaign, indicator), 4)
    rounds = make_rounds()
    assert only_row(depot, rounds[1]).result == "–"
    make_report(depot, rounds[1], {indicator: figure})
    row = only_row(depot, rounds[1])
    assert (row.result, row.outcome) == (result, outcome)


def test_grade_and_checklist(depot, campaign):
    grade, checklist = make_indicator("grade", "A"), make_indicator("checklist", "B")
    make_target(depot, place(campaign, grade), 3)
    place(campaign, checklist)
    rounds = make_rounds()
    make_report(depot, rounds[1], {grade: "excellent", checklist: [True, True, False, None]})
    first, second = sheet_of(depot, rounds[1]).rows
    assert (first.target, first.result, first.outcome) == ("≥\u00a0Good", "Excellent", "met")
    assert [choice.label for choice in first.grades if choice.chosen] == ["Excellent"]
    assert (second.parts, second.result) == ("2/3", "67")
    assert second.typed.items == ("met", "met", "not_met", "not_applicable")


def test_checklist_shows_the_items_in_force(depot, campaign):
    from tests.factories import make_checklist

    checklist = make_indicator("checklist", items=4)
    make_checklist(checklist, since=2020, items=2)
    make_checklist(checklist, since=2021, items=3)
    place(campaign, checklist)
    assert len(only_row(depot, make_rounds()[1]).items) == 2


def test_only_what_is_asked_in_the_round_is_expected(depot, campaign):
    place(campaign, make_indicator(code="YEARLY"), asked="year")
    quarterly = make_indicator(code="QUARTERLY")
    place(campaign, quarterly)
    place(campaign, make_indicator(code="SHOPS"), kinds=[make_unit_kind("workshop")])
    rounds = make_rounds()
    assert [row.name for row in sheet_of(depot, rounds[1]).rows] == ["Indicator QUARTERLY"]
    assert len(sheet_of(depot, rounds[4]).rows) == 2


def test_figure_nobody_asked_for_is_shown(depot, campaign):
    place(campaign, make_indicator(code="A"))
    rounds = make_rounds()
    make_report(depot, rounds[1], {make_indicator(code="B"): 4})
    sheet = sheet_of(depot, rounds[1])
    assert [(row.name, row.asked, row.stored) for row in sheet.rows] == [
        ("Indicator A", True, False), ("Indicator B", False, True),
    ]  # fmt: skip
    assert (sheet.filled, sheet.total, [row.name for row in sheet.missing]) == (0, 1, ["Indicator A"])


def test_unit_with_subordinates_is_not_compared_with_its_branchs_target(department, depot, campaign):
    indicator = make_indicator()
    make_target(department, place(campaign, indicator), 100)
    rounds = make_rounds()
    make_report(department, rounds[1], {indicator: 1})
    row = only_row(department, rounds[1])
    assert (row.target, row.outcome) == ("–", "")


def test_drive_has_no_past(depot, campaign):
    drive, indicator = make_drive(depot), make_indicator()
    make_target(depot, place(drive, indicator), 4)
    from emulation.services.rounds import set_up_drive_round

    round_ = set_up_drive_round(drive, opens=date(2020, 4, 1), due=date(2020, 5, 25), closes=None)
    make_report(depot, round_, {indicator: 5})
    sheet = sheet_of(depot, round_)
    assert (sheet.before, sheet.rows[0].target, sheet.rows[0].outcome) == ("", "≥\u00a04", "over")


def test_returned_sheet_opens_returned_and_missing_lines(depot, campaign, reviewer):
    from emulation.services import sheets

    kept, wrong, late = (make_indicator(code=code) for code in "ABC")
    place(campaign, kept)
    place(campaign, wrong)
    rounds = make_rounds()
    report = make_report(depot, rounds[1], {kept: 1, wrong: 2}, state=Report.State.IN_REVIEW)
    sheets.send_back(report, by=reviewer, lines={wrong.pk: "Please count once more."})
    place(campaign, late)
    rows = sheet_of(depot, rounds[1]).rows
    assert [(row.state, row.open) for row in rows] == [("locked", False), ("returned", True), ("empty", True)]
    assert rows[1].returned == "Please count once more."
    assert [row.open for row in sheet_of(depot, rounds[1], editing=False).rows] == [False] * 3


# ── review ────────────────────────────────────────────────────────────────


def review_row(unit, round_):
    (row,) = read_review(Report.objects.with_last_step().get(unit=unit, round=round_)).rows
    return row


def test_median_of_the_units_beside(department, depot, workshop, campaign):
    indicator = make_indicator()
    place(campaign, indicator)
    more = [make_unit(department, code) for code in ("K2", "K3")]
    rounds = make_rounds()
    for unit, value in zip([depot, workshop, *more], (1, 4, 8, 100), strict=True):
        make_report(unit, rounds[1], {indicator: value}, state=APPROVED)
    make_report(more[1], rounds[1], state=Report.State.DRAFT)
    assert review_row(depot, rounds[1]).median == "6"


def test_median_of_grades_is_a_class(department, depot, workshop, campaign):
    indicator = make_indicator("grade")
    place(campaign, indicator)
    rounds = make_rounds()
    make_report(depot, rounds[1], {indicator: "pass"}, state=APPROVED)
    make_report(workshop, rounds[1], {indicator: "good"}, state=APPROVED)
    make_report(make_unit(department, "K2"), rounds[1], {indicator: "excellent"}, state=APPROVED)
    assert review_row(depot, rounds[1]).median == "Good"


@pytest.mark.parametrize(
    ("measure", "direction", "before", "now", "word"),
    [
        ("ratio", "higher", (98, 100), (97, 100), ""),
        ("ratio", "higher", (98, 100), (96, 100), "Unusual change"),
        ("ratio", "lower", (2, 100), (4, 100), "Unusual change"),
        ("ratio", "exact", (98, 100), (10, 100), ""),
        ("count", "higher", 10, 8, ""),
        ("count", "higher", 10, 7, "Unusual change"),
        ("count", "higher", 10, 100, ""),
        ("count", "lower", 0, 1, "Unusual change"),
        ("grade", "higher", "excellent", "good", "Unusual change"),
        ("count", "higher", "nil", 3, ""),
    ],
)
def test_strong_fall_is_a_warning(depot, campaign, measure, direction, before, now, word):
    CheckRule.objects.create(code="WORSE", name="Worse", kind="worse", level="review", share=20, points=1)
    indicator = make_indicator(measure, direction=direction)
    place(campaign, indicator)
    rounds = make_rounds()
    make_report(depot, rounds[1], {indicator: before}, state=APPROVED)
    make_report(depot, rounds[2], {indicator: now}, state=Report.State.IN_REVIEW)
    assert review_row(depot, rounds[2]).warning == word


def test_miss_and_missing_are_warnings(depot, campaign):
    indicator = make_indicator("amount", shown_decimals=1)
    make_target(depot, place(campaign, indicator), 40)
    rounds = make_rounds()
    assert review_row(depot, rounds[1]).warning == "Not reported"
    make_report(depot, rounds[1], {indicator: Decimal("9.96")}, state=Report.State.IN_REVIEW)
    row = review_row(depot, rounds[1])
    assert (row.warning, row.why) == ("Target not reached", "9.96 does not reach the target ≥\u00a010.")


def test_delta_says_whether_it_is_better(depot, campaign):
    indicator = make_indicator("count", direction="lower")
    place(campaign, indicator)
    rounds = make_rounds()
    make_report(depot, rounds[1], {indicator: 5}, state=APPROVED)
    make_report(depot, rounds[2], {indicator: 3}, state=APPROVED)
    delta = review_row(depot, rounds[2]).delta
    assert (delta.text, delta.tone, delta.rises) == ("2", "up", False)
