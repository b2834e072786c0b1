"""Where a figure comes from: parts that add up to it, what is missing, down to the sheet."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from emulation.checks import Entry
from emulation.models import Campaign, CampaignIndicator, Indicator, Report
from emulation.reports.explain import Explained, explain, rule_text
from emulation.reports.parts import PartRow
from emulation.reports.reach import readable_in
from emulation.services import sheets
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
    root_administrator,
)
from tests.layers import built_once
from units.models import Role, Unit, User
from units.services import move_unit

APPROVED = Report.State.APPROVED


@built_once
def campaign(depot: Unit, workshop: Unit) -> Campaign:
    return make_campaign(depot, workshop)


def placed(campaign: Campaign, measure: str = "ratio", **fields: object) -> CampaignIndicator:
    return make_campaign_indicator(campaign, make_indicator(measure, **{"code": "F", "shown_decimals": 1} | fields))


def rows_of(page: Explained) -> dict[str, PartRow]:
    return {row.name: row for row in page.rows}


def test_ratio_is_shown_with_its_parts_and_the_wrong_average(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    row = placed(campaign, numerator_label="present", denominator_label="due")
    rounds = make_rounds()
    make_target(department, row, 90)
    make_report(depot, rounds[1], {row.indicator: (90, 100)}, state=APPROVED)
    make_report(workshop, rounds[1], {row.indicator: (10, 10)}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "Q1")
    assert (page.value, page.numerator, page.denominator) == ("90,9\u00a0%", "100", "110")
    assert (page.numerator_name, page.denominator_name, page.target, page.mark.key) == (
        "present", "due", "≥\u00a090", "met",
    )  # fmt: skip
    assert "95,0\u00a0%" in page.contrast
    assert (page.coverage, page.missing) == ("2/2", [])


def test_influence_is_the_difference_to_the_figure_without_the_unit(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    row = placed(campaign)
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: (90, 100)}, state=APPROVED)
    make_report(workshop, rounds[1], {row.indicator: (10, 10)}, state=APPROVED)
    rows = rows_of(explain(department, row.indicator, 2020, "Q1"))
    # 90,909… − 100 and 90,909… − 90
    assert (rows["Unit K1"].share, rows["Unit K1"].pull.text, rows["Unit K1"].pull.tone) == ("90,9", "9,09", "miss")
    assert (rows["Unit X1"].share, rows["Unit X1"].pull.text, rows["Unit X1"].pull.rises) == ("9,1", "0,91", True)


def test_missing_unit_is_named_and_counts_as_nothing(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    row = placed(campaign)
    make_report(depot, make_rounds()[1], {row.indicator: (90, 100)}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "Q1")
    missing = rows_of(page)["Unit X1"]
    assert (page.missing, page.coverage) == (["Unit X1"], "1/2")
    assert (missing.value, missing.mark.key, missing.numerator, missing.share) == ("–", "none", "", "")


def test_sheet_waiting_for_approval_shows_its_state(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    row = placed(campaign)
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: (90, 100)}, state=APPROVED)
    make_report(workshop, rounds[1], {row.indicator: (9, 10)}, state=Report.State.IN_REVIEW)
    assert rows_of(explain(department, row.indicator, 2020, "Q1"))["Unit X1"].mark.key == "in_review"
    assert rows_of(explain(department, row.indicator, 2020, "Q1", handed_in=True))["Unit X1"].value == "90,0"


def test_flow_over_stock_divides_by_the_mean_of_the_quarters(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    row = placed(campaign, accrual="flow_over_stock", denominator_label="strength")
    rounds = make_rounds()
    for quarter, figures in ((1, [(1, 100), (0, 50)]), (2, [(2, 110), (1, 40)])):
        for unit, figure in zip((depot, workshop), figures, strict=True):
            make_report(unit, rounds[quarter], {row.indicator: figure}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "H1")
    assert (page.numerator, page.denominator, page.value) == ("4", "150", "2,7\u00a0%")
    assert page.denominator_name == "strength (bình quân các quý)"
    assert rows_of(page)["Unit K1"].denominator == "105"


def test_flow_over_stock_is_not_judged_where_a_quarter_lacks_sheets(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    """Nothing new has happened in the second quarter: that half of the strength is missing makes no breach of it."""
    row = placed(campaign, accrual="flow_over_stock")
    make_target(department, row, "1.5", comparator="<=")
    rounds = make_rounds()
    for unit, figure in ((depot, (2, 100)), (workshop, (0, 100))):
        make_report(unit, rounds[1], {row.indicator: figure}, state=APPROVED)
    make_report(depot, rounds[2], {row.indicator: (0, 100)}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "H1")
    assert (page.value, page.mark.key, page.unjudged_why != "") == ("chưa đủ phiếu", "", True)
    assert ({row.pull for row in page.rows}, page.contrast) == ({None}, "")
    assert [row.value for row in page.rows] == ["2,0", "chưa đủ phiếu"]
    make_report(workshop, rounds[2], {row.indicator: (0, 100)}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "H1")
    assert (page.value, page.mark.key, page.unjudged_why) == ("1,0\u00a0%", "met", "")


@pytest.mark.parametrize(
    ("measure", "comparator", "target", "figure", "result"),
    [
        ("ratio", ">=", 10, (99, 100), ""),
        ("count", ">=", 40, 9, ""),  # ten a quarter
        ("count", ">", 36, 9, ""),
        ("count", ">=", 40, 10, "met"),
        ("count", "<=", 10, 10, ""),
        ("count", "<=", 10, 11, "miss"),
        ("count", "=", 10, 11, "miss"),
    ],
)
def test_branch_is_judged_where_half_is_reported_or_nothing_can_change_it(
    department: Unit,
    depot: Unit,
    workshop: Unit,
    measure: str,
    comparator: str,
    target: int,
    figure: object,
    result: str,
) -> None:
    row = placed(make_campaign(depot, workshop, make_unit(department, "K9")), measure)
    make_target(department, row, target, comparator=comparator)
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: figure}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "Q1")
    assert (page.coverage, page.mark.key, page.unjudged_why == "") == ("1/3", result, result != "")


def test_sum_that_may_still_reach_its_target_is_not_missed(department: Unit, depot: Unit, workshop: Unit) -> None:
    row = placed(make_campaign(depot, workshop), "count")
    make_target(department, row, 40)
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: 9}, state=APPROVED)
    assert explain(department, row.indicator, 2020, "Q1").mark.key == ""
    make_report(workshop, rounds[1], {row.indicator: 0}, state=APPROVED)
    assert explain(department, row.indicator, 2020, "Q1").mark.key in ("near", "miss")


@pytest.mark.parametrize(
    ("measure", "fields", "figures", "value"),
    [
        ("count", {"shown_decimals": 0}, [3, 4], "7"),
        ("amount", {}, ["1.5", "2.25"], "3,8"),
        ("score", {"shown_decimals": 2}, ["9", "8.5"], "8,75"),
        ("grade", {"unit_of_measure": "class"}, ["good", "pass"], "Pass"),
    ],
)
def test_every_measure_has_its_value(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit, measure: str, fields: dict, figures: list,
    value: str,
) -> None:  # fmt: skip
    row = placed(campaign, measure, **fields)
    rounds = make_rounds()
    for unit, figure in zip((depot, workshop), figures, strict=True):
        make_report(unit, rounds[1], {row.indicator: figure}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "Q1")
    assert (page.value, page.has_fraction, len(page.rows)) == (value, False, 2)


def test_grades_are_listed_best_first_with_the_headline(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    row = placed(campaign, "grade")
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: "excellent"}, state=APPROVED)
    make_report(workshop, rounds[1], {row.indicator: "pass"}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "Q1")
    assert [(c.name, c.count, c.of, c.share, c.decides) for c in page.classes] == [
        ("Excellent", 1, 2, "50.00", False),
        ("Pass", 1, 2, "50.00", True),
    ]


def test_checklist_shows_the_weakest_item(campaign: Campaign, department: Unit, depot: Unit, workshop: Unit) -> None:
    row = placed(campaign, "checklist", items=2)
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: [True, True]}, state=APPROVED)
    make_report(workshop, rounds[1], {row.indicator: [True, False]}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "Q1")
    assert [(c.name, c.count, c.of, c.decides) for c in page.classes] == [
        ("Objective 1", 2, 2, False),
        ("Objective 2", 1, 2, True),
    ]
    assert (page.value, page.rows_have_parts) == ("50,0\u00a0%", False)
    single = explain(workshop, row.indicator, 2020, "Q1")
    assert [(c.name, c.count, c.of) for c in single.classes] == [("Objective 1", 1, 1), ("Objective 2", 0, 1)]


def test_by_quarter_shows_the_branch_over_time(campaign: Campaign, department: Unit, depot: Unit) -> None:
    row = placed(campaign)
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: (90, 100)}, state=APPROVED)
    make_report(depot, rounds[2], {row.indicator: (99, 100)}, state=APPROVED)
    page = explain(department, row.indicator, 2020, "H1", by_quarter=True)
    assert [(r.name, r.value, r.note) for r in page.rows] == [
        ("quý I/2020", "90,0", "1/2"),
        ("quý II/2020", "99,0", "1/2"),
    ]
    assert page.rows[0].url == f"/dashboard/{department.pk}/F/?year=2020&period=Q1"


# ── parts add up, also when units move ────────────────────────────────────


@pytest.mark.parametrize("accrual", ["flow", "stock", "flow_over_stock"])
@pytest.mark.parametrize("period", ["Q1", "Q2", "H1", "9M", "Y"])
def test_parts_add_up_to_the_figure(
    region: Unit, department: Unit, depot: Unit, workshop: Unit, set_today, accrual: str, period: str
) -> None:
    """A battalion with two companies, a depot that moves away, a department with a sheet of its own."""
    set_today(date(2020, 12, 31))
    battalion = make_unit(department, "TD1", kind="battalion")
    companies = [make_unit(battalion, kind="company") for _number in (1, 2)]
    other = make_unit(region, "K9", kind="department")
    row = placed(make_campaign(region), accrual=accrual)
    rounds = make_rounds()
    move_unit(depot, parent=other, effective=date(2020, 5, 1), by=root_administrator(), decision="1")
    for number, unit in enumerate([department, depot, workshop, *companies], start=1):
        for quarter in (1, 2, 3):
            make_report(unit, rounds[quarter], {row.indicator: (number, 10 * quarter)}, state=APPROVED)
    page = explain(department, row.indicator, 2020, period)
    named = {r.name: Fraction(int(r.numerator)) for r in page.rows if r.numerator}
    assert sum(named.values()) == (page.figure.value.numerator or 0)
    assert ("Unit K1" in named) == (period in ("Q1", "H1", "9M", "Y") and (accrual != "stock" or period == "Q1"))


def test_a_unit_that_left_links_to_the_quarter_it_was_here(
    campaign: Campaign, region: Unit, department: Unit, depot: Unit, workshop: Unit, set_today
) -> None:
    set_today(date(2020, 12, 31))
    other = make_unit(region, "K9", kind="department")
    row = placed(campaign)
    rounds = make_rounds()
    move_unit(depot, parent=other, effective=date(2020, 5, 1), by=root_administrator(), decision="1")
    make_report(depot, rounds[1], {row.indicator: (1, 2)}, state=APPROVED)
    part = rows_of(explain(department, row.indicator, 2020, "H1"))["Unit K1"]
    assert (part.gone, part.note, part.url) == (
        True, "đến 30/04/2020; chỉ thuộc đơn vị này trong quý I", f"/dashboard/{depot.pk}/F/?year=2020&period=Q1",
    )  # fmt: skip
    assert explain(depot, row.indicator, 2020, "Q1").moved_from == department
    assert explain(depot, row.indicator, 2020, "Q3").moved_from is None


def test_former_subordinates_are_readable_for_the_time_they_were_here(
    campaign: Campaign, region: Unit, department: Unit, depot: Unit, reviewer: User, set_today
) -> None:
    set_today(date(2020, 12, 31))
    other = make_unit(region, "K9", kind="department")
    placed(campaign)
    make_rounds()
    move_unit(depot, parent=other, effective=date(2020, 5, 1), by=root_administrator(), decision="1")
    found = {period: readable_in(reviewer, depot.pk, 2020, period) for period in ("Q1", "Q2", "H1", "Y")}
    assert found == {"Q1": depot, "Q2": None, "H1": None, "Y": None}
    assert readable_in(make_user("beside", (other, Role.STAFF)), depot.pk, 2020, "Q1") == depot


def test_units_beside_and_above_are_not_readable(
    campaign: Campaign, region: Unit, department: Unit, depot: Unit, outsider: User, staff: User
) -> None:
    make_rounds()
    assert readable_in(outsider, depot.pk, 2020, "Q1") is None
    assert readable_in(staff, department.pk, 2020, "Q1") is None
    assert readable_in(staff, depot.pk, 2017, "Q1") == depot


# ── the sheet at the end ──────────────────────────────────────────────────


def test_leaf_shows_who_typed_handed_in_and_approved(
    campaign: Campaign, depot: Unit, staff: User, commander: User, reviewer: User, set_today
) -> None:
    set_today(date(2020, 4, 1))
    row = placed(campaign, "count")
    make_rounds()
    report = Report.objects.get(unit=depot, round__quarter=1)
    save_cells(report, [CellChange(row.indicator_id, Entry(numerator=Decimal(5)))], by=staff)
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    sheets.send_back(report, by=reviewer, lines={row.indicator_id: "Attach the list of the five, please."})
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    sheets.approve(report, by=reviewer)
    page = explain(depot, row.indicator, 2020, "Q1")
    assert [(step.icon, step.by) for step in page.sheet.steps] == [
        ("pencil-fill", str(staff)), ("send-fill", str(commander)), ("hourglass-split", str(reviewer)),
        ("arrow-return-left", str(reviewer)), ("send-fill", str(commander)), ("hourglass-split", str(reviewer)),
        ("patch-check-fill", str(reviewer)),
    ]  # fmt: skip
    assert page.sheet.steps[3].reason == "Attach the list of the five, please."
    assert (page.sheet.version, page.sheet.url) == (3, report.get_absolute_url())
    (source,) = page.rows[0].sources
    assert (source.mark.key, source.approved_by) == ("approved", str(reviewer))


def test_unit_without_sheet_has_no_way_to_show(region: Unit, depot: Unit) -> None:
    indicator = make_indicator("count")
    make_rounds()
    page = explain(depot, indicator, 2020, "Q1")
    assert (page.sheet, page.rows, page.figure, page.value) == (None, [], None, "–")


# ── rules in words, queries ───────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"measure": "ratio", "accrual": "flow"}, "Cộng tử số, cộng mẫu số"),
        ({"measure": "ratio", "accrual": "stock"}, "Lấy số liệu quý cuối cùng phải báo cáo trong kỳ: cộng tử số"),
        ({"measure": "ratio", "accrual": "flow_over_stock"}, "Cộng tử số của mọi đơn vị"),
        ({"measure": "count", "accrual": "flow"}, "Cộng số liệu của mọi đơn vị"),
        ({"measure": "count", "accrual": "stock"}, "Cộng số liệu của các đơn vị ở quý cuối cùng phải báo cáo"),
        ({"measure": "score", "accrual": "stock"}, "Trung bình cộng của 0 điểm"),
        ({"measure": "grade", "headline_share": 100}, "Kết quả chung lấy theo mức thấp nhất"),
        ({"measure": "grade", "headline_share": 75}, "Kết quả chung là mức cao nhất mà ít nhất 75"),
        ({"measure": "checklist"}, "Với mỗi nội dung"),
    ],
)
def test_rule_is_said_in_words(fields: dict, start: str) -> None:
    assert rule_text(Indicator(**fields), None).startswith(start)


@pytest.mark.parametrize("more", [0, 2])
def test_queries_do_not_grow_with_the_parts(
    campaign: Campaign, department: Unit, depot: Unit, more: int, django_assert_num_queries
) -> None:
    row = placed(campaign)
    for _number in range(more):
        unit = make_unit(department)
        make_unit(unit)
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: (1, 1)}, state=APPROVED)
    with django_assert_num_queries(6):
        explain(department, row.indicator, 2020, "H1")
    with django_assert_num_queries(7):
        explain(depot, row.indicator, 2020, "H1")
