"""From a passed line to a printed certificate, and its revocation: staff prepare, the commander signs."""

from datetime import date

import pytest
from playwright.sync_api import expect

from awards.models import BaseWage, Bonus, BonusRounding, DecidingLevel, Grant
from tests.factories import make_award, make_dossier, make_ground, make_nomination, make_person, make_user
from units.models import Role


@pytest.fixture
def line(live_server, depot, department, staff, set_today):
    set_today(date(2020, 12, 22))
    award = make_award("CSTT", name="Advanced Soldier")
    DecidingLevel.objects.create(kind=department.kind, level=award.level)
    Bonus.objects.create(award=award, coefficient="0.3")
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
    place = {"stage": "passed", "holder": department, "rank": "Đại úy", "place": "Kho K1"}
    return make_nomination(make_dossier(depot, staff), award, make_person(depot, "Lê An"), **place)


def test_passed_line_becomes_a_certificate_and_is_revoked(someone, line, department):
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
