"""Indicators placed in campaigns: what they ask of whom, at once and nobody twice."""

import pytest
from django.utils import translation

from emulation.models import Campaign, CampaignIndicator, Report, Summary
from emulation.services import campaigns
from emulation.services.placements import change_indicator, place_indicator, remove_indicator
from emulation.services.summaries import differences
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
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


def refusal(function, *args, **kwargs) -> str:
    with translation.override("en"), pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return " ".join(caught.value.messages)


def test_place_indicator_in_a_campaign_under_way_is_expected_at_once(department, depot, workshop, planner):
    campaign = make_campaign(department)
    make_rounds()

    row = place_indicator(
        CampaignIndicator(campaign=campaign, indicator=make_indicator(), asked="half"),
        by=planner,
        kinds=[make_unit_kind("depot"), make_unit_kind("workshop")],
    )

    assert set(Report.objects.values_list("unit__code", "round__quarter")) == {
        ("K1", 2), ("K1", 4), ("X1", 2), ("X1", 4),
    }  # fmt: skip
    assert Summary.objects.get(unit=department, period="Y", indicator=row.indicator).expected == 4


def test_place_indicator_leaves_an_approved_sheet_approved_with_a_missing_cell(department, depot, planner):
    campaign = make_campaign(department)
    first = make_campaign_indicator(campaign, make_indicator(), kinds=[make_unit_kind("depot")])
    rounds = make_rounds()
    report = make_report(depot, rounds[1], {first.indicator: 5}, state="approved")

    row = place_indicator(
        CampaignIndicator(campaign=campaign, indicator=make_indicator()), by=planner, kinds=[make_unit_kind("depot")]
    )

    report.refresh_from_db()
    assert report.state == "approved"
    summary = Summary.objects.get(unit=department, period="Q1", indicator=row.indicator)
    assert (summary.reported, summary.expected) == (0, 1)


def test_place_indicator_that_another_campaign_asks_of_the_unit_is_refused(department, depot, workshop, planner):
    indicator = make_indicator(name="Quân số khỏe")
    make_campaign_indicator(make_campaign(department, name="Phong trào năm"), indicator)
    other = make_campaign(depot, name="Ngành Hậu cần", launching_unit=department)

    message = refusal(place_indicator, CampaignIndicator(campaign=other, indicator=indicator), by=planner, kinds=[])

    assert message == "“Phong trào năm” already asks Unit K1 for “Quân số khỏe” in 2020."


def test_place_indicator_for_other_kinds_or_another_branch_is_allowed(department, depot, workshop, planner):
    indicator = make_indicator()
    make_campaign_indicator(make_campaign(department), indicator, kinds=[make_unit_kind("depot")])
    other = make_campaign(department)

    row = place_indicator(
        CampaignIndicator(campaign=other, indicator=indicator), by=planner, kinds=[make_unit_kind("workshop")]
    )

    assert row.pk is not None


def test_change_indicator_to_kinds_that_another_campaign_asks_is_refused(department, depot, workshop, planner):
    indicator = make_indicator()
    make_campaign_indicator(make_campaign(department), indicator, kinds=[make_unit_kind("depot")])
    row = make_campaign_indicator(make_campaign(department), indicator, kinds=[make_unit_kind("workshop")])

    with pytest.raises(Refused):
        change_indicator(row, by=planner, kinds=[make_unit_kind("workshop"), make_unit_kind("depot")])

    assert [kind.code for kind in row.kinds.all()] == ["workshop"]


def test_place_indicator_that_is_retired_is_refused(department, planner):
    row = CampaignIndicator(campaign=make_campaign(department), indicator=make_indicator(retired=True))

    with pytest.raises(Refused) as caught:
        place_indicator(row, by=planner, kinds=[])

    assert caught.value.field == "indicator"


