"""The dashboard of a small department, against sums done by hand.

department ─┬─ office (staff)
            ├─ depot, workshop (line)
            └─ battalion ─┬─ company 1
                          └─ company 2
"""

from dataclasses import dataclass
from datetime import date

import pytest
from django.utils import timezone

from emulation.models import Campaign, CampaignIndicator, Report, Round, Summary
from emulation.reports.dashboard import Dashboard, dashboard_of, default_period
from emulation.reports.explain import explain
from emulation.reports.heat import HeatRow
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_extension,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_unit_kind,
    root_administrator,
)
from units.models import Unit, UnitKind, User
from units.services import move_unit

APPROVED, SUBMITTED = Report.State.APPROVED, Report.State.SUBMITTED


@dataclass
class Cast:
    department: Unit
    office: Unit
    depot: Unit
    workshop: Unit
    battalion: Unit
    companies: list[Unit]
    campaign: Campaign


@pytest.fixture
def cast(region: Unit, department: Unit, depot: Unit, workshop: Unit, set_today) -> Cast:
    set_today(date(2020, 7, 20))
    make_unit_kind("office", block=UnitKind.Block.STAFF)
    office = make_unit(department, "P1", kind="office", order=9)
    battalion = make_unit(department, "TD1", kind="battalion")
    companies = [make_unit(battalion, f"C{n}", kind="company") for n in (1, 2)]
    leaves = [office, depot, workshop, *companies]
    campaign = make_campaign(*leaves, name="Movement", theme="democracy, unity")
    return Cast(department, office, depot, workshop, battalion, companies, campaign)


def attendance(cast: Cast, **fields: object) -> CampaignIndicator:
    indicator = make_indicator("ratio", "QS", shown_decimals=1)
    return make_campaign_indicator(cast.campaign, indicator, **{"is_main": True, "is_tile": True} | fields)


def initiatives(cast: Cast, **fields: object) -> CampaignIndicator:
    return make_campaign_indicator(cast.campaign, make_indicator("count", "SK"), **{"is_main": True} | fields)


def show(cast: Cast, period: str = "Q1", **options: object) -> Dashboard:
    return dashboard_of(cast.department, 2020, period, **options)


def rows_of(page: Dashboard) -> dict[str, HeatRow]:
    return {row.name: row for _group, rows in page.heat.groups for row in rows}


def filled(cast: Cast, rounds: dict[int, Round], row: CampaignIndicator) -> None:
    """995/1000 over the branch; the workshop misses 98."""
    figures = {
        cast.office: (100, 100), cast.depot: (300, 300), cast.workshop: (195, 200),
        cast.companies[0]: (200, 200), cast.companies[1]: (200, 200),
    }  # fmt: skip
    for unit, figure in figures.items():
        make_report(unit, rounds[1], {row.indicator: figure}, state=APPROVED)


def test_tile_shows_value_target_and_change_since_last_year(cast: Cast) -> None:
    row = attendance(cast)
    last = make_campaign(cast.department, year=2019)
    make_campaign_indicator(last, row.indicator)
    for unit in (cast.office, cast.depot, cast.workshop, *cast.companies):
        make_report(unit, make_rounds(2019)[1], {row.indicator: (98, 100)}, state=APPROVED)
    make_target(cast.department, row, "98.5")
    filled(cast, make_rounds(), row)
    (tile,) = show(cast).tiles
    assert (tile.value, tile.unit, tile.target, tile.mark.key, tile.short) == ("99,5", "%", "≥\u00a098,5", "met", "")
    assert (tile.delta.text, tile.delta.tone, tile.delta.rises) == ("1,5", "met", True)
    assert (tile.bar.low, tile.bar.high, tile.bar.broken) == ("96", "100", True)
    assert tile.url == f"/dashboard/{cast.department.pk}/QS/?year=2020&period=Q1"


