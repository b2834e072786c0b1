"""A year of the movement, from the copy of the last one to a certificate, as the people of two levels walk it.

The way is the main line; what may go wrong on it has tests of its own. Where a page is opened by its address,
the list or My work leads there, and other tests follow that link.
"""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from awards.models import BaseWage, Bonus, BonusRounding, DecidingLevel, Grant
from emulation.models import Campaign, CampaignJoin, Checklist, Example, Indicator, Report, Round, Target, WeakPoint
from tests.factories import (
    PDF,
    make_activity_kind,
    make_award,
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_criterion,
    make_feed,
    make_incident_gravity,
    make_incident_kind,
    make_indicator,
    make_occasion,
    make_own_checklist,
    make_person,
    make_rating,
    make_report,
    make_rounds,
    make_target,
    make_user,
)
from tests.journeys.steps import row
from units.models import Role, Unit

WHY = "Said in more than twenty characters."
ATTENDANCE, WORKS, GIFTS, FAULTS = "A_HL", "B_SK", "C_QUA", "D_VP"


@pytest.fixture
def year(live_server, department: Unit, depot: Unit, workshop: Unit) -> None:
    """The movement of 2020 that is to be copied, with the depot's results; the catalogues that the year needs."""
    movement = make_campaign(department, name="Phong trào năm 2020", theme="Đoàn kết, quyết thắng", leader="Chính ủy")
    gifts = make_activity_kind("gifts", name="Gifts", asks_participants=True, asks_amount=True)
    indicators = {
        make_indicator("ratio", ATTENDANCE, name="Attendance", capped=True): (98, (98, 100)),
        make_indicator("count", WORKS, name="Recognised works"): (1, 1),
        make_indicator("amount", GIFTS, name="Gifts"): (10, 5),
        make_indicator("count", FAULTS, name="Offences", direction="lower"): (20, 5),
    }
    rows = {key: make_campaign_indicator(movement, key) for key in indicators}
    for indicator, (target, _) in indicators.items():
        make_target(depot, rows[indicator], target, **{"comparator": "<="} if indicator.code == FAULTS else {})
    for round_ in make_rounds().values():
        figures = {indicator: figure for indicator, (_, figure) in indicators.items()}
        make_report(depot, round_, figures, state=Report.State.APPROVED)
    make_feed(next(key for key in rows if key.code == WORKS), "initiatives")
    make_feed(next(key for key in rows if key.code == GIFTS), "activities.amount", codes=gifts.code)
    make_incident_kind(name="Offence")
    make_incident_gravity()
    make_campaign_kind("drive", name="Peak drive", is_drive=True)
    make_indicator("count", "E_DOT", name="Days of work")


@pytest.fixture
def season(depot: Unit, department: Unit) -> None:
    """Lê An meets what the award asks for; the department's commander decides on it."""
    award = make_award("CSTT", name="Advanced Soldier", subject="person")
    make_criterion(award, "task_rating", rating="well", text="Tasks done well")
    DecidingLevel.objects.create(kind=department.kind, level=award.level)
    Bonus.objects.create(award=award, coefficient="0.3")
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
    make_occasion(name="Every year")
    make_rating(make_person(depot, "Lê An"), 2021)


@pytest.mark.longest
def test_year_from_the_copied_plan_to_the_certificate(
    someone, year, season, set_today, department, depot, workshop, staff, commander, reviewer
):
    planner = someone(make_user("planner", (department, Role.STAFF)))
    chief = someone(make_user("chief", (department, Role.COMMANDER)))
    judge, clerk, head = someone(reviewer), someone(staff), someone(commander)
    neighbour = someone(make_user("neighbour", (workshop, Role.STAFF)))

    set_today(date(2020, 12, 20))
    launch(planner, chief)
    set_today(date(2021, 1, 5))
    join(clerk, head, depot)
    register_targets(clerk, head, judge, depot)
    amend(clerk, head, judge, depot)
    set_today(date(2021, 4, 5))
    enter_registers(clerk, planner)
    first_quarter(clerk, head, judge)
    run_drive(planner, chief, clerk, head, judge, set_today)
    settle_weak_point(judge, clerk, planner, depot, set_today)
    assess(clerk, head, judge, make_own_checklist())
    spread_example(clerk, chief, neighbour)
    set_today(date(2021, 12, 22))
    later_quarters(depot)
    close(planner, chief, head, department)
    award(clerk, head, judge, planner, chief, depot)


# ── what everybody does ───────────────────────────────────────────────────


def fill(page: Page, **values: object) -> None:
    """Fields of the page's forms by their names; `True` ticks."""
    for name, value in values.items():
        field = page.locator(f"main [name='{name}']")
        kind = field.first.evaluate("field => field.type")
        if value is True:
            field.first.check()
        elif kind == "radio":
            page.locator(f"main [name='{name}'][value='{value}']").check()
        elif kind == "select-one":
            field.select_option(str(value))
        else:
            field.first.fill(str(value))


