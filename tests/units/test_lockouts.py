"""Wrong passwords: who is kept out where, for how long, and who lets them in again."""

import logging

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_user
from tests.layers import built_once
from units import lockouts
from units.models import Role, User
from units.services import set_first_password

OWN, OTHER = "10.0.0.5", "10.0.0.9"
FIRST = "azyk-vw4w-afgb"


@pytest.fixture(autouse=True)
def no_attempts_counted() -> None:
    cache.clear()


@built_once
def user(depot) -> User:
    return make_user("an", (depot, Role.STAFF), language="en")


def logs_in(address: str, password: str = PASSWORD, name: str = "an") -> bool:
    sent = Client().post("/login/", {"login": name, "password": password}, REMOTE_ADDR=address)
    return sent.status_code == 302


def lock(address: str = OTHER, name: str = "an") -> None:
    assert [logs_in(address, "wrong", name) for _ in range(5)] == [False] * 5


def test_wrong_passwords_lock_the_name_at_their_address_alone(user):
    lock(OTHER)

    assert [logs_in(OTHER), logs_in(OWN)] == [False, True]
    assert [one.address for one in lockouts.locks_of(user)] == [OTHER]


def test_one_count_of_a_name_however_it_is_written(user):
    for name in ("an", "AN", "An", "aN", "an"):
        logs_in(OTHER, "wrong", name)

    assert not logs_in(OTHER)


def test_a_name_is_locked_everywhere_after_many_wrong_passwords_from_many_addresses(user, monkeypatch):
    monkeypatch.setitem(lockouts.EVERYWHERE, lockouts.NAME, "7/h/key")
    for number in range(7):
        logs_in(f"10.0.1.{number}", "wrong")

    assert not logs_in(OWN)
    assert [one.address for one in lockouts.locks_of(user)] == [""]


def test_four_wrong_passwords_are_no_lock(user):
    for _ in range(4):
        logs_in(OTHER, "wrong")

    assert lockouts.locks_of(user) == []


def test_administrator_sees_the_lock_and_lifts_it(client, user, administrator, caplog):
    lock()
    client.force_login(administrator)
    page = client.get(user.get_absolute_url())
    assert [one.address for one in page.context["locks"]] == [OTHER]
    assert page.text.count(reverse("units:user-unlock", args=[user.pk])) == 1

    assert client.post(reverse("units:user-unlock", args=[user.pk])).url == user.get_absolute_url()

    assert "The lock of 'an' has been lifted by 'administrator'." in caplog.messages
    assert client.get(user.get_absolute_url()).context["locks"] == []
    assert logs_in(OTHER)


def test_administrator_who_does_not_manage_the_account_sees_no_button_and_lifts_nothing(
    client, department, elsewhere
):
    user = make_user("an", (department, Role.STAFF), (elsewhere, Role.STAFF))
    local = make_user("local", (department, Role.ADMINISTRATOR), language="en")
    lock()
    client.force_login(local)

    assert reverse("units:user-unlock", args=[user.pk]) not in client.get(user.get_absolute_url()).text
    client.post(reverse("units:user-unlock", args=[user.pk]))

    assert not logs_in(OTHER)


def test_a_new_first_password_lifts_the_lock(user, administrator):
    lock()

    set_first_password(user, password=FIRST, by=administrator)

    assert logs_in(OTHER, FIRST)


def test_failed_and_refused_logins_are_logged_with_the_name_and_no_password(user, caplog):
    caplog.set_level(logging.WARNING, "units.accounts")
    for _ in range(6):
        logs_in(OTHER, "wrong-password", "an\nroot")

    assert caplog.messages[-2:] == [
        "Wrong user name or password: 'an\\nroot' from 10.0.0.9",
        "Login refused after too many wrong passwords: 'an\\nroot' from 10.0.0.9",
    ]
    assert "wrong-password" not in caplog.text