def test_tile_says_how_much_has_been_reported(cast: Cast) -> None:
    row = attendance(cast)
    make_report(cast.depot, make_rounds()[1], {row.indicator: (98, 100)}, state=APPROVED)
    (tile,) = show(cast).tiles
    assert (tile.short, tile.mark.key, tile.delta) == ("1/5", "", None)


def test_lower_is_better_turns_the_tone_of_a_change(cast: Cast) -> None:
    indicator = make_indicator("ratio", "VP", direction="lower")
    make_campaign_indicator(cast.campaign, indicator, is_tile=True)
    for unit in (cast.depot, cast.workshop, cast.office):  # most of those asked
        make_report(unit, make_rounds(2019)[1], {indicator: (3, 100)}, state=APPROVED)
        make_report(unit, make_rounds()[1], {indicator: (5, 100)}, state=APPROVED)
    (tile,) = show(cast).tiles
    assert (tile.delta.text, tile.delta.tone, tile.delta.rises) == ("2", "miss", True)


def test_sum_that_is_not_complete_is_not_compared_with_last_year(cast: Cast) -> None:
    row = initiatives(cast, is_tile=True)
    for year in (2019, 2020):
        make_report(cast.depot, make_rounds(year)[1], {row.indicator: 5}, state=APPROVED)
    (tile,) = show(cast).tiles
    assert (tile.value, tile.short, tile.delta, tile.before) == ("5", "1/5", None, "5")


def test_reached_counts_indicators_with_a_target(cast: Cast) -> None:
    met, missed, free = attendance(cast), initiatives(cast), make_indicator("count")
    make_campaign_indicator(cast.campaign, free)
    rounds = make_rounds()
    make_target(cast.department, met, 90)
    make_target(cast.department, missed, 40)
    filled(cast, rounds, met)
    reached = show(cast).reached
    found = (reached.met, reached.total, reached.missed, reached.unjudged, reached.silent, reached.share)
    assert (found, reached.change) == ((1, 2, 0, 0, 1, 50), None)


def test_heat_table_groups_offices_before_line_units(cast: Cast) -> None:
    row = attendance(cast)
    filled(cast, make_rounds(), row)
    groups = [[row.name for row in rows] for _group, rows in show(cast).heat.groups]
    assert groups == [["Unit P1"], ["Unit K1", "Unit TD1", "Unit X1"]]


def test_heat_cells_have_value_word_and_link(cast: Cast) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    make_target(cast.workshop, row, 98)
    make_target(cast.battalion, row, 98)
    filled(cast, rounds, row)
    rows = rows_of(show(cast))
    url = f"/dashboard/{cast.workshop.pk}/QS/?year=2020&period=Q1"
    assert rows["Unit X1"].cells == [("h-near", url, "97,5", "exclamation-triangle-fill", "Gần đạt")]
    assert [cell[0] for cell in rows["Unit TD1"].cells] == ["h-met"]
    assert rows["Unit TD1"].note == "đã duyệt 2/2 phiếu"


def test_only_a_value_that_looks_like_its_target_has_more_decimals(cast: Cast) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    make_target(cast.depot, row, 98)
    make_report(cast.depot, rounds[1], {row.indicator: (9799, 10000)}, state=APPROVED)
    make_report(cast.workshop, rounds[1], {row.indicator: (9, 10)}, state=APPROVED)
    rows = rows_of(show(cast))
    assert [rows["Unit K1"].cells[0][2], rows["Unit X1"].cells[0][2]] == ["97,99", "90,0"]


