"""Who is asked to appoint somebody, for which units, and until when."""

from datetime import date

import pytest

from emulation.models import Campaign, Lineage, Report, Round
from emulation.reports.launch import launch_points
from emulation.reports.vacancies import remarks, vacancies
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_membership,
    make_office,
    make_rounds,
    make_user,
    root_administrator,
)
from units.access import reviewing_units
from units.models import Membership, Role, User
from units.reports.officers import lack_of
from units.services import dissolve_unit, end_membership

DAY = date(2020, 4, 8)


@pytest.fixture(autouse=True)
def sheets(region, department, elsewhere, depot, staff, commander, reviewer, set_today):
    """Only the depot is asked; it has both officers, and a reviewer above."""
    set_today(DAY)
    make_campaign_indicator(make_campaign(depot), make_indicator())
    return make_rounds()


def found(user):
    rows, _more = vacancies(User.objects.get(pk=user.pk))
    return [(row.unit.code, row.lack.staff, row.lack.commander, row.judge) for row in rows]


def test_unit_with_both_officers_needs_nobody(administrator):
    assert found(administrator) == []


@pytest.mark.parametrize(
    ("who", "expected"), [("staff", ("K1", True, False, False)), ("commander", ("K1", False, True, False))]
)
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
    assert found(administrator) == [("K1", True, False, False)]


def test_the_nearest_administrator_is_asked_and_nobody_else(
    administrator, department, elsewhere, staff, commander, reviewer, outsider
):
    staff.memberships.all().delete()
    near = make_user("near", (department, Role.ADMINISTRATOR))
    beside = make_user("beside", (elsewhere, Role.ADMINISTRATOR))
    assert found(near) == [("K1", True, False, False)]
    assert [found(user) for user in (administrator, beside, commander, reviewer, outsider)] == [[]] * 5
    near.memberships.all().delete()
    assert found(administrator) == [("K1", True, False, False)]


def test_administrator_of_two_levels_is_asked_once(administrator, department, staff):
    make_membership(administrator, department, Role.ADMINISTRATOR)
    staff.memberships.all().delete()
    assert found(administrator) == [("K1", True, False, False)]


def test_unit_that_owes_nothing_or_has_ended_is_left_out(administrator, depot, staff, commander):
    staff.memberships.all().delete()
    Report.objects.update(state=Report.State.APPROVED)
    Campaign.objects.update(state=Campaign.State.CLOSED)
    assert found(administrator) == []
    Report.objects.filter(round__quarter=1).update(state=Report.State.DRAFT)
    assert found(administrator) == [("K1", True, False, False)]
    dissolve_unit(depot, effective=DAY, decision="1", reason="Merged", by=root_administrator())
    assert found(administrator) == []


def test_sheets_of_long_ago_hold_nobody_up(administrator, staff, set_today):
    staff.memberships.all().delete()
    set_today(date(2022, 4, 8))
    assert found(administrator) == []


@pytest.mark.parametrize("how", ["locked", "ended", "of one office"])
def test_a_unit_without_a_reviewer_above_is_named(administrator, reviewer, how):
    if how == "locked":
        User.objects.filter(pk=reviewer.pk).update(is_active=False)
    elif how == "ended":
        Membership.objects.filter(user=reviewer).update(until=date(2020, 4, 7))
    else:
        Membership.objects.filter(user=reviewer).update(office=make_office())
    assert found(administrator) == [("CKT", False, False, True)]  # once, where one should be appointed


def test_a_missing_reviewer_is_told_the_administrator_of_the_superior(administrator, department, depot, reviewer):
    reviewer.memberships.all().delete()
    below = make_user("below", (depot, Role.ADMINISTRATOR))
    assert (found(below), found(administrator)) == ([], [("CKT", False, False, True)])
    (page,) = remarks(below, depot)
    assert page.text == "Cấp trên không có ai thẩm định những gì đơn vị trình."


def test_the_reviewer_missing_is_the_one_responsible(region, department, depot, reviewer):
    """At the root its own reviewers are, elsewhere those of any unit above, never its own."""
    make_user("", (depot, Role.REVIEWER))
    for unit in (region, department, depot):
        (judge,) = reviewing_units([unit]).values()
        assert lack_of(unit).reviewer == (judge is None)
    make_user("", (region, Role.REVIEWER))
    assert not any(lack_of(unit).reviewer for unit in (region, department, depot))


def test_it_is_told_before_the_launch_and_without_rounds(administrator, depot, staff):
    staff.memberships.all().delete()
    for row in (Report, Lineage, Round):
        row.objects.all().delete()
    Campaign.objects.update(state=Campaign.State.DRAFT, launched_on=None)
    assert found(administrator) == [("K1", True, False, False)]
    Campaign.objects.update(ends=date(2020, 4, 7))
    assert found(administrator) == []


def test_it_stands_above_the_tree_and_on_the_page_of_the_unit(administrator, staff, reviewer, depot):
    assert list(remarks(administrator, None)) == list(remarks(administrator, depot)) == []
    staff.memberships.all().delete()

    (above,), (here,) = remarks(administrator, None), remarks(administrator, depot)
    (other,) = remarks(reviewer, depot)

    assert (above.title, above.text) == ("1 đơn vị thiếu người phụ trách", f"{depot.short}: trợ lý.")
    assert (here.title, here.text) == ("Thiếu: trợ lý", "Không ai nhập được số liệu.")
    assert other.text == "Không ai nhập được số liệu. Hãy báo quản trị hệ thống."
    assert list(remarks(reviewer, None)) == []


def test_the_launch_names_units_that_lack_somebody(depot, staff, commander):
    campaign = Campaign.objects.get()

    def point():
        return next(row for row in launch_points(campaign, DAY, commander) if row.key == "officers")

    assert point().state == "met"
    staff.memberships.all().delete()
    assert (point().state, point().words) == (
        "advice", f"Hãy báo quản trị hệ thống trước khi phát động. {depot.short}: trợ lý."
    )  # fmt: skip


@pytest.mark.parametrize("more", [1, 3])
def test_cost(administrator, department, django_assert_num_queries, more):
    from tests.factories import make_unit

    make_campaign_indicator(make_campaign(department, year=2021), make_indicator())
    for _unit in range(more):
        make_unit(department)
    make_rounds(2021)
    _known = administrator.active_memberships
    with django_assert_num_queries(2):
        assert len(vacancies(administrator)[0]) == more + 2  # the department, too, and above it there is no reviewer
