"""What every test may use: a small tree, the fixed cast, and a day that the test sets.

region ─┬─ department ─┬─ depot      staff and commander work at the depot,
        │              └─ workshop   the reviewer at the department,
        └─ elsewhere                 the administrator at the region, the outsider elsewhere.
"""

import gc
import os
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from auditlog.context import disable_auditlog
from django.test import override_settings
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from awards.reports import standing
from emulation.reports import demo
from tests.demonstration import demonstration
from tests.factories import make_unit, make_user
from tests.layers import built_once, fall, stand
from units import catalogue, clock
from units.models import Role, Unit, User

BASE = pytest.StashKey[DjangoDbBlocker]()  # there as long as the base is

# A slow machine is no failure: tests run in parallel on few cores.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the application that runs beside the tests: own cache and files; hashes that cost nothing."""
    with override_settings(
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        MEDIA_ROOT=tmp_path_factory.mktemp("files"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_AUTOREFRESH=True,  # else every test client reads all static files first
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What a process remembers would outlive a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "REMEMBER", 0.0)
        patch.setattr(standing, "KEPT", 0)
        yield


def pytest_collection_finish() -> None:
    """What has been imported stays: the collector need not look at it again, nor as often as by default."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="leave out tests that touch no database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with a long walk begin at once: processes that are done would only wait for their ends.

    On the second engine a test without a database would say the same again.
    """
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)
    if config.getoption("--database-only"):
        touching = [item for item in items if touches_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(touching)])
        items[:] = touching


def touches_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or any(
        name in fixtures for name in ("db", "transactional_db", "live_server", "django_db_setup")
    )


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, pytestconfig: pytest.Config
) -> Iterator[None]:
    """The base, from which what is kept is taken away in the end."""
    pytestconfig.stash[BASE] = django_db_blocker
    yield
    del pytestconfig.stash[BASE]
    with django_db_blocker.unblock():
        fall()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """What stands there before a test begins leaves no trace: that took a tenth of the time."""
    with disable_auditlog():
        if (blocker := item.config.stash.get(BASE, None)) and touches_database(item):
            with blocker.unblock():
                stand(item)
        return (yield)


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The demonstration, for a whole file; what its tests write is taken back after each."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with django_db_blocker.unblock(), demonstration(folder / "demonstration"):
        yield


@pytest.fixture
def units_catalogue(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped kinds, offices, groups, ranks and forms of discipline, without the catalogues of higher apps."""
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "after_catalogue", [])
        catalogue.load_catalogue()


@pytest.fixture
def set_today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Call it with the day that is to be today."""
    return lambda day: monkeypatch.setattr(clock, "_fixed", day)


@built_once
def region(db: None) -> Unit:
    return make_unit(code="QK", kind="region")


@built_once
def department(region: Unit) -> Unit:
    return make_unit(region, "CKT", kind="department")


@built_once
def depot(department: Unit) -> Unit:
    return make_unit(department, "K1", kind="depot")


@built_once
def workshop(department: Unit) -> Unit:
    return make_unit(department, "X1", kind="workshop")


@built_once
def elsewhere(region: Unit) -> Unit:
    return make_unit(region, "CHC", kind="department")


@built_once
def administrator(region: Unit) -> User:
    return make_user("administrator", (region, Role.ADMINISTRATOR))


@built_once
def staff(depot: Unit) -> User:
    return make_user("staff", (depot, Role.STAFF))


@built_once
def commander(depot: Unit) -> User:
    return make_user("commander", (depot, Role.COMMANDER))


@built_once
def reviewer(department: Unit) -> User:
    return make_user("reviewer", (department, Role.REVIEWER))


@built_once
def outsider(elsewhere: Unit) -> User:
    """Has every role but the administrator's, in a unit beside the department."""
    return make_user("outsider", (elsewhere, Role.STAFF), (elsewhere, Role.COMMANDER), (elsewhere, Role.REVIEWER))
