"""What the register of incidents says about awards: for units by their place then, for people at fault."""

from datetime import date

import pytest

from awards.models import Nomination
from awards.reports.dossiers import lines_page, rows_of
from awards.reports.due import due, last_day, leaves, people_in, units_in
from awards.reports.rules import rules_on
from awards.reports.sight import discipline_shown, incidents_shown, shows_incidents
from awards.reports.snapshots import findings_of, side_of
from emulation.models import IncidentPerson
from tests.factories import (
    YEAR,
    make_award,
    make_criterion,
    make_dossier,
    make_incident,
    make_incident_gravity,
    make_incident_statement,
    make_nomination,
    make_person,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units import access
from units.models import Role, Unit, User
from units.services import move_unit

QUERIES = 7  # as without incidents: all registers are read by one statement


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 20))


@built_once
def serious(db):
    make_incident_gravity()
    return make_incident_gravity("serious", 2)


@built_once
def title(serious):
    """Asks of units and people that there was no incident that is serious or graver."""
    award = make_award("TITLE")
    make_criterion(award, "no_incident", incident_gravity=serious)
    return award


def lines(unit, **more):
    rules = rules_on(last_day(YEAR))
    return due(people_in(unit, YEAR), units_in(unit, YEAR), YEAR, rules, award="TITLE", **more)


def states(unit, **more):
    return {line.subject.code: str(line.verdict.state) for line in lines(unit, **more)}


def states_all(unit):
    for place in Unit.objects.in_branch(unit):
        make_incident_statement(place)


def test_silence_is_no_data_until_every_unit_of_the_branch_has_stated(title, department, depot, workshop):
    assert states(department) == {"CKT": "no_data", "K1": "no_data", "X1": "no_data"}
    make_incident_statement(department)
    make_incident_statement(depot)
    assert states(department) == {"CKT": "no_data", "K1": "met", "X1": "no_data"}
    row = make_incident_statement(workshop)
    assert states(department) == {"CKT": "met", "K1": "met", "X1": "met"}
    row.ended_by, row.ended_at, row.ended_why = row.by, row.at, "Còn thiếu"
    row.save()
    assert states(department) == {"CKT": "no_data", "K1": "met", "X1": "no_data"}


@pytest.mark.parametrize(
    ("until", "today", "state"),
    [
        (date(2020, 11, 10), date(2020, 12, 20), "met"),
        (date(2020, 11, 10), date(2020, 12, 31), "met"),
        (date(2020, 11, 10), date(2021, 1, 1), "no_data"),
        (date(2020, 12, 30), date(2021, 3, 1), "no_data"),
        (date(2020, 12, 31), date(2021, 1, 1), "met"),
        (date(2020, 12, 31), date(2025, 6, 1), "met"),
    ],
)
def test_statement_before_the_years_end_serves_until_the_year_is_over(title, depot, set_today, until, today, state):
    make_incident_statement(depot, until=until)
    set_today(today)
    assert states(depot) == {"K1": state}


def test_incident_bars_the_branch_whatever_is_stated(title, serious, department, depot, workshop):
    states_all(department)
    row = make_incident(depot, gravity=serious)
    make_incident(workshop)
    make_incident(workshop, gravity=serious, state="withdrawn", withdrawn_why="Nhầm")
    make_incident(workshop, gravity=serious, happened_on=date(2019, 12, 31))
    assert states(department) == {"CKT": "not_met", "K1": "not_met", "X1": "met"}
    line = next(line for line in lines(department) if line.subject.code == "K1")
    [leaf] = leaves(line.verdict, rules_on(last_day(YEAR)), line.subject)
    assert leaf.sources == (row.get_absolute_url(),)


def test_years_that_a_criterion_looks_back_have_to_be_stated_too(serious, depot):
    award = make_award("TITLE", subject="unit")
    make_criterion(award, "no_incident", incident_gravity=serious, years=2)
    make_incident_statement(depot)
    assert states(depot) == {"K1": "no_data"}
    make_incident_statement(depot, YEAR - 1)
    assert states(depot) == {"K1": "met"}
    make_incident(depot, gravity=serious, happened_on=date(2019, 1, 1))
    assert states(depot) == {"K1": "not_met"}


