"""A draft of a campaign is nobody's below the unit that prepares it, nor an administrator's, until it is launched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from emulation.models import Campaign
from emulation.services import targets
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_document,
    make_drive,
    make_indicator,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role, User

NAME = "Đợt thi đua đang soạn"


@built_once
def people(region, department, depot, administrator, reviewer, staff, commander, outsider) -> dict[str, User]:
    return {
        "above": make_user("above", (region, Role.COMMANDER)),
        "planner": make_user("planner", (department, Role.STAFF)),
        "reviewer": reviewer, "staff": staff, "commander": commander, "administrator": administrator,
        "own administrator": make_user("clerk", (department, Role.ADMINISTRATOR)), "outsider": outsider,
    }  # fmt: skip


READS_DRAFT = {"above", "planner", "reviewer"}
ADMINISTRATORS = {"administrator", "own administrator"}
READS_LAUNCHED = READS_DRAFT | ADMINISTRATORS | {"staff", "commander"}


@built_once
def campaign(department, depot) -> Campaign:
    root = make_campaign(department, name="Phong trào của năm")
    row = make_drive(department, name=NAME, parent=root, state="draft", launched_on=None)
    make_campaign_indicator(row, make_indicator())
    row.documents.add(make_document(department))
    return row


def text(response) -> str:
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def readers(client, people: dict[str, User], look: Callable[[], bool]) -> set[str]:
    found = set()
    for name, user in people.items():
        client.force_login(user)
        if look():
            found.add(name)
    return found


def test_pages_of_a_draft_do_not_exist_below(client, people, campaign, depot):
    page, figures = campaign.get_absolute_url(), reverse("emulation:drive-detail", args=[campaign.pk])
    for expected in (READS_DRAFT, READS_LAUNCHED):
        assert readers(client, people, lambda: client.get(page).status_code == 200) == expected
        assert readers(client, people, lambda: client.get(figures).status_code == 200) == expected - ADMINISTRATORS
        Campaign.objects.filter(pk=campaign.pk).update(state="launched", launched_on=date(2020, 1, 2))
    Campaign.objects.filter(pk=campaign.pk).update(state="draft", launched_on=None)
    join = reverse("emulation:campaign-join", args=[campaign.pk, depot.pk])
    client.force_login(people["staff"])
    assert [client.get(join).status_code, client.post(join, {"joined_on": "02/01/2020"}).status_code] == [404, 404]


def test_lists_trees_and_exports_do_not_name_a_draft(client, people, campaign):
    tree = reverse("emulation:campaign-tree")
    document = campaign.documents.get().get_absolute_url()
    for address in (f"{tree}?year=2020", f"{tree}?year=2020&export=csv", document):
        found = readers(client, people, lambda page=address: NAME in text(client.get(page)))
        assert found == READS_DRAFT, address


def test_targets_of_a_draft_are_assigned_before_the_launch_and_registered_after_it(client, people, department, depot):
    draft = make_campaign(department, state="draft", launched_on=None)
    row = make_campaign_indicator(draft, make_indicator(name="Chỉ tiêu đang soạn"))
    page = reverse("emulation:target-list", args=[depot.pk, 2020])
    found = readers(client, people, lambda: "Chỉ tiêu đang soạn" in client.get(page).content.decode())
    assert found == READS_DRAFT
    targets.assign(depot, 2020, {row.pk: Decimal(5)}, by=people["planner"])
    with pytest.raises(Refused):
        targets.register(depot, 2020, {row.pk: Decimal(5)}, by=people["staff"])
    Campaign.objects.filter(pk=draft.pk).update(state="launched", launched_on=date(2020, 1, 2))
    assert targets.register(depot, 2020, {row.pk: Decimal(5)}, by=people["staff"]) == 1


def test_own_draft_names_no_draft_above_that_is_not_read(client, people, campaign, depot):
    own = make_campaign(
        depot, parent=campaign, takes_over=True, launching_unit=depot, state="draft", launched_on=None
    )
    for name, named in (("staff", False), ("planner", True)):
        client.force_login(people[name])
        assert (NAME in client.get(own.get_absolute_url()).content.decode()) == named


def test_other_registers_name_launched_campaigns_only(people, campaign):
    named = Campaign.objects.nameable(people["planner"])
    assert campaign not in named
    assert campaign in Campaign.objects.nameable(people["planner"], campaign.pk)
    assert campaign not in Campaign.objects.nameable(people["staff"], campaign.pk)
