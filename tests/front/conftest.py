import datetime

import pytest
from django.core.cache import cache

from units.models import Membership, Role, UnitKind, User
from units.services import create_unit

PASSWORD = "mat-khau-thu-1"


@pytest.fixture(autouse=True)
def own_cache(settings):
    """Attempts counted by one test must not lock out the next, nor touch the cache on disk."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def root(db):
    kind = UnitKind.objects.create(code="front-department", name="Cục")
    return create_unit(code="CKT", name="Cục Kỹ thuật", kind=kind, parent=None, by=None)


@pytest.fixture
def person(root):
    """A function: a user with the roles at the root, reading English."""

    def make(*roles: Role, username: str = "an", **fields: object) -> User:
        fields = {"full_name": "Nguyễn Văn An", "must_change_password": False, "language": "en", **fields}
        user = User.objects.create_user(username, PASSWORD, **fields)
        for role in roles:
            Membership.objects.create(user=user, unit=root, role=role, since=datetime.date(2020, 1, 1))
        return user

    return make