def test_missing_not_applicable_and_nil_look_different(cast: Cast) -> None:
    first, second = (
        initiatives(cast),
        make_campaign_indicator(cast.campaign, make_indicator("count", "SL"), is_main=True),
    )
    rounds = make_rounds()
    make_report(cast.depot, rounds[1], {first.indicator: "nil", second.indicator: 1}, state=APPROVED)
    make_report(cast.workshop, rounds[1], {first.indicator: "not_applicable", second.indicator: 0}, state=APPROVED)
    rows = rows_of(show(cast))
    assert [cell[2] for cell in rows["Unit K1"].cells] == ["KPS", "1"]
    assert [(cell[0], cell[2]) for cell in rows["Unit X1"].cells] == [("h-na", "–"), ("", "0")]
    silent = rows["Unit P1"]
    assert (silent.cells, silent.silent.key) == ([], "none")
    assert silent.silent_note == "không tính vào số liệu toàn đơn vị"


@pytest.mark.parametrize(("measure", "counted"), [("ratio", (1, 1)), ("count", (2, 1))])
def test_nil_is_not_held_against_a_unit_but_where_it_is_0(cast: Cast, measure: str, counted: tuple[int, int]) -> None:
    row = make_campaign_indicator(cast.campaign, make_indicator(measure, "NIL"), is_main=True)
    for unit in (cast.depot, cast.workshop):
        make_target(unit, row, 4)
    rounds = make_rounds()
    make_report(cast.depot, rounds[1], {row.indicator: "nil"}, state=APPROVED)
    make_report(cast.workshop, rounds[1], {row.indicator: (4, 1) if measure == "ratio" else 4}, state=APPROVED)
    found = Summary.objects.get(unit=cast.department, indicator=row.indicator, period="Q1")
    assert (found.targeted, found.met) == counted


def test_a_unit_with_one_figure_missing_has_a_hatched_cell(cast: Cast) -> None:
    first, second = (
        initiatives(cast),
        make_campaign_indicator(cast.campaign, make_indicator("count", "SL"), is_main=True),
    )
    make_report(cast.depot, make_rounds()[1], {first.indicator: 2}, state=APPROVED)
    cells = rows_of(show(cast))["Unit K1"].cells
    assert [(cell[0], cell[2], cell[4]) for cell in cells] == [("", "2", ""), ("h-none", "", "Chưa báo cáo")]
    assert second.indicator.code in cells[1][1]


def test_a_mean_that_sheets_are_missing_from_shows_them_instead_of_a_result(cast: Cast) -> None:
    row = make_campaign_indicator(
        cast.campaign, make_indicator("ratio", "VP", accrual="flow_over_stock", shown_decimals=2), is_main=True
    )
    make_target(cast.department, row, 1, comparator="<=")
    rounds = make_rounds()
    filled(cast, rounds, row)
    make_report(cast.depot, rounds[2], {row.indicator: (300, 300)}, state=APPROVED)
    [cell] = show(cast, "H1").heat.total.cells
    assert (cell[0], cell[2], cell[4]) == ("h-few", "", "chưa đủ phiếu 6/10")


def test_a_sheet_waiting_for_approval_is_not_called_missing(cast: Cast) -> None:
    row = attendance(cast)
    make_report(cast.depot, make_rounds()[1], {row.indicator: (1, 1)}, state=SUBMITTED)
    silent = rows_of(show(cast))["Unit K1"].silent
    assert silent.key == "submitted"
    assert rows_of(show(cast, handed_in=True))["Unit K1"].cells[0][2] == "100,0"


def test_a_unit_s_own_sheet_waiting_for_approval_is_not_called_missing(cast: Cast) -> None:
    row = make_campaign_indicator(make_campaign(cast.department), make_indicator("count", "OWN"), is_main=True)
    make_report(cast.department, make_rounds()[1], {row.indicator: 7}, state=SUBMITTED)
    own = show(cast).heat.own
    assert (own.cells, own.silent.key) == ([], "submitted")
    assert own.silent_note == "chưa duyệt, chưa tính vào số liệu toàn đơn vị"
    assert rows_of_own(show(cast, handed_in=True)) == ["7"]


def rows_of_own(page: Dashboard) -> list[str]:
    return [cell[2] for cell in page.heat.own.cells]


