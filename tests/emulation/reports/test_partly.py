"""A unit moved in mid-year: its row under each superior shows what counts there, and the rows add up to the whole."""

from __future__ import annotations

from typing import Any

import pytest

from emulation.consolidation import Parts
from emulation.models import Report
from emulation.periods import QUARTERS
from emulation.reports.dashboard import Dashboard, dashboard_of
from emulation.reports.display import Grades, Links, Page
from emulation.reports.explain import Explained, explain
from emulation.reports.figures import Reading, Wanted, rule_of
from emulation.reports.other_papers import statistics
from emulation.reports.partly import partly_below
from emulation.reports.parts import combined, contributions
from emulation.reports.progress import subordinates
from emulation.services.rounds import set_up_rounds
from emulation.services.summaries import differences, rebuild
from tests.emulation.services.test_moved_goals import AUGUST, Branch
from tests.emulation.services.test_summaries import INDICATORS
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_result, make_unit, make_user
from units.models import Role, Unit
from units.services import move_unit

pytestmark = pytest.mark.django_db


def heat_rows(page: Dashboard) -> list[tuple[str, str, str]]:
    """Name, note and value of each subordinate's row."""
    assert page.heat is not None
    return [(row.name, row.note, row.values[0][0]) for _name, rows in page.heat.groups for row in rows]


def part_rows(page: Explained) -> list[tuple[str, str, str]]:
    return [(row.name, row.note, row.value) for row in page.rows]


def branch_moved(**fields: str) -> Branch:
    branch = Branch("4", **fields)
    branch.row.is_main = True
    branch.row.save()
    branch.move()
    return branch


def test_row_under_each_superior_shows_what_counts_there() -> None:
    branch = branch_moved()
    old, new = (dashboard_of(unit, 2020, "9M") for unit in (branch.old, branch.new))
    assert heat_rows(old) == [
        (branch.units[1].name, "", "3"), (branch.moved.name, "đến 14/08/2020", "2")
    ]  # fmt: skip
    assert heat_rows(new) == [
        (branch.units[2].name, "", "3"), (branch.moved.name, "từ 15/08/2020", "1")
    ]  # fmt: skip
    assert [page.heat.total.values for page in (old, new) if page.heat] == [[("5", "5")], [("4", "4")]]


def test_row_for_a_part_of_the_period_is_not_judged_and_opens_the_parts() -> None:
    branch = branch_moved()
    page = dashboard_of(branch.new, 2020, "9M")
    assert page.heat is not None
    (_css, url, _value, icon, word) = page.heat.groups[0][1][1].cells[0]
    assert (icon, word) == ("", "")
    assert url == page.links.figure(branch.new.pk, branch.indicator)


def test_figure_page_says_until_when_the_unit_counted() -> None:
    branch = branch_moved()
    page = explain(branch.old, branch.indicator, 2020, "9M")
    note = "đến 14/08/2020; chỉ thuộc đơn vị này trong quý I, II"
    assert part_rows(page)[1:] == [(branch.units[1].name, "", "3"), (branch.moved.name, note, "2")]
    assert page.unjudged_why == ""


def test_figure_page_says_why_a_limit_that_is_not_divided_is_not_judged() -> None:
    branch = branch_moved(comparator="<=")
    page = explain(branch.old, branch.indicator, 2020, "9M")
    assert (page.target, page.mark.key) == ("", "")
    assert page.unjudged_why.startswith("Chưa đánh giá: có đơn vị chuyển đến, chuyển đi trong kỳ")
    assert explain(branch.head, branch.indicator, 2020, "9M").unjudged_why.startswith(
        "Chưa kết luận khi chưa đủ phiếu"
    )


def test_printed_statistics_have_the_unit_under_both() -> None:
    branch = branch_moved()
    papers = [statistics(make_user(""), unit, "2020-9M") for unit in (branch.old, branch.new)]
    found = [([column.text for column in p.table.columns][2:], p.table.rows[-1].cells[2:]) for p in papers if p]
    moved = branch.moved.short
    assert found == [
        (["Toàn đơn vị", branch.units[1].short, f"{moved} (đến 14/08/2020)"], ("5 (5/8)", "3", "2")),
        (["Toàn đơn vị", branch.units[2].short, f"{moved} (từ 15/08/2020)"], ("4 (4/7)", "3", "1")),
    ]


SAMPLE = {"score": "8", "ratio": (2, 3), "grade": "good", "checklist": [True, False, True]}


@pytest.mark.parametrize("asked", ["quarter", "half"])
@pytest.mark.parametrize("fields", INDICATORS, ids=lambda fields: "-".join(map(str, fields.values())))
def test_rows_add_up_in_every_period(fields: dict[str, Any], asked: str) -> None:
    """A single unit and one with subordinates go from A to B, below which nobody is asked by the old campaign."""
    head = make_unit(code="H")
    old, new = make_unit(head, "A"), make_unit(head, "B")
    inner = make_unit(old, "C")
    single = [make_unit(parent, f"{parent.code}1") for parent in (old, new, inner)]
    indicator = make_indicator(**fields)
    make_campaign_indicator(make_campaign(old), indicator, asked=asked, comparator=">=")
    set_up_rounds(2020)
    for report in Report.objects.filter(unit__in=[*single, old, inner]):
        make_result(report, indicator, SAMPLE.get(indicator.measure, 3))
    Report.objects.exclude(unit=single[0]).update(state=Report.State.APPROVED)
    rebuild(2020)
    by = make_user("", (head, Role.ADMINISTRATOR))
    for unit in (inner, single[0]):
        move_unit(Unit.objects.get(pk=unit.pk), parent=new, effective=AUGUST, by=by, decision="12/QĐ")
    assert differences(2020)[1] == []
    for unit in (head, old, new):
        for period in QUARTERS:
            page = page_of(unit, period)
            figure = page.figure(indicator)
            rows = contributions(page, indicator)
            found = combined(rule_of(indicator), rows)
            expected = figure.parts if figure else Parts()
            assert (found.reported, found.expected) == (expected.reported, expected.expected), (unit.code, period)
            assert (found.numerator, found.denominator) == (expected.numerator, expected.denominator)
            below = [
                page.figure_below(indicator, row.unit_id) for row in subordinates(page.reading, unit, 2020, period)
            ]
            own = page.reading.alone(unit.pk, indicator.pk, 2020, period)
            known = [figure for figure in (own, *below) if figure is not None]
            assert sum(row.reported for row in known) == expected.reported, (unit.code, period)
            assert sum(row.parts.numerator for row in known) == expected.numerator


def page_of(unit: Unit, period: str) -> Page:
    reading = Reading.of_branch(unit, 2020, [], handed_in=True)
    reading.load_plans(reading.years)
    quarters = tuple(f"Q{quarter}" for quarter in QUARTERS[period])
    below = subordinates(reading, unit, 2020, period)
    assert set(partly_below(reading, unit.pk, below, 2020, period)) <= {row.unit_id for row in below}
    units = (unit.pk, *(row.unit_id for row in below))
    reading.load(Wanted(units, 2020, (period, *quarters)), Wanted((unit.pk,), 2020, quarters, alone=True))
    return Page(unit, 2020, period, reading, Grades(), Links(2020, period, True), list(reading.indicators.values()))
