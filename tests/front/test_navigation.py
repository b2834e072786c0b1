import pytest

from emulation import context
from emulation.context import ADMINISTRATION, MAIN, navigation, start_name
from tests.factories import make_unit
from units.models import Role


@pytest.fixture
def menu(rf, monkeypatch):
    """A function: URL names in the menu and in the administration dropdown of a user."""
    monkeypatch.setattr(context, "reverse", lambda name: name)

    def names(user, view_name=""):
        request = rf.get("/")
        request.user = user
        request.resolver_match = type("Match", (), {"view_name": view_name})
        return navigation(request)["nav"]

    return names


def urls(items):
    return [item.url for item in items]


READING = ["emulation:my-work", "emulation:campaign-tree", "emulation:target-home", "emulation:report-list"]
REST = [
    "emulation:dashboard-home", "emulation:register-home", "awards:due-home", "units:unit-tree", "units:person-list",
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "expected", "administration"),
    [
        (Role.STAFF, [*READING, *REST], []),
        (Role.COMMANDER, [*READING, *REST], []),
        (Role.REVIEWER, [*READING, "emulation:review-list", *REST], []),
        (
            Role.ADMINISTRATOR,
            ["emulation:my-work", "emulation:campaign-tree", "units:unit-tree"],
            [e.name for e in ADMINISTRATION],
        ),
    ],
)
def test_menu_shows_what_the_role_may_use(menu, person, role, expected, administration):
    nav = menu(person(role))
    assert (urls(nav.items), urls(nav.administration)) == (expected, administration)


def test_page_of_one_sheet_stands_under_quarterly_sheets(menu, person):
    items = menu(person(Role.STAFF), "emulation:report-detail").items
    assert {item.url: item.current for item in items if item.current} == {"emulation:report-list": "true"}


def test_page_itself_is_the_current_one(menu, person):
    items = menu(person(Role.STAFF), "emulation:my-work").items
    assert {item.url: item.current for item in items if item.current} == {"emulation:my-work": "page"}


def test_the_number_of_waiting_sheets_stands_at_the_sheets_alone(menu, person):
    items = menu(person(Role.STAFF)).items
    assert [item.url for item in items if item.counted] == ["emulation:report-list"]


@pytest.mark.parametrize(
    ("roles", "name"),
    [
        ((Role.STAFF,), "emulation:my-work"),
        ((Role.COMMANDER,), "emulation:my-work"),
        ((Role.REVIEWER,), "emulation:my-work"),
        ((Role.ADMINISTRATOR,), "units:unit-tree"),
        ((), "units:unit-tree"),
    ],
)
def test_user_lands_where_the_role_works(person, roles, name):
    assert start_name(person(*roles)) == name


@pytest.mark.parametrize(
    ("roles", "name"),
    [((Role.COMMANDER,), "emulation:dashboard-home"), ((Role.COMMANDER, Role.STAFF), "emulation:my-work")],
)
def test_commander_of_units_lands_on_the_dashboard(person, roles, name):
    user = person(*roles)
    make_unit(user.memberships.first().unit, "K1")
    assert start_name(user) == name


def test_review_of_a_sheet_stands_under_review(menu, person):
    items = menu(person(Role.REVIEWER), "emulation:report-review").items
    assert {item.url: item.current for item in items if item.current} == {"emulation:review-list": "true"}


def test_entries_are_named_once():
    names = [entry.name for entry in (*MAIN, *ADMINISTRATION)]
    assert len(names) == len(set(names))
