"""A council decides: the secretary opens the voting, three members vote, one line is passed and one is lowered."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from awards.models import Nomination
from tests.factories import make_award, make_council, make_dossier, make_nomination, make_person, make_user
from units.models import Role


@pytest.fixture
def members(live_server, department):
    return [make_user(f"member{number}", (department, Role.STAFF)) for number in range(3)]


@pytest.fixture
def lines(depot, department, staff):
    lower, award = make_award("CSTT", name="Advanced Soldier"), make_award("CSTDCS", name="Emulation Fighter")
    award.lower_awards.set([lower])
    dossier = make_dossier(depot, staff)
    place = {"stage": Nomination.Stage.APPRAISED, "holder": department}
    return [make_nomination(dossier, award, make_person(depot, name), **place) for name in ("Lê An", "Vũ Bình")]


def vote(page: Page, session: str, *, lower: str = "") -> None:
    page.goto("/work/")
    page.get_by_role("link", name=re.compile(f"^Vote: Vote: {session}")).click()
    page.get_by_role("button", name="In favour of all").click()
    if lower:
        page.get_by_role("group", name=re.compile(lower)).get_by_label("For the lower award").check()
    page.get_by_role("button", name="Check the ballots").click()
    page.get_by_role("button", name="Cast the ballots").click()
    expect(page.get_by_text("Your ballots have been cast")).to_be_visible()


def test_council_votes_and_the_chair_closes(someone, members, lines, department, set_today):
    set_today(date(2020, 12, 20))
    council = make_council(department, *members)
    council.members.filter(user=members[1]).update(function="secretary")

    secretary = someone(members[1])
    secretary.goto(council.get_absolute_url())
    secretary.get_by_role("link", name="Plan a session").click()
    secretary.get_by_label("title").fill("Session of 2020")
    secretary.get_by_role("button", name="Plan a session").click()
    secretary.get_by_role("link", name="Put on the agenda").click()
    secretary.get_by_label("Lê An").check()
    secretary.get_by_label("Vũ Bình").check()
    secretary.get_by_role("button", name="Put the ticked ones on the agenda").click()
    expect(secretary.get_by_role("heading", name="Put 2 nominations on the agenda?")).to_be_visible()
    expect(secretary.get_by_text("2 × Emulation Fighter – 2020")).to_be_visible()
    secretary.get_by_role("button", name="Put them on the agenda").click()
    secretary.get_by_role("link", name="Attendance").click()
    secretary.get_by_role("button", name="Record the attendance").click()
    secretary.get_by_role("button", name="Open the voting").click()
    expect(secretary.get_by_text("Nobody sees how it stands")).to_be_visible()

    chair, member = someone(members[0]), someone(members[2])
    vote(chair, "Session of 2020")
    vote(secretary, "Session of 2020", lower="Vũ Bình")
    vote(member, "Session of 2020", lower="Vũ Bình")
    expect(member.get_by_role("link", name="Vote", exact=True)).to_have_count(0)

    chair.reload()
    expect(chair.get_by_text("Have voted: 3/3")).to_be_visible()
    chair.get_by_role("link", name="Close the voting").click()
    chair.get_by_role("button", name="Close the voting and count").click()
    expect(chair.get_by_role("row", name=re.compile("Lê An.* 3 0 0 0 100.0 Passed"))).to_be_visible()
    expect(
        chair.get_by_role("row", name=re.compile("Vũ Bình.* 1 2 0 0 100.0 Passed for a lower award"))
    ).to_be_visible()
    assert list(Nomination.objects.order_by("pk").values_list("stage", "award__code")) == [
        ("passed", "CSTDCS"),
        ("passed", "CSTT"),
    ]
    chair.get_by_role("link", name="Minutes", exact=True).click()
    expect(chair.get_by_label("Text of the minutes")).to_have_value(re.compile("thông qua 1, hạ mức 1"))
