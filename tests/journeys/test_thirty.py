"""Thirty people proposed and handed in: how often somebody has to click, choose or type."""

import re
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from awards.models import Nomination
from tests.factories import (
    make_award,
    make_council,
    make_criterion,
    make_dossier,
    make_occasion,
    make_person,
    make_rating,
)

MOST = 15  # of all who take part together; 13 are needed, so that there is room for another award


class Hand:
    """Counts what a person does: every click, every choice, every field typed."""

    def __init__(self) -> None:
        self.done = 0

    def click(self, what: Locator) -> None:
        self.done += 1
        what.click()

    def type(self, page: Page, label: str, text: str) -> None:
        self.done += 1
        page.get_by_label(label).fill(text)


@pytest.fixture
def season(live_server, depot, department, reviewer, set_today):
    """Thirty who meet what the award asks for and three who do not; the base holds a meeting about them."""
    set_today(date(2020, 12, 22))
    award = make_award("CSTT", name="Advanced Soldier", subject="person")
    make_criterion(award, "task_rating", rating="well", text="Tasks done well")
    make_occasion(name="Every year", base_review=True)
    make_council(department, reviewer)
    for number in range(33):
        make_rating(make_person(depot, f"Lê An {number}"), rating="well" if number < 30 else "completed")


def propose(page: Page, hand: Hand) -> None:
    """The staff: from My work to a dossier with thirty lines; those who are eligible are ticked already."""
    hand.click(page.get_by_role("navigation").get_by_role("link", name="Awards", exact=True).first)
    hand.click(page.get_by_role("link", name="Propose for awards"))
    hand.click(page.get_by_role("button", name="Open the dossier"))
    hand.click(page.get_by_role("button", name="Add the ticked"))
    expect(page.get_by_text("30 lines have been added.")).to_be_visible()


def write_minutes(page: Page, hand: Hand) -> None:
    hand.click(page.get_by_role("link", name="Minutes and votes of the base"))
    for label, text in (
        ("Reviewed at the base on", "15/12/2020"), ("chaired by", "Trần Văn Bình"), ("members of the meeting", "33"),
        ("members present", "31"),
    ):  # fmt: skip
        hand.type(page, label, text)
    hand.click(page.get_by_role("button", name="All present voted for all"))
    hand.click(page.get_by_role("button", name="Save, and I have read the criteria"))


def test_thirty_people_take_at_most_fifteen_clicks(someone, season, staff, commander):
    hand, page = Hand(), someone(staff)
    page.goto("/work/")
    propose(page, hand)
    write_minutes(page, hand)

    page = someone(commander)
    page.goto("/work/")
    hand.click(page.get_by_role("link", name=re.compile("Ready to hand in")).first)
    hand.click(page.get_by_role("button", name="Hand in the ticked lines"))
    expect(page.get_by_text("30 lines have been handed in.")).to_be_visible()
    assert list(Nomination.objects.values_list("stage", "votes_for")) == [("submitted", 31)] * 30
    assert Nomination.objects.filter(award__name="Advanced Soldier").count() == 30
    assert hand.done == 13 <= MOST


def test_one_name_is_found_among_thirty_and_proposed_alone(someone, season, staff, depot):
    make_rating(make_person(depot, "Đỗ Thị Bình"), rating="well")
    page = someone(staff)
    page.goto(f"/awards/dossiers/{make_dossier(depot, staff).pk}/add/")

    page.get_by_label("All of them").uncheck()
    page.get_by_role("searchbox").fill("do thi")
    page.get_by_label("All of them").check()
    page.get_by_role("button", name="Add the ticked").click()

    expect(page.get_by_text("1 line has been added.")).to_be_visible()
    assert [line.name for line in Nomination.objects.all()] == ["Đỗ Thị Bình"]
