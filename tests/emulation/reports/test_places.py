"""Targets of a peak drive: on its own figures, and on those of the quarter in which it ends."""

from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from emulation.models import Registration, RegistrationEvent, RegistrationVersion, Target
from emulation.reports.drives import drive_lines, drive_units
from emulation.reports.figures import figures_of
from emulation.reports.places import drive_places, targets_in
from emulation.reports.targets import registration_of
from emulation.services import amendments, targets
from emulation.services.rounds import set_up_drive_round
from emulation.services.target_values import Agreement
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

REASON = "The drive was shortened by two weeks."


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def year_row(department, depot, workshop):
    return make_campaign_indicator(make_campaign(department), make_indicator("ratio"))


@built_once
def drive(year_row, department):
    return make_drive(department, ends=date(2020, 5, 19))


def lines(drive, unit):
    rows = [place.row for place in drive_places(drive, unit)]
    return {line.row.pk: line for line in drive_lines(drive, unit, rows)}


def agree(drive, unit, row, value, by, reason=""):
    lines = {row.pk: Agreement(Decimal(value), ">=")}
    return targets.agree(unit, drive.year, lines, by=by, reason=reason, drive=drive)


def hand_in(drive, unit, row, value, staff, commander):
    targets.register(unit, drive.year, {row.pk: Decimal(value)}, by=staff, drive=drive)
    return targets.hand_in_registration(unit, drive.year, by=commander, drive=drive)


def test_offered_are_own_indicators_and_those_asked_in_the_quarter_in_which_it_ends(
    drive, depot, elsewhere, year_row
):
    own = make_campaign_indicator(drive, make_indicator())
    make_campaign_indicator(year_row.campaign, make_indicator(), asked="year")

    assert [place.row for place in drive_places(drive, depot)] == [own, year_row]
    assert drive_places(drive, elsewhere) == []


def test_a_target_on_the_year_is_judged_on_the_quarter_alone(
    drive, year_row, depot, department, staff, commander, reviewer
):
    hand_in(drive, depot, year_row, 96, staff, commander)
    rounds = make_rounds()
    make_report(depot, rounds[1], {year_row.indicator: (100, 100)}, state="approved")
    make_target(depot, year_row, 50)
    agree(drive, depot, year_row, 96, reviewer)
    assert lines(drive, depot)[year_row.pk].result == "none"

    make_report(depot, rounds[2], {year_row.indicator: (95, 100)}, state="approved")

    line = lines(drive, depot)[year_row.pk]
    assert (line.result, line.agreed) == ("miss", "≥\u00a096")  # 95 misses 96 by more than one per cent of it
    assert [(row.unit, row.agreed, row.met) for row in drive_units(drive, [depot])] == [(depot, 1, 0)]
    agree(drive, depot, year_row, 95, reviewer, reason=REASON)
    assert lines(drive, depot)[year_row.pk].result == "met"
    figure = figures_of([depot], 2020, ["Q2"])[depot.pk, year_row.indicator_id, "Q2"]
    assert figure.target == 50  # what the year compares with stays the year's target


def test_a_target_on_an_own_indicator_is_judged_on_the_drives_round(
    drive, depot, workshop, department, staff, commander, reviewer
):
    row = make_campaign_indicator(drive, make_indicator())
    round_ = set_up_drive_round(drive, opens=date(2020, 5, 10), due=date(2020, 5, 29), closes=None)
    hand_in(drive, depot, row, 5, staff, commander)
    agree(drive, depot, row, 5, reviewer)
    make_report(depot, round_, {row.indicator: 7}, state="submitted")
    assert lines(drive, depot)[row.pk].result == "none"

    make_report(depot, round_, state="approved")

    line = lines(drive, depot)[row.pk]
    assert (line.result, line.own) == ("over", True)
    partly = lines(drive, department)[row.pk]  # the workshop is missing: a figure, neither judged nor «not reported»
    assert (partly.value, partly.result, partly.short) == ("7", "", "1/3")
    make_report(workshop, round_, {row.indicator: 3}, state="approved")
    make_report(department, round_, {row.indicator: "nil"}, state="approved")
    assert lines(drive, department)[row.pk].value == "10"
    (found,) = drive_units(drive, [depot])
    assert (found.sheet.state, found.agreed, found.met) == ("approved", 1, 1)


def test_the_drives_registration_goes_the_way_of_the_years_and_leaves_that_alone(
    drive, year_row, depot, planner, staff, commander, reviewer
):
    targets.assign(depot, 2020, {year_row.pk: Decimal(97)}, by=planner, drive=drive)
    targets.register(depot, 2020, {year_row.pk: Decimal(98)}, by=staff, drive=drive)
    with pytest.raises(Refused):  # nothing was handed in yet
        agree(drive, depot, year_row, 98, reviewer)
    sent = targets.hand_in_registration(depot, 2020, by=commander, drive=drive)
    with pytest.raises(Refused) as frozen:
        targets.register(depot, 2020, {year_row.pk: Decimal(99)}, by=staff, drive=drive)
    targets.return_registration(depot, 2020, by=reviewer, reason=REASON, drive=drive)
    targets.register(depot, 2020, {year_row.pk: Decimal("98.5")}, by=staff, drive=drive)
    targets.hand_in_registration(depot, 2020, by=commander, drive=drive)
    agreed = agree(drive, depot, year_row, "98.5", reviewer)

    assert frozen.value.messages == ["Bản đăng ký đang ở trạng thái “Đã trình” nên không sửa được."]
    assert (agreed.pk, agreed.drive, agreed.year, agreed.state) == (sent.pk, drive, 2020, "agreed")
    assert [event.kind for event in agreed.events.all()] == ["submitted", "returned", "submitted", "agreed"]
    assert [line["value"] for line in agreed.versions.get().content["targets"]] == ["98.5"]
    target = Target.objects.get()
    assert (target.drive, target.assigned, target.registered, target.agreed) == (drive, 97, Decimal("98.5"), 98.5)
    assert registration_of(depot, 2020).pk is None
    assert targets_in(drive, [depot]) == {(depot.pk, year_row.pk): target}
    with pytest.raises(Refused) as caught:
        agree(drive, depot, year_row, 90, reviewer)
    assert caught.value.field == "reason"


