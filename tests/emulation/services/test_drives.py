"""Targets of a peak drive: on its own figures, and on those of the quarter in which it ends."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from emulation.models import Target
from emulation.reports.drives import drive_lines, drive_units
from emulation.reports.figures import figures_of
from emulation.services import drives
from emulation.services.rounds import set_up_drive_round
from emulation.services.targets import Agreement
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
from units.errors import Refused
from units.models import Role

REASON = "The drive was shortened by two weeks."


@pytest.fixture
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@pytest.fixture
def year_row(department, depot, workshop):
    return make_campaign_indicator(make_campaign(department), make_indicator("ratio"))


@pytest.fixture
def drive(year_row, department):
    return make_drive(department, ends=date(2020, 5, 19))


def lines(drive, unit):
    rows = [place.row for place in drives.drive_places(drive, unit)]
    return {line.row.pk: line for line in drive_lines(drive, unit, rows)}


def agree(drive, unit, row, value, by, comparator=">=", reason=""):
    return drives.agree_targets(drive, unit, {row.pk: Agreement(Decimal(value), comparator)}, by=by, reason=reason)


def test_offered_are_own_indicators_and_those_asked_in_the_quarter_in_which_it_ends(
    drive, depot, elsewhere, year_row
):
    own = make_campaign_indicator(drive, make_indicator())
    make_campaign_indicator(year_row.campaign, make_indicator(), asked="year")

    assert [place.row for place in drives.drive_places(drive, depot)] == [own, year_row]
    assert drives.drive_places(drive, elsewhere) == []


def test_a_target_on_the_year_is_judged_on_the_quarter_alone(drive, year_row, depot, department, reviewer):
    rounds = make_rounds()
    make_report(depot, rounds[1], {year_row.indicator: (100, 100)}, state="approved")
    make_target(depot, year_row, 50)
    agree(drive, depot, year_row, 96, reviewer)
    assert lines(drive, depot)[year_row.pk].result == "none"

    make_report(depot, rounds[2], {year_row.indicator: (95, 100)}, state="approved")

    line = lines(drive, depot)[year_row.pk]
    assert (line.result, line.agreed) == ("miss", "≥ 96")  # 95 misses 96 by more than one per cent of it
    assert [(row.unit, row.agreed, row.met) for row in drive_units(drive, [depot])] == [(depot, 1, 0)]
    agree(drive, depot, year_row, 95, reviewer, reason=REASON)
    assert lines(drive, depot)[year_row.pk].result == "met"
    figure = figures_of([depot], 2020, ["Q2"])[depot.pk, year_row.indicator_id, "Q2"]
    assert figure.target == 50  # what the year compares with stays the year's target


def test_a_target_on_an_own_indicator_is_judged_on_the_drives_round(drive, depot, workshop, department, reviewer):
    row = make_campaign_indicator(drive, make_indicator())
    round_ = set_up_drive_round(drive, opens=date(2020, 5, 10), due=date(2020, 5, 29), closes=None)
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


def test_the_superior_assigns_the_unit_registers_and_the_reviewer_agrees(
    drive, year_row, depot, planner, staff, reviewer
):
    drives.propose(drive, depot, "assigned", {year_row.pk: Decimal(97)}, by=planner)
    drives.propose(drive, depot, "registered", {year_row.pk: Decimal(98)}, by=staff)
    for user, column in ((staff, "assigned"), (planner, "registered")):
        with pytest.raises(PermissionDenied):
            drives.propose(drive, depot, column, {year_row.pk: Decimal(1)}, by=user)
    with pytest.raises(PermissionDenied):
        agree(drive, depot, year_row, 98, planner)

    agree(drive, depot, year_row, 98, reviewer)

    target = Target.objects.get()
    assert (target.drive, target.assigned, target.registered, target.agreed) == (drive, 97, 98, 98)
    assert [change.field for change in target.changes.order_by("pk")] == ["assigned", "registered", "agreed"]
    with pytest.raises(Refused):
        drives.propose(drive, depot, "registered", {year_row.pk: Decimal(90)}, by=staff)
    with pytest.raises(Refused) as caught:
        agree(drive, depot, year_row, 90, reviewer)
    assert caught.value.field == "reason"


def test_nobody_agrees_on_what_they_registered(drive, year_row, depot, department):
    both = make_user("both", (depot, Role.STAFF), (department, Role.REVIEWER))
    drives.propose(drive, depot, "registered", {year_row.pk: Decimal(98)}, by=both)

    with pytest.raises(Refused):
        agree(drive, depot, year_row, 98, both)


def test_a_closed_drive_and_indicators_of_others_are_refused(drive, year_row, depot, planner):
    stranger = make_campaign_indicator(make_campaign(depot, year=2019), make_indicator())
    with pytest.raises(Refused):
        drives.propose(drive, depot, "assigned", {stranger.pk: Decimal(1)}, by=planner)
    drive.state = "closed"
    drive.save()
    with pytest.raises(Refused):
        drives.propose(drive, depot, "assigned", {year_row.pk: Decimal(1)}, by=planner)
