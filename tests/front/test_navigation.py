import pytest

from emulation import context
from emulation.context import ADMINISTRATION, MAIN, navigation, start_name
from units.models import Role


@pytest.fixture
def menu(rf, monkeypatch):
    """A function: URL names in the menu and in the administration dropdown of a user."""
    monkeypatch.setattr(context, "reverse", lambda name: name)

    def names(user, view_name="", counts=None):
        request = rf.get("/")
        request.user = user
        request.resolver_match = type("Match", (), {"view_name": view_name})
        request.nav_counts = counts or {}
        return navigation(request)["nav"]

    return names


def urls(items):
    return [item.url for item in items]


READING = ["home", "emulation:campaign-tree", "emulation:target-home", "emulation:report-list"]


@pytest.mark.parametrize(
    ("role", "expected", "administration"),
    [
        (Role.STAFF, [*READING, "emulation:dashboard-home", "units:unit-tree"], []),
        (Role.COMMANDER, [*READING, "emulation:dashboard-home", "units:unit-tree"], []),
        (Role.REVIEWER, [*READING, "emulation:review-list", "emulation:dashboard-home", "units:unit-tree"], []),
        (Role.ADMINISTRATOR, ["emulation:campaign-tree", "units:unit-tree"], [e.name for e in ADMINISTRATION]),
    ],
)
def test_menu_shows_what_the_role_may_use(menu, person, role, expected, administration):
    nav = menu(person(role))
    assert (urls(nav.items), urls(nav.administration)) == (expected, administration)


def test_page_of_one_sheet_stands_under_quarterly_sheets(menu, person):
    items = menu(person(Role.STAFF), "emulation:report-detail").items
    assert {item.url: item.current for item in items if item.current} == {"emulation:report-list": "true"}


def test_page_itself_is_the_current_one(menu, person):
    items = menu(person(Role.STAFF), "home").items
    assert {item.url: item.current for item in items if item.current} == {"home": "page"}


def test_counts_stand_at_their_entry(menu, person):
    items = menu(person(Role.STAFF), counts={"home": 5}).items
    assert {item.url: item.count for item in items if item.count} == {"home": 5}


@pytest.mark.parametrize(
    ("roles", "name"),
    [
        ((Role.STAFF,), "home"),
        ((Role.STAFF, Role.COMMANDER), "emulation:dashboard-home"),
        ((Role.REVIEWER,), "home"),
        ((Role.ADMINISTRATOR,), "units:unit-tree"),
        ((), "units:unit-tree"),
    ],
)
def test_user_lands_where_the_role_works(person, roles, name):
    assert start_name(person(*roles)) == name


def test_entries_are_named_once():
    names = [entry.name for entry in (*MAIN, *ADMINISTRATION)]
    assert len(names) == len(set(names))
