"""Tables of figures as files: numbers that can be summed, changes with their sign, words for what is no number."""

from fractions import Fraction
from io import BytesIO

import pytest
from openpyxl import load_workbook

from emulation.models import CampaignIndicator, Report, Round
from emulation.reports.dashboard import dashboard_of
from emulation.reports.display import period_target
from emulation.reports.drafts import draft_of
from emulation.reports.explain import explain
from emulation.reports.exports import heat_table, parts_table, reading_table, review_table
from emulation.reports.review import read_review
from emulation.reports.sheets import read_sheet
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
)
from units.models import Unit
from units.spreadsheets import Table, csv_text, xlsx_pieces

APPROVED = Report.State.APPROVED


@pytest.fixture
def share(depot: Unit, workshop: Unit) -> CampaignIndicator:
    """A percentage with one decimal, asked of two units."""
    return make_campaign_indicator(
        make_campaign(depot, workshop), make_indicator("ratio", "QS", shown_decimals=1), is_main=True
    )


@pytest.fixture
def count(share: CampaignIndicator) -> CampaignIndicator:
    return make_campaign_indicator(share.campaign, make_indicator("count", "SK"), is_main=True)


@pytest.fixture
def rounds() -> dict[int, Round]:
    return make_rounds()


def cells(table: Table, unit: str = "") -> dict[str, tuple[object, str, str]]:
    """Head → value and format of the workbook, text of the csv file: of the row of the unit, else of the first.

    Heads that are there twice keep the first.
    """
    heads, rows = table
    listed = [list(row) for row in rows]
    at, row = next((at, row) for at, row in enumerate(listed) if not unit or row[0] == unit)
    sheet = load_workbook(BytesIO(b"".join(xlsx_pieces("t", heads, listed)))).active
    found: dict[str, tuple[object, str, str]] = {}
    for head, value, cell in zip(heads, row, list(sheet)[at + 1], strict=True):
        found.setdefault(head, (cell.value, cell.number_format, csv_text(value)))
    return found


def test_a_fall_since_last_quarter_has_its_sign_in_the_file(depot, share, rounds):
    make_report(depot, rounds[1], {share.indicator: (930, 1000)}, state=APPROVED)
    report = make_report(depot, rounds[2], {share.indicator: (753, 1000)}, state=Report.State.SUBMITTED)
    make_target(depot, share, "98.6")
    row = cells(review_table(read_review(report)))
    assert row["So với quý trước"] == (-17.7, "+#,##0.0;-#,##0.0;#,##0.0", "-17,7")
    assert row["Kết quả"] == (75.3, "#,##0.0", "75,3")
    assert (row["Tử số"], row["Mẫu số"]) == ((753, "#,##0", "753"), (1000, "#,##0", "1.000"))
    assert row["Chỉ tiêu giao"] == (98.6, '"≥\u00a0"#,##0.0', "≥\u00a098,6")


def test_sheet_as_file_has_numbers_and_words(depot, share, count, rounds):
    report = make_report(depot, rounds[1], {share.indicator: (987, 1000), count.indicator: "nil"}, state=APPROVED)
    report = Report.objects.with_last_step().get(pk=report.pk)
    heads, rows = reading_table(read_sheet(report, editing=False))
    listed = list(rows)
    assert cells((heads, listed[:1]))["Kết quả"] == (98.7, "#,##0.0", "98,7")
    assert cells((heads, listed[1:]))["Kết quả"] == ("KPS", "@", "KPS")


def test_dashboard_as_file_has_numbers_and_sums_apart_from_their_targets(department, depot, share, count, rounds):
    make_target(depot, count, 8)
    make_report(depot, rounds[1], {share.indicator: (987, 1000), count.indicator: 1234}, state=APPROVED)
    page = dashboard_of(department, 2020, "Q1")
    found = list(cells(heat_table(page.heat), depot.name).values())
    assert [cell[:2] for cell in found[2:4]] == [(98.7, "#,##0.0"), ("", "@")]
    assert [cell[2] for cell in found[5:7]] == ["1.234", "2"]
    assert [cell[0] for cell in found[5:7]] == [1234, 2]


