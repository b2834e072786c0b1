from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from emulation.forms.campaigns import JoinForm
from emulation.models import Campaign, CampaignIndicator
from emulation.reports.joins import join_tasks, joins_of
from emulation.reports.launch import from_above, launch_points
from emulation.services import campaigns, joins
from emulation.services.placements import place_indicator
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_document,
    make_indicator,
    make_membership,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

DAY = date(2020, 1, 8)


@built_once
def movement(department, depot, workshop):
    campaign = make_campaign(department, name="Phong trào", theme="Dân chủ, kỷ cương")
    campaign.documents.add(make_document(department))
    return campaign


def join(campaign, unit, by, on=DAY):
    return joins.join_campaign(campaign, unit, joined_on=on, words="Cam kết", by=by)


def refusal(function, *args, **kwargs):
    with translation.override("en"), pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return " ".join(caught.value.messages)


def test_staff_record_and_the_commander_confirms_once(movement, depot, staff, commander, reviewer):
    row = join(movement, depot, staff)
    for user in (staff, reviewer):
        with pytest.raises(PermissionDenied):
            joins.confirm_join(row, by=user)

    joins.confirm_join(row, by=commander)

    row.refresh_from_db()
    assert (row.state, row.confirmed_by) == ("confirmed", commander)
    assert refusal(joins.confirm_join, row, by=commander) == "The joining has been confirmed already."


def test_joining_twice_too_early_or_from_outside_is_refused(movement, depot, elsewhere, staff, outsider, set_today):
    set_today(date(2020, 2, 1))
    assert "nobody joins before" in refusal(join, movement, depot, staff, date(2019, 12, 31))
    drive = make_campaign(movement.launching_unit, ends=date(2020, 1, 30))
    assert JoinForm(campaign=drive).initial == {"joined_on": date(2020, 1, 30)}
    assert "nobody joins after" in refusal(join, drive, depot, staff, date(2020, 1, 31))
    assert "on its day, not before" in refusal(join, movement, depot, staff, date(2020, 2, 2))
    assert "does not take part" in refusal(join, movement, elsewhere, outsider)
    join(movement, depot, staff)
    assert "has joined this campaign already" in refusal(join, movement, depot, staff)
    closed = make_campaign(movement.launching_unit, state="closed")
    assert "Only a campaign under way" in refusal(join, closed, depot, staff)


def test_who_has_joined_is_counted_for_all_and_named_within_reach(movement, depot, workshop, staff, reviewer):
    join(movement, depot, staff)

    seen, own = joins_of(movement, reviewer), joins_of(movement, staff)

    assert [(row.unit, row.state) for row in seen.rows] == [(workshop, "none"), (depot, "recorded")]
    assert (seen.joined, seen.expected, seen.offers) == (0, 2, [])
    assert [row.unit for row in own.rows] == [depot]
    assert (own.joined, own.expected, own.takes) == (0, 2, [depot])


def test_what_waits_ends_with_joining_and_confirming(movement, depot, staff, commander):
    assert [task.state for task in join_tasks(staff)] == ["none"]
    row = join(movement, depot, staff)
    assert list(join_tasks(staff)) == []
    assert [task.state for task in join_tasks(commander)] == ["recorded"]
    joins.confirm_join(row, by=commander)
    assert list(join_tasks(commander)) == []


def test_what_waits_costs_one_query_for_any_number_of_units(
    movement, depot, workshop, staff, django_assert_num_queries
):
    make_membership(staff, workshop, Role.STAFF)
    join(movement, depot, staff)
    user = type(staff).objects.get(pk=staff.pk)
    assert len(user.active_memberships) == 2
    with django_assert_num_queries(1):
        assert [task.title.split(": ")[1] for task in join_tasks(user)] == [str(movement)]
    movement.joins.all().delete()
    assert len(list(join_tasks(user))) == 2


def test_taking_over_carries_the_movement_on_below_with_own_indicators_and_drives(movement, depot, staff, commander):
    given = make_campaign_indicator(movement, make_indicator())
    assert "Record first" in refusal(joins.take_over, movement, depot, by=staff)
    join(movement, depot, staff)

    own = joins.take_over(movement, depot, by=staff)

    assert (own.parent, own.launching_unit, own.theme, own.state) == (movement, depot, movement.theme, "draft")
    assert list(own.documents.all()) == list(movement.documents.all())
    assert [(scope.unit, scope.with_branch) for scope in own.scopes.all()] == [(depot, True)]
    assert list(from_above(own)) == [given]
    double = CampaignIndicator(campaign=own, indicator=given.indicator)
    assert "already asks" in refusal(place_indicator, double, by=staff, kinds=[])
    place_indicator(CampaignIndicator(campaign=own, indicator=make_indicator()), by=staff, kinds=[])
    drive = Campaign(
        year=2020, parent=own, kind=make_campaign_kind("drive", is_drive=True), name="Đợt", launching_unit=depot,
        starts=date(2020, 4, 1), ends=date(2020, 5, 19),
    )  # fmt: skip
    campaigns.create_campaign(drive, by=staff, documents=[], scope={depot: True})
    campaigns.launch_campaign(own, by=commander, on=DAY, despite=True)
    assert "already" in refusal(joins.take_over, movement, depot, by=staff)


def test_indicators_from_above_suffice_for_a_kind_judged_by_figures(movement, depot, staff):
    movement.kind.needs_indicators = True
    movement.kind.save()
    make_campaign_indicator(movement, make_indicator())
    join(movement, depot, staff)

    own = joins.take_over(movement, depot, by=staff)

    assert {point.key: point.state for point in launch_points(own, own.starts, staff)}["indicators"] == "met"


def test_units_further_down_join_what_their_superior_took_over(movement, depot, staff):
    unit = make_unit(depot)
    user = make_user("below", (unit, Role.STAFF))
    assert list(join_tasks(user)) == []

    own = make_campaign(depot, takes_over=True, parent=movement)

    assert list(Campaign.objects.to_join(unit)) == [own]
    assert [task.state for task in join_tasks(user)] == ["none"]
