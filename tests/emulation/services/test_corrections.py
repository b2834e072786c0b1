"""Correcting one figure: asked by the reviewer during review, and by the unit after approval."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from emulation.checks import Entry
from emulation.models import Correction, FigureRequest, Notice, Report, Summary
from emulation.reports.plain_figures import snapshot
from emulation.services import corrections, sheets
from emulation.services.cells import CellChange, Conflict, apply_cells
from emulation.services.summaries import differences
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

REASON = "The log of March was counted twice."
State = Report.State


@built_once
def prizes(region):
    indicator = make_indicator("count", "PRIZES")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@built_once
def report(depot, prizes):
    return make_report(depot, make_rounds()[1], {prizes: 5}, state=State.APPROVED)


@built_once
def in_review(report):
    Report.objects.filter(pk=report.pk).update(state=State.IN_REVIEW)
    return make_report(report.unit, report.round, state=State.IN_REVIEW)


def number(value):
    return Entry(numerator=Decimal(value))


def value(report):
    return report.results.get().numerator


def consolidated(unit, column="numerator"):
    """Whole units of the count in quarter I over the unit's branch."""
    return Summary.objects.filter(unit=unit, period="Q1").values_list(column, flat=True).first() // 1000


def sent(report, prizes, staff, commander, entry=None):
    return corrections.send(corrections.propose(report, prizes, entry or number(7), REASON, by=staff), by=commander)


# ── after approval ────────────────────────────────────────────────────────


def test_accepted_correction_changes_the_figure_and_what_rests_on_it(
    report, prizes, staff, commander, reviewer, department, region
):
    correction = corrections.accept(sent(report, prizes, staff, commander), by=reviewer)
    assert (correction.state, value(report)) == ("accepted", 7)
    assert [consolidated(department), consolidated(region)] == [7, 7]
    assert differences(2020)[1] == []
    change = report.changes.get()
    assert (change.way, change.by, change.reason, change.sealed) == ("correction", staff, REASON, True)
    assert (change.before["numerator"], change.after["numerator"]) == ("5", "7")
    version = report.versions.get()
    assert (version.event.kind, version.event.by, version.figures["PRIZES"]["numerator"]) == (
        "corrected", reviewer, "7",
    )  # fmt: skip
    assert Report.objects.get(pk=report.pk).state == State.APPROVED


def test_figure_stands_until_the_correction_is_accepted(report, prizes, staff, commander, reviewer, department):
    correction = sent(report, prizes, staff, commander)
    assert (value(report), consolidated(department)) == (5, 5)
    corrections.refuse(correction, "The log of March is right as it stands.", by=reviewer)
    assert (value(report), consolidated(department), report.versions.count()) == (5, 5, 0)
    assert Notice.objects.get(user=staff, kind=Notice.Kind.CORRECTION_REFUSED).indicator == prizes


def test_reviewer_is_told_of_a_sent_correction(report, prizes, staff, commander, reviewer):
    corrections.propose(report, prizes, number(7), REASON, by=staff)
    assert not Notice.objects.exists()
    corrections.send(Correction.objects.get(), by=commander)
    assert Notice.objects.get().user == reviewer


STEPS = {
    "propose": {"staff"},
    "send": {"commander"},
    "withdraw": {"staff", "commander"},
    "accept": {"reviewer"},
    "refuse": {"reviewer"},
}


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer", "administrator", "outsider"])
def test_who_may_do_what(request, report, prizes, staff, commander, reviewer, depot, who):
    second = make_user("second", (depot, Role.STAFF))
    user = request.getfixturevalue(who)
    calls = {
        "propose": lambda: corrections.propose(report, prizes, number(7), REASON, by=user),
        "send": lambda: corrections.send(corrections.propose(report, prizes, number(7), REASON, by=second), by=user),
        "withdraw": lambda: corrections.withdraw(sent(report, prizes, second, commander), by=user),
        "refuse": lambda: corrections.refuse(sent(report, prizes, second, commander), REASON, by=user),
        "accept": lambda: corrections.accept(sent(report, prizes, second, commander), by=user),
    }
    for name, call in calls.items():
        report.corrections.all().delete()
        if who in STEPS[name]:
            call()
        else:
            with pytest.raises(PermissionDenied):
                call()


@pytest.mark.parametrize("who", ["staff", "commander"])
def test_nobody_decides_what_they_asked_for(request, report, prizes, staff, commander, department, who):
    correction = sent(report, prizes, staff, commander)
    user = request.getfixturevalue(who)
    user.memberships.create(unit=department, role=Role.REVIEWER)
    user = type(user).objects.get(pk=user.pk)
    for call in (corrections.accept, lambda row, by: corrections.refuse(row, REASON, by=by)):
        with pytest.raises(Refused):
            call(correction, by=user)
    assert not corrections.may_decide(user, correction)
    assert value(report) == 5


