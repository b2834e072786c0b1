"""Every address × parameters that no page sends: an answer in words, never a fault of the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from tests.addresses import CAST, OPEN, TABLE
from tests.test_urls import World, world  # noqa: F401 – a fixture
from units.forms.seen import Seen
from units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.longest]

ALONE = ("²", "9" * 20)  # a digit, and no number; a number beyond every column
TOGETHER = ("a\x00b", "2147483648", "0001-01-01")


class Page(NamedTuple):
    """An address that one of the cast opens. `known`: parameters that it looks up; `marked` is False where a form
    that compares is shown without its mark.
    """

    name: str
    path: str
    user: User
    known: list[str]
    marked: bool


def addresses(world: World) -> Iterator[tuple[str, str, User]]:  # noqa: F811
    """Name, path and who opens it: what the planner opens, then what the administrator alone does."""
    opened: set[str] = set(OPEN)
    for role in ("planner", "administrator"):
        for name, (thing, get, _post) in TABLE.items():
            if get and get.split()[CAST.index(role)] == "200" and name not in opened:
                opened.add(name)
                yield name, reverse(name, kwargs=world.keys[thing]), world.cast[role]


@pytest.fixture(scope="module")
def pages(world: World, django_db_blocker: DjangoDbBlocker) -> list[Page]:  # noqa: F811
    """Every page, opened once."""
    asked: set[str] = set()

    def noting(original: Callable[..., object]) -> Callable[..., object]:
        def looked_up(self: QueryDict, key: str, *rest: object) -> object:
            asked.add(key)
            return original(self, key, *rest)

        return looked_up

    found, client = [], Client(raise_request_exception=False)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        for method in ("get", "getlist", "__getitem__", "__contains__"):
            patch.setattr(QueryDict, method, noting(getattr(QueryDict, method)))
        for name, path, user in addresses(world):
            client.force_login(user)
            asked.clear()
            answer = client.get(path)
            found.append(Page(name, path, user, sorted(asked - {"csrfmiddlewaretoken"}), is_marked(answer)))
    return found


def is_marked(answer: HttpResponse) -> bool:
    """Whether every form shown that compares (`SeenForm`) carries what it compares with."""
    contexts = answer.context if isinstance(answer.context, list) else [answer.context]
    shown = [value for context in contexts if context for one in context for value in one.values()]
    forms = [form for form in shown if isinstance(form, Seen) and form.seen]
    text = answer.content.decode() if forms else ""
    there = [form for form in forms if any(f'name="{form.add_prefix(field)}"' in text for field in form.fields)]
    return all(f'name="seen" value="{form.seen}"' in text for form in there)


def test_no_parameter_breaks_a_page(pages, client):
    broken, client.raise_request_exception = [], False
    for page in pages:
        client.force_login(page.user)
        queries = [{one: junk} for one in page.known for junk in ALONE] + [
            dict.fromkeys(page.known, junk) for junk in TOGETHER if page.known
        ]
        for query in queries:
            with transaction.atomic():
                answer = client.get(page.path, query)
                status = answer.status_code if not answer.streaming else len(b"".join(answer)) and 200
                transaction.set_rollback(True)
            if status >= 500:
                broken.append((page.name, query))
    assert broken == []


@pytest.mark.once
def test_every_page_of_a_form_that_compares_carries_its_mark(pages):
    assert [page.name for page in pages if not page.marked] == []
