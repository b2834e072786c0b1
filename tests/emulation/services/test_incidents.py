from contextlib import suppress
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from emulation.models import Feed, Incident, IncidentEvent, IncidentGravity, IncidentKind, IncidentStatement, Report
from emulation.reports.explain import explain
from emulation.reports.review import read_review
from emulation.reports.sheets import read_sheet
from emulation.services import incidents as service
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_incident,
    make_incident_gravity,
    make_incident_kind,
    make_indicator,
    make_membership,
    make_office,
    make_person,
    make_report,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units import access
from units.errors import Refused
from units.models import Role, Unit
from units.services import move_unit

WHY = "Qua xác minh không phải vụ việc."


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 4, 5))


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def serious(db):
    return make_incident_gravity("serious", 2)


def new(unit, **columns):
    defaults = {
        "kind": make_incident_kind(), "gravity": make_incident_gravity(), "happened_on": date(2020, 2, 10),
        "reported_on": date(2020, 2, 11), "place": "Kho", "words": "Vi phạm chế độ trực",
    }  # fmt: skip
    return Incident(unit=unit, **defaults | columns)


def conclude(row, gravity, by):
    return service.conclude(row, number="12/KL", on=date(2020, 3, 1), words="Lỗi chủ quan", gravity=gravity, by=by)


