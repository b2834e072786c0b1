"""The tree as it was on a day."""

from datetime import date

import pytest

from tests.factories import make_unit, root_administrator
from units.reports.lineages import lineage_on, lineages_of, lineages_on
from units.services import move_unit

TODAY = date(2020, 7, 20)
DAY = date(2020, 7, 1)


@pytest.fixture(autouse=True)
def _today(set_today):
    set_today(TODAY)


def move(unit, parent):
    move_unit(unit, parent=parent, effective=DAY, by=root_administrator(), decision="3/QĐ")


def test_lineage_on_gives_every_unit_that_exists_its_superiors_then(region, department, depot, elsewhere):
    young = make_unit(elsewhere, established=DAY)
    move(depot, elsewhere)

    assert lineage_on(date(2020, 6, 30)) == {
        region.pk: [region.pk],
        department.pk: [region.pk, department.pk],
        elsewhere.pk: [region.pk, elsewhere.pk],
        depot.pk: [region.pk, department.pk, depot.pk],
    }
    assert lineage_on(DAY)[depot.pk] == [region.pk, elsewhere.pk, depot.pk]
    assert lineage_on(DAY)[young.pk] == [region.pk, elsewhere.pk, young.pk]


def test_lineage_on_passes_over_a_superior_that_did_not_exist_yet(region):
    young = make_unit(region, established=date(2015, 1, 1))
    old = make_unit(young)

    assert lineage_on(date(2014, 1, 1)) == {region.pk: [region.pk], old.pk: [region.pk, old.pk]}


def test_lineage_on_a_day_before_a_superior_existed_stays_when_that_superior_moves(region, department):
    young = make_unit(region, established=date(2015, 1, 1))
    old = make_unit(young)
    move(young, department)

    assert lineage_on(date(2014, 1, 1))[old.pk] == [region.pk, old.pk]


def test_lineage_on_asks_twice_whatever_the_number_of_units(django_assert_num_queries, depot, workshop, elsewhere):
    with django_assert_num_queries(2):
        lineage_on(DAY)


def test_lineages_of_some_units_are_those_of_the_whole_tree(region, department, depot, elsewhere):
    young = make_unit(region, established=date(2015, 1, 1))
    old = make_unit(young)
    move(young, department)
    move(depot, elsewhere)
    days = [date(2014, 1, 1), date(2020, 6, 30), DAY]
    whole = lineages_on(days)
    for unit in (region, department, depot, elsewhere, young, old):
        some = lineages_of([unit.pk], days)
        assert [some[day].get(unit.pk) for day in days] == [whole[day].get(unit.pk) for day in days]


def test_lineages_of_some_units_read_these_and_what_stood_above_them(
    django_assert_num_queries, region, department, depot, workshop, elsewhere
):
    with django_assert_num_queries(4):  # depot, department, region, and when they existed
        found = lineages_of([depot.pk], [DAY])[DAY]
    assert set(found) == {region.pk, department.pk, depot.pk}
    assert lineages_of([], [DAY]) == {DAY: {}}