def test_correction_is_refused_when_the_figure_has_changed_meanwhile(report, prizes, staff, commander, reviewer):
    correction = sent(report, prizes, staff, commander)
    apply_cells(report, [CellChange(prizes.pk, number(6))], by=staff, way="migration")
    with pytest.raises(Refused):
        corrections.accept(correction, by=reviewer)
    assert (value(report), Correction.objects.get().state) == (6, "sent")


def test_second_decision_gets_a_message(report, prizes, staff, commander, reviewer, department):
    other = make_user("other", (department, Role.REVIEWER))
    correction = sent(report, prizes, staff, commander)
    corrections.accept(correction, by=reviewer)
    for call in (corrections.accept, lambda row, by: corrections.refuse(row, REASON, by=by), corrections.withdraw):
        with pytest.raises((Refused, PermissionDenied)):
            call(correction, by=other)
    assert (report.changes.count(), report.versions.count()) == (1, 1)


def test_one_open_correction_a_figure(report, prizes, staff, commander, reviewer):
    correction = sent(report, prizes, staff, commander)
    with pytest.raises(Refused):
        corrections.propose(report, prizes, number(8), REASON, by=staff)
    corrections.withdraw(correction, by=staff)
    assert corrections.propose(report, prizes, number(8), REASON, by=staff).state == "proposed"


@pytest.mark.parametrize("state", [state for state in State.values if state != State.APPROVED])
def test_only_approved_figures_are_corrected(report, prizes, staff, state):
    Report.objects.filter(pk=report.pk).update(state=state)
    with pytest.raises(Refused):
        corrections.propose(report, prizes, number(7), REASON, by=staff)


@pytest.mark.parametrize(
    ("entry", "reason"), [(None, REASON), (number(5), REASON), (number(7), "Wrong."), (number(7), "")]
)
def test_what_is_proposed_has_to_be_another_figure_with_a_reason(report, prizes, staff, entry, reason):
    with pytest.raises(Refused):
        corrections.propose(report, prizes, entry, reason, by=staff)


def test_line_that_is_not_on_the_sheet_is_not_corrected(report, staff):
    with pytest.raises(Refused):
        corrections.propose(report, make_indicator(), number(7), REASON, by=staff)


def test_refusal_needs_a_reason(report, prizes, staff, commander, reviewer):
    with pytest.raises(Refused):
        corrections.refuse(sent(report, prizes, staff, commander), "No.", by=reviewer)


def test_grades_items_and_reasons_survive_the_way_through_a_proposal(report, staff, commander, reviewer):
    checklist = make_indicator("checklist", "MODEL", items=2)
    keys = [item.pk for item in checklist.templates.get().items.all()]
    apply_cells(report, [CellChange(checklist.pk, Entry(status="nil", reason="None."))], by=staff, way="migration")
    entry = Entry(items={keys[0]: "met", keys[1]: "not_met"}, note="Counted again.")
    report.changes.all().delete()
    corrections.accept(sent(report, checklist, staff, commander, entry), by=reviewer)
    result = report.results.get(indicator=checklist)
    assert (result.numerator, result.denominator, result.note) == (1, 2, "Counted again.")
    assert snapshot(result) == Correction.objects.get().entry


def test_open_correction_holds_reopening_and_undoing(report, prizes, staff, commander, reviewer):
    correction = sent(report, prizes, staff, commander)
    with pytest.raises(Refused):
        sheets.reopen(report, by=reviewer, reason=REASON)
    corrections.withdraw(correction, by=staff)
    assert sheets.reopen(report, by=reviewer, reason=REASON).state == State.RETURNED


def test_correction_is_possible_after_the_next_level_has_acted(
    report, prizes, department, staff, commander, reviewer
):
    make_report(department, report.round, {prizes: 1}, state=State.APPROVED)
    corrections.accept(sent(report, prizes, staff, commander), by=reviewer)
    assert consolidated(department) == 8


# ── during review ─────────────────────────────────────────────────────────


