"""The life of a weak point: raised, measured, reported, re-inspected; who may, and what comes back."""

from datetime import date, timedelta
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from emulation.models import WeakPoint
from emulation.reports.weak_points import chain_of
from emulation.services import weak_points as service
from tests.factories import (
    make_breakthrough,
    make_indicator,
    make_membership,
    make_person,
    make_unit,
    make_user,
    make_weak_point,
)
from units import clock
from units.errors import Refused
from units.models import Role

WORDS = "Trained every week since April."
DAY = timedelta(days=1)


@pytest.fixture
def point(depot, staff):
    return make_weak_point(depot, staff)


@pytest.fixture
def reported(point, staff):
    return service.report_settled(point, words=WORDS, by=staff)


def closed(unit, by, reviewer, **fields):
    point = make_weak_point(unit, by, **fields)
    service.report_settled(point, words=WORDS, by=by)
    return service.close(point, reason=WORDS, by=reviewer)


def kinds(point):
    return list(point.events.values_list("kind", flat=True))


def test_life_of_a_weak_point_leaves_every_step(point, staff, commander, reviewer):
    service.move_deadline(point, deadline=clock.today() + 20 * DAY, reason="Parts come in May.", by=commander)
    service.report_settled(point, words=WORDS, by=staff)
    service.send_back(point, reason="Two records are still missing.", by=reviewer)
    service.report_settled(point, words=WORDS, by=commander)
    done = service.close(point, reason="Settled for good.", by=reviewer)

    assert kinds(point) == ["raised", "moved", "reported", "sent_back", "reported", "closed"]
    assert (done.state, done.closed_by) == ("closed", reviewer)
    moved = point.events.get(kind="moved")
    assert list(moved.before) == list(moved.after) == ["deadline"]
    assert (moved.before != moved.after, moved.reason, moved.by) == (True, "Parts come in May.", commander)


def test_chain_of_what_came_back_costs_one_query(depot, staff, reviewer, django_assert_num_queries):
    chain = []
    for year in (2018, 2019, 2020):
        chain.append(closed(depot, staff, reviewer, year=year, repeats=chain[-1] if chain else None))
    newest = WeakPoint.objects.select_related("unit").get(pk=chain[-1].pk)
    with django_assert_num_queries(1):
        assert chain_of(newest) == chain[1::-1]


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("staff", True), ("commander", True), ("reviewer", True), ("outsider", False), ("administrator", False)],
)
def test_who_raises(request, depot, who, allowed):
    user = request.getfixturevalue(who)
    if not allowed:
        with pytest.raises(PermissionDenied):
            make_weak_point(depot, user)
        return
    assert make_weak_point(depot, user).from_above == (who == "reviewer")


def test_staff_of_a_subordinate_and_commanders_above_do_not_raise(department, depot, staff):
    chief = make_user("chief", (department, Role.COMMANDER))
    assert [service.may_raise(staff, department), service.may_raise(chief, depot)] == [False, False]
    assert list(service.raising_units(chief)) == [department]


def test_open_point_gets_its_measure_from_the_unit_alone(depot, staff, reviewer):
    point = make_weak_point(depot, reviewer, measure="", owner_post="", deadline=None)
    plan = {"owner": None, "owner_post": "Deputy", "measure": "Train every week.", "deadline": clock.today()}
    with pytest.raises(PermissionDenied):
        service.set_measure(point, **plan, by=reviewer)
    row = service.set_measure(point, **plan, by=staff)
    assert (row.state, row.in_charge, row.deadline) == ("planned", "Deputy", clock.today())
    with pytest.raises(Refused) as error:
        service.set_measure(row, **plan, by=staff)
    assert error.value.field is None


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("deadline", None, "deadline"),
        ("deadline", date(2000, 1, 1), "deadline"),
        ("owner_post", " ", "owner"),
        ("measure", "short", "measure"),
    ],
)
def test_measure_says_what_is_missing(depot, staff, column, value, field):
    point = make_weak_point(depot, staff, measure="", owner_post="", deadline=None)
    plan = {"owner": None, "owner_post": "Deputy", "measure": "Train every week.", "deadline": clock.today()}
    with pytest.raises(Refused) as error:
        service.set_measure(point, **plan | {column: value}, by=staff)
    assert error.value.field == field
    assert WeakPoint.objects.get().state == "open"


def test_owner_serves_in_the_unit(depot, workshop, staff):
    with pytest.raises(Refused) as error:
        make_weak_point(depot, staff, owner=make_person(workshop))
    assert error.value.field == "owner"
    assert make_weak_point(depot, staff, owner=make_person(depot), owner_post="").in_charge == "Nguyễn Văn An"


def test_deadline_set_from_above_is_moved_from_above(depot, staff, reviewer):
    point = make_weak_point(depot, reviewer)
    later = clock.today() + 30 * DAY
    with pytest.raises(PermissionDenied):
        service.move_deadline(point, deadline=later, reason="Parts come in May.", by=staff)
    assert service.move_deadline(point, deadline=later, reason="Parts come in May.", by=reviewer).deadline == later


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(10, WORDS, "deadline"), (-1, WORDS, "deadline"), (5, "x", "reason")]
)
def test_deadline_is_not_moved_to_the_same_day_the_past_or_without_reason(point, staff, days, reason, field):
    with pytest.raises(Refused) as error:
        service.move_deadline(point, deadline=clock.today() + days * DAY, reason=reason, by=staff)
    assert error.value.field == field


