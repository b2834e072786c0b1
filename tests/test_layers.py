"""What is built once is the same for every test, whatever the one before did with it."""

import pytest

from tests.factories import make_unit
from tests.layers import built_once
from units.models import Unit, User

BUILT: list[str] = []


@built_once
def stores(depot: Unit) -> list[Unit]:
    BUILT.append("stores")
    return [depot, make_unit(depot, "STORE")]


@pytest.fixture
def elsewhere(region: Unit) -> Unit:
    """In place of the one of all tests: whoever works there is built with this one."""
    return make_unit(region, "OWN")


@pytest.mark.parametrize("time", range(3))
def test_objects_and_rows_are_as_they_were_built(stores, depot, time):
    assert (stores[0] is depot, depot.name, [unit.name for unit in stores]) == (
        True,
        "Unit K1",
        ["Unit K1", "Unit STORE"],
    )
    depot.name = "Spoilt"
    depot.save()
    stores.append(make_unit(depot, "RUBBISH"))
    assert set(Unit.objects.values_list("code", flat=True)) == {"QK", "CKT", "K1", "STORE", "RUBBISH"}


def test_what_a_test_does_not_ask_for_is_not_there(depot):
    assert set(Unit.objects.values_list("name", flat=True)) == {"Unit QK", "Unit CKT", "Unit K1"}


def test_what_rests_on_a_fixture_of_the_file_is_built_with_it(outsider, elsewhere):
    assert [membership.unit for membership in User.objects.get(pk=outsider.pk).memberships.all()] == [elsewhere] * 3


def test_it_was_built_for_the_first_test_and_for_all_further_ones():
    """For the very first of a process there is no base yet to keep it in."""
    assert len(BUILT) <= 2
