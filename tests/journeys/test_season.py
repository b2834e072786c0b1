"""A season: from «who is due» to a printed certificate and its revocation."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from awards.models import BaseWage, Bonus, BonusRounding, DecidingLevel, Grant
from tests.factories import (
    make_award,
    make_criterion,
    make_ground,
    make_occasion,
    make_person,
    make_rating,
    make_user,
)
from units.models import Role, Unit


@pytest.fixture
def season(live_server, depot: Unit, department: Unit, set_today) -> None:
    """Lê An meets what the award asks for, Vũ Bình does not; the department's commander decides."""
    set_today(date(2020, 12, 22))
    award = make_award("CSTT", name="Advanced Soldier", subject="person")
    make_criterion(award, "task_rating", rating="well", text="Tasks done well")
    DecidingLevel.objects.create(kind=department.kind, level=award.level)
    Bonus.objects.create(award=award, coefficient="0.3")
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
    make_occasion(name="Every year")
    make_rating(make_person(depot, "Lê An"), rating="well")
    make_rating(make_person(depot, "Vũ Bình"), rating="completed")


def propose(page: Page, depot: Unit) -> None:
    """The staff find who is due, propose them, say that they know the criteria, and tell the commander."""
    page.goto(f"/awards/due/{depot.pk}/2020/?award=CSTT")
    expect(page.get_by_role("row", name="Lê An")).to_contain_text("eligible", ignore_case=True)
    expect(page.get_by_role("row", name="Vũ Bình")).not_to_contain_text("eligible", ignore_case=True)
    page.get_by_role("link", name="Propose for awards").click()
    page.get_by_label("Occasion").select_option(label="Every year")
    page.get_by_role("button", name="Open the dossier").click()
    page.get_by_label("Lê An").check()
    page.get_by_role("button", name="Add the ticked").click()
    page.get_by_role("button", name="I have read the criteria of these awards").click()


def test_from_who_is_due_to_a_certificate_and_its_revocation(
    someone, season, staff, commander, reviewer, depot, department
):
    propose(someone(staff), depot)

    page = someone(commander)
    page.goto("/work/")
    page.get_by_role("link", name="Ready to hand in").first.click()
    page.get_by_role("button", name="Hand in the ticked lines").click()

    page = someone(reviewer)
    page.goto("/work/")
    page.get_by_role("link", name="1 nomination to appraise").first.click()
    page.get_by_role("link", name="Conclude the 1 that meets the rule").click()
    page.get_by_role("button", name="Conclude 1 line").click()

    clerk = someone(make_user("clerk", (department, Role.STAFF)))
    clerk.get_by_role("link", name="Prepare the paper").click()
    clerk.get_by_role("link", name="Prepare the decision").click()
    clerk.get_by_label("Lê An").check()
    clerk.get_by_role("button", name="Draft with the ticked ones").click()
    expect(clerk.get_by_text("0.3 × 1,490,000")).to_be_visible()
    expect(clerk.get_by_role("link", name="Sign", exact=True)).to_have_count(0)

    chief = someone(make_user("chief", (department, Role.COMMANDER)))
    chief.goto("/work/")
    chief.get_by_role("link", name="Decision to sign").first.click()
    chief.get_by_role("link", name="Sign", exact=True).click()
    chief.get_by_label("Paper number").fill("125/QĐ-CKT")
    chief.get_by_role("button", name="Sign the decision").click()
    expect(chief.get_by_text("its awards stand in the book of honour")).to_be_visible()

    clerk.reload()
    clerk.get_by_role("link", name="Certificates").click()
    with clerk.expect_download() as printed:
        clerk.get_by_role("button", name="Print the ticked").click()
    assert printed.value.path().read_bytes().startswith(b"%PDF")
    grant = Grant.objects.get()
    assert (grant.register, grant.bonus, grant.decision) == ("CKT-2020-0001", 450_000, "125/QĐ-CKT")

    ground = make_ground()
    clerk.goto("/awards/decisions/")
    clerk.get_by_role("link", name="Revoke awards of").click()
    clerk.get_by_label("Lê An").check()
    clerk.get_by_label("Ground of revocation").select_option(label=ground.name)
    clerk.get_by_label("Reason").fill("The inspection found false figures.")
    clerk.get_by_role("button", name="Draft the decision").click()
    chief.goto(clerk.url)
    chief.get_by_role("link", name="Sign", exact=True).click()
    expect(chief.get_by_label("Paper number")).to_have_value("126/QĐ-CKT")
    chief.get_by_role("button", name="Sign the decision").click()
    expect(chief.get_by_text("the awards have been revoked")).to_be_visible()

    chief.goto("/awards/book/")
    chief.get_by_role("link", name="Verify a number").click()
    chief.get_by_label("Register number").fill(grant.register)
    chief.get_by_role("button", name="Verify").click()
    expect(chief.get_by_text("Revoked: this award no longer stands")).to_be_visible()
