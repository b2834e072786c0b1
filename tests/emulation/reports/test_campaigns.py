from datetime import date

import pytest

from emulation.models import Campaign
from emulation.reports.campaigns import bar_of, campaign_page, consequences, year_tree
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_drive,
    make_indicator,
    make_report,
    make_rounds,
    make_unit_kind,
)


@pytest.mark.parametrize(
    ("starts", "ends", "x", "width"),
    [
        (date(2020, 1, 1), date(2020, 12, 31), "0.00", "100.00"),
        (date(2021, 7, 2), date(2021, 12, 31), "49.86", "50.14"),
        (date(2020, 3, 1), date(2020, 3, 1), "16.39", "0.55"),
    ],
)
def test_bar_lies_at_its_days_of_the_year(starts, ends, x, width):
    bar = bar_of(Campaign(year=starts.year, starts=starts, ends=ends, parent_id=1, state="launched"))

    assert (bar.x, bar.width, bar.css) == (x, width, "")


@pytest.mark.parametrize(
    ("parent", "state", "css"),
    [(None, "launched", "root"), (None, "closed", "root"), (None, "draft", "plan"), (1, "draft", "plan"),
     (1, "launched", ""), (1, "preliminary", ""), (1, "final", "done"), (1, "closed", "done")],
)  # fmt: skip
def test_bar_looks_like_its_state(parent, state, css):
    campaign = Campaign(year=2020, starts=date(2020, 1, 1), ends=date(2020, 12, 31), parent_id=parent, state=state)

    assert bar_of(campaign).css == css


def test_year_tree_groups_by_kind_and_names_drafts(department, set_today):
    set_today(date(2020, 7, 1))
    movement = make_campaign(department)
    model = make_campaign(department, kind=make_campaign_kind("model", order=6), state="draft", launched_on=None)
    drive = make_drive(department)

    tree = year_tree(Campaign.objects.all(), 2020)

    assert tree.root.campaign == movement
    assert [(group.kind.code, [row.campaign for row in group.rows]) for group in tree.groups] == [
        ("drive", [drive]), ("model", [model]),
    ]  # fmt: skip
    assert (tree.drafts, tree.today) == ([model], "49.73")


def test_year_tree_of_another_year_has_no_line_of_today(department, set_today):
    set_today(date(2021, 7, 1))
    make_campaign(department)

    assert year_tree(Campaign.objects.all(), 2020).today == ""


def test_campaign_page_counts_who_is_asked(department, depot, workshop):
    campaign = make_campaign(department)
    make_campaign_indicator(campaign, make_indicator(), kinds=[make_unit_kind("depot")], points=2)
    make_campaign_indicator(campaign, make_indicator(), points=3)

    page = campaign_page(campaign, Campaign.objects.none())

    assert [row.units for group in page.groups for row in group.rows] == [1, 3]
    assert (page.indicators, page.units, page.points) == (2, 3, "5")


def test_consequences_count_sheets_and_those_handed_in(department, depot):
    campaign = make_campaign(department)
    row = make_campaign_indicator(campaign, make_indicator(), kinds=[make_unit_kind("depot")])
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: 3}, state="approved")

    assert " 4 " in consequences(campaign)
    assert " 1 " in consequences(campaign)
    assert consequences(Campaign(state="draft")) == ""
