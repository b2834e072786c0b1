from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from units.models import Role, User

PASSWORD = "azyk-vw4w-afgb"


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)


def create(username: str = "admin", unit: str = "QK") -> str:
    out = StringIO()
    call_command("create_administrator", username, unit=unit, stdout=out)
    return out.getvalue()


def test_create_administrator_can_log_in_and_administers_the_unit(region, client):
    assert create() == "admin administers QK\n"

    user = User.objects.get(username="admin")
    assert list(user.memberships.values_list("unit__code", "role", "until")) == [("QK", Role.ADMINISTRATOR, None)]
    client.post("/login/", {"login": "admin", "password": PASSWORD})
    assert client.get("/units/").status_code == 200


def test_create_administrator_asks_for_the_password(region, monkeypatch):
    monkeypatch.delenv("ADMIN_PASSWORD")
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)

    create()

    assert User.objects.get(username="admin").check_password(PASSWORD)


def test_create_administrator_with_two_different_passwords_is_refused(region, monkeypatch):
    monkeypatch.delenv("ADMIN_PASSWORD")
    typed = iter([PASSWORD, "other"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))

    with pytest.raises(CommandError, match="the two passwords differ"):
        create()


@pytest.mark.parametrize(
    ("username", "unit", "password", "message"),
    [
        ("admin", "XX", PASSWORD, "there is no unit 'XX'"),
        ("staff", "QK", PASSWORD, r"^The user “staff” is there already; [^\n]*$"),
        ("Staff", "QK", PASSWORD, r"^The user “staff” is there already; [^\n]*$"),
        ("ad min", "QK", PASSWORD, "Enter a valid username"),
        ("admin", "QK", "admin", "This password is too short"),
    ],
)
def test_create_administrator_refuses_and_leaves_nothing(staff, monkeypatch, username, unit, password, message):
    monkeypatch.setenv("ADMIN_PASSWORD", password)

    with pytest.raises(CommandError, match=message):
        create(username, unit)

    assert list(User.objects.all()) == [staff]


def test_createsuperuser_names_the_command_that_serves_instead(db):
    with pytest.raises(CommandError, match=r"^Nobody is a superuser here: manage.py create_administrator NAME"):
        call_command("createsuperuser", interactive=False, username="root")
