from datetime import date

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied

from tests.factories import make_unit_rating, make_user
from units.errors import Refused
from units.models import Role, UnitRating
from units.services import rate_units
from units.services.unit_ratings import REMOVE


@pytest.fixture
def planner(set_today, department):
    set_today(date(2020, 12, 20))
    return make_user("planner", (department, Role.STAFF))


def rated():
    return [(row.unit.code, row.year, row.rating, row.decision) for row in UnitRating.objects.order_by("unit__code")]


def test_superior_rates_units_all_or_none(planner, depot, workshop, elsewhere):
    rating = {"year": 2020, "decision": " 12/QĐ ", "by": planner}
    assert rate_units({depot: "well", workshop: "excellent"}, **rating) == 2
    assert rate_units({depot: "well", workshop: "completed"}, **rating | {"decision": ""}) == 1
    assert rated() == [("K1", 2020, "well", "12/QĐ"), ("X1", 2020, "completed", "12/QĐ")]
    with pytest.raises(PermissionDenied):
        rate_units({depot: "not", elsewhere: "well"}, **rating)
    assert rated()[0][2] == "well"


def test_a_unit_does_not_rate_itself_but_the_root_does(planner, department, region, staff, depot):
    for user, unit in ((planner, department), (staff, depot)):
        with pytest.raises(PermissionDenied):
            rate_units({unit: "well"}, year=2020, decision="", by=user)
    assert rate_units({region: "well"}, year=2020, decision="", by=make_user("top", (region, Role.STAFF))) == 1


@pytest.mark.parametrize(
    ("columns", "year"),
    [({}, 2021), ({"established": date(2020, 1, 1)}, 2019), ({"dissolved": date(2019, 1, 1)}, 2019)],
)
def test_years_in_which_there_was_nothing_to_rate_are_refused(planner, depot, columns, year):
    type(depot).objects.filter(pk=depot.pk).update(**columns)
    with pytest.raises(Refused):
        rate_units({depot: "well"}, year=year, decision="", by=planner)
    assert rated() == []


def test_what_was_entered_by_mistake_is_removed_with_a_reason(planner, depot, workshop):
    make_unit_rating(depot)
    with pytest.raises(Refused) as error:
        rate_units({depot: REMOVE}, year=2020, decision=" ", by=planner)
    assert error.value.field == "decision"
    assert rate_units({depot: REMOVE, workshop: REMOVE}, year=2020, decision="Nhầm năm", by=planner) == 1
    entry = LogEntry.objects.get_for_model(UnitRating).filter(action=LogEntry.Action.DELETE).get()
    assert (rated(), entry.additional_data) == ([], {"unit": depot.pk, "why": "Nhầm năm"})
