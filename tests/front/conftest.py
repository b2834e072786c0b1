from collections.abc import Callable

import pytest
from django.core.cache import cache

from tests.factories import make_unit, make_user
from units.models import User


@pytest.fixture(autouse=True)
def no_attempts_counted() -> None:
    """Wrong passwords of one test must not lock out the next."""
    cache.clear()


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """A function: a user with the roles at the root of a tree, reading English."""

    def make(*roles: str, **fields: object) -> User:
        root = make_unit(code="CKT", name="Cục Kỹ thuật", kind="department")
        defaults = {"full_name": "Nguyễn Văn An", "must_change_password": False, "language": "en"}
        return make_user("an", *((root, role) for role in roles), **defaults | fields)

    return make
