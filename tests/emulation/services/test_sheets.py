"""The life of a sheet: every transition, allowed and refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from emulation.checks import Entry
from emulation.models import CampaignIndicator, Lineage, Notice, Report, ReportEvent, Summary
from emulation.reports.entry import open_lines
from emulation.services import sheets
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from emulation.services.summaries import differences
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

State = Report.State
REASON = "Please count the prizes again."


@built_once
def prizes(region):
    indicator = make_indicator("count", "PRIZES")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@built_once
def everybody(depot, department):
    """Holds every role over the depot's sheet, and has no part in it yet."""
    return make_user("everybody", (depot, Role.STAFF), (depot, Role.COMMANDER), (department, Role.REVIEWER))


@pytest.fixture
def report(depot, prizes, staff):
    """A draft with its only figure typed by `staff`."""
    report = make_rounds()[1].reports.get(unit=depot)
    return save_cells(report, [CellChange(prizes.pk, Entry(numerator=Decimal(5)))], by=staff)


def put(report, state):
    Report.objects.filter(pk=report.pk).update(state=state)
    return report


def transitions(report, user):
    """Every transition as a call without arguments."""
    return {
        "ready": lambda: sheets.mark_ready(report, by=user),
        "hand in": lambda: sheets.hand_in(report, by=user),
        "withdraw": lambda: sheets.withdraw(report, by=user),
        "take up": lambda: sheets.take_up(report, by=user),
        "approve": lambda: sheets.approve(report, by=user),
        "send back": lambda: sheets.send_back(report, by=user, reason=REASON),
        "reopen": lambda: sheets.reopen(report, by=user, reason=REASON),
        "undo": lambda: sheets.undo_approval(report, by=user, reason=REASON),
    }


ALLOWED = {
    State.NOT_STARTED: {"ready": State.NOT_STARTED, "hand in": State.SUBMITTED},
    State.DRAFT: {"ready": State.DRAFT, "hand in": State.SUBMITTED},
    State.RETURNED: {"ready": State.RETURNED, "hand in": State.SUBMITTED},
    State.SUBMITTED: {"withdraw": State.DRAFT, "take up": State.IN_REVIEW},
    State.IN_REVIEW: {"approve": State.APPROVED, "send back": State.RETURNED},
    State.APPROVED: {"reopen": State.RETURNED, "undo": State.IN_REVIEW},
}


@pytest.mark.parametrize("state", State.values)
def test_transitions_of_a_state(report, everybody, state):
    for name, call in transitions(report, everybody).items():
        report.events.all().delete()
        put(report, state)
        approved = {"undo": 1}.get(name, 0)
        if approved:
            sheets.log(report, ReportEvent.Kind.APPROVED, by=everybody)
        wanted = ALLOWED[state].get(name)
        if wanted is None:
            with pytest.raises(Refused):
                call()
            found = (state, approved)
        else:
            call()
            found = (wanted, approved + 1)
        report.refresh_from_db()
        assert (name, report.state, report.events.count()) == (name, *found)
        report.versions.all().delete()
        report.ready_by = report.ready_at = None
        report.save()


# Who may call what, by the role alone.
CALLERS = {
    "enter": {"staff"},
    "ready": {"staff"},
    "hand in": {"commander"},
    "withdraw": {"commander"},
    "take up": {"reviewer"},
    "approve": {"reviewer"},
    "send back": {"reviewer"},
    "reopen": {"reviewer"},
    "undo": {"reviewer"},
}


