"""The year under way: registers and sheets, a drive, a weak point, an example."""

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from emulation.models import Checklist, Example, WeakPoint
from tests.journeys.steps import fill, follow, press, row
from tests.journeys.year_plan import ATTENDANCE, confirm_targets
from units.models import Unit


def enter_registers(clerk: Page, planner: Page) -> None:
    """An initiative up to its recognition, an activity, an incident: each once, where it arises."""
    clerk.goto("/registers/")
    follow(clerk, "Initiatives", "New initiative")
    fill(clerk, title="Tool rack", authors="Lê An", problem="Tools lie about.", solution="A rack.")
    press(clerk, "Save", "added")
    press(clerk, "Submit to the council", "submitted")
    planner.goto("/registers/")
    follow(planner, "Initiatives", "Tool rack", "Record the recognition")
    fill(planner, level="base", decision="15/QĐ", day="25/03/2021")
    press(planner, "Record", "recorded")
    clerk.goto("/activities/")
    follow(clerk, "New activity", "Record as held")
    fill(clerk, title="Gifts before Tết", starts="05/02/2021", participants="40", amount="12,5")
    press(clerk, "Save", "recorded")
    clerk.goto("/incidents/new/")
    fill(clerk, kind="Offence", gravity="Minor", happened_on="10/02/2021", place="K1", words="Late.", offenders=1)
    press(clerk, "Report", "reported")


def first_quarter(clerk: Page, head: Page, judge: Page) -> None:
    """Fed figures stand there with their source, the rest is typed; handed in, returned, handed in, approved."""
    type_sheet(clerk, "quarter I/2021", "90")
    works = clerk.get_by_label("Recognised works").first
    expect(works).to_have_value("1")
    expect(works).not_to_be_editable()
    expect(clerk.get_by_label("Gifts").first).to_have_value("12.5")
    expect(clerk.get_by_role("link", name="from the register: initiatives (1)")).to_be_visible()
    report_ready(clerk)
    hand_in(head, "quarter I/2021")
    take_up(judge, "quarter I/2021")
    row(judge, "Attendance").get_by_text("Return").first.click()
    judge.locator("textarea:visible").first.fill("Count those on duty as well, please.")
    press(judge, "Approve all lines without a warning")
    press(judge, "Send the verdict", "returned")
    clerk.goto("/work/")
    expect(clerk.get_by_text("“Count those on duty as well, please.”").first).to_be_visible()
    follow(clerk, "Sheet of quarter I/2021")
    type_attendance(clerk, "95")
    report_ready(clerk)
    hand_in(head, "quarter I/2021")
    take_up(judge, "quarter I/2021")
    approve(judge)
    judge.goto("/dashboard/?year=2021&period=Q1")
    expect(judge.get_by_role("row", name=re.compile("^Gifts .* 5 "))).to_contain_text("Exceeded")


def type_attendance(clerk: Page, present: str) -> None:
    row(clerk, "Attendance").locator("[data-part=num]").fill(present)
    row(clerk, "Attendance").locator("[data-part=den]").fill("100")
    clerk.keyboard.press("Tab")


def type_sheet(clerk: Page, round_: str, present: str) -> None:
    """What no register knows is typed; where nothing arose, that is said with the reason."""
    clerk.goto("/work/")
    follow(clerk, f"Sheet of {round_}")
    empty = clerk.locator("tr[data-row]:not([data-measure=ratio]):has(.qt-in--todo)")
    for key in [line.get_attribute("data-row") for line in empty.all()]:
        clerk.locator(f"#c{key}").get_by_role("button", name="Nothing occurred, not applicable, note").click()
        more = clerk.locator(f"#x{key}")
        more.get_by_label("What is reported").select_option("nil")
        more.get_by_label("Reason").fill("None in the quarter.")
        clerk.keyboard.press("Tab")
    type_attendance(clerk, present)
    expect(clerk.get_by_text("4/4").first).to_be_visible()


def report_ready(clerk: Page) -> None:
    press(clerk, "Report to the commander", "the commander")


def hand_in(head: Page, round_: str) -> None:
    head.goto("/work/")
    follow(head, f"Sheet of {round_}")
    head.get_by_role("button", name="Hand in").click()
    expect(head.locator("#messages")).to_contain_text("handed in")


def take_up(judge: Page, round_: str) -> None:
    judge.goto("/work/")
    follow(judge, f"Sheet of {round_}")
    press(judge, "Take up for review")


def approve(judge: Page) -> None:
    for line in judge.locator("tr[data-row]").all():
        line.get_by_text("Approve", exact=True).click()
    press(judge, "Send the verdict", "approved")


# ── a drive, a weak point, an example ─────────────────────────────────────


