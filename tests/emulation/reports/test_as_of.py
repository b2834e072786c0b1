"""A figure that is asked no more towards the end of its period says as of when it stands, wherever it is read."""

from datetime import date

import docx
import pytest
from django.utils import translation

from emulation.models import Campaign, CampaignIndicator, Report
from emulation.periods import FIVE_YEARS, QUARTERS
from emulation.reports.dashboard import dashboard_of
from emulation.reports.drafts import draft_of
from emulation.reports.examples import figures_shown
from emulation.reports.explain import explain
from emulation.reports.exports import heat_table, parts_table
from emulation.reports.figures import Until, figures_of
from emulation.reports.other_papers import statistics
from emulation.reports.papers import as_word
from emulation.reports.weak_points import missed
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_example,
    make_example_figure,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
)
from tests.sentences import whole
from units.models import Unit

APPROVED = Report.State.APPROVED
HALF = "số liệu đến hết quý II"
SOME = "số liệu của một số đơn vị chỉ đến hết quý II"


@pytest.fixture
def movement(department: Unit, depot: Unit, workshop: Unit, set_today) -> Campaign:
    set_today(date(2021, 1, 20))
    return make_campaign(depot, workshop)


def trained(campaign: Campaign, asked: str = "half", **fields: object) -> CampaignIndicator:
    """A stock, unless told otherwise."""
    fields = {"measure": "ratio", "accrual": "stock", "name": "Huấn luyện cán bộ", "unit_of_measure": "%"} | fields
    measure = str(fields.pop("measure"))
    indicator = make_indicator(measure, "HL", shown_decimals=1, **fields)
    return make_campaign_indicator(campaign, indicator, asked=asked, is_main=True, is_tile=True)


def reported(row: CampaignIndicator, *units: Unit, quarters: tuple[int, ...] = (2,), figure: object = (611, 1000)):
    rounds = make_rounds()
    for unit in units:
        for quarter in quarters:
            make_report(unit, rounds[quarter], {row.indicator: figure}, state=APPROVED)


def untils(unit: Unit) -> dict[str, Until | None]:
    return {period: figure.until for (_u, _i, period), figure in figures_of([unit], 2020, QUARTERS).items()}


@pytest.mark.parametrize(("measure", "accrual"), [("ratio", "stock"), ("ratio", "flow"), ("count", "flow")])
def test_nine_months_of_what_is_asked_by_half_years_end_with_the_second_quarter(
    movement, department, depot, workshop, measure, accrual
):
    row = trained(movement, measure=measure, accrual=accrual)
    reported(row, depot, workshop, quarters=(2, 4), figure=(6, 10) if measure == "ratio" else 6)
    for unit in (depot, department):
        assert untils(unit) == {"Q2": None, "Q4": None, "H1": None, "9M": Until(2), "Y": None}


@pytest.mark.parametrize("accrual", ["stock", "flow"])
@pytest.mark.parametrize(("asked", "quarters"), [("quarter", (1, 2, 3, 4)), ("year", (4,))])
def test_what_is_asked_at_the_end_of_its_periods_stands_for_them(
    movement, department, depot, accrual, asked, quarters
):
    reported(trained(movement, asked, accrual=accrual), depot, quarters=quarters)
    assert {*untils(depot).values(), *untils(department).values()} == {None}


@pytest.mark.parametrize("accrual", ["stock", "flow"])
def test_units_asked_differently_make_a_figure_of_which_some_ends_earlier(
    movement, department, depot, workshop, accrual
):
    row = trained(movement, accrual=accrual)
    make_campaign_indicator(make_campaign(workshop), row.indicator, is_main=True)
    movement.scopes.filter(unit=workshop).delete()
    reported(row, depot)
    reported(row, workshop, quarters=(1, 2, 3))
    assert [untils(unit)["9M"] for unit in (department, depot, workshop)] == [Until(2, some=True), Until(2), None]
    page = dashboard_of(department, 2020, "9M")
    assert page.heat.heads[0][3] == SOME
    states = {row.name: row.states[0][0] for _group, rows in page.heat.groups for row in rows}
    assert states == {"Unit K1": HALF, "Unit X1": ""}
    notes = {row.name: row.note for row in explain(department, row.indicator, 2020, "9M").rows}
    assert notes == {"Unit K1": HALF, "Unit X1": ""}
    assert statistics_of(department)[0] == f"Huấn luyện cán bộ ({SOME})"
    assert statistics_of(department)[2:] == ("61,1", f"61,1 ({HALF})", "61,1")


def test_a_flow_reported_without_being_asked_reaches_as_far_as_its_reports(movement, department, depot, workshop):
    reported(trained(movement, accrual="flow"), depot, quarters=(2, 3))
    assert [untils(unit)["9M"] for unit in (department, depot)] == [Until(2, some=True), None]  # the workshop ended


def test_what_nobody_reported_stands_as_of_nothing(movement, department, depot):
    reported(trained(movement), depot, quarters=())
    assert {figure.until for figure in figures_of([department, depot], 2020, ["9M"]).values()} == {None}


