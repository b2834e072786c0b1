"""After the hand-in: a figure asked about and corrected, corrected again after approval; a parent that waits."""

import pytest
from playwright.sync_api import expect

from emulation.models import Report, Summary
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_user,
)
from units.models import Role

REASON = "Please count the prizes of the whole quarter again."


@pytest.fixture
def prizes(transactional_db, region):
    indicator = make_indicator("count", "PRIZES", name="Prizes")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@pytest.fixture
def handed(depot, prizes, commander):
    return make_report(depot, make_rounds()[1], {prizes: 5}, state=Report.State.SUBMITTED)


def test_figure_is_asked_about_and_corrected_after_approval(someone, handed, staff, commander, reviewer, department):
    typing, commanding, judging = someone(staff), someone(commander), someone(reviewer)

    judging.goto("/review/")
    judging.get_by_role("link", name="Review: Unit K1").click()
    judging.get_by_role("button", name="Take up for review").click()
    judging.get_by_role("link", name="Ask the unit about this figure").click()
    judging.get_by_label("What the unit should look at").fill(REASON)
    judging.get_by_role("button", name="Ask the unit").click()
    expect(judging.locator("#messages")).to_contain_text("The sheet stays in review")

    typing.goto(handed.get_absolute_url())
    expect(typing.locator(".qt-note--near").first).to_contain_text(REASON)
    typing.get_by_role("link", name="Correct or answer").click()
    typing.locator("#f-num").fill("6")
    typing.get_by_label("Answer to the reviewer").fill("Counted again.")
    typing.get_by_role("button", name="Save and answer").click()
    expect(typing.locator("#messages")).to_contain_text("The reviewer has your answer.")

    judging.reload()
    expect(judging.locator("#verdict")).to_contain_text("Counted again.")
    judging.locator("#verdict").get_by_text("Approve", exact=True).click()
    judging.get_by_role("button", name="Send the verdict and go on").click()
    expect(judging.locator("#messages")).to_contain_text("The sheet of Unit K1 has been approved.")

    typing.goto(handed.get_absolute_url())
    typing.get_by_role("link", name="Corrections").click()
    typing.get_by_role("link", name="Ask to correct: Prizes").click()
    typing.locator("#f-num").fill("7")
    typing.get_by_label("Why the approved figure is wrong").fill("One prize came with the last post.")
    typing.get_by_role("button", name="Propose to the commander").click()
    expect(typing.locator("h1")).to_have_text("Correction: Prizes")

    commanding.goto("/work/")
    commanding.get_by_role("link", name="Send: Correction of quarter I/2020").click()
    commanding.get_by_role("button", name="Send to the reviewer").click()
    expect(commanding.locator("#messages")).to_contain_text("has been sent to the reviewer")

    dashboard = f"/dashboard/{department.pk}/PRIZES/?year=2020&period=Q1"
    judging.goto(dashboard)
    expect(judging.locator("main")).to_contain_text("6")
    judging.goto("/review/")
    judging.get_by_role("link", name="Prizes").click()
    judging.get_by_role("button", name="Accept and correct").click()
    expect(judging.locator("#messages")).to_contain_text("consolidated figures have followed")
    judging.goto(dashboard)
    expect(judging.locator("main")).to_contain_text("7")
    assert Summary.objects.get(unit=department, period="Q1").numerator == 7000


def test_parent_waits_for_its_children_or_names_them(someone, handed, department, prizes):
    above = make_report(department, handed.round, {prizes: 1})
    commanding = someone(make_user("chief", (department, Role.COMMANDER)))
    commanding.goto(f"{above.get_absolute_url()}hand-in/")
    expect(commanding.get_by_role("group", name="1 unit below is not approved yet")).to_be_visible()
    commanding.get_by_role("button", name="Hand in for review").click()
    expect(commanding.get_by_role("alert")).to_contain_text("Unit K1")
    commanding.get_by_label("Unit K1").check()
    commanding.get_by_label("Why the sheet is handed in without them").fill("The depot is moving this month.")
    commanding.get_by_role("button", name="Hand in for review").click()
    expect(commanding.locator("#sheet-state")).to_have_text("Handed in")
    commanding.get_by_role("link", name="History").click()
    expect(commanding.locator("main")).to_contain_text("Without: Unit K1 (Handed in)")


def test_an_unsent_verdict_is_not_left_without_asking(someone, handed, reviewer):
    page = someone(reviewer)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(f"/sheets/{handed.pk}/review/")
    page.get_by_role("button", name="Take up for review").click()
    page.get_by_role("button", name="Approve all lines without a warning").click()
    page.get_by_role("link", name="History").click(no_wait_after=True)
    expect(page.get_by_role("button", name="Send the verdict and go on")).to_be_visible()
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Send the verdict and go on").click()
    expect(page.locator("#messages")).to_contain_text("has been approved")
    assert asked == ["beforeunload"]