@pytest.mark.parametrize("who", ["staff", "commander", "outsider"])
def test_unit_does_not_close_its_own(request, reported, reviewer, who):
    with pytest.raises(PermissionDenied):
        service.close(reported, reason=WORDS, by=request.getfixturevalue(who))


def test_reviewer_who_works_in_the_unit_does_not_close(reported, depot, reviewer):
    make_membership(reviewer, depot, Role.COMMANDER)
    assert not service.may_judge(reviewer, reported)
    with pytest.raises(Refused):
        service.close(reported, reason=WORDS, by=reviewer)


def test_who_reported_it_does_not_close_it_after_leaving_the_unit(point, depot, reviewer):
    seat = make_membership(reviewer, depot, Role.COMMANDER)
    service.report_settled(point, words=WORDS, by=reviewer)
    seat.delete()
    reviewer = type(reviewer).objects.get(pk=reviewer.pk)
    with pytest.raises(Refused, match="somebody else|người khác"):
        service.close(point, reason=WORDS, by=reviewer)


def test_only_what_was_reported_is_judged(point, reviewer):
    for act in (service.close, service.send_back):
        with pytest.raises(Refused):
            act(point, reason=WORDS, by=reviewer)
    assert kinds(point) == ["raised"]


def test_same_indicator_again_is_linked_and_counted(depot, staff, reviewer):
    indicator = make_indicator("ratio")
    first = closed(depot, staff, reviewer, indicator=indicator, year=2019)
    second = closed(depot, staff, reviewer, indicator=indicator, year=2020)
    third = make_weak_point(depot, staff, indicator=indicator, year=2021)
    assert (second.repeats, second.times, third.repeats, third.times, third.since_year) == (first, 2, second, 3, 2019)


@pytest.mark.parametrize(("year", "times"), [(2022, 2), (2023, 1)])
def test_repetition_looks_back_three_years(depot, staff, reviewer, settings, year, times):
    settings.WEAK_POINT_YEARS = 3
    indicator = make_indicator("ratio")
    closed(depot, staff, reviewer, indicator=indicator, year=2019)
    assert make_weak_point(depot, staff, indicator=indicator, year=year).times == times


def test_another_unit_or_an_unsettled_point_is_not_repeated(depot, workshop, staff, reviewer, point):
    other = make_user("other", (workshop, Role.STAFF))
    strange = closed(workshop, other, reviewer)
    for wrong in (strange, point):
        with pytest.raises(Refused) as error:
            make_weak_point(depot, staff, repeats=wrong)
        assert error.value.field == "repeats"


def test_same_title_twice_is_refused_in_words(depot, staff, point):
    with pytest.raises(ValidationError) as error:
        make_weak_point(depot, staff, title=point.title.upper())
    assert len(error.value.messages) == 1


def test_overdue_is_what_waits_for_the_unit_past_its_deadline(depot, staff, set_today):
    states = ["open", "planned", "returned", "reported"]
    points = {state: make_weak_point(depot, staff, state=state) for state in states}
    set_today(clock.today() + 11 * DAY)
    assert {state: WeakPoint.objects.get(pk=p.pk).is_overdue for state, p in points.items()} == {
        "open": True, "planned": True, "returned": True, "reported": False,
    }  # fmt: skip
    assert WeakPoint.objects.overdue().count() == 3


def test_breakthrough_is_written_by_the_staff_of_the_unit(depot, staff, commander):
    row = make_breakthrough(depot)
    with pytest.raises(PermissionDenied):
        service.save_breakthrough(row, by=commander, indicators=[])
    indicator = make_indicator("ratio")
    row.name = "  Kho   tàng "
    assert service.save_breakthrough(row, by=staff, indicators=[indicator]).name == "Kho tàng"
    assert list(row.indicators.all()) == [indicator]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite locks the whole base")
def test_two_reviewers_at_once_leave_one_result(reported, department):
    users = [make_user(f"judge{n}", (department, Role.REVIEWER)) for n in (1, 2)]
    outcomes = []

    def judge(user, act):
        try:
            outcomes.append(act(reported, reason=WORDS, by=user).state)
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    acts = (service.close, service.send_back)
    threads = [Thread(target=judge, args=pair) for pair in zip(users, acts, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[-1] == "returned" or "refused" in outcomes
    assert outcomes.count("refused") == 1
    assert reported.events.filter(kind__in=["closed", "sent_back"]).count() == 1


def test_reading_reaches_the_branch(department, depot, staff, reviewer, outsider, point):
    below = make_weak_point(make_unit(depot), staff)
    found = [set(WeakPoint.objects.visible_to(user)) for user in (staff, reviewer, outsider)]
    assert found == [{point, below}, {point, below}, set()]