def test_dashboard_says_it_at_tile_table_and_file(movement, department, depot, workshop):
    row = trained(movement)
    make_target(department, row, 55)
    reported(row, depot, workshop)
    page = dashboard_of(department, 2020, "9M")
    (line,) = page.areas[0][1]
    assert (page.tiles[0].as_of, line.as_of, line.mark.key) == (HALF, HALF, "met")
    assert (page.reached.met, page.reached.total, page.reached.as_of) == (1, 1, [f"1 chỉ tiêu: {HALF}"])
    heads, _rows = heat_table(page.heat)
    assert heads[2] == f"Huấn luyện cán bộ (%) ≥\u00a055 {HALF}"
    assert dashboard_of(department, 2020, "H1").tiles[0].as_of == ""


def test_dashboard_and_figure_show_it(client, movement, department, depot, workshop, reviewer):
    row = trained(movement)
    reported(row, depot, workshop)
    client.force_login(reviewer)
    address = f"/dashboard/{department.pk}/"
    pages = [client.get(f"{address}{what}?year=2020&period=9M").content.decode() for what in ("", "HL/")]
    assert [page.count(HALF) for page in pages] == [3, 2]  # tile, heat, table; value, row of the whole


def test_figure_explains_it(movement, department, depot):
    row = trained(movement)
    reported(row, depot)
    page = explain(department, row.indicator, 2020, "9M")
    assert (page.as_of, page.as_of_why != "") == (HALF, True)
    _heads, rows = parts_table(page)
    assert next(iter(rows))[4] == f"({HALF})"
    own = explain(depot, row.indicator, 2020, "9M")
    assert own.as_of == HALF


def test_report_says_it_in_the_sentence_the_judgement_the_annex_and_the_files(movement, department, depot, tmp_path):
    row = trained(movement)
    make_target(department, row, 70)
    reported(row, depot)
    found = draft_of(department, 2020, "9M")
    said = [part.text for part in found.body if not part.level]
    assert (
        "Huấn luyện cán bộ mới đạt 61,1\u00a0%, chưa đạt chỉ tiêu (từ 70\u00a0% trở lên), theo 1/2 phiếu, "
        "số liệu đến hết quý II."
    ) in said
    assert (
        "Còn 1 chỉ tiêu chưa đạt: huấn luyện cán bộ (61,1\u00a0%, số liệu đến hết quý II; chỉ tiêu từ 70\u00a0% trở "
        "lên)."
    ) in said
    assert sum("không phải báo cáo ở các quý sau" in text for text in said) == 1
    cells = ("Huấn luyện cán bộ", "%", "≥\u00a070", "61,1", f"Chưa đạt (1/2 phiếu; {HALF})", "–")
    assert [one.cells for one in found.annex if one.cells] == [cells]
    (tmp_path / "r.docx").write_bytes(as_word(found))
    table = docx.Document(str(tmp_path / "r.docx")).tables[-1]
    assert table.rows[-1].cells[4].text == f"Chưa đạt (1/2 phiếu; {HALF})"
    assert [text for text in said if not whole(text)] == []
    assert not any(HALF in part.text for part in draft_of(department, 2020, "H1").body)


def test_nine_months_are_not_compared_with_half_a_year(movement, department, depot, workshop):
    """Last year was asked by half-years, this year by quarters: the same words would stand for other periods."""
    row = trained(movement, "quarter")
    before = make_campaign(depot, workshop, year=2019)
    make_campaign_indicator(before, row.indicator, asked="half")
    for unit in (depot, workshop):
        make_report(unit, make_rounds(2019)[2], {row.indicator: (5, 10)}, state=APPROVED)
    reported(row, depot, workshop, quarters=(1, 2, 3))
    (line,) = dashboard_of(department, 2020, "9M").areas[0][1]
    assert (line.delta, line.before) == (None, f"50,0 ({HALF})")
    assert dashboard_of(department, 2020, "H1").areas[0][1][0].delta is not None


def test_five_years_take_the_longest_part_that_the_figure_reaches_to_the_end_of(
    movement, department, depot, workshop
):
    row = trained(movement)
    reported(row, depot, workshop)
    found = draft_of(department, 2020, FIVE_YEARS)
    assert [part.text for part in found.body if part.text.startswith("Huấn luyện cán bộ 6 tháng đầu năm 2020")] != []
    assert found.annex[-1].cells[-1] == "61,1 (6\u00a0tháng)"


def statistics_of(unit: Unit) -> tuple[str, ...]:
    with translation.override("vi"):
        found = statistics(None, unit, "2020-9M")
    return found.table.rows[-1].cells


def test_statistics_say_it_beside_the_name(movement, department, depot, workshop):
    reported(trained(movement), depot, workshop)
    assert statistics_of(department) == (f"Huấn luyện cán bộ ({HALF})", "%", "61,1", "61,1", "61,1")


def test_weak_point_and_example_keep_it(movement, department, depot, workshop, reviewer):
    row = trained(movement)
    make_target(department, row, 70)
    reported(row, depot, workshop)
    assert missed(department, row.indicator, 2020, "9M").text.endswith(f"đạt 61,1\u00a0% ({HALF}).")
    example = make_example(depot, reviewer)
    make_example_figure(example, row.indicator, period="9M")
    assert [one.value for one in figures_shown(example, reviewer)] == [f"61,1\u00a0% ({HALF})"]