def run_drive(planner: Page, chief: Page, clerk: Page, head: Page, judge: Page, set_today: Callable) -> None:
    """A peak drive asks for a figure of its own, in a round at its end."""
    set_today(date(2021, 4, 1))
    planner.goto("/campaigns/?year=2021")
    follow(planner, "Phong trào năm 2021", "New campaign below")
    fill(planner, kind="Peak drive", name="Drive of May", content="Ten days of work.", starts="01/04/2021")
    fill(planner, ends="19/05/2021")
    planner.get_by_label("Unit K1").first.check()
    press(planner, "Save", "Saved")
    follow(planner, "Add an indicator")
    planner.get_by_label("Indicator").first.select_option(label="Days of work (E_DOT)")
    press(planner, "Save", "saved")
    chief.goto(planner.url)
    follow(chief, "Launch")
    fill(chief, despite=True)
    press(chief, "Launch the campaign", "launched")
    follow(planner, "Figures against targets")
    planner.get_by_role("row", name="Unit K1").get_by_role("link", name="Targets").click()
    planner.locator("main [name^='assigned-']").first.fill("10")
    press(planner, "Save", "Saved.")
    clerk.goto("/work/")
    follow(clerk, "Register targets: Drive of May")
    press(clerk, "Register what was assigned in the empty lines", "Saved.")
    for page in (head, judge):
        page.goto("/work/")
        follow(page, "Registration of targets: Drive of May")
        if page is head:
            confirm_targets(head)
        else:
            press(judge, "Agree", "agreed")
    set_today(date(2021, 5, 19))
    clerk.goto("/work/")
    follow(clerk, "Sheet of Drive of May")
    row(clerk, "Days of work").locator("[data-part=num]").fill("12")
    clerk.keyboard.press("Tab")
    expect(clerk.get_by_text("1/1").first).to_be_visible()
    report_ready(clerk)
    hand_in(head, "Drive of May")
    take_up(judge, "Drive of May")
    approve(judge)
    follow(planner, "Drive of May", "Figures against targets")
    expect(planner.get_by_role("row", name=re.compile("^Unit K1 Approved Agreed 1 1 "))).to_be_visible()


def settle_weak_point(judge: Page, clerk: Page, planner: Page, depot: Unit, set_today: Callable) -> None:
    """The missed figure becomes a weak point; an inspection looks at it again, and the superior closes it."""
    set_today(date(2021, 5, 25))
    judge.goto(f"/dashboard/{depot.pk}/{ATTENDANCE}/?year=2021&period=Q1")
    follow(judge, "Raise a weak point")
    fill(judge, kind="weak_link", title="Too few at the training")
    press(judge, "Raise it", "raised")
    clerk.goto("/work/")
    follow(clerk, "Too few at the training")
    follow(clerk, "Set the measure")
    fill(clerk, owner="Lê An", measure="Training on two days a week.", deadline="30/06/2021")
    press(clerk, "Save the measure", "set")
    planner.goto("/inspections/")
    follow(planner, "Plan an inspection")
    fill(planner, kind="inspection", title="Training", starts="26/05/2021", ends="26/05/2021")
    fill(planner, items="Register of those present", members="Trần Văn Bình")
    planner.get_by_label("Unit K1").first.check()
    press(planner, "Save the plan", "saved")
    set_today(date(2021, 5, 26))
    planner.reload()
    follow(planner, "Record the findings")
    planner.get_by_label("Register of those present").first.select_option("shortcoming")
    planner.get_by_label(re.compile(": Register of those present")).fill("Two days are missing.")
    planner.get_by_label("Too few at the training").first.select_option("met")
    press(planner, "Save the findings", "recorded")
    press(planner, "Carried out: publish the findings", "carried out")
    press_settled(clerk)
    judge.goto("/work/")
    follow(judge, "Re-inspect: Too few at the training")
    fill(judge, verdict="close", reason="All were there on two days.")
    press(judge, "Record the re-inspection", "recorded")
    assert WeakPoint.objects.get().state == "closed"
    follow(planner, "Follow up")
    fill(planner, kind="weak_area")
    press(planner, "Raise it", "raised")


def press_settled(clerk: Page) -> None:
    clerk.goto("/weak-points/")
    follow(clerk, "Too few at the training", "Report as settled")
    fill(clerk, reason="98 of 100 in May.")
    press(clerk, "Report to the superior", "re-inspects")


def assess(clerk: Page, head: Page, judge: Page, checklist: Checklist) -> None:
    """The unit answers item by item, its commander hands in, the superior confirms."""
    clerk.goto(f"/assessments/new/{checklist.pk}/")
    fill(clerk, year="2021", period="H1")
    press(clerk, "Begin")
    for item in clerk.locator("fieldset.qt-assess").all():
        item.get_by_label("Met", exact=True).check()
    press(clerk, "Save", "saved")
    head.goto(clerk.url)
    press(head, "Confirm and hand in", "handed in")
    judge.goto("/work/")
    follow(judge, checklist.name)
    press(judge, "Confirm", "confirmed")


def spread_example(clerk: Page, chief: Page, neighbour: Page) -> None:
    """Discovered, fostered, recognised, spread; another unit takes it over."""
    clerk.goto("/examples/")
    follow(clerk, "New example")
    fill(
        clerk,
        unit="Unit K1",
        title="Turns of training",
        area="Training",
        day="20/04/2021",
        reason="All were there in every quarter.",
    )
    press(clerk, "Record the example", "recorded")
    for page, stage, more in (
        (clerk, "Fostered", {}),
        (chief, "Recognised", {"level": "base"}),
        (chief, "Spread", {}),
    ):
        page.goto(Example.objects.get().get_absolute_url())
        follow(page, stage)
        fill(page, day="26/05/2021", reason="It went well in all turns.", **more)
        press(page, "Save", "Saved.")
    neighbour.goto("/examples/")
    follow(neighbour, "Turns of training", "takes it over")
    fill(neighbour, day="26/05/2021", done="Two turns a week.")
    press(neighbour, "Save", "Saved.")
    assert Example.objects.get().adoptions.get().unit.code == "X1"