def test_unit_corrects_the_figure_it_was_asked_about(in_review, prizes, staff, reviewer, department):
    request = corrections.ask(in_review, prizes, REASON, by=reviewer)
    assert Notice.objects.get(user=staff).kind == Notice.Kind.QUESTION
    mark = in_review.results.get().mark
    corrections.answer(request, "Counted again.", by=staff, change=CellChange(prizes.pk, number(4), mark))
    assert (value(in_review), Report.objects.get(pk=in_review.pk).state) == (4, State.IN_REVIEW)
    change = in_review.changes.get()
    assert (change.reason, change.by, change.before["numerator"], change.after["numerator"]) == (
        REASON, staff, "5", "4",
    )  # fmt: skip
    assert [event.kind for event in in_review.events.all()] == ["asked", "answered"]
    assert (consolidated(department, "all_numerator"), consolidated(department)) == (4, 0)
    assert differences(2020)[1] == []


def test_answer_may_leave_the_figure(in_review, prizes, staff, reviewer):
    corrections.answer(corrections.ask(in_review, prizes, REASON, by=reviewer), "It is right.", by=staff)
    assert (value(in_review), in_review.changes.count(), FigureRequest.objects.get().answer) == (5, 0, "It is right.")


def test_only_this_figure_opens_and_only_with_an_answer(in_review, prizes, staff, reviewer):
    other = make_indicator()
    request = corrections.ask(in_review, prizes, REASON, by=reviewer)
    for text, change in [
        ("Counted again.", CellChange(other.pk, number(4))),
        ("Counted again.", CellChange(prizes.pk, None)),
        ("  ", CellChange(prizes.pk, number(4))),
    ]:
        with pytest.raises(Refused):
            corrections.answer(request, text, by=staff, change=change)
    assert (value(in_review), FigureRequest.objects.get().ended_at) == (5, None)


def test_answer_over_somebody_elses_figure_is_a_conflict(in_review, prizes, staff, reviewer):
    request = corrections.ask(in_review, prizes, REASON, by=reviewer)
    with pytest.raises(Conflict):
        corrections.answer(request, "Counted again.", by=staff, change=CellChange(prizes.pk, number(4), "0.0"))
    assert FigureRequest.objects.get().ended_at is None


@pytest.mark.parametrize("who", ["commander", "reviewer", "administrator", "outsider"])
def test_staff_alone_answer(request, in_review, prizes, reviewer, who):
    asked = corrections.ask(in_review, prizes, REASON, by=reviewer)
    with pytest.raises(PermissionDenied):
        corrections.answer(asked, "It is right.", by=request.getfixturevalue(who))


@pytest.mark.parametrize("who", ["staff", "commander", "administrator", "outsider"])
def test_reviewers_alone_ask(request, in_review, prizes, reviewer, who):
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        corrections.ask(in_review, prizes, REASON, by=user)
    asked = corrections.ask(in_review, prizes, REASON, by=reviewer)
    with pytest.raises(PermissionDenied):
        corrections.take_back(asked, by=user)


@pytest.mark.parametrize("state", [state for state in State.values if state != State.IN_REVIEW])
def test_questions_belong_to_the_review(report, prizes, reviewer, state):
    Report.objects.filter(pk=report.pk).update(state=state)
    with pytest.raises(Refused):
        corrections.ask(report, prizes, REASON, by=reviewer)


def test_question_is_asked_once_and_may_be_taken_back(in_review, prizes, staff, reviewer):
    asked = corrections.ask(in_review, prizes, REASON, by=reviewer)
    with pytest.raises(Refused):
        corrections.ask(in_review, prizes, REASON, by=reviewer)
    corrections.take_back(asked, by=reviewer)
    with pytest.raises(Refused):
        corrections.answer(asked, "It is right.", by=staff)
    corrections.ask(in_review, prizes, REASON, by=reviewer)


@pytest.mark.parametrize("decide", ["approve", "send_back"])
def test_decision_on_the_sheet_ends_the_question(in_review, prizes, staff, reviewer, decide):
    asked = corrections.ask(in_review, prizes, REASON, by=reviewer)
    more = {} if decide == "approve" else {"reason": REASON}
    getattr(sheets, decide)(in_review, by=reviewer, **more)
    with pytest.raises(Refused):
        corrections.answer(asked, "It is right.", by=staff)


def test_figure_that_changed_under_the_reviewer_is_not_approved(in_review, prizes, staff, reviewer):
    seen = sheets.last_change(in_review)
    asked = corrections.ask(in_review, prizes, REASON, by=reviewer)
    corrections.answer(asked, "Counted again.", by=staff, change=CellChange(prizes.pk, number(4)))
    with pytest.raises(Refused):
        sheets.approve(in_review, by=reviewer, seen=seen)
    assert sheets.approve(in_review, by=reviewer, seen=sheets.last_change(in_review)).state == State.APPROVED
