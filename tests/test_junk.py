"""Every address × parameters that no page sends: an answer in words, never a fault of the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from tests.addresses import CAST, OPEN, TABLE
from tests.test_urls import World, world  # noqa: F401 – a fixture
from units.forms.seen import Seen

pytestmark = [pytest.mark.django_db, pytest.mark.longest]

ALONE = ("²", "9" * 20)  # a digit, and no number; a number beyond every column
TOGETHER = ("a\x00b", "2147483648", "0001-01-01")


def pages(world: World, client: Client) -> Iterator[tuple[str, str]]:  # noqa: F811
    """Address (name, path) of what the planner opens, then of what the administrator alone does."""
    opened: set[str] = set()
    for role in ("planner", "administrator"):
        client.force_login(world.cast[role])
        for name, (thing, get, _post) in TABLE.items():
            if get and get.split()[CAST.index(role)] == "200" and name not in OPEN and name not in opened:
                opened.add(name)
                yield name, reverse(name, kwargs=world.keys[thing])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of parameters that have been looked up since it was cleared."""
    found: set[str] = set()

    def noting(method: str) -> Callable[..., object]:
        original = getattr(QueryDict, method)

        def looked_up(self: QueryDict, key: str, *rest: object) -> object:
            found.add(key)
            return original(self, key, *rest)

        return looked_up

    for method in ("get", "getlist", "__getitem__", "__contains__"):
        monkeypatch.setattr(QueryDict, method, noting(method))
    return found


def test_no_parameter_breaks_a_page(world, client, asked):  # noqa: F811
    broken, client.raise_request_exception = [], False
    for name, path in pages(world, client):
        asked.clear()
        client.get(path)
        known = sorted(asked - {"csrfmiddlewaretoken"})
        queries = [{one: junk} for one in known for junk in ALONE] + [
            dict.fromkeys(known, junk) for junk in TOGETHER if known
        ]
        for query in queries:
            with transaction.atomic():
                answer = client.get(path, query)
                status = answer.status_code if not answer.streaming else len(b"".join(answer)) and 200
                transaction.set_rollback(True)
            if status >= 500:
                broken.append((name, query))
    assert broken == []


@pytest.mark.once
def test_every_page_of_a_form_that_compares_carries_its_mark(world, client):  # noqa: F811
    bare = []
    for name, path in pages(world, client):
        answer = client.get(path)
        contexts = answer.context if isinstance(answer.context, list) else [answer.context]
        shown = [value for context in contexts if context for one in context for value in one.values()]
        forms = [form for form in shown if isinstance(form, Seen) and form.seen]
        text = answer.content.decode() if forms else ""
        there = [form for form in forms if any(f'name="{form.add_prefix(field)}"' in text for field in form.fields)]
        bare += [name for form in there if f'name="seen" value="{form.seen}"' not in text]
    assert bare == []
