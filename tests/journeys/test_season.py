"""An award is revoked and the certificate verified; how it was given, test_year.py walks."""

from datetime import date

import pytest
from playwright.sync_api import expect

from awards.models import Grant
from tests.factories import (
    make_award,
    make_dossier,
    make_ground,
    make_nomination,
    make_person,
    make_signed_decision,
    make_user,
)
from units.models import Role, Unit, User


@pytest.fixture
def chief(live_server, department: Unit) -> User:
    return make_user("chief", (department, Role.COMMANDER))


@pytest.fixture
def grant(chief: User, depot: Unit, department: Unit, staff: User, set_today) -> Grant:
    """Lê An's award by a decision of the department's, in the book of honour."""
    set_today(date(2020, 12, 22))
    line = make_nomination(
        make_dossier(depot, staff), make_award("CSTT", subject="person"), make_person(depot, "Lê An")
    )
    make_signed_decision(department, chief, line, number="125/QĐ-CKT")
    Grant.objects.update(register="CKT-2020-0001")
    return Grant.objects.get()


def test_revoked_award_no_longer_stands(someone, grant, chief, department):
    ground = make_ground()
    page = someone(make_user("clerk", (department, Role.STAFF)))
    page.goto("/awards/decisions/")
    page.get_by_role("link", name="Revoke awards of").click()
    page.get_by_label("Lê An").check()
    page.get_by_label("Ground of revocation").select_option(label=ground.name)
    page.get_by_label("Reason").fill("The inspection found false figures.")
    page.get_by_role("button", name="Draft the decision").click()
    expect(page.get_by_role("link", name="Sign", exact=True)).to_have_count(0)

    signing = someone(chief)
    signing.goto(page.url)
    signing.get_by_role("link", name="Sign", exact=True).click()
    expect(signing.get_by_label("Paper number")).to_have_value("126/QĐ-CKT")
    signing.get_by_label("Post of the signer").fill("Cục trưởng")
    signing.get_by_label("In whose name").fill("Cục trưởng Cục Kỹ thuật")
    signing.get_by_label("Place of signing").fill("Hà Nội")
    signing.get_by_role("button", name="Sign the decision").click()
    expect(signing.get_by_text("the awards have been revoked")).to_be_visible()

    signing.goto("/awards/book/")
    signing.get_by_role("link", name="Verify a number").click()
    signing.get_by_label("Register number").fill(grant.register)
    signing.get_by_role("button", name="Verify").click()
    expect(signing.get_by_text("Revoked: this award no longer stands")).to_be_visible()
