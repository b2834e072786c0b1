from datetime import date

import pytest
from django.utils import timezone

from emulation.models import IncidentPerson, IncidentStatement
from tests.constraints import assert_refused
from tests.factories import make_incident, make_incident_statement, make_person


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("incident_reported_after_it_happened", {"reported_on": date(2020, 2, 9)}),
        ("incident_concluded_after_it_was_reported",
         {"state": "concluded", "conclusion": "Lỗi", "conclusion_number": "1", "concluded_on": date(2020, 2, 9)}),
        ("incident_conclusion_with_number_and_day", {"state": "concluded"}),
        ("incident_conclusion_with_number_and_day", {"conclusion": "Lỗi"}),
        ("incident_withdrawn_for_a_reason", {"state": "withdrawn"}),
        ("incident_withdrawn_for_a_reason", {"withdrawn_why": "Nhầm"}),
        ("incident_damage_not_below_zero", {"damage": -1}),
    ],
)  # fmt: skip
def test_incident_refuses_what_cannot_be(depot, constraint, columns):
    row = make_incident(depot)
    for name, value in columns.items():
        setattr(row, name, value)
    assert_refused(row, constraint)


def test_person_is_named_once(depot):
    incident, person = make_incident(depot), make_person(depot)
    IncidentPerson.objects.create(incident=incident, person=person, part="victim")
    assert_refused(IncidentPerson(incident=incident, person=person, part="at_fault"), "incidentperson_once")


def test_statement_stands_once_and_ends_with_name_time_and_reason(depot, commander):
    row = make_incident_statement(depot, by=commander)
    second = IncidentStatement(unit=depot, year=2020, by=commander, at=timezone.now())
    assert_refused(second, "incidentstatement_one_in_force")
    row.ended_why = "Còn thiếu một vụ"
    assert_refused(row, "incidentstatement_ended_by_at_and_why_together")
