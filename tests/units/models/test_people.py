import unicodedata
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests.constraints import assert_refused
from tests.factories import make_membership, make_office, make_user
from units.models import Membership, Role, User
from units.text import login_key


def test_a_membership_that_ends_before_it_begins_is_refused(depot):
    with pytest.raises(IntegrityError, match="membership_until_not_before_since"):
        make_membership(make_user(), depot, since=date(2020, 2, 1), until=date(2020, 1, 31))


def test_only_a_reviewer_is_limited_to_an_office(depot):
    with pytest.raises(IntegrityError, match="membership_office_for_reviewers"):
        make_membership(make_user(), depot, Role.STAFF, office=make_office())


def test_the_same_open_role_twice_is_refused(staff, depot):
    again = Membership(user=staff, unit=depot, role=Role.STAFF, since=date(2020, 1, 1))

    assert_refused(again, "membership_one_open")


def test_the_same_open_role_for_one_office_twice_is_refused(depot):
    user, office = make_user(), make_office()
    make_membership(user, depot, Role.REVIEWER, office=office)

    again = Membership(user=user, unit=depot, role=Role.REVIEWER, office=office, since=date(2020, 1, 1))

    assert_refused(again, "membership_one_open_per_office")


def test_a_role_may_be_given_again_after_it_ended(depot):
    user = make_user()
    make_membership(user, depot, Role.STAFF, until=date(2010, 1, 1))

    assert make_membership(user, depot, Role.STAFF).pk


def test_user_names_are_unique(staff):
    with pytest.raises(IntegrityError):
        make_user("staff")


def test_users_sort_by_given_name(db):
    for username, name in [("a", "Đỗ Văn Ân"), ("b", "Lê Minh Trình"), ("c", "Trần Thị Dung"), ("d", "Lê Văn An")]:
        make_user(username, full_name=name)

    assert [user.username for user in User.objects.all()] == ["d", "a", "c", "b"]


def test_users_are_found_without_diacritics(db):
    user = make_user("trinhnq", full_name="Ngọ Quang Trinh")
    make_user("other", full_name="Lê Văn An")

    assert list(User.objects.found_by("ngo quang")) == [user]
    assert list(User.objects.found_by("TRINHNQ")) == [user]


def test_an_administrator_sees_users_who_serve_or_served_in_the_branch(department, depot, elsewhere):
    admin = make_user("", (department, Role.ADMINISTRATOR))
    here, gone, beside = make_user("", (depot, Role.STAFF)), make_user(), make_user("", (elsewhere, Role.STAFF))
    make_membership(gone, depot, Role.STAFF, until=date(2010, 1, 1))

    assert set(User.objects.visible_to(admin)) == {admin, here, gone}
    assert beside not in User.objects.visible_to(admin)
    assert set(Membership.objects.visible_to(admin)) == set(Membership.objects.exclude(user=beside))


def test_others_see_themselves_alone(staff, commander):
    assert list(User.objects.visible_to(staff)) == [staff]


@pytest.mark.parametrize("name", ["STAFF", "Staff", "ｓｔａｆｆ", "staff\u200b"])
def test_user_names_that_look_alike_are_one(staff, name):
    user = User(username=name, login_key=login_key(name))
    with pytest.raises(ValidationError, match="username"):
        user.clean()
        user.validate_unique()
    assert_refused(user, "user_name_once_in_any_case")


def test_user_name_is_one_in_every_unicode_form(db):
    make_user(unicodedata.normalize("NFD", "đức"))
    assert User.objects.get_by_natural_key("ĐỨC") == User.objects.get(username=unicodedata.normalize("NFC", "đức"))