@pytest.mark.parametrize(
    "who", ["staff", "commander", "reviewer", "administrator", "outsider", "office", "chief", "above", "former"]
)
def test_who_may_call_what(request, report, prizes, region, department, depot, who):
    """Every service × role: without the role nothing happens, whatever the views ask."""
    others = {
        "office": [(department, Role.REVIEWER)],
        "chief": [(department, Role.STAFF), (department, Role.COMMANDER)],
        "above": [(region, Role.REVIEWER), (region, Role.COMMANDER)],
        "former": [(depot, Role.STAFF), (depot, Role.COMMANDER), (department, Role.REVIEWER)],
    }
    make_user("responsible", (department, Role.REVIEWER))  # nobody further up judges in their place
    user = make_user("caller", *others[who]) if who in others else request.getfixturevalue(who)
    if who == "office":
        user.memberships.update(office=make_office())
    if who == "former":
        user.memberships.update(since=date(2020, 1, 1), until=date(2020, 12, 31))
    calls = transitions(report, user)
    calls["enter"] = lambda: save_cells(report, [CellChange(prizes.pk, Entry(numerator=Decimal(6)))], by=user)
    allowed = {name for name, users in CALLERS.items() if who in users}
    for name in sorted(CALLERS.keys() - allowed):
        for state in State.values:
            put(report, state)
            with pytest.raises(PermissionDenied):
                calls[name]()
    assert (report.events.count(), report.results.get().numerator) == (0, 5)
    sheets.log(report, ReportEvent.Kind.APPROVED, by=user)
    for name in sorted(allowed):
        put(report, next(state for state, found in ALLOWED.items() if name in found or name == "enter"))
        calls[name]()


@pytest.mark.parametrize("who", ["staff", "commander"])
def test_nobody_judges_a_sheet_they_made(request, report, department, commander, who):
    sheets.hand_in(report, by=commander)
    user = request.getfixturevalue(who)
    user.memberships.create(unit=department, role=Role.REVIEWER)
    user = type(user).objects.get(pk=user.pk)
    for name in ("take up", "approve", "send back", "reopen", "undo"):
        put(report, next(state for state, found in ALLOWED.items() if name in found))
        with pytest.raises(Refused):
            transitions(report, user)[name]()


def test_stranger_did_not_take_part(report, reviewer):
    assert not sheets.took_part(reviewer, report)


def test_hand_in_is_refused_while_a_cell_is_empty(report, region, staff, commander):
    make_campaign_indicator(make_campaign(region), make_indicator())
    with pytest.raises(Refused) as refused:
        sheets.hand_in(report, by=commander)
    assert len(refused.value.messages) == 1
    with pytest.raises(Refused):
        sheets.mark_ready(report, by=staff)


def test_hand_in_seals_changes_and_keeps_a_version(report, commander):
    sheets.hand_in(report, by=commander)
    assert report.changes.get().sealed
    version = report.versions.get()
    assert (version.number, version.figures) == (1, {"PRIZES": {"status": "reported", "numerator": "5"}})


def test_versions_are_numbered_over_hand_in_and_approval(report, commander, reviewer):
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    sheets.approve(report, by=reviewer)
    sheets.reopen(report, by=reviewer, reason=REASON)
    sheets.hand_in(report, by=commander)
    found = [(version.number, version.event.kind) for version in report.versions.select_related("event")]
    assert found == [(1, "submitted"), (2, "approved"), (3, "submitted")]


def test_ready_is_stamped_once(report, staff):
    sheets.mark_ready(report, by=staff)
    ready = sheets.mark_ready(report, by=staff)
    assert (ready.ready_by, report.events.count()) == (staff, 1)


def test_hand_in_clears_the_stamp(report, staff, commander):
    sheets.mark_ready(report, by=staff)
    assert sheets.hand_in(report, by=commander).ready_by is None


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2020, 4, 21)])
def test_round_outside_its_calendar_takes_no_figures(report, commander, set_today, day):
    report.round.closes = date(2020, 4, 20)
    report.round.due = date(2020, 4, 10)
    report.round.save()
    set_today(day)
    with pytest.raises(Refused):
        sheets.hand_in(report, by=commander)


def test_returned_sheet_is_handed_in_after_the_round_closed(report, commander, set_today):
    report.round.closes = report.round.due
    report.round.save()
    set_today(date(2021, 5, 1))
    put(report, State.RETURNED)
    assert sheets.hand_in(report, by=commander).state == State.SUBMITTED
    with pytest.raises(Refused):  # it could not be handed in again
        sheets.withdraw(report, by=commander)