def test_unit_that_moves_leaves_its_incident_with_the_branch_of_the_day(
    title, serious, department, depot, elsewhere, administrator
):
    make_incident(depot, gravity=serious)
    move_unit(depot, parent=elsewhere, effective=date(2020, 6, 1), decision="12/QĐ", by=administrator)
    assert (states(department)["CKT"], states(elsewhere)["CHC"]) == ("not_met", "no_data")
    assert states(elsewhere)["K1"] == "not_met"


def test_person_at_fault_is_barred_and_a_victim_is_not(title, serious, depot):
    row = make_incident(depot, gravity=serious)
    for number, (name, part) in enumerate((("Lê An", "at_fault"), ("Vũ Bình", "victim"), ("Đỗ Chi", None)), start=1):
        person = make_person(depot, name, service_number=f"P{number}")
        if part:
            IncidentPerson.objects.create(incident=row, person=person, part=part)
    assert states(depot) == {"P1": "not_met", "P2": "no_data", "P3": "no_data", "K1": "not_met"}
    make_incident_statement(depot)
    assert states(depot) == {"P1": "not_met", "P2": "met", "P3": "met", "K1": "not_met"}


def test_every_unit_somebody_served_in_has_to_state(title, depot, workshop):
    moved = make_person(depot, service_number="P1", since=date(2020, 7, 1))
    moved.postings.create(unit=workshop, since=date(2015, 1, 1), until=date(2020, 6, 30))
    make_incident_statement(depot)
    assert states(depot)["P1"] == "no_data"
    make_incident_statement(workshop)
    assert states(depot)["P1"] == "met"


def test_posting_without_a_first_day_counts_from_the_beginning(title, depot, workshop):
    """Registers often do not say since when somebody serves: that unit has to state all the same."""
    make_person(workshop, service_number="P2", since=None)
    moved = make_person(depot, service_number="P1", since=date(2020, 7, 1))
    moved.postings.create(unit=workshop, since=None, until=date(2020, 6, 30))
    make_incident_statement(depot)
    assert (states(depot)["P1"], states(workshop)["P2"]) == ("no_data", "no_data")
    make_incident_statement(workshop)
    assert (states(depot)["P1"], states(workshop)["P2"]) == ("met", "met")


def test_who_may_not_see_incidents_learns_neither_way(title, serious, region, department, depot):
    """Staff of the department see those of the depot, not those of its platoon: of both together nothing is known."""
    platoon = make_unit(depot, "B1")
    states_all(department)
    planner = make_user("planner", (department, Role.STAFF))

    def seen(unit):
        return access.sees_discipline(planner, unit)

    quiet = states(department, shown=seen)
    make_incident(platoon, gravity=serious)
    assert states(department, shown=seen) == quiet == {"CKT": "no_data", "K1": "no_data", "B1": "no_data"}
    make_incident(depot, gravity=serious)
    assert states(department, shown=seen) == {"CKT": "not_met", "K1": "not_met", "B1": "no_data"}


def test_open_side_of_a_dossier_hides_incidents(title, serious, depot, staff):
    make_incident(depot, gravity=serious)
    line = make_nomination(make_dossier(depot, staff), title, depot)
    found = findings_of([line], YEAR, last_day(YEAR))[line.pk]
    assert (found["full"]["state"], found["open"]["state"]) == ("not_met", "no_data")
    assert found["open"]["leaves"][0]["sources"] == ()


