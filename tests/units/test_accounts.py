"""A new password is a new one: neither the present one nor the one that an administrator handed over."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories import make_user
from units.models import Role, User
from units.services import set_first_password

FIRST, OWN, OTHER = "abcd-efgh-2345", "một-mật-khẩu-riêng", "mật-khẩu-riêng-khác"


def change(client, user: User, old: str, new: str) -> bool:
    """Whether the form took it."""
    client.force_login(User.objects.get(pk=user.pk))
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    response = client.post(reverse("account_change_password"), data)
    if response.status_code == 302:
        return True
    assert list(response.context["form"].errors) == ["new_password1"]
    return False


@pytest.fixture(autouse=True)
def no_attempts_counted() -> None:
    cache.clear()


@pytest.fixture
def user(administrator, depot) -> User:
    user = make_user("an", (depot, Role.STAFF))
    set_first_password(user, password=FIRST, by=administrator)
    return user


def test_the_password_that_was_handed_over_is_not_kept(client, user):
    assert not change(client, user, FIRST, FIRST)
    assert User.objects.get(pk=user.pk).must_change_password

    assert change(client, user, FIRST, OWN)
    assert not User.objects.get(pk=user.pk).must_change_password


def test_it_is_not_chosen_later_either_nor_the_present_one_again(client, user):
    change(client, user, FIRST, OWN)

    assert [change(client, user, OWN, new) for new in (FIRST, OWN, OTHER)] == [False, False, True]


def test_who_was_given_a_first_password_before_it_was_remembered_does_not_keep_it_either(client, user):
    User.objects.filter(pk=user.pk).update(first_password="")

    assert not change(client, user, FIRST, FIRST)
