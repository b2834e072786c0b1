"""What the tables of campaigns refuse."""

from datetime import date

import pytest
from django.utils import timezone, translation

from emulation.models import Campaign, CampaignIndicator, CampaignJoin, CampaignScope
from tests.constraints import assert_refused
from tests.factories import make_campaign, make_campaign_indicator, make_campaign_kind, make_indicator, make_join
from units.models import Unit


def campaign(unit: Unit, **fields: object) -> Campaign:
    defaults = {
        "year": 2020, "kind": make_campaign_kind(), "name": "New", "launching_unit": unit,
        "starts": date(2020, 1, 1), "ends": date(2020, 12, 31),
    }  # fmt: skip
    return Campaign(**defaults | fields)


def test_year_has_one_movement(region: Unit) -> None:
    make_campaign(region)
    assert_refused(campaign(region), "campaign_one_tree_a_year")


def test_campaign_does_not_end_before_it_begins(region: Unit) -> None:
    assert_refused(campaign(region, ends=date(2019, 12, 31)), "campaign_ends_after_start")


def test_campaign_under_way_has_its_day_of_launch(region: Unit) -> None:
    assert_refused(campaign(region, state=Campaign.State.LAUNCHED), "campaign_launch_date_with_state")


def test_draft_has_no_day_of_launch(region: Unit) -> None:
    assert_refused(campaign(region, launched_on=date(2020, 1, 1)), "campaign_launch_date_with_state")


def test_unit_takes_part_once(region: Unit) -> None:
    movement = make_campaign(region)
    assert_refused(CampaignScope(campaign=movement, unit=region), "campaign_scope_unit_once")


def test_campaign_asks_for_an_indicator_once(region: Unit) -> None:
    row = make_campaign_indicator(make_campaign(region), make_indicator())
    again = CampaignIndicator(campaign=row.campaign, indicator=row.indicator)
    assert_refused(again, "campaign_indicator_once")


def test_plausible_range_ends_above_its_beginning(region: Unit) -> None:
    row = CampaignIndicator(campaign=make_campaign(region), indicator=make_indicator(), range_min=5, range_max=4)
    assert_refused(row, "campaign_indicator_range")


def test_a_campaign_is_taken_over_once_and_only_from_above(department, depot):
    movement = make_campaign(department)
    make_campaign(depot, takes_over=True)
    columns = {"year": 2020, "kind": movement.kind, "name": "X", "launching_unit": depot, "takes_over": True,
               "starts": movement.starts, "ends": movement.ends}  # fmt: skip

    assert_refused(Campaign(parent=movement, **columns), "campaign_taken_over_once")
    assert_refused(Campaign(**columns | {"year": 2021}), "campaign_takes_over_one_above")


def test_a_unit_joins_once_and_a_confirmed_joining_says_who_and_when(department, depot, staff):
    movement = make_campaign(department)
    make_join(movement, depot, staff)
    columns = {"campaign": movement, "joined_on": movement.starts, "by": staff, "at": timezone.now()}

    assert_refused(CampaignJoin(unit=depot, **columns), "campaign_joined_once")
    assert_refused(CampaignJoin(unit=department, confirmed_by=staff, **columns), "campaign_join_confirmed_by_and_at")


@pytest.mark.parametrize(
    ("language", "name_en", "said"),
    [("vi", "Attendance", "Quân số"), ("en", "Attendance", "Attendance"), ("en", "", "Quân số")],
)
def test_the_years_own_name_is_vietnamese_and_gives_way_in_english(department, language, name_en, said):
    indicator = make_indicator("ratio", "HL_QS", name="Quân số tham gia huấn luyện", name_en=name_en)
    row = make_campaign_indicator(make_campaign(department), indicator, name="Quân số")
    with translation.override(language):
        assert row.label == said