@pytest.mark.parametrize("guilty", [True, False])
def test_incident_of_a_former_unit_is_for_who_sees_discipline_there(
    title,
    serious,
    region,
    department,
    depot,
    elsewhere,
    staff,
    commander,
    reviewer,
    guilty,
    set_today,
    django_assert_num_queries,
):
    """Whether there was any must not show in who is told what; discipline of the present unit stays seen."""
    set_today(date(YEAR, 12, 20))
    chief = make_user("chief", (region, Role.COMMANDER))
    moved, stayed = make_person(depot, since=date(YEAR, 7, 1)), make_person(depot, "Lê Chi")
    moved.postings.create(unit=elsewhere, since=date(2015, 1, 1), until=date(YEAR, 6, 30))
    if guilty:
        row = make_incident(elsewhere, gravity=serious, happened_on=date(YEAR, 3, 3))
        IncidentPerson.objects.create(incident=row, person=moved, part="at_fault")
    dossier = make_dossier(depot, staff)
    lines = [make_nomination(dossier, title, person) for person in (moved, stayed)]
    found = findings_of(lines, YEAR, last_day(YEAR))
    for line in lines:
        Nomination.objects.filter(pk=line.pk).update(findings=found[line.pk])
    lines = list(lines_page(Nomination.objects.order_by("pk")))

    def told(user):
        fresh = User.objects.get(pk=user.pk)
        return [(row.line.pk in discipline_shown(fresh, lines), row.side["state"]) for row in rows_of(lines, fresh)]

    full = "not_met" if guilty else "no_data"
    assert [told(user) for user in (commander, staff, reviewer)] == [[(True, "no_data"), (True, "no_data")]] * 3
    assert told(chief) == [(True, full), (True, "no_data")]
    sides = {user: shows_incidents(User.objects.get(pk=user.pk), lines[0]) for user in (commander, reviewer, chief)}
    assert sides == {commander: False, reviewer: False, chief: True}
    Nomination.objects.update(holder=department)  # where the reviewer concludes
    lines = list(lines_page(Nomination.objects.order_by("pk")))
    assert told(reviewer)[0] == (True, full)
    fresh = User.objects.get(pk=commander.pk)
    with django_assert_num_queries(4):  # memberships and the three
        incidents_shown(fresh, lines)


def test_findings_frozen_before_incidents_stood_apart_hide_both(title, depot, staff):
    side = {"state": "met", "leaves": [], "missing": [], "tally": {}}
    old = {"full": side, "open": side | {"state": "no_data"}, "offices": {}}
    assert [side_of(old, discipline=True, incidents=seen)["state"] for seen in (True, False)] == ["met", "no_data"]


def test_findings_of_a_unit_are_for_who_sees_discipline_in_its_whole_branch(
    title, serious, department, depot, staff, reviewer, commander, django_assert_num_queries
):
    """The platoon's squad is further down than the staff of the depot see; commanders and reviewers judge it all."""
    planner = make_user("planner", (department, Role.STAFF))
    line = make_nomination(make_dossier(depot, staff), title, depot)
    person = make_nomination(line.dossier, title, make_person(depot))

    def shown(user):
        fresh = User.objects.get(pk=user.pk)
        return {row.pk for row in (line, person) if row.pk in discipline_shown(fresh, [line, person])}

    assert [shown(user) for user in (staff, planner)] == [{line.pk, person.pk}] * 2
    platoon = make_unit(depot, "B1")
    assert [shown(user) for user in (staff, planner)] == [{line.pk, person.pk}, {person.pk}]
    make_unit(platoon, "A1")
    assert [shown(user) for user in (staff, planner)] == [{person.pk}] * 2
    assert [shown(user) for user in (commander, reviewer)] == [{line.pk, person.pk}] * 2
    staff = User.objects.get(pk=staff.pk)
    with django_assert_num_queries(2):  # the memberships, and the one
        discipline_shown(staff, [line, person])


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(count, title, serious, department, depot, django_assert_num_queries):
    for number in range(count):
        person = make_person(depot, f"Lê Chi {number}")
        row = make_incident(depot, gravity=serious)
        IncidentPerson.objects.create(incident=row, person=person, part="at_fault")
    make_incident_statement(depot)
    known = rules_on(last_day(YEAR))
    with django_assert_num_queries(3):
        due(people_in(department, YEAR), units_in(department, YEAR), YEAR, known)
