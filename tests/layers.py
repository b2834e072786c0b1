"""Rows that many tests begin with: built once, and there again for the next test that asks for the same.

`@built_once` makes a fixture of a function that builds rows. What it built stays in the base, below the transaction
of the test, as long as the next test needs it too; what the next test does not need is taken away first. So every
test finds exactly what it would have found had it built everything itself, and its own copies of the objects, as
`setUpTestData` of Django's test case gives them.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from functools import wraps
from inspect import signature
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction

from units import clock

Build = Callable[..., Any]
Needs = dict[str, Build]  # argument → the function behind it

OWN_TRANSACTIONS = {"transactional_db", "live_server"}


class Layer(NamedTuple):
    """What one function built on top of the layers below. `values`: theirs and its own, as it left them."""

    build: Build
    values: dict[Build, Any]
    block: transaction.Atomic


_order: dict[Build, int] = {}  # as they were defined
_layers: list[Layer] = []
_given: dict[Build, Any] = {}  # copies for the running test


def built_once(build: Build) -> Any:
    """A fixture of a function that builds rows and does nothing else, from other such fixtures and `db` alone."""

    @wraps(build)
    def give(**needed: Any) -> Any:
        return _given[build] if build in _given else build(**needed)

    _order[build] = len(_order)
    return pytest.fixture(give)


def stand(item: pytest.Item) -> None:
    """Leave in the base exactly the kept rows that the test asks for, and make its copies of the objects."""
    needed = _needed_by(item)
    fall(next((height for height, layer in enumerate(_layers) if layer.build not in needed), len(_layers)))
    there = {layer.build for layer in _layers}
    for build, needs in needed.items():
        if build not in there:
            _add(build, needs)
    _given.clear()
    if _layers:
        _given.update(deepcopy(_layers[-1].values))


def fall(height: int = 0) -> None:
    """Take away the layers above the height."""
    while len(_layers) > height:
        block = _layers.pop().block
        if connection.in_atomic_block:  # else somebody closed the connection, and with it went everything
            transaction.set_rollback(True)
            block.__exit__(None, None, None)


def _add(build: Build, needs: Needs) -> None:
    values = deepcopy(_layers[-1].values) if _layers else {}
    block = transaction.atomic()
    block.__enter__()
    _layers.append(Layer(build, values, block))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "today", _no_day)
            values[build] = build(**{name: values[other] for name, other in needs.items()} | _base(build))
    except BaseException:
        fall(len(_layers) - 1)
        raise


def _base(build: Build) -> dict[str, None]:
    return {"db": None} if "db" in signature(build).parameters else {}


def _no_day() -> date:
    raise AssertionError("What is built once stands before a test sets its day: make it a fixture of its own.")


def _needed_by(item: pytest.Item) -> dict[Build, Needs]:
    """The kept functions behind the test's fixtures, each after those it needs itself.

    One that needs a fixture which the test's file replaced by one of its own builds for each test, as that does.
    """
    known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    if not _lies_in_a_transaction(item, known):
        return {}
    behind = {name: getattr(definitions[-1].func, "__wrapped__", None) for name, definitions in known.items()}
    found: dict[Build, Needs] = {}

    def add(build: Build | None) -> bool:
        if build in found:
            return True
        if build not in _order:
            return False
        needs = {name: behind.get(name) for name in signature(build).parameters if name != "db"}
        if not all(add(other) for other in needs.values()):
            return False
        found[build] = needs
        return True

    for build in sorted((build for build in behind.values() if build in _order), key=_order.__getitem__):
        add(build)
    return found


def _lies_in_a_transaction(item: pytest.Item, known: dict[str, Any]) -> bool:
    """Not so a test of transactions, nor one on top of rows that its file keeps in its own way."""
    marker = item.get_closest_marker("django_db")
    if OWN_TRANSACTIONS & known.keys() or (marker and marker.kwargs.get("transaction")):
        return False
    return not any(
        definitions[-1].scope == "module" and "django_db_blocker" in definitions[-1].argnames
        for definitions in known.values()
    )
