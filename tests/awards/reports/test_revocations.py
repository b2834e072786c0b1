from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from awards.reports.revocations import affected
from tests.factories import make_award, make_criterion, make_grant, make_person, make_unit
from tests.layers import built_once
from units.models import Posting


@built_once
def titles(db):
    """Base fighters become army fighters, army fighters get an order; units count their base fighters."""
    base, army, order, unit = (make_award(code) for code in ("CSTDCS", "CSTDTQ", "HC", "DVQT"))
    make_criterion(army, "prior_awards", awards=[base], number=3, valid_from=date(2015, 1, 1))
    make_criterion(order, "prior_awards", awards=[army])
    make_criterion(unit, "members_holding", awards=[base], share=10)
    return base, army, order, unit


def names(*lost):
    return [(row.grant.award.code, row.grant.year, row.because.award.code) for row in affected(lost)]


def test_later_awards_of_the_same_person_and_what_rests_on_them_in_turn(titles, depot):
    base, army, order, _unit = titles
    person, other = make_person(depot), make_person(depot)
    lost = make_grant(base, person, 2018)
    for award, year in ((army, 2017), (army, 2020), (order, 2020), (base, 2019)):
        make_grant(award, person, year)
    make_grant(army, other, 2020)
    assert names(lost) == [("CSTDTQ", 2020, "CSTDCS"), ("HC", 2020, "CSTDTQ")]


def test_criterion_that_was_not_in_force_then_does_not_count(titles, depot):
    base, army, _order, _unit = titles
    person = make_person(depot)
    lost = make_grant(base, person, 2010)
    make_grant(army, person, 2012)
    assert names(lost) == []


def test_units_that_counted_the_member_in_that_year(titles, depot, department, workshop):
    base, _army, _order, unit = titles
    lost = make_grant(base, make_person(depot), 2020)
    for place, year in ((depot, 2020), (department, 2020), (workshop, 2020), (depot, 2021)):
        make_grant(unit, place, year)
    assert [row.grant.unit.code for row in affected([lost])] == ["K1", "CKT"]


def test_the_unit_of_that_year_counts_after_a_transfer(titles, depot, department, workshop):
    base, _army, _order, unit = titles
    person = make_person(depot)
    lost = make_grant(base, person, 2020)
    person.postings.update(until=date(2021, 1, 31))
    person.unit = workshop
    person.save()
    Posting.objects.create(person=person, unit=workshop, since=date(2021, 2, 1))
    for place in (depot, workshop):
        make_grant(unit, place, 2020)
    assert [row.grant.unit.code for row in affected([lost])] == ["K1"]


def test_what_rests_on_the_title_of_a_unit_that_is_affected_itself(titles, depot, workshop):
    base, _army, _order, unit = titles
    medal = make_award("MEDAL")
    make_criterion(medal, "unit_title", awards=[unit])
    lost = make_grant(base, make_person(depot), 2020)
    make_grant(unit, depot, 2020)
    for place in (depot, workshop):
        make_grant(medal, make_person(place), 2020)
    make_grant(medal, depot, 2021)
    assert names(lost) == [
        ("DVQT", 2020, "CSTDCS"), ("MEDAL", 2020, "DVQT"), ("MEDAL", 2021, "DVQT"),
    ]  # fmt: skip


def test_revoked_ones_are_not_listed(titles, depot):
    base, army, _order, _unit = titles
    person = make_person(depot)
    lost = make_grant(base, person, 2018)
    make_grant(army, person, 2020, revoked_on=date(2021, 1, 1), revoked_why="Khai gian")
    assert names(lost) == []


def test_of_the_tree_only_what_stood_above_the_people_is_read(titles, region, depot, workshop):
    """Also for awards of several people and years, of whom one is in no unit above any award."""
    base, _army, _order, unit = titles
    lost = [make_grant(base, make_person(place), year) for place in (depot, workshop) for year in (2019, 2020)]
    for place, year in ((depot, 2019), (workshop, 2020), (depot, 2021)):
        make_grant(unit, place, year)
    make_unit(region)
    with CaptureQueriesContext(connection) as queries:
        found = [(row.grant.unit.code, row.grant.year) for row in affected(lost)]
    assert found == [(depot.code, 2019), (workshop.code, 2020)]
    tree = [
        one["sql"] for one in queries if 'FROM "units_placement"' in one["sql"] or 'FROM "units_unit"' in one["sql"]
    ]
    assert [sql for sql in tree if "WHERE" not in sql] == []
    assert len(tree) == 4