def test_change_indicator_to_year_end_takes_the_other_rounds_away(department, depot, planner):
    row = make_campaign_indicator(make_campaign(department), make_indicator(), kinds=[make_unit_kind("depot")])
    make_rounds()
    row.asked = "year"

    change_indicator(row, by=planner, kinds=[make_unit_kind("depot")])

    assert list(Report.objects.values_list("round__quarter", flat=True)) == [4]
    assert Summary.objects.get(unit=department, period="Y", indicator=row.indicator).expected == 1


def test_remove_indicator_takes_its_sheets_and_figures_away(department, depot, planner):
    row = make_campaign_indicator(make_campaign(department), make_indicator(), kinds=[make_unit_kind("depot")])
    make_rounds()

    remove_indicator(row, by=planner)

    assert (CampaignIndicator.objects.count(), Report.objects.count(), Summary.objects.count()) == (0, 0, 0)


def test_remove_indicator_with_figures_is_refused_with_their_number(department, depot, planner):
    row = make_campaign_indicator(make_campaign(department), make_indicator(name="Sáng kiến"))
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: 5})

    assert (
        refusal(remove_indicator, row, by=planner)
        == "“Sáng kiến” cannot be removed. Figures of this year on sheets: 1."
    )


def stale_draft(department, drive=True):
    """A draft with an indicator, both as a page of staff has read them, launched by the commander since."""
    make_campaign(department)
    campaign = (make_drive if drive else make_campaign)(department, state="draft", launched_on=None)
    placed = make_campaign_indicator(campaign, make_indicator(), kinds=[make_unit_kind("depot")])
    read = CampaignIndicator.objects.select_related("campaign__launching_unit", "campaign__kind", "indicator")
    row = read.get(pk=placed.pk)
    boss = make_user("boss", (department, Role.COMMANDER))
    campaigns.launch_campaign(Campaign.objects.get(pk=campaign.pk), by=boss, on=campaign.starts, despite=True)
    assert row.campaign.state == "draft"
    return row


def test_place_indicator_in_a_draft_launched_meanwhile_brings_the_figures_along(department, depot, planner):
    read = stale_draft(department)
    row = CampaignIndicator(campaign=read.campaign, indicator=make_indicator("amount"))

    place_indicator(row, by=planner, kinds=[make_unit_kind("depot")])

    drive = Campaign.objects.get(pk=read.campaign_id)
    assert differences(2020, drive)[1] == []
    assert Summary.objects.get(unit=department, drive=drive, indicator=row.indicator).expected == 1


def test_change_indicator_of_a_draft_launched_meanwhile_brings_the_figures_along(
    department, depot, workshop, planner
):
    row = stale_draft(department)

    change_indicator(row, by=planner, kinds=[make_unit_kind("depot"), make_unit_kind("workshop")])

    drive = Campaign.objects.get(pk=row.campaign_id)
    assert differences(2020, drive)[1] == []
    assert Summary.objects.get(unit=department, drive=drive, indicator=row.indicator).expected == 2


def test_change_indicator_that_was_removed_meanwhile_does_not_bring_it_back(department, depot, planner):
    row = make_campaign_indicator(make_campaign(department), make_indicator())
    read = CampaignIndicator.objects.get(pk=row.pk)
    remove_indicator(row, by=planner)

    assert refusal(change_indicator, read, by=planner, kinds=[]) == (
        "The campaign no longer asks for this indicator."
    )
    assert CampaignIndicator.objects.count() == 0


def test_remove_indicator_of_a_draft_launched_meanwhile_keeps_targets_and_figures(department, depot, planner):
    row = stale_draft(department, drive=False)
    target = make_target(depot, row, assigned=5, agreed=None)
    assert "Targets that refer to it: 1." in refusal(remove_indicator, row, by=planner)
    target.delete()
    make_report(depot, make_rounds()[1], {row.indicator: 5})
    row.campaign.state = "draft"  # as it was read

    assert "Figures of this year on sheets: 1." in refusal(remove_indicator, row, by=planner)
    assert CampaignIndicator.objects.count() == 1
