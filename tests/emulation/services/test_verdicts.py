"""Verdicts of offices: on their lines alone, shown to whoever approves, asked again only for what changed."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from emulation.checks import Entry
from emulation.models import OfficeVerdict, Report, ReportEvent
from emulation.reports.offices import office_states
from emulation.services import sheets
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from emulation.services.verdicts import give_verdicts
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_office,
    make_report,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

REASON = "The journal of shooting says otherwise."
State = Report.State


@built_once
def lines(region):
    """Two lines of training, one of politics (by the campaign, not by the catalogue), one of nobody."""
    training, politics = make_office("training"), make_office("politics")
    campaign = make_campaign(region)
    found = {
        "A": make_indicator("count", "A", office=training),
        "B": make_indicator("count", "B", office=training),
        "C": make_indicator("count", "C", office=training),
        "D": make_indicator("count", "D"),
    }
    for code, indicator in found.items():
        make_campaign_indicator(campaign, indicator, office=politics if code == "C" else None)
    return found


@pytest.fixture
def report(depot, lines, commander):
    report = make_report(depot, make_rounds()[1], dict.fromkeys(lines.values(), 5))
    sheets.hand_in(report, by=commander)
    return Report.objects.get(pk=report.pk)


def officer(unit, office, name="officer"):
    user = make_user(name, (unit, Role.REVIEWER))
    user.memberships.update(office=make_office(office))
    return user


@built_once
def trainer(department, reviewer):
    return officer(department, "training")


def states(report):
    report = Report.objects.select_related("unit", "round", "lineage").get(pk=report.pk)
    found = {}
    for state in office_states(report):
        found[state.office.code] = (len(state.open), len(state.agreed), len(state.objected))
    return found


def test_office_speaks_of_its_own_lines(report, lines, trainer):
    assert states(report) == {"training": (2, 0, 0)}
    give_verdicts(report, {lines["A"].pk: "", lines["B"].pk: f" {REASON} "}, by=trainer)
    assert states(report) == {"training": (0, 1, 1)}
    said = OfficeVerdict.objects.get(indicator=lines["B"])
    assert (said.office.code, said.agreed, said.reason, said.by) == ("training", False, REASON, trainer)


@pytest.mark.parametrize("code", ["C", "D"])
def test_lines_of_others_are_refused(report, lines, trainer, code):
    with pytest.raises(Refused):
        give_verdicts(report, {lines["A"].pk: "", lines[code].pk: ""}, by=trainer)
    assert not OfficeVerdict.objects.exists()


def test_campaign_says_whose_line_it_is(report, lines, department, reviewer):
    give_verdicts(report, {lines["C"].pk: ""}, by=officer(department, "politics"))
    assert states(report) == {"politics": (0, 1, 0)}


def test_short_objection_is_refused(report, lines, trainer):
    with pytest.raises(Refused):
        give_verdicts(report, {lines["A"].pk: "Wrong."}, by=trainer)


def test_same_verdict_again_is_no_new_one(report, lines, trainer):
    assert give_verdicts(report, {lines["A"].pk: ""}, by=trainer) == 1
    assert give_verdicts(report, {lines["A"].pk: ""}, by=trainer) == 0
    assert give_verdicts(report, {lines["A"].pk: REASON}, by=trainer) == 1
    assert states(report) == {"training": (1, 0, 1)}


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer", "administrator", "outsider"])
def test_only_reviewers_of_an_office_speak_for_it(request, report, lines, who):
    with pytest.raises(PermissionDenied):
        give_verdicts(report, {lines["A"].pk: ""}, by=request.getfixturevalue(who))


def test_office_of_another_unit_is_not_asked(report, lines, region, trainer):
    with pytest.raises(PermissionDenied):
        give_verdicts(report, {lines["A"].pk: ""}, by=officer(region, "training", "above"))


def test_nobody_speaks_of_a_sheet_they_made(report, lines, commander, department, reviewer):
    membership = commander.memberships.create(unit=department, role=Role.REVIEWER, office=make_office("training"))
    with pytest.raises(Refused):
        give_verdicts(report, {lines["A"].pk: ""}, by=type(commander).objects.get(pk=commander.pk))
    assert membership.pk


@pytest.mark.parametrize("state", ["not_started", "draft", "returned", "approved"])
def test_sheet_has_to_wait_for_a_decision(report, lines, trainer, state):
    Report.objects.filter(pk=report.pk).update(state=state)
    with pytest.raises(Refused):
        give_verdicts(report, {lines["A"].pk: ""}, by=trainer)


def test_open_and_objecting_offices_do_not_stand_in_the_way_but_are_named(report, lines, trainer, reviewer):
    give_verdicts(report, {lines["B"].pk: REASON}, by=trainer)
    sheets.take_up(report, by=reviewer)
    sheets.approve(report, by=reviewer)
    event = report.events.get(kind=ReportEvent.Kind.APPROVED)
    assert event.details == {"offices": [["Training", 1, 1]]}


def test_content_offices_are_not_named(report, lines, trainer, reviewer):
    give_verdicts(report, {lines["A"].pk: "", lines["B"].pk: ""}, by=trainer)
    sheets.take_up(report, by=reviewer)
    sheets.approve(report, by=reviewer)
    assert report.events.get(kind=ReportEvent.Kind.APPROVED).details == {}


def test_new_hand_in_asks_offices_again_only_for_changed_lines(report, lines, trainer, reviewer, staff, commander):
    give_verdicts(report, {lines["A"].pk: "", lines["B"].pk: REASON}, by=trainer)
    sheets.take_up(report, by=reviewer)
    sheets.send_back(report, by=reviewer, reason=REASON)
    save_cells(report, [CellChange(lines["B"].pk, Entry(numerator=Decimal(6)))], by=staff)
    sheets.hand_in(report, by=commander)
    assert states(report) == {"training": (1, 1, 0)}


def test_sheet_without_offices_costs_little(report, reviewer, django_assert_num_queries):
    report = Report.objects.select_related("unit", "round", "lineage").get(pk=report.pk)
    with django_assert_num_queries(2):
        assert office_states(report) == []