def test_a_target_of_zero_is_no_missing_target(depot, workshop, department, count, rounds):
    """The milestones do not rise in quarter II: nothing more is asked in it, and both units read so everywhere."""
    for unit in (depot, workshop):
        make_target(unit, count, 3, milestones=(1, 1, 2))
    make_report(depot, rounds[2], {count.indicator: "nil"}, state=APPROVED)
    report = make_report(workshop, rounds[2], {count.indicator: 1}, state=APPROVED)
    page = dashboard_of(department, 2020, "Q2")
    table = heat_table(page.heat)
    rows = [cells(table, unit.name) for unit in (depot, workshop)]
    found = [(row["Indicator SK Chỉ tiêu\u00a00"][2], *row["Chỉ tiêu"][:2]) for row in rows]
    assert found == [("KPS", 0, "#,##0"), ("1", 0, "#,##0")]
    shown = {row.name: row.cells[1][2:5:2] for _group, rows in page.heat.groups for row in rows}
    assert shown == {"Unit K1": ("KPS/0", "Đạt"), "Unit X1": ("1/0", "Vượt")}
    line = dashboard_of(workshop, 2020, "Q2").areas[0][1][1]
    assert (line.target, explain(workshop, count.indicator, 2020, "Q2").target) == ("0", "0")
    assert [str(row.target) for group in read_sheet(report, editing=False).groups for row in group.rows] == ["–", "0"]
    said = " ".join(part.text for part in draft_of(workshop, 2020, "Q2").body)
    assert "ndicator SK đạt 1, vượt chỉ tiêu (0)" in said


@pytest.mark.parametrize(
    ("comparator", "target", "words"),
    [(">=", 0, "0"), ("<=", 0, "=\u00a00"), ("=", 0, "=\u00a00"), (">", 0, ">\u00a00"), (">=", 5, "≥\u00a05"),
     ("<=", 5, "≤\u00a05")],
)  # fmt: skip
def test_no_sign_says_that_a_figure_may_be_below_zero(comparator, target, words):
    assert period_target(comparator, Fraction(target)) == words


def test_dashboard_as_file_has_the_state_apart_from_what_is_reported(department, depot, share, rounds):
    make_target(depot, share, 95)
    make_report(depot, rounds[1], {share.indicator: (900, 1000)}, state=APPROVED)

    def said(period, unit=""):
        row = cells(heat_table(dashboard_of(department, 2020, period).heat), unit)
        return row["Trạng thái"][0], row["Đã báo cáo/phải báo cáo"][0]

    assert [said("Q1", depot.name), said("Q1"), said("H1", depot.name)] == [
        ("Chưa đạt", ""), ("", "đã báo cáo 1/2"), ("", "đã báo cáo 1/2"),
    ]  # fmt: skip


def test_figure_as_file_has_numbers_and_signed_influence(department, depot, workshop, share, rounds):
    make_report(depot, rounds[1], {share.indicator: (90, 100)}, state=APPROVED)
    make_report(workshop, rounds[1], {share.indicator: (10, 10)}, state=APPROVED)
    row = cells(parts_table(explain(department, share.indicator, 2020, "Q1")), depot.name)
    assert row["Kết quả %"] == (90, "#,##0.0", "90,0")
    assert row["Ảnh hưởng"] == (-9.09, "+#,##0.00;-#,##0.00;#,##0.00", "-9,09")


def test_nil_of_last_year_and_of_a_quarter_is_not_shown_as_zero(depot, count, rounds):
    last = make_campaign_indicator(make_campaign(depot, year=2019), count.indicator)
    make_report(depot, make_rounds(2019)[1], {last.indicator: "nil"}, state=APPROVED)
    make_report(depot, rounds[1], {count.indicator: 3}, state=APPROVED)
    page = dashboard_of(depot, 2020, "Q1")
    assert [line.before for _area, lines in page.areas for line in lines if line.code == "SK"] == ["KPS"]
    found = explain(depot, count.indicator, 2020, "Q1")
    assert found.before == "KPS"
    assert [point.value for point in found.trend.points if point.label == "I/19"] == ["KPS"]
    assert dict(zip(found.trend.options["periods"], found.trend.options["values"], strict=True))["I/19"] is None
