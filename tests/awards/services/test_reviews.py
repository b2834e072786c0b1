"""What rested on an award taken back waits for whoever decided it, and is told to the unit of who holds it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from awards.models import DecidingLevel, Decision, Grant, GrantReview
from awards.reports.revocations import reviewed
from awards.reports.work import review_tasks
from awards.services import decisions
from awards.services.grants import revoke_grant
from awards.services.reviews import keep
from tests.factories import (
    make_award,
    make_award_level,
    make_criterion,
    make_decision,
    make_grant,
    make_ground,
    make_person,
    make_user,
)
from units.errors import Refused
from units.models import Role

DAY = date(2020, 12, 22)
WHY = "Còn đủ tiêu chuẩn theo sáng kiến thứ hai"


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@pytest.fixture
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


@pytest.fixture
def grants(department, depot, chief):
    """A title, and a higher one of the year that asks to meet it, both decided by the department."""
    base, higher = make_award("LDTT"), make_award("CSTDCS")
    make_criterion(higher, "meets_award", awards=[base])
    person, decision = make_person(depot, "Ngô Thảo"), make_decision(department, chief, number="5")
    return [make_grant(one, person, 2020, issued=decision, name="Ngô Thảo") for one in (base, higher)]


@pytest.fixture
def review(grants, department, chief):
    texts = {"ground": make_ground(), "reason": "Kết luận có vi phạm trong năm."}
    draft = decisions.draft_revocation(department, [grants[0].pk], texts, by=chief)
    decisions.sign_revocation(
        draft, {"number": "7", "day": DAY, "signer": "A", "signer_post": "B", "place": "C"}, by=chief
    )
    return GrantReview.objects.get()


def titles(user):
    return [(task.title, task.action) for task in review_tasks(user)]


def test_revocation_asks_for_the_review_of_what_rested_on_it(
    review, grants, department, chief, staff, commander, outsider, django_assert_num_queries
):
    assert (review.grant, review.because, review.unit) == (grants[1], grants[0], department)
    asked = [("Review after a revocation: Ngô Thảo, Award CSTDCS 2020", "Review again")]
    told = [("To be reviewed after a revocation: Ngô Thảo, Award CSTDCS 2020", "View")]
    users = (chief, staff, commander, outsider)
    assert [bool(user.active_memberships) for user in users] == [True] * 4
    with translation.override("en"), django_assert_num_queries(4):
        found = [titles(user) for user in users]
    assert found == [asked, told, told, []]


def test_what_stands_waits_no_more(review, grants, chief, staff):
    with pytest.raises(PermissionDenied):
        keep(review, reason=WHY, by=staff)
    with pytest.raises(Refused) as error:
        keep(review, reason="Còn đủ", by=chief)
    assert error.value.field == "reason"
    keep(review, reason=WHY, by=chief)
    assert (titles(chief), titles(staff)) == ([], [])
    [(row, known)] = reviewed([grants[0]])
    assert (row.grant, known.kept_why) == (grants[1], WHY)
    with pytest.raises(Refused):
        keep(review, reason=WHY, by=chief)


@pytest.mark.parametrize("by_level", [True, False])
def test_what_a_higher_authority_decided_stands_by_its_answer_alone(client, review, chief, department, by_level):
    if by_level:
        DecidingLevel.objects.create(kind=department.kind, level=make_award_level("base", 2))
        Grant.objects.filter(pk=review.grant_id).update(level=make_award_level("ministry", 4))
    else:
        Decision.objects.filter(pk=review.grant.issued_id).update(outside=True, issuer="Bộ Quốc phòng")
    client.force_login(chief)
    page = client.get(review.get_absolute_url())
    assert (page.context["decider"], page.context["above"]) == ("Ministry" if by_level else "Bộ Quốc phòng", True)
    answer = client.post(review.get_absolute_url(), {"reason": WHY})
    assert list(answer.context["form"].errors) == ["answer"]
    client.post(review.get_absolute_url(), {"reason": WHY, "answer": "12/CV-TĐ, 20/12/2020"})
    review.refresh_from_db()
    assert (review.kept_why, review.kept_by) == (f"12/CV-TĐ, 20/12/2020: {WHY}", chief)


def test_what_is_taken_back_waits_no_more(review, grants, chief, department):
    grants[1].revoked_on, grants[1].revoked_why = DAY, "Mất danh hiệu cơ sở"
    grants[1].save()
    assert titles(chief) == []
    with pytest.raises(Refused):
        keep(review, reason=WHY, by=chief)
    assert [(row.grant, known) for row, known in reviewed([grants[0]])] == [(grants[1], review)]


def test_old_awards_revoked_by_hand_ask_too(depot, department, reviewer):
    base, higher = make_award("LDTT"), make_award("CSTDCS")
    make_criterion(higher, "meets_award", awards=[base])
    person = make_person(depot)
    lost, rested = (make_grant(one, person, 2018) for one in (base, higher))
    revoke_grant(lost, on=DAY, why="Nhập nhầm", by=reviewer)
    row = GrantReview.objects.get()
    assert (row.grant, row.unit) == (rested, department)