def test_each_step_is_of_its_role(drive, year_row, depot, planner, staff, commander, reviewer):
    value = {year_row.pk: Decimal(1)}
    for user, step in ((staff, targets.assign), (planner, targets.register), (commander, targets.register)):
        with pytest.raises(PermissionDenied):
            step(depot, 2020, value, by=user, drive=drive)
    with pytest.raises(PermissionDenied):
        targets.hand_in_registration(depot, 2020, by=staff, drive=drive)
    hand_in(drive, depot, year_row, 98, staff, commander)
    with pytest.raises(PermissionDenied):
        agree(drive, depot, year_row, 98, planner)


def test_less_than_assigned_is_handed_in_with_a_reason_and_last_year_says_nothing(
    drive, year_row, depot, planner, staff, commander
):
    make_report(depot, make_rounds(2019)[1], {year_row.indicator: (100, 100)}, state="approved")
    targets.assign(depot, 2020, {year_row.pk: Decimal(97)}, by=planner, drive=drive)
    targets.register(depot, 2020, {year_row.pk: Decimal(96)}, by=staff, drive=drive)
    with pytest.raises(Refused) as caught:
        targets.hand_in_registration(depot, 2020, by=commander, drive=drive)
    targets.register(depot, 2020, {year_row.pk: Decimal(97)}, by=staff, drive=drive)

    assert caught.value.field == "reason"
    assert targets.hand_in_registration(depot, 2020, by=commander, drive=drive).state == "submitted"


def test_what_is_agreed_for_the_drive_is_amended_into_a_new_version(
    drive, year_row, depot, staff, commander, reviewer
):
    hand_in(drive, depot, year_row, 98, staff, commander)
    agree(drive, depot, year_row, 98, reviewer)
    lines = {year_row.pk: Agreement(Decimal(97), ">=")}
    row = amendments.propose(depot, 2020, lines, None, by=staff, reason=REASON, drive=drive)
    amendments.send(row, by=commander)
    amendments.accept(row, by=reviewer)

    assert Target.objects.get(drive=drive).agreed == 97
    assert list(row.registration.versions.values_list("number", "reason")) == [(1, ""), (2, REASON)]


def test_nobody_agrees_on_what_they_registered_for_the_drive_but_may_for_the_year(
    drive, year_row, depot, department, commander, staff
):
    both = make_user("both", (depot, Role.STAFF), (department, Role.REVIEWER))
    hand_in(drive, depot, year_row, 98, both, commander)
    with pytest.raises(Refused):
        agree(drive, depot, year_row, 98, both)
    targets.register(depot, 2020, {year_row.pk: Decimal(98)}, by=staff)
    targets.hand_in_registration(depot, 2020, by=commander)

    assert targets.agree(depot, 2020, {year_row.pk: Agreement(Decimal(98), ">=")}, by=both).state == "agreed"


def test_of_two_at_once_the_second_is_told(drive, year_row, depot, staff, commander, reviewer, department):
    other = make_user("other", (department, Role.REVIEWER))
    registration = hand_in(drive, depot, year_row, 98, staff, commander)
    with pytest.raises(Refused):
        targets.hand_in_registration(depot, 2020, by=commander, drive=drive)
    seen = targets.stand_of(registration)
    agree(drive, depot, year_row, 98, reviewer)
    lines = {year_row.pk: Agreement(Decimal(99), ">=")}
    with pytest.raises(Refused) as caught:
        targets.agree(depot, 2020, lines, by=other, reason=REASON, seen=seen, drive=drive)

    assert caught.value.messages[0].startswith(str(reviewer))
    assert (Target.objects.get().agreed, registration.versions.count()) == (98, 1)


def test_a_closed_drive_and_indicators_of_others_are_refused(drive, year_row, depot, planner, staff):
    stranger = make_campaign_indicator(make_campaign(depot, year=2019), make_indicator())
    with pytest.raises(Refused):
        targets.assign(depot, 2020, {stranger.pk: Decimal(1)}, by=planner, drive=drive)
    drive.state = "closed"
    drive.save()
    for step, user in ((targets.assign, planner), (targets.register, staff)):
        with pytest.raises(Refused) as caught:
            step(depot, 2020, {year_row.pk: Decimal(1)}, by=user, drive=drive)
        assert caught.value.messages == ["Phong trào đã kết thúc, không sửa được nữa."]


def test_what_was_agreed_line_by_line_before_becomes_an_agreed_registration(
    drive, year_row, depot, staff, commander, reviewer
):
    hand_in(drive, depot, year_row, 98, staff, commander)
    agree(drive, depot, year_row, 98, reviewer)
    for rows in (RegistrationVersion, RegistrationEvent, Registration):
        rows.objects.all().delete()

    import_module("emulation.migrations.0032_drive_registrations").register_what_is_agreed(apps)

    registration = registration_of(depot, 2020, drive)
    assert (registration.state, [event.by for event in registration.events.all()]) == ("agreed", [reviewer])
    lines = {year_row.pk: Agreement(Decimal(97), ">=")}
    assert amendments.propose(depot, 2020, lines, None, by=staff, reason=REASON, drive=drive).base == 1
