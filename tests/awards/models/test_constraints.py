from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db.utils import IntegrityError

from awards.models import (
    Attestation,
    Authority,
    Award,
    AwardBasis,
    AwardLevel,
    BaseWage,
    Bonus,
    Cap,
    Criterion,
    Grant,
    LegalDocument,
    VoteRule,
)
from tests.constraints import assert_refused
from tests.factories import make_award, make_criterion, make_grant, make_person

BACKWARDS = {"valid_from": date(2020, 1, 2), "valid_until": date(2020, 1, 1)}


def of_award(model, **fields):
    return lambda award: model(award=award, **BACKWARDS, **fields)


DATED = {
    "award_until_not_before_from": lambda award: Award(
        code="B", name="B", category=award.category, level=award.level, **BACKWARDS
    ),
    "legaldocument_until_not_before_from": lambda award: LegalDocument(code="L", name="L", **BACKWARDS),
    "awardbasis_until_not_before_from": lambda award: AwardBasis(
        award=award, document=LegalDocument.objects.create(code="L", name="L"), **BACKWARDS
    ),
    "authority_until_not_before_from": lambda award: Authority(
        award=award, level=AwardLevel.objects.get(), decides="X", **BACKWARDS
    ),
    "cap_until_not_before_from": of_award(Cap, of="headcount", share=10),
    "bonus_until_not_before_from": of_award(Bonus, coefficient=1),
    "basewage_until_not_before_from": lambda award: BaseWage(amount=1, **BACKWARDS),
    "voterule_until_not_before_from": of_award(VoteRule, share=90),
    "criterion_until_not_before_from": of_award(Criterion, kind="attested", text="X"),
}


@pytest.mark.parametrize("constraint", sorted(DATED))
def test_what_is_in_force_ends_after_it_begins(db, constraint):
    assert_refused(DATED[constraint](make_award()), constraint)


@pytest.mark.parametrize("code", ["GK/CKT", "/", "new", ""])
def test_code_of_an_award_stands_in_addresses(db, code):
    award = make_award()
    assert_refused(
        Award(code=code, name="B", category=award.category, level=award.level), "award_code_stands_in_address"
    )


def test_vote_rule_says_something(db):
    """Without votes needed or a secret ballot, the clause says that it is left to the unit."""
    award = make_award()
    assert_refused(VoteRule(award=award), "voterule_says_something")
    for columns in ({"share": 66}, {"secret": True}, {"clause": "Điều 45(8)"}):
        VoteRule(award=award, **columns).full_clean()


def test_criterion_does_not_stand_in_itself(db):
    row = make_criterion(make_award(), "all_of")
    row.parent = row
    assert_refused(row, "criterion_not_in_itself")


def test_grant_is_for_a_person_or_a_unit(depot):
    assert_refused(Grant(award=make_award(), year=2020), "grant_to_a_person_or_a_unit")
    both = Grant(award=make_award(), year=2020, unit=depot, person=make_person(depot))
    assert_refused(both, "grant_to_a_person_or_a_unit")


def test_grant_is_revoked_on_a_day_for_a_reason(depot):
    grant = Grant(award=make_award(), year=2020, unit=depot, revoked_on=date(2021, 1, 1))
    assert_refused(grant, "grant_revoked_with_reason")


def test_grant_is_given_once_a_year_until_it_is_revoked(depot):
    award, person = make_award(), make_person(depot)
    first = make_grant(award, person)
    assert_refused(Grant(award=award, person=person, year=2020), "grant_once_to_a_person")
    first.revoked_on, first.revoked_why = date(2021, 1, 1), "Khai không đúng"
    first.save()
    make_grant(award, person)
    make_grant(award, depot)
    assert_refused(Grant(award=award, unit=depot, year=2020), "grant_once_to_a_unit")


def test_attestation_is_of_a_person_or_a_unit(depot, staff):
    row = Attestation(award=make_award(), year=2020, evidence="X", by=staff)
    assert_refused(row, "attestation_of_a_person_or_a_unit")


def test_attestation_is_given_once(depot, staff):
    whole = {"award": make_award(), "unit": depot, "year": 2020, "evidence": "Biên bản", "by": staff}
    Attestation.objects.create(**whole)
    assert_refused(Attestation(**whole), "attestation_once")
    Attestation.objects.create(**whole | {"criterion": make_criterion(whole["award"])})
    with pytest.raises(IntegrityError):
        Attestation.objects.create(**whole | {"criterion": Criterion.objects.get()})


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"kind": "task_rating"}, "rating"),
        ({"kind": "qualifying_years", "rating": "well"}, "years"),
        ({"kind": "figure", "comparator": ">=", "value": 1}, "indicator"),
        ({"kind": "service_time"}, "years"),
        ({"kind": "members_rated"}, "rating"),
    ],
)
def test_kind_says_which_columns_it_needs(db, columns, field):
    with pytest.raises(ValidationError) as error:
        Criterion(award=make_award(), text="X", **columns).full_clean()
    assert list(error.value.message_dict) == [field]


def test_only_groups_of_the_same_award_hold_criteria(db):
    award = make_award()
    group, leaf = make_criterion(award, "all_of"), make_criterion(award)
    inner = make_criterion(award, "any_of", parent=group)
    inner.full_clean()
    for row, parent in (
        (Criterion(award=award, kind="attested", text="X"), leaf),
        (Criterion(award=make_award(), kind="attested", text="X"), group),
        (group, inner),
    ):
        row.parent = parent
        with pytest.raises(ValidationError) as error:
            row.full_clean()
        assert list(error.value.message_dict) == ["parent"]


def test_validity_includes_both_days(db):
    rows = BaseWage.objects
    rows.create(amount=1, valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 31))
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)]
    assert [rows.on(day).count() for day in days] == [0, 1, 1, 0]
    assert [rows.get().holds_on(day) for day in days] == [False, True, True, False]


def test_grants_are_seen_by_those_who_read_the_unit(depot, elsewhere, staff, outsider, administrator):
    make_grant(make_award(), depot)
    make_grant(make_award(), make_person(depot))
    seen = [Grant.objects.visible_to(user).count() for user in (staff, outsider, administrator)]
    assert seen == [2, 0, 0]