def test_withdrawn_sheet_is_a_draft_again(report, commander):
    sheets.hand_in(report, by=commander)
    sheets.withdraw(report, by=commander, reason="One figure is wrong.")
    event = report.events.last()
    assert (event.kind, event.reason, event.by) == ("withdrawn", "One figure is wrong.", commander)


def told(report):
    return [(row.user, row.kind, row.text) for row in Notice.objects.filter(report=report).order_by("user__sorting")]


def test_withdrawal_is_told_to_the_staff(report, staff, commander):
    sheets.hand_in(report, by=commander)
    sheets.withdraw(report, by=commander, reason=" One figure is wrong. ")
    assert told(report) == [(staff, "withdrawn", "One figure is wrong.")]


def test_commander_gives_back_what_staff_reported_as_ready(report, prizes, staff, commander):
    with pytest.raises(Refused):  # it is with the staff
        sheets.give_back(report, by=commander, reason=REASON)
    sheets.mark_ready(report, by=staff)
    with pytest.raises(Refused):
        sheets.give_back(report, by=commander, reason="Sai")
    sheets.give_back(report, by=commander, reason=REASON)
    report.refresh_from_db()
    assert (report.state, report.ready_at) == (State.DRAFT, None)
    assert (report.events.last().kind, told(report)) == ("given_back", [(staff, "given_back", REASON)])
    assert report in Report.objects.owed_by(staff)
    sheets.mark_ready(report, by=staff)
    assert list(Report.objects.owed_by(commander)) == [report]


@pytest.mark.parametrize("who", ["staff", "reviewer", "administrator", "outsider"])
def test_only_the_commander_gives_a_sheet_back(request, report, staff, who):
    sheets.mark_ready(report, by=staff)
    with pytest.raises(PermissionDenied):
        sheets.give_back(report, by=request.getfixturevalue(who), reason=REASON)


@pytest.mark.parametrize("state", Report.HANDED_IN)
def test_what_is_handed_in_is_not_given_back(report, staff, commander, state):
    sheets.mark_ready(report, by=staff)
    put(report, state)
    with pytest.raises(Refused):
        sheets.give_back(report, by=commander, reason=REASON)


def test_a_return_names_the_reviewer_after_hand_in_and_withdrawal(report, prizes, commander, reviewer):
    put(report, State.IN_REVIEW)
    sheets.send_back(report, by=reviewer, lines={prizes.pk: REASON})
    sheets.hand_in(report, by=commander)
    sheets.withdraw(report, by=commander, reason="Sửa tiếp.")
    found = Report.objects.with_last_step().get(pk=report.pk)
    assert (found.last_by, [line["reason"] for line in found.last_lines]) == (str(reviewer), [REASON])
    assert (found.now_kind, found.now_by, found.now_reason) == ("withdrawn", str(commander), "Sửa tiếp.")


def test_withdrawal_opens_no_more_than_was_returned(report, region, prizes, staff, commander, reviewer):
    """What the reviewer left alone, of an approved sheet even, is not changed by handing in and withdrawing."""
    other = make_indicator("count", "OTHER")
    make_campaign_indicator(prizes.placements.get().campaign, other)
    change = CellChange(other.pk, Entry(numerator=Decimal(7)))
    put(save_cells(report, [change], by=staff), State.APPROVED)
    sheets.reopen(report, by=reviewer, reason=REASON, lines={prizes.pk: REASON})
    for _time in range(2):
        sheets.hand_in(report, by=commander)
        report = sheets.withdraw(report, by=commander)
    assert (report.state, open_lines(report)) == (State.RETURNED, {prizes.pk})
    with pytest.raises(Refused):
        save_cells(report, [CellChange(other.pk, Entry(numerator=Decimal(8)))], by=staff)
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    sheets.send_back(report, by=reviewer, reason=REASON)
    sheets.hand_in(report, by=commander)
    assert sheets.withdraw(report, by=commander).state == State.DRAFT


