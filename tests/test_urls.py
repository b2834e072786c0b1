"""Every named address × every role: what the door says. An address that is not in the table fails.

The cast stands at the depot (staff, commander), at the department above it (planner, reviewer), at the
region (administrator) and beside the department (outsider). Addresses lead to things of the depot, or of
the campaign that the department launched.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve, reverse
from pytest_django import DjangoDbBlocker

from emulation import urls
from tests.address_keys import Keys, make_keys
from tests.addresses import CAST, ON_BOTH, OPEN, TABLE
from tests.factories import make_unit, make_user
from units.middleware import owner_of
from units.models import Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.longest]


class World(NamedTuple):
    cast: dict[str, User]
    keys: Keys


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The cast, and what the addresses lead to: made once for this file and taken away after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        region = make_unit(code="QK", kind="region")
        department, elsewhere = make_unit(region, "CKT", kind="department"), make_unit(region, "CHC")
        depot = make_unit(department, "K1")
        cast = {
            "administrator": make_user("administrator", (region, Role.ADMINISTRATOR)),
            "planner": make_user("planner", (department, Role.STAFF)),
            "staff": make_user("staff", (depot, Role.STAFF)),
            "commander": make_user("commander", (depot, Role.COMMANDER)),
            "reviewer": make_user("reviewer", (department, Role.REVIEWER)),
            "outsider": make_user("outsider", *((elsewhere, role) for role in ("staff", "commander", "reviewer"))),
        }
        yield World(cast, make_keys(depot, department, cast["staff"], cast["planner"]))
        transaction.set_rollback(True)


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif entry.name:
            yield space + entry.name


def test_table_names_every_address() -> None:
    assert sorted(set(names(get_resolver()))) == sorted(TABLE)


def ask(client: Client, path: str) -> list[int]:
    """Statuses of a GET and of an empty POST, of which nothing stays."""
    found = []
    for method in (client.get, client.post):
        with transaction.atomic():
            found.append(method(path).status_code)
            transaction.set_rollback(True)
    return found


@pytest.fixture
def short_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most answers are refusals, and the page that says so is the same each time (tests/front): not drawn here."""
    for status in (403, 404):
        answer = partial(refusal, status=status)
        monkeypatch.setattr(urls, f"handler{status}", answer, raising=False)


def refusal(request: HttpRequest, exception: Exception, status: int) -> HttpResponse:
    return HttpResponse(status=status)


@pytest.mark.usefixtures("short_refusals")
@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=() if role in ON_BOTH else pytest.mark.once) for role in CAST]
)
def test_addresses_answer_each_role_as_the_table_says(role: str, client: Client, world: World) -> None:
    found, expected = {}, {}
    client.force_login(world.cast[role])
    known = client.cookies.copy()
    for name, (thing, *statuses) in TABLE.items():
        client.cookies = known.copy()  # one of the addresses logs out
        found[name] = ask(client, reverse(name, kwargs=world.keys[thing]))
        expected[name] = [int(row.split()[CAST.index(role)]) if row else 405 for row in statuses]
    assert found == expected


@pytest.mark.once
def test_addresses_send_visitors_to_the_login(client: Client, world: World) -> None:
    login = reverse("account_login")
    for name, (thing, *_statuses) in TABLE.items():
        if name not in OPEN:
            answers = [method(reverse(name, kwargs=world.keys[thing])) for method in (client.get, client.post)]
            assert [(name, a.status_code, a["Location"].split("?")[0]) for a in answers] == [(name, 302, login)] * 2


@pytest.mark.once
def test_addresses_that_only_take_a_form_lead_back_to_a_page(world: World) -> None:
    forms = [(name, thing) for name, (thing, get, _post) in TABLE.items() if get is None]
    owners = {name: owner_of(reverse(name, kwargs=world.keys[thing])) for name, thing in forms}

    found = {name: resolve(owner).view_name for name, owner in owners.items()}

    assert [name for name, owner in found.items() if TABLE[owner][1] is None] == []