def field_of(act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.field


def test_incident_goes_its_way_and_every_step_is_an_event(depot, staff, planner, serious):
    row = service.report_incident(new(depot), by=staff)
    row = service.investigate(row, by=staff)
    row = conclude(row, serious, planner)
    events = [(e.kind, e.by, e.before.get("gravity"), e.after.get("gravity")) for e in row.events.all()]
    assert events == [
        ("reported", staff, None, "minor"), ("investigated", staff, None, None),
        ("concluded", planner, "minor", "serious"),
    ]  # fmt: skip
    assert row.state == "concluded"
    assert row.events.get(kind="concluded").after["concluded_on"] == "01/03/2020"
    assert [field_of(act, row, **more) for act, more in (
        (service.investigate, {"by": staff}), (service.withdraw, {"reason": WHY, "by": planner}),
    )] == [None, None]  # fmt: skip
    row = service.reopen(row, reason="Có tình tiết mới cần xác minh.", by=planner)
    assert (row.state, row.conclusion_number, row.gravity) == ("investigated", "", serious)


def test_correction_names_what_changed(depot, staff):
    row = service.report_incident(new(depot), by=staff)
    row.injured = 2
    service.correct_incident(row, by=staff)
    event = row.events.get(kind="corrected")
    assert (event.before, event.after) == ({"injured": "0"}, {"injured": "2"})


@pytest.mark.parametrize(
    ("columns", "field"),
    [({"happened_on": date(2020, 4, 6)}, "happened_on"), ({"reported_on": date(2020, 2, 1)}, "reported_on")],
)
def test_days_that_cannot_be_are_refused(depot, staff, columns, field):
    assert field_of(service.report_incident, new(depot, **columns), by=staff) == field


def test_who_may_do_what(depot, staff, commander, reviewer, planner, outsider, administrator):
    """The unit reports and corrects; its commander and the superior conclude; the superior alone makes it lighter."""
    row = service.report_incident(new(depot), by=staff)
    everybody = {"staff": staff, "commander": commander, "reviewer": reviewer, "planner": planner, "out": outsider,
                 "admin": administrator}  # fmt: skip

    def allowed(rule, thing):
        return {name for name, user in everybody.items() if rule(user, thing)}

    assert allowed(access.enters, depot) == {"staff"}
    assert allowed(service.may_correct, row) == {"staff", "planner", "reviewer"}
    assert allowed(service.may_investigate, row) == {"staff", "commander", "planner", "reviewer"}
    assert allowed(service.may_conclude, row) == {"commander", "planner", "reviewer"}
    assert allowed(service.may_mitigate, row) == {"planner", "reviewer"}
    for by in (staff, commander, outsider):
        with pytest.raises(PermissionDenied):
            service.withdraw(row, reason=WHY, by=by)
    with pytest.raises(PermissionDenied):
        conclude(row, row.gravity, staff)


def test_who_reported_neither_concludes_nor_makes_it_lighter(depot, department, commander, planner, serious):
    """Also when the same person is staff of the superior."""
    both = make_user("both", (depot, Role.STAFF))
    make_membership(both, depot, Role.COMMANDER)
    make_membership(both, department, Role.STAFF)
    row = service.report_incident(new(depot, gravity=serious), by=both)
    minor = make_incident_gravity()
    for act in (lambda: service.withdraw(row, reason=WHY, by=both), lambda: conclude(row, minor, both)):
        with pytest.raises(PermissionDenied):
            act()
    row.gravity = minor
    assert field_of(service.correct_incident, row, reason=WHY, by=both) == "gravity"
    assert field_of(conclude, row, minor, commander) == "gravity"
    assert Incident.objects.get().gravity == serious
    assert conclude(row, minor, planner).gravity == minor


GRAVITIES = {rank: IncidentGravity(code=f"g{rank}", rank=rank) for rank in (1, 2)}
KINDS = {code: IncidentKind(code=code, counted_as=code) for code in ("traffic", "fire")}


@pytest.mark.parametrize(
    ("changes", "lighter"),
    [
        ({}, []),
        ({"gravity": GRAVITIES[2], "dead": 2, "injured": 2, "offenders": 2}, []),
        ({"gravity": GRAVITIES[1]}, ["gravity"]),
        ({"dead": 0}, ["dead"]),
        ({"injured": 0, "offenders": 0}, ["injured", "offenders"]),
        ({"kind": KINDS["fire"]}, ["kind"]),
        ({"kind": IncidentKind(code="other", counted_as="traffic")}, []),
        ({"happened_on": date(2020, 4, 1)}, ["happened_on"]),
        ({"happened_on": date(2020, 3, 30)}, []),
        ({"happened_on": date(2019, 3, 31)}, ["happened_on"]),
        ({"damage": None, "words": "Nhẹ hơn", "place": "Nơi khác", "cause": ""}, []),
    ],
)
def test_what_makes_an_incident_lighter(changes, lighter):
    columns = {"gravity": GRAVITIES[2], "kind": KINDS["traffic"], "dead": 1, "injured": 1, "offenders": 1,
               "happened_on": date(2020, 3, 31)}  # fmt: skip
    if changes.get("gravity") is GRAVITIES[2]:
        columns["gravity"] = GRAVITIES[1]
    assert service.mitigates(Incident(**columns), Incident(**columns | changes)) == lighter


def test_superior_makes_it_lighter_with_a_reason_and_figures_follow(sheet, depot, staff, reviewer, serious):
    row = service.report_incident(new(depot, gravity=serious, offenders=2), by=staff)
    row.gravity, row.offenders = make_incident_gravity(), 1
    assert field_of(service.correct_incident, row, reason=WHY, by=staff) == "gravity"
    assert field_of(service.correct_incident, row, by=reviewer) == "reason"
    assert figures(sheet) == {"KL_NT": 1}
    row.refresh_from_db()
    row.gravity, row.offenders = make_incident_gravity(), 1
    service.correct_incident(row, reason=WHY, by=reviewer)
    event = row.events.get(kind="corrected")
    assert (event.by, event.reason, event.before) == (reviewer, WHY, {"gravity": "serious", "offenders": "2"})
    assert figures(sheet) == {}


def test_people_at_fault_are_not_more_than_the_report_counts(depot, staff, planner):
    row, first, second = service.report_incident(new(depot), by=staff), make_person(depot), make_person(depot)
    assert field_of(service.name_person, row, first, "at_fault", by=staff) == "part"
    service.name_person(row, first, "victim", by=staff)
    row.offenders = 1
    row = service.correct_incident(row, by=staff)
    service.name_person(row, second, "at_fault", by=staff)
    row.offenders = 0
    assert field_of(service.correct_incident, row, reason=WHY, by=planner) == "offenders"
    assert Incident.objects.get().offenders == 1


def test_who_is_at_fault_is_taken_away_by_the_superior_alone(depot, staff, commander, planner):
    """A name at fault bars an award: it goes with a reason, never by the unit itself."""
    row, person = service.report_incident(new(depot, offenders=1), by=staff), make_person(depot)
    service.name_person(row, person, "at_fault", by=staff)
    for by in (staff, commander):
        assert field_of(service.name_person, row, person, "", reason=WHY, by=by) == "person"
    assert field_of(service.name_person, row, person, "", by=planner) == "reason"
    service.name_person(row, person, "", reason=WHY, by=planner)
    assert (row.people.count(), row.events.filter(kind="people").last().reason) == (0, WHY)


def test_incidents_are_seen_by_exactly_those_who_see_discipline(
    depot, department, region, elsewhere, staff, commander, reviewer, administrator, outsider, planner
):
    """The list and the rule for one unit say the same, for every user and unit."""
    limited = make_user("limited")
    make_membership(limited, department, Role.REVIEWER, office=make_office())
    users = [staff, commander, reviewer, administrator, outsider, planner, limited,
             make_user("far", (region, Role.STAFF)), make_user("chief", (region, Role.COMMANDER))]  # fmt: skip
    for unit in Unit.objects.all():
        make_incident(unit)
    for user in users:
        seen = {unit.pk for unit in Unit.objects.all() if access.sees_discipline(user, unit)}
        assert set(Incident.objects.visible_to(user).values_list("unit", flat=True)) == seen, user
        assert access.sees_anybodys_discipline(user) == bool(seen), user


def test_person_is_named_once_and_taken_away_with_a_trace(depot, staff):
    row, person = service.report_incident(new(depot), by=staff), make_person(depot)
    service.name_person(row, person, "victim", by=staff)
    assert field_of(service.name_person, row, person, "at_fault", by=staff) == "person"
    service.name_person(row, person, "", by=staff)
    assert (row.people.count(), row.events.filter(kind="people").count()) == (0, 2)


def test_place_of_the_day_stays_when_the_unit_moves(depot, department, elsewhere, staff, administrator):
    row = service.report_incident(new(depot), by=staff)
    move_unit(depot, parent=elsewhere, effective=date(2020, 3, 1), decision="12/QĐ", by=administrator)
    row.refresh_from_db()
    assert row.path == department.path + f"{depot.pk:06d}"


# ── feeds ─────────────────────────────────────────────────────────────────


@built_once
def sheet(region, depot):
    """The depot's open sheet that asks for serious cases, and for the injured of the roads."""
    campaign = make_campaign(region)
    for code, register, codes in (
        ("KL_NT", "incidents", "from:serious"), ("AT_THUONG", "incidents.injured", "traffic"),
    ):  # fmt: skip
        indicator = make_indicator("count", code)
        make_campaign_indicator(campaign, indicator)
        make_feed(indicator, register=register, codes=codes)
    return Report.objects.get(unit=depot, round=make_rounds()[1])


def figures(sheet):
    return dict(sheet.results.values_list("indicator__code", "numerator"))


def test_incident_counts_from_its_report_and_follows_the_conclusion(sheet, depot, staff, planner, serious):
    traffic = make_incident_kind("traffic", counted_as="traffic")
    row = service.report_incident(new(depot, kind=traffic, injured=2), by=staff)
    assert figures(sheet) == {"AT_THUONG": 2}
    conclude(row, serious, planner)
    assert figures(sheet) == {"AT_THUONG": 2, "KL_NT": 1}
    row = service.reopen(row, reason="Có tình tiết mới cần xác minh.", by=planner)
    service.withdraw(row, reason=WHY, by=planner)
    assert figures(sheet) == {}


def test_sheet_handed_in_stands_still(sheet, depot, staff, serious):
    make_report(depot, sheet.round, state="submitted")
    service.report_incident(new(depot, gravity=serious), by=staff)
    assert figures(sheet) == {}


def test_what_the_register_holds_is_said_only_to_those_for_whom_incidents_exist(
    sheet, depot, staff, region, serious
):  # fmt: skip
    make_report(depot, sheet.round, state="submitted")
    service.report_incident(new(depot, gravity=serious), by=staff)
    limited, code = make_user("far", (region, Role.STAFF)), "KL_NT"
    line = Feed.objects.get(indicator__code=code).indicator

    def told(user):
        report = Report.objects.with_last_step().get(pk=sheet.pk)
        rows = [next(row for row in read.rows if row.key == line.pk)
                for read in (read_sheet(report, editing=False, reader=user), read_review(report, user))]  # fmt: skip
        explained = explain(depot, line, 2020, "Q1", reader=user)
        return [*(bool(row.fed or row.unlike) for row in rows), bool(explained.fed)]

    assert told(staff) == [True] * 3
    assert told(limited) == [False] * 3


# ── statements ────────────────────────────────────────────────────────────


def test_commander_states_the_register_complete_and_takes_it_back(depot, commander, staff, set_today):
    assert field_of(service.state_complete, depot, 2020, by=commander) == "year"
    set_today(date(2020, 11, 1))
    row = service.state_complete(depot, 2020, by=commander)
    assert field_of(service.state_complete, depot, 2020, by=commander) == "year"
    with pytest.raises(PermissionDenied):
        service.take_back(row, reason=WHY, by=staff)
    assert field_of(service.take_back, row, reason="", by=commander) == "reason"
    row = service.take_back(row, reason="Còn thiếu một vụ của tháng 9.", by=commander)
    assert row.ended_by == commander
    assert service.state_complete(depot, 2020, by=commander).pk != row.pk


@pytest.mark.parametrize(
    ("first", "second", "until"),
    [
        (date(2020, 11, 1), date(2020, 12, 5), [date(2020, 11, 1), date(2020, 12, 5)]),
        (date(2020, 12, 5), date(2021, 1, 4), [date(2020, 12, 5), date(2020, 12, 31)]),
        (date(2020, 12, 30), date(2020, 12, 31), [date(2020, 12, 30), date(2020, 12, 31)]),
        (date(2020, 12, 31), date(2021, 1, 4), [date(2020, 12, 31)]),
        (date(2020, 12, 5), date(2020, 12, 5), [date(2020, 12, 5)]),
    ],
)
def test_statement_speaks_of_the_days_up_to_its_own(depot, commander, set_today, first, second, until):
    """A later one takes its place; the whole year is stated once."""
    for day in (first, second):
        set_today(day)
        with suppress(Refused):
            service.state_complete(depot, 2020, by=commander)
    rows = IncidentStatement.objects.order_by("pk")
    assert [row.until for row in rows] == until
    assert [row.ended_by for row in rows] == [commander] * (len(until) - 1) + [None]


def test_events_are_never_changed(depot, staff):
    row = service.report_incident(new(depot), by=staff)
    row.words = "Vi phạm khác"
    service.correct_incident(row, by=staff)
    assert IncidentEvent.objects.filter(incident=row).count() == 2
