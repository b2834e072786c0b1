from datetime import date

import pytest

from emulation.models import Campaign
from emulation.readiness import MISSING
from emulation.reports.launch import launch_points, participants
from emulation.services import campaigns
from emulation.services.attachments import remove
from tests.factories import (
    make_attachment,
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_document,
    make_drive,
    make_indicator,
    make_target,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

DAY = date(2020, 1, 6)


@built_once
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


def draft(unit, **fields):
    return make_campaign(unit, state="draft", launched_on=None, **fields)


def test_participants_are_those_named_or_directly_below(department, depot, workshop, region):
    assert set(participants(make_campaign(department))) == {depot, workshop}
    assert set(participants(make_campaign(depot, launching_unit=department))) == {depot}
    alone = make_campaign(department)
    alone.scopes.update(with_branch=False)
    assert set(participants(alone)) == set()


def test_points_count_what_the_draft_has(department, depot, workshop, chief):
    campaign = draft(department, theme="Đoàn kết", leader="Đại tá A")
    row = make_campaign_indicator(campaign, make_indicator())
    make_target(depot, row, 5)
    campaign.documents.add(make_document(department))

    states = {point.key: (point.state, point.words) for point in launch_points(campaign, campaign.starts, chief)}

    assert states["targets"][0] == "advice"
    assert states["targets"][1].split()[:3] in (["1", "of", "2"], ["1/2", "đơn", "vị"])
    assert {key for key, (state, _words) in states.items() if state != "met"} == {"targets", "files", "officers"}


@pytest.mark.parametrize(
    ("direction", "comparator", "wrong"),
    [
        ("lower", ">=", True), ("lower", ">", True), ("lower", "=", False), ("lower", "<=", False),
        ("higher", "<", True), ("higher", "<=", True), ("higher", "=", False), ("higher", ">", False),
        ("exact", ">=", False), ("exact", "<=", False),
    ],
)  # fmt: skip
def test_a_comparator_against_the_direction_is_among_the_points(department, chief, direction, comparator, wrong):
    campaign = draft(department)
    indicator = make_indicator(name="Vi phạm", direction=direction)
    row = make_campaign_indicator(campaign, indicator, comparator=comparator)

    points = launch_points(campaign, campaign.starts, chief)

    found = [point.words for point in points if point.key == "comparators"]
    assert [f"Vi phạm ({row.get_comparator_display()})" in words for words in found] == [True] * wrong


def test_a_launch_with_something_missing_is_refused_whatever_was_read(department, chief):
    kind = make_campaign_kind("figures", needs_indicators=True)
    campaign = draft(department, kind=kind, content="")

    with pytest.raises(Refused) as caught:
        campaigns.launch_campaign(campaign, by=chief, on=DAY, despite=True)

    wanted = [point.words for point in launch_points(campaign, DAY, chief) if point.state == MISSING]
    assert len(wanted) == 2
    assert caught.value.messages == wanted
    assert Campaign.objects.get().state == "draft"


def test_open_points_have_to_be_read_before_the_launch(department, chief):
    campaign = draft(department)

    with pytest.raises(Refused) as caught:
        campaigns.launch_campaign(campaign, by=chief, on=DAY)
    campaigns.launch_campaign(campaign, by=chief, on=DAY, despite=True)

    assert caught.value.field == "despite"
    assert Campaign.objects.get().state == "launched"


def points_of(campaign, reader):
    found = {point.key: point for point in launch_points(campaign, campaign.starts, reader)}
    return found["documents"], found["files"]


def test_papers_of_cited_documents_count_and_old_documents_carry_no_launch(department, chief):
    planner = make_user("planner", (department, Role.STAFF))
    campaign = draft(department)
    old = make_document(department, issued_on=date(2019, 9, 30))
    make_attachment(old, planner)
    campaign.documents.add(old)
    documents, files = points_of(campaign, chief)
    assert (documents.state, files.state) == ("advice", "advice")
    assert documents.words == ("Chỉ có văn bản của các năm trước; cần bổ sung chỉ thị hoặc kế hoạch của năm 2020.")

    new = make_document(department, issued_on=date(2019, 10, 1))
    campaign.documents.add(new)
    assert [point.state for point in points_of(campaign, chief)] == ["met", "advice"]
    removed = make_attachment(new, planner)
    assert [point.state for point in points_of(campaign, chief)] == ["met", "met"]
    remove(new, removed.pk, by=planner, why="Nhầm văn bản của đơn vị khác.")
    assert [point.state for point in points_of(campaign, chief)] == ["met", "advice"]


def test_parts_are_launched_with_their_movement_as_far_as_they_are_ready(department, depot, chief):
    campaign = draft(department)
    make_campaign_indicator(campaign, make_indicator())
    ready = draft(department, parent=campaign, name="Ready")
    below = draft(department, parent=ready, name="Below")
    later = draft(department, parent=campaign, name="Later", starts=date(2020, 7, 1))
    lacking = draft(department, parent=campaign, name="Lacking", content="")
    make_drive(department, parent=campaign, state="draft", launched_on=None)
    draft(depot, parent=campaign, launching_unit=depot)
    assert campaigns.draft_parts(campaign) == [ready, lacking, later, below]

    done = campaigns.launch_with_parts(campaign, by=chief, on=DAY, despite=True)

    assert done == (2, [lacking, later])
    launched = Campaign.objects.filter(state="launched", launched_on=DAY)
    assert set(launched) == {campaign, ready, below}


def test_parts_are_not_launched_where_the_movement_is_not(department, chief):
    campaign = draft(department, content="")
    draft(department, parent=campaign)
    with pytest.raises(Refused):
        campaigns.launch_with_parts(campaign, by=chief, on=DAY, despite=True)
    assert not Campaign.objects.filter(state="launched").exists()
