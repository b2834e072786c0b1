from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from emulation.models import Campaign, CampaignIndicator, Report, Round, Summary, Target, TargetChange
from emulation.services import campaigns
from emulation.services.placements import place_indicator
from tests.factories import (
    make_activity,
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_drive,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit_kind,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


def draft(department, **fields):
    defaults = {
        "year": 2020, "kind": make_campaign_kind(), "name": "Phong trào", "launching_unit": department,
        "starts": date(2020, 1, 1), "ends": date(2020, 12, 31),
    }  # fmt: skip
    return Campaign(**defaults | fields)


def refusal(function, *args, **kwargs) -> str:
    with translation.override("en"), pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return " ".join(caught.value.messages)


# ── writing ───────────────────────────────────────────────────────────────


def test_create_campaign_saves_a_draft_with_its_scope(department, depot, planner):
    campaign = campaigns.create_campaign(
        draft(department, state="launched"), by=planner, documents=[], scope={department: True, depot: False}
    )

    campaign.refresh_from_db()
    assert (campaign.state, campaign.launched_on) == ("draft", None)
    assert dict(campaign.scopes.values_list("unit__code", "with_branch")) == {"CKT": True, "K1": False}


def test_create_campaign_needs_staff_of_the_launching_unit(department, chief, staff):
    for user in (chief, staff):
        with pytest.raises(PermissionDenied):
            campaigns.create_campaign(draft(department), by=user, documents=[], scope={})


def test_movement_of_a_year_is_not_for_units_further_down(depot, staff):
    message = refusal(campaigns.create_campaign, draft(depot), by=staff, documents=[], scope={depot: True})

    assert message == "The year's movement is launched by the unit at the top or one directly below it."
    assert not Campaign.objects.exists()


def test_create_campaign_refuses_units_of_others(department, elsewhere, planner):
    message = refusal(campaigns.create_campaign, draft(department), by=planner, documents=[], scope={elsewhere: True})

    assert message == "Unit CHC does not belong to Unit CKT, which launches the campaign."


def test_create_campaign_refuses_dates_outside_the_one_above(department, planner):
    parent = make_campaign(department, starts=date(2020, 2, 1), ends=date(2020, 11, 30))

    with pytest.raises(Refused) as caught:
        campaigns.create_campaign(
            draft(department, parent=parent, starts=date(2020, 1, 31)), by=planner, documents=[], scope={}
        )

    assert caught.value.field == "starts"


def test_update_campaign_refuses_dates_that_leave_a_campaign_below_outside(department, planner):
    movement = make_campaign(department)
    make_campaign(department, ends=date(2020, 11, 30))
    movement.ends = date(2020, 10, 31)

    with pytest.raises(Refused) as caught:
        campaigns.update_campaign(movement, by=planner, documents=[], scope={department: True})

    assert caught.value.field == "ends"


def test_update_campaign_that_is_closed_is_refused(department, planner):
    campaign = make_campaign(department, state="closed")

    message = refusal(campaigns.update_campaign, campaign, by=planner, documents=[], scope={department: True})

    assert message == "The campaign is closed; it can no longer be changed."


def test_update_campaign_with_a_smaller_scope_takes_untouched_sheets_and_figures_away(
    department, depot, workshop, planner
):
    campaign = make_campaign(department)
    row = make_campaign_indicator(campaign, make_indicator())
    make_rounds()
    assert Summary.objects.get(unit=department, period="Q1", indicator=row.indicator).expected == 3

    campaigns.update_campaign(campaign, by=planner, documents=[], scope={depot: True})

    assert Summary.objects.get(unit=department, period="Q1", indicator=row.indicator).expected == 1
    assert set(Report.objects.values_list("unit__code", flat=True)) == {"K1"}


def test_update_campaign_keeps_a_sheet_on_which_something_stands(department, depot, workshop, planner):
    campaign = make_campaign(department)
    row = make_campaign_indicator(campaign, make_indicator())
    rounds = make_rounds()
    make_report(workshop, rounds[1], {row.indicator: 5}, state="approved")

    campaigns.update_campaign(campaign, by=planner, documents=[], scope={depot: True})

    assert Report.objects.filter(unit=workshop).count() == 1
    summary = Summary.objects.get(unit=department, period="Q1", indicator=row.indicator)
    assert (summary.reported, summary.expected) == (1, 2)


def test_update_campaign_does_not_turn_a_movement_with_indicators_into_a_drive(department, planner):
    campaign = make_campaign(department)
    make_campaign_indicator(campaign, make_indicator())
    campaign.kind = make_campaign_kind("drive", is_drive=True)

    with pytest.raises(Refused) as caught:
        campaigns.update_campaign(campaign, by=planner, documents=[], scope={department: True})

    assert caught.value.field == "kind"


def test_delete_campaign_takes_a_draft_with_its_indicators(department, planner):
    campaign = make_campaign(department, state="draft", launched_on=None)
    make_campaign_indicator(campaign, make_indicator())

    campaigns.delete_campaign(campaign, by=planner)

    assert Campaign.objects.count() == 0


def test_delete_campaign_with_targets_is_refused(department, depot, planner):
    campaign = make_campaign(department, state="draft", launched_on=None)
    make_target(depot, make_campaign_indicator(campaign, make_indicator(name="Sáng kiến")), 5)

    assert (
        refusal(campaigns.delete_campaign, campaign, by=planner)
        == "“Sáng kiến” cannot be removed. Targets that refer to it: 1."
    )


def test_delete_campaign_takes_what_was_only_assigned_with_it(department, depot, planner):
    row = make_campaign_indicator(make_campaign(department), make_indicator())
    drive = make_campaign(
        department, kind=make_campaign_kind("drive", is_drive=True), state="draft", launched_on=None
    )
    own = make_campaign_indicator(drive, make_indicator("count", "OWN"))
    for target in (make_target(depot, own, None, assigned=5), make_target(depot, row, None, assigned=5, drive=drive)):
        TargetChange.objects.create(target=target, field="assigned", after="5", by=planner, at=timezone.now())

    campaigns.delete_campaign(drive, by=planner)

    assert (Campaign.objects.count(), Target.objects.count()) == (1, 0)


def test_delete_campaign_that_others_name_is_refused(department, depot, planner):
    row = make_campaign_indicator(make_campaign(department), make_indicator())
    drive = make_campaign(
        department, kind=make_campaign_kind("drive", is_drive=True), state="draft", launched_on=None
    )
    make_target(depot, row, 5, drive=drive)
    assert (
        refusal(campaigns.delete_campaign, drive, by=planner)
        == "The draft cannot be deleted: 1 entry names it (target)."
    )
    Target.objects.all().delete()
    make_activity(depot, campaign=drive)

    assert (
        refusal(campaigns.delete_campaign, drive, by=planner)
        == "The draft cannot be deleted: 1 entry names it (activity)."
    )


def test_delete_campaign_that_was_launched_is_refused(department, planner):
    message = refusal(campaigns.delete_campaign, make_campaign(department), by=planner)

    assert message == "A launched campaign is kept and cannot be deleted; close it instead."


# ── its life ──────────────────────────────────────────────────────────────


def test_launch_campaign_makes_the_sheets_of_everybody_asked(department, depot, workshop, chief):
    campaign = make_campaign(department, state="draft", launched_on=None)
    row = make_campaign_indicator(campaign, make_indicator(), kinds=[make_unit_kind("depot")])
    make_rounds()
    assert Report.objects.count() == 0

    campaigns.launch_campaign(campaign, by=chief, on=date(2020, 1, 6), despite=True)

    campaign.refresh_from_db()
    assert (campaign.state, campaign.launched_on) == ("launched", date(2020, 1, 6))
    assert list(Report.objects.values_list("unit__code", flat=True)) == ["K1"] * 4
    assert Summary.objects.get(unit=department, period="Y", indicator=row.indicator).expected == 4


def test_launch_campaign_is_the_commanders(department, planner):
    campaign = make_campaign(department, state="draft", launched_on=None)

    with pytest.raises(PermissionDenied):
        campaigns.launch_campaign(campaign, by=planner, on=date(2020, 1, 6), despite=True)


def test_launch_campaign_before_its_day_is_refused(department, chief, set_today):
    set_today(date(2020, 1, 5))
    campaign = make_campaign(department, state="draft", launched_on=None)

    with pytest.raises(Refused) as caught:
        campaigns.launch_campaign(campaign, by=chief, on=date(2020, 1, 6), despite=True)

    assert caught.value.field == "on"


def test_launch_campaign_below_a_draft_or_twice_or_without_units_is_refused(department, chief):
    movement = make_campaign(department, name="Gốc", state="draft", launched_on=None)
    below = make_campaign(department, state="draft", launched_on=None)
    movement.scopes.all().delete()

    def launch(campaign):
        return refusal(campaigns.launch_campaign, campaign, by=chief, on=date(2020, 1, 6), despite=True)

    assert launch(below) == "Launch “Gốc” first, of which it is part."
    assert launch(movement) == "Say first which units take part."
    Campaign.objects.filter(pk=movement.pk).update(state="launched", launched_on=date(2020, 1, 6))
    assert launch(movement) == "The campaign was launched on 06/01/2020."


def test_launch_of_a_drive_with_indicators_sets_up_its_round(department, depot, chief):
    make_campaign(department)
    drive = make_drive(department, state="draft", launched_on=None, ends=date(2020, 6, 30))
    row = make_campaign_indicator(drive, make_indicator(), kinds=[make_unit_kind("depot")])

    campaigns.launch_campaign(drive, by=chief, on=date(2020, 4, 1), despite=True)

    round_ = Round.objects.get(drive=drive)
    assert (round_.opens, round_.due, round_.closes) == (date(2020, 6, 21), date(2020, 7, 10), None)
    assert [report.unit for report in round_.reports.all()] == [depot]
    assert Summary.objects.get(unit=department, drive=drive, indicator=row.indicator).expected == 1


def test_a_drive_that_ends_later_moves_its_round(department, depot, planner):
    make_campaign(department)
    drive = make_drive(department, ends=date(2020, 5, 19))
    place_indicator(
        CampaignIndicator(campaign=drive, indicator=make_indicator()), by=planner, kinds=[make_unit_kind("depot")]
    )
    assert Round.objects.get(drive=drive).due == date(2020, 5, 29)

    drive.ends = date(2020, 6, 30)
    campaigns.update_campaign(drive, by=planner, documents=[], scope={department: True})

    assert Round.objects.get(drive=drive).due == date(2020, 7, 10)


def test_advance_campaign_goes_forward_only(department, chief):
    campaign = make_campaign(department)

    campaigns.advance_campaign(campaign, by=chief, state="final")

    campaign.refresh_from_db()
    assert campaign.state == "final"
    assert campaigns.next_states(campaign) == ["closed"]
    with pytest.raises(Refused):
        campaigns.advance_campaign(campaign, by=chief, state="preliminary")


def test_advance_campaign_closes_what_is_below_first(department, chief):
    movement = make_campaign(department)
    below = make_campaign(department, name="Cuộc vận động 50")

    assert (
        refusal(campaigns.advance_campaign, movement, by=chief, state="closed")
        == "Close “Cuộc vận động 50” first, which is part of it."
    )
    campaigns.advance_campaign(below, by=chief, state="closed")
    campaigns.advance_campaign(movement, by=chief, state="closed")
    movement.refresh_from_db()
    assert movement.state == "closed"


def test_update_campaign_to_a_scope_that_another_campaign_asks_is_refused(department, depot, workshop, planner):
    indicator = make_indicator()
    make_campaign_indicator(make_campaign(depot, launching_unit=department), indicator)
    other = make_campaign(workshop, launching_unit=department)
    make_campaign_indicator(other, indicator)

    with pytest.raises(Refused):
        campaigns.update_campaign(other, by=planner, documents=[], scope={department: True})

    assert [scope.unit for scope in other.scopes.all()] == [workshop]


def test_nothing_is_added_to_nor_launched_below_a_campaign_closed_meanwhile(department, planner, chief):
    movement = make_campaign(department, name="Gốc")
    below = make_campaign(department, state="draft", launched_on=None)
    kind, read = make_campaign_kind(), Campaign.objects.get(pk=movement.pk)
    campaigns.advance_campaign(movement, by=chief, state="closed")

    def create():
        own = draft(department, parent=read, kind=kind)
        campaigns.create_campaign(own, by=planner, documents=[], scope={department: True})

    below.parent = read
    for act in (create, lambda: campaigns.launch_campaign(below, by=chief, on=date(2020, 1, 6), despite=True)):
        assert refusal(act) == "“Gốc” is closed; nothing can be added to it."
    assert list(Campaign.objects.values_list("state", flat=True).order_by("pk")) == ["closed", "draft"]