def test_a_branch_of_which_some_have_handed_in_is_not_called_missing(cast: Cast) -> None:
    row, rounds = attendance(cast), make_rounds()
    make_report(cast.companies[0], rounds[1], {row.indicator: (1, 1)}, state=SUBMITTED)
    total = show(cast, "Q1").heat.total
    assert (total.silent.key, total.silent_note.split(",")[0]) == ("submitted", "1/5 phiếu")
    silent = rows_of(show(cast, "H1"))["Unit TD1"]
    assert silent.silent.key == "submitted"
    assert silent.silent_note.startswith("1/4 phiếu")
    parts = {part.name: part.mark.key for part in explain(cast.department, row.indicator, 2020, "Q1").rows}
    assert (parts["Unit TD1"], parts["Unit K1"]) == ("submitted", "none")


def test_what_the_figures_are_made_of_is_said_with_what_is_handed_in(cast: Cast) -> None:
    row, rounds = attendance(cast), make_rounds()
    make_report(cast.depot, rounds[1], {row.indicator: (1, 1)}, state=APPROVED)
    make_report(cast.companies[0], rounds[1], {row.indicator: (1, 1)}, state=SUBMITTED)
    assert show(cast).heat.total.note == "đã duyệt 1/5 phiếu"
    page = show(cast, handed_in=True)
    assert (page.heat.total.note, rows_of(page)["Unit TD1"].note) == ("đã trình 2/5 phiếu", "đã trình 1/2 phiếu")


def test_rows_of_the_heat_table_count_the_sheets_of_the_whole_period(cast: Cast) -> None:
    """As the banner does, not those of the last round alone."""
    row = attendance(cast)
    rounds = make_rounds()
    filled(cast, rounds, row)
    make_report(cast.depot, rounds[2], {row.indicator: (1, 1)}, state=APPROVED)
    page = show(cast, "H1")
    assert (page.coming.text, page.heat.total.note) == ("6/10", "đã duyệt 6/10 phiếu")
    assert rows_of(page)["Unit TD1"].note == "đã duyệt 2/4 phiếu"


def test_sums_stand_against_their_target(cast: Cast) -> None:
    row = initiatives(cast)
    rounds = make_rounds()
    make_target(cast.depot, row, 4)
    make_report(cast.depot, rounds[1], {row.indicator: 2}, state=APPROVED)
    assert rows_of(show(cast))["Unit K1"].cells[0][:3:2] == ("h-over", "2/1")


def test_the_unit_s_own_sheet_is_a_row(cast: Cast, region: Unit) -> None:
    row = make_campaign_indicator(make_campaign(cast.department), make_indicator("count", "OWN"), is_main=True)
    rounds = make_rounds()
    make_target(cast.department, row, 1)
    make_report(cast.department, rounds[1], {row.indicator: 7}, state=APPROVED)
    make_report(cast.depot, rounds[1], {row.indicator: 1}, state=APPROVED)
    heat = show(cast).heat
    assert heat.own.cells[0][:3:2] == ("", "7")
    assert heat.total.cells[0][:3:2] == ("h-over", "8/0,25")


def test_units_stand_where_they_stood_at_the_end_of_the_period(cast: Cast, region: Unit) -> None:
    row = attendance(cast)
    other = make_unit(region, "K9", kind="department")
    make_unit(other)
    rounds = make_rounds()
    move_unit(cast.depot, parent=other, effective=date(2020, 5, 1), by=root_administrator(), decision="1")
    make_report(cast.depot, rounds[1], {row.indicator: (1, 1)}, state=APPROVED)
    assert "Unit K1" in rows_of(show(cast, "Q1"))
    assert rows_of(show(cast, "H1"))["Unit K1"].note == "đến 30/04/2020"
    assert "Unit K1" not in rows_of(show(cast, "Q2"))


