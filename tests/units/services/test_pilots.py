from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import make_user
from tests.layers import built_once
from units.errors import Refused
from units.models import Role, UnitPilot
from units.services.pilots import end_pilot, make_pilot

SINCE = date(2020, 1, 1)


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(date(2020, 7, 1))


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


def test_superior_names_a_pilot_and_ends_it(depot, planner):
    row = make_pilot(depot, purpose="  VMTD   mẫu mực ", since=SINCE, decision="12/QĐ", by=planner)
    assert (row.purpose, row.in_force) == ("VMTD mẫu mực", True)
    row = end_pilot(row, until=date(2020, 7, 1), by=planner)
    assert [list(UnitPilot.objects.on(day)) for day in (date(2019, 12, 31), SINCE, date(2020, 6, 30), row.until)] == [
        [], [row], [row], [],
    ]  # fmt: skip
    with pytest.raises(Refused):
        end_pilot(row, until=date(2020, 8, 1), by=planner)
    assert make_pilot(depot, purpose="VMTD mẫu mực", since=row.until, by=planner).pk != row.pk


def test_unit_does_not_name_itself_nor_do_others(depot, staff, commander, reviewer, outsider, administrator):
    for user in (staff, commander, reviewer, outsider, administrator):
        with pytest.raises(PermissionDenied):
            make_pilot(depot, purpose="VMTD", since=SINCE, by=user)


@pytest.mark.parametrize(("purpose", "since", "field"), [
    ("VMTD", SINCE, "purpose"), ("Khác", date(2020, 7, 2), "since"), ("Khác", date(1999, 1, 1), "since"),
])  # fmt: skip
def test_what_cannot_be_is_refused(depot, planner, purpose, since, field):
    depot.established = date(2000, 1, 1)
    depot.save()
    make_pilot(depot, purpose="VMTD", since=SINCE, by=planner)
    with pytest.raises(Refused) as refused:
        make_pilot(depot, purpose=purpose, since=since, by=planner)
    assert (refused.value.field, UnitPilot.objects.count()) == (field, 1)
