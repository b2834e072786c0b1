"""A year of the movement, from the copy of the last one to a certificate, as the people of two levels walk it.

The way is the main line; what may go wrong on it has tests of its own. Where a page is opened by its address,
the list or My work leads there, and other tests follow that link.
"""

from datetime import date, datetime

import pytest
from django.utils.timezone import make_aware
from playwright.sync_api import Page, expect

from awards.models import BaseWage, Bonus, BonusRounding, DecidingLevel, Grant, NominationEvent
from emulation.models import Campaign, Indicator, Report, Round
from tests.factories import (
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
from tests.journeys.steps import fill, follow, press
from tests.journeys.year_plan import ATTENDANCE, FAULTS, GIFTS, WORKS, amend, join, launch, register_targets
from tests.journeys.year_work import (
    assess,
    enter_registers,
    first_quarter,
    run_drive,
    settle_weak_point,
    spread_example,
)
from units.models import Role, Unit


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
    signs = {key: "<=" if key.code == FAULTS else ">=" for key in indicators}
    rows = {key: make_campaign_indicator(movement, key, comparator=signs[key]) for key in indicators}
    for indicator, (target, _) in indicators.items():
        make_target(depot, rows[indicator], target)
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
    chief.get_by_label("I know that").check()  # a part of the year's sheets alone is there
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
    NominationEvent.objects.update(at=make_aware(datetime(2021, 12, 21, 9)))  # the test sets the day, no hours
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
    expect(chief.get_by_text("its awards are in force")).to_be_visible()
    planner.reload()
    follow(planner, "Certificates")
    with planner.expect_download() as printed:
        press(planner, "Print the ticked")
    assert printed.value.path().read_bytes().startswith(b"%PDF")
    grant = Grant.objects.get()
    assert (grant.register, grant.bonus, grant.decision) == ("CKT-2021-0001", 450_000, "125/QĐ-CKT")