def test_a_unit_that_came_during_the_period_shows_what_counts_here(cast: Cast, region: Unit) -> None:
    row = initiatives(cast)
    other = make_unit(region, "K9", kind="department")
    newcomer = make_unit(other, "N1")
    make_campaign_indicator(make_campaign(other), row.indicator, is_main=True)
    rounds = make_rounds()
    make_report(newcomer, rounds[1], {row.indicator: 2}, state=APPROVED)
    move_unit(newcomer, parent=cast.department, effective=date(2020, 5, 1), by=root_administrator(), decision="1")
    make_report(newcomer, rounds[2], {row.indicator: 3}, state=APPROVED)
    row_of_newcomer = rows_of(show(cast, "H1"))["Unit N1"]
    assert (row_of_newcomer.note, row_of_newcomer.cells[0][2]) == ("từ 01/05/2020", "3")


def test_progress_counts_sheets_of_the_branch(cast: Cast) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    Round.objects.filter(quarter=2).update(opens=date(2020, 6, 20), due=date(2020, 7, 10))
    for unit, state in ((cast.office, APPROVED), (cast.companies[0], APPROVED), (cast.depot, SUBMITTED)):
        make_report(unit, rounds[2], {row.indicator: (1, 1)}, state=state)
    progress = show(cast, "H1").progress
    assert (progress.round.quarter, progress.sheets, progress.approved, progress.waiting) == (2, 5, 2, 1)
    assert (progress.missing, progress.overdue) == (2, 2)
    assert progress.late == ["Unit TD1", "Unit X1"]
    assert [(chip.name, chip.mark.key, chip.done) for chip in progress.chips] == [
        ("Unit P1", "approved", ""), ("Unit K1", "submitted", ""), ("Unit TD1", "overdue", "1/2"),
        ("Unit X1", "overdue", ""),
    ]  # fmt: skip


def test_a_sheet_that_came_and_was_returned_is_not_overdue(cast: Cast) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    Round.objects.filter(quarter=2).update(opens=date(2020, 6, 20), due=date(2020, 7, 10))
    make_report(cast.depot, rounds[2], {row.indicator: (1, 1)}, state=Report.State.RETURNED)
    progress = show(cast, "H1").progress
    assert (progress.missing, progress.overdue) == (5, 4)
    assert ("Unit K1", "returned") in [(chip.name, chip.mark.key) for chip in progress.chips]


def test_a_sheet_reported_as_ready_waits_for_its_commander(cast: Cast, staff: User) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    Round.objects.filter(quarter=2).update(opens=date(2020, 6, 20), due=date(2020, 7, 30))
    report = make_report(cast.depot, rounds[2], {row.indicator: (1, 1)}, state=Report.State.DRAFT)
    Report.objects.filter(pk=report.pk).update(ready_by=staff, ready_at=timezone.now())
    found = [(chip.name, chip.mark.key) for chip in show(cast, "H1").progress.chips]
    assert found[1:] == [("Unit K1", "ready"), ("Unit TD1", "not_started"), ("Unit X1", "not_started")]


def test_units_with_more_time_are_not_overdue(cast: Cast) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    Round.objects.filter(quarter=2).update(opens=date(2020, 6, 20), due=date(2020, 7, 10))
    make_extension(make_report(cast.companies[1], rounds[2], {row.indicator: (1, 1)}), until=date(2020, 12, 31))
    progress = show(cast, "H1").progress
    assert (progress.missing, progress.overdue) == (5, 4)
    assert [(chip.name, chip.mark.key) for chip in progress.chips if chip.name == "Unit TD1"] == [
        ("Unit TD1", "overdue")
    ]
    make_extension(make_report(cast.companies[0], rounds[2], {row.indicator: (1, 1)}), until=date(2020, 12, 31))
    assert [chip.mark.key for chip in show(cast, "H1").progress.chips if chip.name == "Unit TD1"] == ["not_started"]


