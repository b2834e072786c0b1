"""Who is asked to appoint somebody, for which units, and until when."""

from datetime import date

import pytest

from emulation.models import Report
from emulation.reports.vacancies import vacancies
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_membership,
    make_rounds,
    make_user,
)
from units.models import Role, User
from units.services import dissolve_unit, end_membership

DAY = date(2020, 4, 8)


@pytest.fixture(autouse=True)
def sheets(region, department, elsewhere, depot, staff, commander, set_today):
    """Only the depot is asked; it has both officers."""
    set_today(DAY)
    make_campaign_indicator(make_campaign(depot), make_indicator())
    return make_rounds()


def found(user):
    rows, _more = vacancies(User.objects.get(pk=user.pk))
    return [(row.unit.code, row.no_staff, row.no_commander) for row in rows]


def test_unit_with_both_officers_needs_nobody(administrator):
    assert found(administrator) == []


@pytest.mark.parametrize(("who", "expected"), [("staff", ("K1", True, False)), ("commander", ("K1", False, True))])
def test_ended_membership_shows_from_the_day_after_until_somebody_is_appointed(
    request, administrator, depot, set_today, who, expected
):
    membership = request.getfixturevalue(who).memberships.get()
    end_membership(membership, until=DAY, by=administrator)
    assert found(administrator) == []  # the last day still counts
    set_today(date(2020, 4, 9))
    assert found(administrator) == [expected]
    make_user("new", (depot, membership.role))
    assert found(administrator) == []


def test_other_officers_go_on_without_anybody_being_asked(administrator, depot, staff, set_today):
    make_user("second", (depot, Role.STAFF))
    end_membership(staff.memberships.get(), until=DAY, by=administrator)
    set_today(date(2020, 4, 9))
    assert found(administrator) == []


def test_officer_who_may_not_log_in_is_none(administrator, staff):
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert found(administrator) == [("K1", True, False)]


def test_the_nearest_administrator_is_asked_and_nobody_else(
    administrator, department, elsewhere, staff, commander, reviewer, outsider
):
    staff.memberships.all().delete()
    near = make_user("near", (department, Role.ADMINISTRATOR))
    beside = make_user("beside", (elsewhere, Role.ADMINISTRATOR))
    assert found(near) == [("K1", True, False)]
    assert [found(user) for user in (administrator, beside, commander, reviewer, outsider)] == [[]] * 5
    near.memberships.all().delete()
    assert found(administrator) == [("K1", True, False)]


def test_administrator_of_two_levels_is_asked_once(administrator, department, staff):
    make_membership(administrator, department, Role.ADMINISTRATOR)
    staff.memberships.all().delete()
    assert found(administrator) == [("K1", True, False)]


def test_unit_that_owes_nothing_or_has_ended_is_left_out(administrator, depot, staff, commander):
    staff.memberships.all().delete()
    Report.objects.update(state=Report.State.APPROVED)
    assert found(administrator) == []
    Report.objects.filter(round__quarter=1).update(state=Report.State.DRAFT)
    assert found(administrator) == [("K1", True, False)]
    dissolve_unit(depot, effective=DAY, decision="1", reason="Merged", by=None)
    assert found(administrator) == []


def test_sheets_of_long_ago_hold_nobody_up(administrator, staff, set_today):
    staff.memberships.all().delete()
    set_today(date(2022, 4, 8))
    assert found(administrator) == []


@pytest.mark.parametrize("more", [1, 3])
def test_cost(administrator, department, django_assert_num_queries, more):
    from tests.factories import make_unit

    make_campaign_indicator(make_campaign(department, year=2021), make_indicator())
    for _unit in range(more):
        make_unit(department)
    make_rounds(2021)
    _known = administrator.active_memberships
    with django_assert_num_queries(2):
        assert len(vacancies(administrator)[0]) == more + 1
