"""The way of a new base to its first movement."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from emulation.models import Campaign
from emulation.reports.setup import concerned, setup_steps
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_indicator,
    make_rounds,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.models import Role

DAY = date(2020, 1, 6)


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


def thread(user) -> dict[str, tuple[bool, str, str]]:
    with translation.override("en"):
        return {step.key: (step.done, step.url, step.who) for step in setup_steps(user)}


def words(user) -> dict[str, str]:
    with translation.override("en"):
        return {step.key: step.words for step in setup_steps(user)}


def test_an_empty_base_is_told_every_step_in_order_with_who_does_it(region, administrator):
    nobody = "staff of Unit QK: nobody yet"
    who = f"administrator of Unit QK: {administrator}"
    assert thread(administrator) == {
        "units": (False, reverse("units:unit-create"), who),
        "users": (False, reverse("units:user-list"), who),
        "catalogue": (False, reverse("emulation:indicator-list"), who),
        "rounds": (False, reverse("emulation:round-create") + "?year=2020", who),
        "campaign": (False, "", nobody),
        "indicators": (False, "", nobody),
        "launch": (False, "", "commander of Unit QK: nobody yet"),
    }
    assert words(administrator)["users"] == (
        "Nobody in Unit QK or directly below has the role: Staff officer, Commander, Reviewer. "
        "1 unit has no staff officer or no commander."
    )


def test_who_may_do_a_step_finds_a_link_and_everybody_else_the_names(
    region, department, administrator, planner, chief
):
    campaign = reverse("emulation:campaign-create") + "?year=2020"
    assert thread(planner)["campaign"] == (False, campaign, f"staff of Unit CKT: {planner}")
    assert thread(planner)["rounds"] == (False, "", f"administrator of Unit QK: {administrator}")
    assert thread(administrator)["campaign"] == (False, "", f"staff of Unit CKT: {planner}")

    draft = make_campaign(department, state="draft", launched_on=None)

    choose = reverse("emulation:campaign-indicators-choose", args=[draft.pk])
    launch = reverse("emulation:campaign-launch", args=[draft.pk])
    assert thread(planner)["indicators"] == (False, choose, f"staff of Unit CKT: {planner}")
    assert (thread(planner)["launch"][1], thread(chief)["launch"][1]) == ("", launch)
    assert thread(planner)["launch"][2] == f"commander of Unit CKT: {chief}"


def test_steps_are_done_one_after_the_other_and_the_thread_ends_with_the_launch(
    region, department, administrator, planner, chief
):
    def done() -> list[str]:
        return [key for key, (found, _url, _who) in thread(administrator).items() if found]

    assert done() == ["units"]
    make_user("", (department, Role.REVIEWER), (region, Role.STAFF), (region, Role.COMMANDER))
    assert done() == ["units", "users"]
    make_rounds()
    draft = make_campaign(department, state="draft", launched_on=None)
    assert done() == ["units", "users", "rounds", "campaign"]
    make_campaign_indicator(draft, make_indicator())
    assert done() == ["units", "users", "rounds", "campaign", "indicators"]
    assert "catalogue" not in thread(administrator)

    Campaign.objects.update(state="launched", launched_on=DAY)

    assert thread(administrator) == {}


def test_the_thread_is_for_those_who_set_a_base_up(administrator, planner, chief, staff, commander, reviewer):
    assert [concerned(user) for user in (administrator, planner, chief)] == [True] * 3
    assert [concerned(user) for user in (staff, commander, reviewer)] == [False] * 3


@pytest.mark.parametrize("units", [1, 3])
def test_the_thread_takes_the_same_queries_for_every_number_of_units(
    django_assert_num_queries, region, administrator, planner, units
):
    make_campaign_kind()
    for number in range(units):
        make_user(f"u{number}", (make_unit(region, f"U{number}"), Role.STAFF))
    user = type(administrator).objects.get(pk=administrator.pk)
    assert user.active_memberships

    with django_assert_num_queries(9):
        setup_steps(user)


def test_after_the_first_launch_it_costs_one_query(django_assert_num_queries, department, administrator):
    make_campaign(department)

    with django_assert_num_queries(1):
        setup_steps(administrator)


# ── pages ─────────────────────────────────────────────────────────────────


def test_the_administrator_of_a_new_base_lands_on_the_thread_until_a_movement_runs(client, region, administrator):
    client.force_login(administrator)
    new = client.get("/").url
    page = client.get(reverse("emulation:my-work"))

    make_campaign(region)

    assert (new, client.get("/").url) == (reverse("emulation:my-work"), reverse("units:unit-tree"))
    assert [step.key for step in page.context["work"].setup][:2] == ["units", "users"]
    assert page.content.decode().count(reverse("units:user-list") + '"') >= 2  # the menu, and the step
    assert not client.get(reverse("emulation:my-work")).context["work"].setup


def test_an_empty_dashboard_names_who_does_what(client, department, depot, administrator, commander):
    client.force_login(commander)

    page = client.get(reverse("emulation:dashboard", args=[depot.pk]) + "?year=2020&period=Q1")

    rounds = next(step for step in page.context["setup"] if step.key == "rounds")
    assert (rounds.url, str(administrator) in rounds.who) == ("", True)
    assert str(administrator) in page.content.decode()


def test_a_draft_that_lacks_nothing_tells_its_staff_who_launches_it(client, department, depot, planner, chief):
    draft = make_campaign(department, state="draft", launched_on=None)
    make_campaign_indicator(draft, make_indicator())

    def waits(user) -> bool:
        client.force_login(user)
        return client.get(draft.get_absolute_url()).context["waits"]

    assert (waits(planner), waits(chief)) == (True, False)
    draft.content = ""
    draft.save()
    assert waits(planner) is False
