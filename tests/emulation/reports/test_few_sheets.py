"""A flow over a stock of which sheets are missing is marked as not yet known, wherever it is read."""

from datetime import date
from fractions import Fraction

import pytest
from django.utils import translation

from emulation.models import Campaign, CampaignIndicator, Report
from emulation.periods import FIVE_YEARS
from emulation.reports.dashboard import dashboard_of
from emulation.reports.display import Grades, bar_of, paper_text, value_text
from emulation.reports.drafts import draft_of
from emulation.reports.exports import heat_table
from emulation.reports.figures import figures_of
from emulation.reports.machine_figures import machine_rows
from emulation.reports.other_papers import statistics
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
)
from tests.sentences import whole
from units.models import Unit

APPROVED = Report.State.APPROVED
FEW, ON_PAPER = "chưa đủ phiếu", "chưa đủ phiếu để tính (3/4 phiếu)"


@pytest.fixture
def movement(department: Unit, depot: Unit, workshop: Unit, set_today) -> Campaign:
    set_today(date(2021, 1, 20))
    return make_campaign(depot, workshop)


@pytest.fixture
def breaches(movement: Campaign, department: Unit, depot: Unit, workshop: Unit) -> CampaignIndicator:
    """Breaches per strength, of which the workshop has not reported the second quarter."""
    indicator = make_indicator(
        "ratio", "KL_TT", accrual="flow_over_stock", direction="lower", shown_decimals=2, name="Vi phạm kỷ luật",
        unit_of_measure="%",
    )  # fmt: skip
    row = make_campaign_indicator(movement, indicator, is_main=True, is_tile=True)
    make_target(department, row, "0.3", comparator="<=")
    rounds = make_rounds()
    for unit, quarters in ((depot, (1, 2)), (workshop, (1,))):
        for quarter in quarters:
            make_report(unit, rounds[quarter], {indicator: (1, 100)}, state=APPROVED)
    return row


def test_screens_show_that_instead_of_the_number(breaches: CampaignIndicator, department: Unit) -> None:
    page = dashboard_of(department, 2020, "H1")
    (tile,), (line,) = page.tiles, page.areas[0][1]
    assert (tile.value, tile.unit, tile.bar, tile.short, tile.mark.key) == (FEW, "", None, "3/4", "")
    assert (line.value, line.mark.key, line.delta, line.coverage) == (FEW, "", None, "3/4")
    rows = [page.heat.total, *(row for _name, rows in page.heat.groups for row in rows)]
    words = [(row.cells[0][2], row.cells[0][4]) for row in rows]
    assert words == [("", f"{FEW} 3/4"), ("2,00", ""), ("", f"{FEW} 1/2")]
    _heads, exported = heat_table(page.heat)
    assert list(exported)[0][2] == FEW
    assert (page.reached.met, page.reached.missed, page.reached.unjudged) == (0, 0, 1)


def test_quarters_are_whole_each(breaches: CampaignIndicator, department: Unit) -> None:
    """A quarter lacks the unit in both parts, as any ratio does."""
    page = dashboard_of(department, 2020, "Q2")
    assert (page.tiles[0].value, [point.value for point in page.trend.points][-2:]) == ("1,00", ["1,00", "1,00"])


def test_papers_say_how_many_sheets_there_are(breaches: CampaignIndicator, department: Unit) -> None:
    found = draft_of(department, 2020, "H1")
    said = [part.text for part in found.body if not part.level]
    assert f"Tỷ lệ vi phạm kỷ luật thông thường {ON_PAPER}." in said
    assert [text for text in said if not whole(text)] == []
    assert found.annex[-1].cells == ("Vi phạm kỷ luật", "%", "≤\u00a00,3", ON_PAPER, "Chưa kết luận", "–")
    with translation.override("vi"):
        paper = statistics(None, department, "2020-H1")
    assert paper.table.rows[-1].cells[2:] == (ON_PAPER, "2,00", "chưa đủ phiếu để tính (1/2 phiếu)")


def test_five_years_tell_the_part_that_is_known(breaches: CampaignIndicator, department: Unit) -> None:
    found = draft_of(department, 2020, FIVE_YEARS)
    assert found.annex[-1].cells[-1] == "1,00 (quý\u00a0I)"


def test_a_whole_quarter_that_is_missing_is_no_better(
    movement: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    row = make_campaign_indicator(movement, make_indicator("ratio", "AT_KM", accrual="flow_over_stock", scale=1))
    for unit in (depot, workshop):
        make_report(unit, make_rounds()[1], {row.indicator: (100, 10)}, state=APPROVED)
    figures = figures_of([department, depot], 2020, ["Q1", "H1"])
    shown = {(unit, period): value_text(row.indicator, one, Grades()) for (unit, _i, period), one in figures.items()}
    both = (department.pk, depot.pk)
    assert shown == {(unit, "Q1"): "10" for unit in both} | {(unit, "H1"): FEW for unit in both}
    whole_branch = figures[department.pk, row.indicator_id, "H1"]
    assert (bar_of(row.indicator, whole_branch), whole_branch.comparable) == (None, False)
    assert paper_text(row.indicator, whole_branch, Grades()) == "chưa đủ phiếu để tính (2/4 phiếu)"


def test_asked_once_in_the_period_it_is_as_any_ratio(
    movement: Campaign, department: Unit, depot: Unit, workshop: Unit
) -> None:
    row = make_campaign_indicator(movement, make_indicator("ratio", accrual="flow_over_stock"), asked="half")
    make_report(depot, make_rounds()[2], {row.indicator: (1, 100)}, state=APPROVED)
    (figure,) = figures_of([department], 2020, ["H1"]).values()
    assert (figure.skewed, figure.value.value) == (False, Fraction(1))


def test_the_stored_value_stays(breaches: CampaignIndicator, department: Unit) -> None:
    """`manage.py figures` prints what the design defines."""
    (row,) = machine_rows(department, 2020, "H1")
    assert (row["numerator"], row["denominator"], row["value"]) == ("3", "150", "2")
