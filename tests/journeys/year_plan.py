"""The plan of the year as people make it: copied, launched, joined, its targets registered and amended."""

import re

from playwright.sync_api import Page, expect

from emulation.models import Campaign, CampaignJoin, Target
from tests.journeys.steps import attach, fill, follow, press
from units.models import Unit

ATTENDANCE, WORKS, GIFTS, FAULTS = "A_HL", "B_SK", "C_QUA", "D_VP"
WHY = "Said in more than twenty characters."


def launch(planner: Page, chief: Page) -> None:
    """Copied, completed with a directive that goes to everybody, launched by the commander."""
    planner.goto("/campaigns/?year=2020")
    follow(planner, "Copy the year")
    press(planner, "Show what will be made")
    expect(planner.get_by_text("→ Phong trào năm 2021")).to_be_visible()
    press(planner, "Copy the year", "2021")
    planner.goto("/registers/")
    follow(planner, "Documents", "New document")
    fill(
        planner, kind="Directive", number="215/CT", title="Directive on the movement of 2021", issued_on="18/12/2020"
    )
    press(planner, "Save", "Saved.")
    attach(planner)
    follow(planner, "Send to units of")
    planner.get_by_label("Unit K1").first.check()
    planner.get_by_label("Unit X1").first.check()
    press(planner, "Send", "2")
    planner.goto("/campaigns/?year=2021")
    follow(planner, "Phong trào năm 2021", "Change")
    fill(planner, content="Everything that 2021 asks for.")
    planner.get_by_label("215/CT").check()
    press(planner, "Save", "Saved.")
    chief.goto("/campaigns/?year=2021")
    follow(chief, "Phong trào năm 2021", "Launch")
    expect(chief.get_by_role("row", name="Documents")).to_contain_text("Done")
    fill(chief, despite=True)  # the workshop had no targets, and nothing is attached
    press(chief, "Launch the campaign", "launched")


def join(clerk: Page, head: Page, depot: Unit) -> None:
    """The depot acknowledges, joins, and takes the movement over with its own drive."""
    clerk.goto("/work/")
    follow(clerk, "Acknowledge receipt: Directive 215/CT")
    press(clerk, "Acknowledge receipt", "acknowledged")
    clerk.goto("/work/")
    follow(clerk, "Join: Phong trào năm 2021")
    clerk.get_by_role("button", name="Join", exact=True).click()  # not “Plan of joining”, the field for its file
    expect(clerk.locator("#messages")).to_contain_text("joins")
    head.goto("/work/")
    follow(head, "Confirm the joining: Phong trào năm 2021")
    press(head, "Confirm", "confirmed")
    clerk.goto(Campaign.objects.get(year=2021).get_absolute_url())
    press(clerk, "Take over", "The draft stands")
    assert CampaignJoin.objects.get(unit=depot).confirmed_at
    follow(clerk, "New campaign below")
    fill(clerk, kind="Peak drive", name="The depot's own drive", starts="01/06/2021", ends="30/06/2021")
    press(clerk, "Save", "Saved")


def register_targets(clerk: Page, head: Page, judge: Page, depot: Unit) -> None:
    """One value beside last year's, one too low: sent up with the reason, returned, corrected, agreed."""
    rows = {row.campaign_indicator.indicator.code: row for row in Target.objects.filter(unit=depot, agreed=None)}
    name = {code: f"registered-{row.campaign_indicator_id}" for code, row in rows.items()}
    clerk.goto("/targets/")
    fill(clerk, **{name[ATTENDANCE]: "97", name[FAULTS]: "-5 %"})
    press(clerk, "Register what was assigned in the empty lines", "Saved.")
    expect(clerk.locator(f"[name='{name[GIFTS]}']")).to_have_value("10")
    expect(clerk.locator(f"[name='{name[FAULTS]}']")).to_have_value(re.compile("19|5"))
    follow(clerk, "Change the titles")
    fill(clerk, **{"titles-0-code": "Advanced Soldier", "titles-0-amount": "30 %"})
    press(clerk, "Save", "Saved.")
    hand_in_targets(head)
    judge.goto("/work/")
    follow(judge, "Registration of targets for 2021")
    expect(judge.get_by_text(WHY).first).to_be_visible()
    fill(judge, reason="Register what was assigned, as last year.")
    press(judge, "Return", "returned")
    clerk.goto("/targets/")
    fill(clerk, **{name[ATTENDANCE]: "98"})
    press(clerk, "Save", "Saved.")
    head.goto("/targets/")
    confirm_targets(head)
    judge.goto(f"/targets/{depot.pk}/2021/")
    fill(judge, **{f"agreed-{rows[FAULTS].campaign_indicator_id}": "-5 %"})  # what was assigned is offered
    press(judge, "Agree", "agreed")
    rows[FAULTS].refresh_from_db()
    assert rows[FAULTS].agreed == 19
    follow(clerk, "Targets", "Pledge")
    expect(clerk.get_by_role("row", name="Offences")).to_contain_text("≤ 19")


def hand_in_targets(head: Page) -> None:
    head.goto("/targets/")
    confirm_targets(head, reason=WHY)


def confirm_targets(head: Page, **why: str) -> None:
    """The page that says what is handed in, and the hand-in."""
    press(head, "Hand the registration in")
    expect(head.get_by_role("heading", name="Hand in the registration")).to_be_visible()
    fill(head, **why)
    press(head, "Hand the registration in", "handed in")


def amend(clerk: Page, head: Page, judge: Page, depot: Unit) -> None:
    """What is agreed changes by an amendment: a second version."""
    works = Target.objects.get(unit=depot, campaign_indicator__campaign__year=2021, agreed=1)
    clerk.goto("/targets/")
    follow(clerk, "Propose an amendment")
    fill(clerk, **{f"agreed-{works.campaign_indicator_id}": "2"}, reason=WHY)
    press(clerk, "Propose", "commander")
    head.goto("/work/")
    follow(head, "Amendment of the targets of 2021")
    press(head, "Send to the reviewer", "sent")
    judge.goto("/work/")
    follow(judge, "Amendment of the targets of 2021")
    press(judge, "Agree", "version")
    works.refresh_from_db()
    assert works.agreed == 2