@pytest.mark.parametrize("reason", ["", "too short", "   nineteen letters   "])
def test_return_needs_a_reason_that_says_something(report, reviewer, reason):
    put(report, State.IN_REVIEW)
    with pytest.raises(Refused):
        sheets.send_back(report, by=reviewer, reason=reason)
    report.refresh_from_db()
    assert report.state == State.IN_REVIEW


def test_returned_lines_are_kept_and_logged(report, prizes, reviewer):
    put(report, State.IN_REVIEW)
    sheets.send_back(report, by=reviewer, lines={prizes.pk: f"  {REASON} "})
    line = report.returned_lines.get()
    assert (line.indicator, line.reason) == (prizes, REASON)
    assert report.events.get().lines == [{"indicator": "PRIZES", "reason": REASON}]


def test_line_that_is_not_on_the_sheet_is_not_returned(report, prizes, reviewer):
    put(report, State.IN_REVIEW)
    with pytest.raises(Refused):
        sheets.send_back(report, by=reviewer, lines={make_indicator().pk: REASON})
    assert not report.returned_lines.exists()


def test_missing_line_may_be_returned(report, region, reviewer):
    late = make_indicator()
    make_campaign_indicator(make_campaign(region), late)
    put(report, State.IN_REVIEW)
    sheets.send_back(report, by=reviewer, lines={late.pk: REASON})
    assert open_lines(Report.objects.get(pk=report.pk)) == {late.pk}


def test_hand_in_closes_the_returned_lines(report, prizes, commander, reviewer):
    put(report, State.IN_REVIEW)
    sheets.send_back(report, by=reviewer, lines={prizes.pk: REASON})
    sheets.hand_in(report, by=commander)
    assert not report.returned_lines.exists()


def test_reopening_waits_for_the_sheet_above(report, department, prizes, reviewer):
    put(report, State.APPROVED)
    above = make_report(department, report.round, {prizes: 1}, state=State.APPROVED)
    with pytest.raises(Refused):
        sheets.reopen(report, by=reviewer, reason=REASON)
    put(above, State.RETURNED)
    assert sheets.reopen(report, by=reviewer, reason=REASON).state == State.RETURNED


def test_reopening_single_lines_opens_only_these(report, prizes, reviewer):
    put(report, State.APPROVED)
    sheets.reopen(report, by=reviewer, reason=REASON, lines={prizes.pk: REASON})
    assert open_lines(Report.objects.get(pk=report.pk)) == {prizes.pk}


def test_whole_sheet_is_open_unless_lines_were_returned(report, reviewer):
    assert open_lines(report) is None


def test_taking_up_computes_no_consolidated_figure(report, commander, reviewer, django_assert_max_num_queries):
    sheets.hand_in(report, by=commander)
    before = [*Summary.objects.values()], [*Lineage.objects.values()]
    with django_assert_max_num_queries(8):
        sheets.take_up(report, by=reviewer)
    assert ([*Summary.objects.values()], [*Lineage.objects.values()]) == before
    assert differences(2020) == (len(before[0]), [])


# ── the order of the tree ─────────────────────────────────────────────────


@pytest.fixture
def above(report, department, prizes):
    """The department's own sheet of the same round, filled in; the depot's below it is a draft."""
    return make_report(department, report.round, {prizes: 1})


@built_once
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


def test_sheet_waits_for_those_directly_below(report, above, chief):
    with pytest.raises(Refused) as refused:
        sheets.hand_in(above, by=chief)
    assert "Unit K1" in refused.value.messages[0]
    put(report, State.APPROVED)
    assert sheets.hand_in(above, by=chief).events.get().details == {}


@pytest.mark.parametrize("state", [state for state in State.values if state != State.APPROVED])
def test_only_approved_sheets_below_are_waited_for_no_longer(report, above, state):
    put(report, state)
    assert sheets.waiting_below(Report.objects.select_related("lineage", "round").get(pk=above.pk)) == [report]