def press(page: Page, name: str, said: str = "") -> None:
    """Press the button and read what the application answers."""
    page.get_by_role("button", name=name).first.click()
    if said:
        expect(page.locator("#messages")).to_contain_text(said)


def follow(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("link", name=name).first.click()


def attach(page: Page) -> None:
    page.get_by_text("Attach files").last.click()
    page.locator("input[type=file]").first.set_input_files({"name": "a.pdf", "mimeType": "", "buffer": PDF})
    press(page, "Attach", "attached")


# ── the plan ──────────────────────────────────────────────────────────────


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
    expect(judge.get_by_text(WHY)).to_be_visible()
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


# ── the registers and the sheets ──────────────────────────────────────────


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
        clerk.locator(f"#c{key}").get_by_role("button", name="Nil, not applicable, note").click()
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


# ── the rest of the year ──────────────────────────────────────────────────


def later_quarters(depot: Unit) -> None:
    """Quarters II to IV went as the first did."""
    for round_ in Round.objects.quarters().filter(year=2021, quarter__gt=1):
        figures = {Indicator.objects.get(code=ATTENDANCE): (99, 100)} | {
            Indicator.objects.get(code=code): "nil" for code in (WORKS, GIFTS, FAULTS)
        }
        make_report(depot, round_, figures, state=Report.State.APPROVED)


def close(planner: Page, chief: Page, head: Page, department: Unit) -> None:
    """The year's report is drafted from the figures, edited and signed; the commander states what is complete."""
    planner.goto(f"/dashboard/{department.pk}/?year=2021&period=Y")
    follow(planner, "Review report")
    press(planner, "Work on this report")
    own = planner.locator(".qt-para", has_text="ecognised works").first
    own.locator("summary").click()
    own.get_by_label("Text").fill("The depots found {B_SK: 1} better way.")
    own.get_by_role("button", name="Save the paragraph").click()
    expect(planner.get_by_text("The depots found 1 better way.")).to_be_visible()
    chief.goto(planner.url)
    follow(chief, "Sign off")
    fill(chief, number="12/BC", day="22/12/2021", place="Hà Nội", signer="Nguyễn Văn A", signer_post="Cục trưởng")
    press(chief, "Sign off", "signed off")
    head.goto("/incidents/")
    follow(head, "State the register complete")
    head.get_by_role("row", name="2021").get_by_role("button").click()
    expect(head.locator("#messages")).to_contain_text("stated complete")
    movement = Campaign.objects.get(year=2021, parent=None)
    chief.goto(movement.get_absolute_url())
    follow(chief, "Record a review or the end")
    fill(chief, state="final")
    press(chief, "Record the new state", "Final review held")


def award(clerk: Page, head: Page, judge: Page, planner: Page, chief: Page, depot: Unit) -> None:
    """Who is due is proposed, handed in, appraised and decided on; the certificate is printed."""
    clerk.goto("/awards/")
    clerk.goto(f"/awards/due/{depot.pk}/2021/?award=CSTT")
    expect(clerk.get_by_role("row", name="Lê An")).to_contain_text("eligible", ignore_case=True)
    follow(clerk, "Propose for awards")
    clerk.get_by_label("Occasion").select_option(label="Every year")
    press(clerk, "Open the dossier")
    clerk.get_by_label("Lê An").check()
    press(clerk, "Add the ticked")
    press(clerk, "I have read the criteria of these awards")
    head.goto("/work/")
    follow(head, "Ready to hand in")
    press(head, "Hand in the ticked lines", "handed in")
    judge.goto("/work/")
    follow(judge, "1 nomination to appraise", "Conclude the 1 that meets the rule")
    press(judge, "Conclude 1 line")
    planner.goto("/work/")
    follow(planner, "Prepare the paper", "Prepare the decision")
    planner.get_by_label("Lê An").check()
    press(planner, "Draft with the ticked ones")
    expect(planner.get_by_text("0.3 × 1,490,000")).to_be_visible()
    chief.goto("/work/")
    follow(chief, "Decision to sign")
    chief.get_by_role("link", name="Sign", exact=True).click()
    chief.get_by_label("Paper number").fill("125/QĐ-CKT")
    press(chief, "Sign the decision")
    expect(chief.get_by_text("its awards stand in the book of honour")).to_be_visible()
    planner.reload()
    follow(planner, "Certificates")
    with planner.expect_download() as printed:
        press(planner, "Print the ticked")
    assert printed.value.path().read_bytes().startswith(b"%PDF")
    grant = Grant.objects.get()
    assert (grant.register, grant.bonus, grant.decision) == ("CKT-2021-0001", 450_000, "125/QĐ-CKT")