def test_progress_shows_the_last_round_that_is_open(cast: Cast) -> None:
    attendance(cast)
    make_rounds()
    Round.objects.filter(quarter__gte=3).update(opens=date(2020, 9, 20), due=date(2020, 10, 10), closes=None)
    assert show(cast, "Y").progress.round.quarter == 2


def test_all_indicators_stand_under_their_area(cast: Cast) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    make_target(cast.depot, row, 99)
    make_target(cast.workshop, row, 99)
    filled(cast, rounds, row)
    ((area, (line,)),) = show(cast).areas
    assert (area, line.label, line.value, line.coverage, line.complete) == (
        "Training", "Indicator QS", "99,5", "5/5", True,
    )  # fmt: skip
    assert line.units == "1/2"


def test_trend_shows_eight_quarters_and_the_year_before_without_campaign(cast: Cast) -> None:
    row = attendance(cast)
    make_report(cast.depot, make_rounds(2019)[4], {row.indicator: (97, 100)}, state=APPROVED)
    filled(cast, make_rounds(), row)
    trend = show(cast).trend
    assert [point.label for point in trend.points] == [
        "II/18", "III/18", "IV/18", "I/19", "II/19", "III/19", "IV/19", "I/20",
    ]  # fmt: skip
    assert [point.value for point in trend.points][-2:] == ["97,0", "99,5"]
    assert trend.options["values"] == [None] * 6 + [97.0, 99.5]
    assert trend.sentence == "Biểu đồ: từ 97,0 quý IV/19 đến 99,5 quý I/20."


@pytest.mark.parametrize(
    ("before", "now", "floor"), [((0, 1000), (5, 1000), 0), ((1, 1000), (5, 1000), None), ((0, 1), (0, 1), 0)]
)
def test_axis_of_a_trend_begins_nowhere_below_0(cast: Cast, before: object, now: object, floor: int | None) -> None:
    """A little air is left below the lowest point, but no figure is below 0."""
    row = attendance(cast)
    rounds = make_rounds()
    for quarter, figure in ((1, before), (2, now)):
        make_report(cast.depot, rounds[quarter], {row.indicator: figure}, state=APPROVED)
    assert show(cast, "Q2").trend.options["floor"] == floor


def test_trend_breaks_where_the_definition_changed(cast: Cast) -> None:
    former = make_indicator("ratio", "OLD", name="Former")
    row = make_campaign_indicator(
        cast.campaign, make_indicator("ratio", "NEW", predecessor=former, shown_decimals=1), is_main=True
    )
    make_report(cast.depot, make_rounds(2019)[4], {former: (90, 100)}, state=APPROVED)
    make_report(cast.depot, make_rounds()[1], {row.indicator: (95, 100)}, state=APPROVED)
    trend = show(cast, trend="NEW").trend
    assert (trend.former, trend.options["break"]) == ("Former", 7)
    assert [(point.value, point.former) for point in trend.points[-2:]] == [("90", True), ("95,0", False)]


def test_stack_counts_indicators_by_result(cast: Cast) -> None:
    met, missed = attendance(cast), initiatives(cast)
    rounds = make_rounds()
    make_target(cast.department, met, 90)
    make_target(cast.department, missed, 40)
    filled(cast, rounds, met)
    stack = show(cast).stack
    label, counts = stack.rows[-1]
    assert stack.words[-1].word == "Chưa kết luận"
    assert (label, dict(zip(("over", "met", "near", "miss", "none"), counts, strict=True))) == (
        "I/20", {"over": 0, "met": 1, "near": 0, "miss": 0, "none": 1},
    )  # fmt: skip


def test_a_single_unit_has_its_own_dashboard(cast: Cast) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    make_target(cast.depot, row, 99)
    filled(cast, rounds, row)
    page = dashboard_of(cast.depot, 2020, "Q1")
    assert (page.heat, page.superior, page.tiles[0].value) == (None, cast.department, "100,0")
    assert (page.progress.sheets, page.progress.approved) == (1, 1)