def test_missing_sheets_are_named_with_a_reason(report, above, chief):
    sheets.hand_in(above, by=chief, missing=[report.pk], reason=REASON)
    event = above.events.get()
    assert (event.reason, event.details) == (REASON, {"missing": [["Unit K1", "draft"]]})


@pytest.mark.parametrize(("named", "reason"), [(False, REASON), (True, ""), (True, "Too short.")])
def test_missing_sheets_without_name_or_reason_are_refused(report, above, chief, named, reason):
    with pytest.raises(Refused):
        sheets.hand_in(above, by=chief, missing=[report.pk] if named else [], reason=reason)
    assert not above.events.exists()


def test_units_further_down_or_beside_are_not_waited_for(report, above, region, elsewhere, prizes, chief):
    put(report, State.APPROVED)
    make_report(elsewhere, report.round)
    assert sheets.waiting_below(Report.objects.select_related("lineage", "round").get(pk=above.pk)) == []
    top = make_report(region, report.round, {prizes: 1})
    waiting = sheets.waiting_below(Report.objects.select_related("lineage", "round").get(pk=top.pk))
    assert {row.unit.code for row in waiting} == {"CKT", "CHC"}


def test_sheet_that_is_asked_nothing_is_not_waited_for(report, above):
    CampaignIndicator.objects.get().kinds.set([above.unit.kind])
    assert sheets.waiting_below(Report.objects.select_related("lineage", "round").get(pk=above.pk)) == []


# ── undoing an approval ───────────────────────────────────────────────────


@pytest.fixture
def approved(report, commander, reviewer):
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    return sheets.approve(report, by=reviewer)


def counted(unit):
    row = Summary.objects.get(unit=unit, period="Q1")
    return row.reported, row.all_reported


def test_own_approval_is_undone(approved, department, reviewer):
    before = counted(department)
    sheets.undo_approval(approved, by=reviewer, reason=f" {REASON} ")
    assert Notice.objects.filter(report=approved, kind=Notice.Kind.UNDONE, text=REASON).exists()
    event = approved.events.last()
    assert (event.kind, event.by, event.reason) == ("undone", reviewer, REASON)
    assert (before, counted(department)) == ((1, 1), (0, 1))
    assert differences(2020)[1] == []
    assert sheets.approve(approved, by=reviewer).state == State.APPROVED


def test_approval_of_somebody_else_is_not_undone(approved, department):
    with pytest.raises(Refused):
        sheets.undo_approval(approved, by=make_user("other", (department, Role.REVIEWER)), reason=REASON)


def test_migrated_approval_is_not_undone(report, reviewer):
    put(report, State.APPROVED)
    sheets.log(report, ReportEvent.Kind.MIGRATED, by=reviewer)
    with pytest.raises(Refused):
        sheets.undo_approval(report, by=reviewer, reason=REASON)


def test_approval_is_not_undone_once_the_next_level_has_acted(approved, department, prizes, reviewer):
    make_report(department, approved.round, {prizes: 1}, state=State.APPROVED)
    with pytest.raises(Refused):
        sheets.undo_approval(approved, by=reviewer, reason=REASON)


def test_undoing_needs_a_reason(approved, reviewer):
    with pytest.raises(Refused):
        sheets.undo_approval(approved, by=reviewer, reason="Oh.")


def test_second_of_two_people_gets_a_message(report, commander, reviewer, department):
    other = make_user("other", (department, Role.REVIEWER))
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    with pytest.raises(Refused):
        sheets.take_up(report, by=other)
    assert report.events.filter(kind=ReportEvent.Kind.TAKEN_UP).count() == 1


def test_roles(report, staff, commander, reviewer, administrator, outsider, department):
    chief = make_user("chief", (department, Role.STAFF), (department, Role.COMMANDER))
    everybody = [staff, commander, reviewer, administrator, outsider, chief]
    assert [u for u in everybody if sheets.may_enter(u, report)] == [staff]
    assert [u for u in everybody if sheets.may_hand_in(u, report)] == [commander]
    assert [u for u in everybody if sheets.may_review(u, report)] == [reviewer]
