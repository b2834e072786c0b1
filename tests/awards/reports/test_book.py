from datetime import date

from awards.reports.book import awarded_in
from tests.factories import make_award, make_grant, make_person
from tests.layers import built_once
from units.models import Posting


@built_once
def fighter(db):
    return make_award("CSTDCS")


def test_awards_of_five_years_belong_to_where_people_served_then(fighter, department, depot, workshop):
    person = make_person(depot)
    Posting.objects.filter(person=person).delete()
    Posting.objects.create(person=person, unit=workshop, since=None, until=date(2019, 6, 30))
    Posting.objects.create(person=person, unit=depot, since=date(2019, 7, 1))
    make_grant(fighter, person, 2018)
    make_grant(fighter, person, 2019, decided=date(2019, 12, 2))
    make_grant(fighter, person, 2019, period="đợt 1", decided=date(2019, 5, 2))
    make_grant(fighter, person, 2020, decided=date(2021, 1, 5))
    make_grant(fighter, make_person(depot), 2020, revoked_on=date(2021, 2, 1), revoked_why="x")
    make_grant(fighter, depot, 2020)
    found = {unit.code: awarded_in(unit, [2018, 2019, 2020]) for unit in (department, depot, workshop)}
    name = fighter.name
    assert found == {department.code: [(name, 5)], depot.code: [(name, 3)], workshop.code: [(name, 2)]}


def test_awards_of_people_without_a_posting_belong_to_where_they_serve(fighter, depot, workshop):
    person = make_person(depot)
    Posting.objects.filter(person=person).delete()
    make_grant(fighter, person, 2020)
    assert [awarded_in(unit, [2020]) for unit in (depot, workshop)] == [[(fighter.name, 1)], []]