@pytest.mark.parametrize(
    ("quarters", "today", "period"),
    [
        ([], date(2020, 7, 20), "H1"),
        ([1], date(2020, 7, 20), "H1"),
        ([1], date(2020, 11, 30), "9M"),
        ([], date(2021, 1, 5), "Y"),
        ([1, 2], date(2020, 1, 5), "H1"),  # nothing is due yet
        ([], date(2020, 1, 5), "Q1"),
    ],
)
@pytest.mark.parametrize("single", [True, False])
def test_default_period_reaches_to_the_last_quarter_that_is_due(
    cast: Cast, set_today, quarters: list[int], today: date, period: str, single: bool
) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    for quarter, round_ in rounds.items():
        round_.due = date(2020, 3 * quarter, 28)
        round_.save()
    for quarter in quarters:
        make_report(cast.depot, rounds[quarter], {row.indicator: (1, 1)}, state=APPROVED)
    set_today(today)
    assert default_period(cast.depot if single else cast.department, 2020) == period


@pytest.mark.parametrize(("approved", "period", "single"), [(0, "H1", "H1"), (2, "H1", "9M"), (3, "9M", "9M")])
def test_default_period_is_one_not_due_yet_where_half_of_it_is_approved(
    cast: Cast, set_today, approved: int, period: str, single: str
) -> None:
    """Five sheets in the department, one in the depot, which is among those approved."""
    row = attendance(cast)
    rounds = make_rounds()
    for quarter, round_ in rounds.items():
        round_.due = date(2020, 3 * quarter, 28)
        round_.save()
    for unit in [cast.depot, cast.workshop, *cast.companies][:approved]:
        make_report(unit, rounds[3], {row.indicator: (1, 1)}, state=APPROVED)
    set_today(date(2020, 9, 20))
    assert (default_period(cast.department, 2020), default_period(cast.depot, 2020)) == (period, single)


@pytest.mark.parametrize(("handed_in", "second"), [(False, 0), (True, 1)])
def test_the_page_says_how_many_sheets_of_the_period_its_figures_are_made_of(
    cast: Cast, handed_in: bool, second: int
) -> None:
    row = attendance(cast)
    rounds = make_rounds()
    make_report(cast.depot, rounds[1], {row.indicator: (1, 1)}, state=APPROVED)
    make_report(cast.depot, rounds[2], {row.indicator: (1, 1)}, state="submitted")
    all_ = rounds[1].reports.count()

    def quarters(unit: Unit) -> list[tuple[str, int, int]]:
        coming = dashboard_of(unit, 2020, "H1", handed_in=handed_in).coming
        assert coming.complete == (coming.counted == coming.sheets)
        return [(one.label, one.counted, one.sheets) for one in coming.quarters]

    assert quarters(cast.depot) == [("Quý I", 1, 1), ("Quý II", second, 1)]
    assert quarters(cast.department) == [("Quý I", 1, all_), ("Quý II", second, all_)]


def test_a_year_without_anything_is_empty(cast: Cast) -> None:
    page = dashboard_of(cast.department, 2017, "Y")
    assert (page.empty, page.progress, page.campaign) == (True, None, None)


@pytest.mark.parametrize("more", [0, 2])
def test_queries_do_not_grow_with_subordinates_or_years(cast: Cast, more: int, django_assert_num_queries) -> None:
    row = attendance(cast)
    grade = make_campaign_indicator(cast.campaign, make_indicator("grade", "XL"), is_main=True)
    for _number in range(more):
        make_unit(cast.department)
        make_unit(cast.battalion, kind="company")
    for year in range(2019 - more, 2021):
        rounds = make_rounds(year)
        make_report(cast.depot, rounds[2], {row.indicator: (1, 1), grade.indicator: "good"}, state=APPROVED)
    with django_assert_num_queries(9):
        show(cast, "H1")
