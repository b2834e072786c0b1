"""Review of sheets: queue, verdict, reopening."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from emulation.checks import Entry
from emulation.models import Report, Round
from emulation.services import corrections, sheets
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_office,
    make_report,
    make_rounds,
    make_unit,
    make_user,
    root_administrator,
)
from tests.layers import built_once
from units.models import Role, User

REASON = "Please count the prizes again."
State = Report.State


@built_once
def indicators(region):
    campaign, found = make_campaign(region), [make_indicator(code=code, name=f"Line {code}") for code in "AB"]
    for indicator in found:
        make_campaign_indicator(campaign, indicator)
    return found


@built_once
def report(depot, indicators):
    return make_report(depot, make_rounds()[1], dict.fromkeys(indicators, 5), state=State.IN_REVIEW)


@pytest.fixture
def judge(client, reviewer):
    reviewer.language = "en"
    reviewer.save()
    client.force_login(reviewer)
    return client


def url(report, name="review"):
    return reverse(f"emulation:report-{name}", args=[report.pk])


def verdict(indicators, *words, **more):
    return {f"v{row.pk}": word for row, word in zip(indicators, words, strict=True)} | {"action": "send"} | more


def state_of(report):
    return Report.objects.get(pk=report.pk).state


def test_all_lines_approved_approve_the_sheet(judge, report, indicators):
    answer = judge.post(url(report), verdict(indicators, "approve", "approve"))
    assert answer.url == reverse("emulation:review-list")
    assert state_of(report) == State.APPROVED


def test_returned_lines_go_back_with_their_reasons(judge, report, indicators):
    judge.post(url(report), verdict(indicators, "approve", "return", **{f"r{indicators[1].pk}": REASON}))
    assert state_of(report) == State.RETURNED
    assert [(line.indicator, line.reason) for line in report.returned_lines.all()] == [(indicators[1], REASON)]


def test_line_without_a_verdict_stops_the_form(judge, report, indicators):
    answer = judge.post(url(report), {f"v{indicators[0].pk}": "approve", "action": "send"})
    assert answer.context["wrong"] == [(indicators[1].pk, "Line B: Approve the line or return it.")]
    answer = judge.post(url(report), {"action": "send"})
    assert answer.context["wrong"] == [
        (indicators[0].pk, "2 lines have no verdict yet: approve or return each of them.")
    ]
    assert state_of(report) == State.IN_REVIEW


def test_short_reason_is_refused_and_kept(judge, report, indicators):
    answer = judge.post(url(report), verdict(indicators, "approve", "return", **{f"r{indicators[1].pk}": "Wrong."}))
    assert len(answer.context["wrong"]) == 1
    assert "Wrong.</textarea>" in answer.content.decode()
    assert state_of(report) == State.IN_REVIEW


def test_lines_without_a_warning_are_approved_together(judge, report, indicators):
    report.results.filter(indicator=indicators[1]).delete()
    answer = judge.post(url(report), {"action": "plain"})
    ((_group, lines),) = answer.context["verdicts"]
    assert [(line.row.name, line.chosen, line.wrong) for line in lines] == [
        ("Line A", "approve", ""), ("Line B", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("singly", [True, False])
def test_lines_that_stood_still_keep_their_approval(judge, report, indicators, staff, commander, reviewer, singly):
    """Only what was sent back is judged anew; where the whole sheet went back, nothing had been approved."""
    lines = {indicators[1].pk: REASON} if singly else None
    sheets.send_back(report, by=reviewer, reason=REASON, lines=lines)
    save_cells(report, [CellChange(indicators[1].pk, Entry(numerator=Decimal(6)))], by=staff)
    sheets.take_up(sheets.hand_in(report, by=commander), by=reviewer)
    ((_group, lines),) = judge.get(url(report)).context["verdicts"]
    assert [line.chosen for line in lines] == (["approve", ""] if singly else ["", ""])


def test_whole_sheet_goes_back(judge, report, indicators):
    first = indicators[0].pk
    short = judge.post(url(report), {f"v{first}": "return", "whole": "No.", "action": "whole"})
    assert short.context["whole"].errors
    chosen = [line.chosen for _group, lines in short.context["verdicts"] for line in lines]
    assert (chosen, short.context["wrong"]) == (["return", ""], [])
    assert state_of(report) == State.IN_REVIEW
    judge.post(url(report), {"action": "whole", "whole": REASON})
    assert state_of(report) == State.RETURNED
    assert report.events.get().reason == REASON


def test_second_verdict_gets_a_message_and_keeps_its_reasons(judge, report, indicators, department):
    other = make_user("other", (department, Role.REVIEWER))
    sheets.approve(report, by=other)
    data = verdict(indicators, "approve", "return", **{f"r{indicators[1].pk}": REASON})
    answer = judge.post(url(report), data)
    assert "This is not possible now" in answer.context["problems"][0]
    assert f"{REASON}</textarea>" in answer.content.decode()
    assert report.events.count() == 1


def test_next_sheet_follows_the_verdict(judge, report, indicators, workshop):
    waiting = make_report(workshop, report.round, dict.fromkeys(indicators, 1), state=State.SUBMITTED)
    answer = judge.post(url(report), verdict(indicators, "approve", "approve"))
    assert answer.url == url(waiting)


def test_next_sheet_is_the_one_below_in_the_queue(judge, report, indicators, workshop, department):
    """Not the first again: whoever works downwards stays where they are."""
    states = {workshop: State.IN_REVIEW, make_unit(department): State.SUBMITTED}
    middle, last = (
        make_report(unit, report.round, dict.fromkeys(indicators, 1), state=state) for unit, state in states.items()
    )
    assert [row.pk for row in judge.get(url(middle)).context["queue"].reports] == [report.pk, middle.pk, last.pk]
    assert judge.post(url(middle), verdict(indicators, "approve", "approve")).url == url(last)


def test_sheet_is_taken_up(judge, report):
    Report.objects.update(state=State.SUBMITTED)
    assert judge.post(url(report, "take-up")).url == url(report)
    assert state_of(report) == State.IN_REVIEW


def test_second_reviewer_is_told_that_it_was_taken_up(judge, report):
    page = judge.post(url(report, "take-up"), follow=True)
    assert "This is not possible now" in page.content.decode()


@pytest.mark.parametrize("part", ["typed", "handed in"])
def test_who_made_the_sheet_does_not_judge_it(judge, report, reviewer, indicators, part):
    if part == "typed":
        report.changes.create(indicator=indicators[0], by=reviewer, at=report.state_since, way="form")
    else:
        report.events.create(kind="submitted", by=reviewer, at=report.state_since)
    assert judge.get(url(report)).status_code == 403
    assert list(judge.get(reverse("emulation:review-list")).context["items"]) == []


def test_nearer_reviewer_takes_over(judge, report, depot, department, reviewer):
    nearer = make_unit(department, "D")
    from units.services import move_unit

    assert judge.get(url(report)).status_code == 200
    move_unit(depot, parent=nearer, effective=report.round.last_day, by=root_administrator(), decision="1/QĐ")
    make_user("nearer", (nearer, Role.REVIEWER))
    assert judge.get(url(report)).status_code == 403


def test_whole_sheet_and_single_lines_are_reopened(judge, report, indicators):
    Report.objects.filter(pk=report.pk).update(state=State.APPROVED)
    assert judge.post(url(report, "reopen"), {"reason": "Wrong."}).status_code == 200
    assert state_of(report) == State.APPROVED
    judge.post(url(report, "reopen"), {"reason": REASON, "lines": [indicators[0].pk]})
    assert state_of(report) == State.RETURNED
    assert report.returned_lines.get().indicator == indicators[0]
    Report.objects.filter(pk=report.pk).update(state=State.APPROVED)
    judge.post(url(report, "reopen"), {"reason": REASON})
    assert not report.returned_lines.exists()


def test_queue_counts_by_state(judge, report, indicators, department):
    for state in (State.SUBMITTED, State.RETURNED, State.APPROVED):
        make_report(make_unit(department), report.round, {}, state=state)
    page = judge.get(reverse("emulation:review-list"), {"round": report.round.pk})
    assert {key: number for key, _words, number, _chosen in page.context["tabs"]} == {
        "waiting": 2, "open": 0, "returned": 1, "approved": 1,
    }  # fmt: skip
    assert {item.report.state for item in page.context["items"]} == {State.SUBMITTED, State.IN_REVIEW}


def test_an_empty_queue_does_not_say_that_there_are_no_sheets(judge, report):
    make_report(report.unit, report.round, {}, state=State.APPROVED)
    address = reverse("emulation:review-list")
    assert "No sheet waits for you." in judge.get(address).text
    assert "No sheet is in this state in the rounds chosen." in judge.get(address, {"state": "returned"}).text


def test_queue_is_for_reviewers(client, report, staff):
    client.force_login(staff)
    assert client.get(reverse("emulation:review-list")).status_code == 403


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_the_review(judge, report, region, department, indicators, django_assert_num_queries, more):
    campaign = make_campaign(region)
    for _line in range(more):
        make_campaign_indicator(campaign, make_indicator("grade"))
        make_campaign_indicator(campaign, make_indicator("checklist"))
        make_report(make_unit(department), report.round, {indicators[0]: 3}, state=State.SUBMITTED)
    with django_assert_num_queries(18):
        judge.get(url(report))


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_the_queue(judge, report, department, indicators, django_assert_num_queries, more):
    for _unit in range(more):
        make_report(make_unit(department), report.round, {indicators[0]: 3}, state=State.SUBMITTED)
    with django_assert_num_queries(14):
        judge.get(reverse("emulation:review-list"))


# ── the order of the tree ─────────────────────────────────────────────────


def test_superior_names_the_missing_units_with_a_reason(client, report, department, indicators):
    above = make_report(department, report.round, dict.fromkeys(indicators, 1))
    chief = make_user("chief", (department, Role.COMMANDER), language="en")
    client.force_login(chief)
    address = url(above, "hand-in")
    assert [row.pk for row in client.get(address).context["below"].waiting] == [report.pk]
    short = client.post(address, {"missing": report.pk, "reason": "Too <b>short"})
    assert short.context["problems"]
    assert "Too &lt;b&gt;short</textarea>" in short.content.decode()
    assert state_of(above) == State.DRAFT
    client.post(address, {"missing": report.pk, "reason": "The depot is moving this month."})
    assert state_of(above) == State.SUBMITTED
    history = client.get(url(above, "history")).content.decode()
    assert "Without: Unit K1 (In review)" in history


# ── offices, several sheets at once, undoing ──────────────────────────────


def test_office_judges_its_lines_and_goes_on(client, report, department, reviewer, indicators):
    indicators[0].office = make_office()
    indicators[0].save()
    officer = make_user("officer", (department, Role.REVIEWER), language="en")
    officer.memberships.update(office=make_office())
    client.force_login(officer)
    waiting = client.get(reverse("emulation:review-list")).context["of_office"]
    assert [(row.pk, row.judged) for row in waiting] == [(report.pk, 0)]
    page = client.get(url(report, "office"))
    assert [row.name for row in page.context["review"].rows] == ["Line A"]
    line = indicators[0].pk
    short = client.post(url(report, "office"), {f"v{line}": "return", f"r{line}": "No <i>"})
    assert [text for _row, text in short.context["wrong"]] != []
    assert 'value="No &lt;i&gt;"' in short.content.decode()
    answer = client.post(url(report, "office"), {f"v{line}": "return", f"r{line}": REASON})
    assert answer.url == reverse("emulation:review-list")
    assert report.office_verdicts.get().reason == REASON
    client.force_login(reviewer)
    found = client.get(url(report)).context["review"]
    assert [objection.reason for objection in found.rows[0].objections] == [REASON]
    assert [state.office.code for state in found.reluctant] == ["training"]


def test_sheets_without_a_warning_are_approved_together(judge, report, department, indicators):
    fine = make_report(make_unit(department, "K2"), report.round, dict.fromkeys(indicators, 3), state=State.SUBMITTED)
    empty = make_report(make_unit(department, "K3"), report.round, {indicators[0]: 3}, state=State.SUBMITTED)
    address = reverse("emulation:review-approve")
    page = judge.post(address, {"report": [report.pk, fine.pk, empty.pk]})
    plain = page.context["plain"]
    assert {found.report for found, _mark in plain} == {report, fine}
    assert [found.report for found in page.context["others"]] == [empty]
    assert state_of(fine) == State.SUBMITTED
    marks = [f"{found.report.pk}:{mark}" for found, mark in plain]
    answer = judge.post(address, {"confirmed": 1, "report": marks}, follow=True)
    assert [state_of(row) for row in (report, fine, empty)] == [State.APPROVED, State.APPROVED, State.SUBMITTED]
    assert len(list(answer.context["messages"])) == 2


def test_one_sheet_that_changed_does_not_hold_up_the_others(judge, report, department, indicators, staff):
    fine = make_report(make_unit(department, "K2"), report.round, dict.fromkeys(indicators, 3), state=State.IN_REVIEW)
    asked = corrections.ask(report, indicators[0], REASON, by=User.objects.get(username="reviewer"))
    change = CellChange(indicators[0].pk, Entry(numerator=Decimal(9)))
    corrections.answer(asked, "Counted again.", by=staff, change=change)
    data = {"confirmed": 1, "report": [f"{report.pk}:0", f"{fine.pk}:0"]}
    judge.post(reverse("emulation:review-approve"), data)
    assert [state_of(report), state_of(fine)] == [State.IN_REVIEW, State.APPROVED]


def test_figure_changed_on_request_is_shown_and_stops_a_stale_approval(judge, report, indicators, commander, staff):
    put = Report.objects.filter(pk=report.pk)
    put.update(state=State.DRAFT)
    sheets.hand_in(report, by=commander)
    put.update(state=State.IN_REVIEW)
    seen = judge.get(url(report)).context["seen"]
    judge.post(url_of_request(report, indicators[0]), {"reason": REASON})
    asked = report.requests.get()
    corrections.answer(asked, "Counted.", by=staff, change=CellChange(indicators[0].pk, Entry(numerator=Decimal(9))))
    row = judge.get(url(report)).context["review"].rows[0]
    assert (row.was, row.asked.answer) == (("5", "9"), "Counted.")
    answer = judge.post(url(report), verdict(indicators, "approve", "approve", seen=seen))
    assert "A figure has changed" in answer.context["problems"][0]
    lines = [line for _group, lines in answer.context["verdicts"] for line in lines]
    assert [line.chosen for line in lines] == ["", "approve"]
    judge.post(url(report), verdict(indicators, "approve", "approve", seen=answer.context["seen"]))
    assert state_of(report) == State.APPROVED


def url_of_request(report, indicator):
    return reverse("emulation:figure-request", args=[report.pk, indicator.pk])


def test_approval_is_undone_by_who_gave_it(judge, report, indicators, department, client):
    judge.post(url(report), verdict(indicators, "approve", "approve"))
    assert judge.get(url(report)).context["undoes"]
    assert judge.post(url(report, "undo"), {"reason": "Short."}).context["form"].errors
    judge.post(url(report, "undo"), {"reason": REASON})
    assert state_of(report) == State.IN_REVIEW


def test_queue_is_by_deadline_then_by_the_tree(judge, report, department, indicators):
    late = Round.objects.get(quarter=2)
    late.due = date(2020, 2, 1)
    late.save()
    other = make_unit(department, "K2")
    rows = [make_report(other, round_, state=State.SUBMITTED) for round_ in (report.round, late)]
    items = judge.get(reverse("emulation:review-list")).context["items"]
    assert [item.report for item in items] == [rows[1], report, rows[0]]


@pytest.mark.parametrize("row", ["9" * 22, "9" * 5000, "{pk}:" + "9" * 5000])
def test_absurd_keys_choose_no_sheet(judge, report, row):
    answer = judge.post(reverse("emulation:review-approve"), {"report": row.format(pk=report.pk), "confirmed": 1})
    assert (answer.status_code, state_of(report)) == (302, State.IN_REVIEW)


def test_line_beyond_every_row_does_not_exist(judge, report):
    for name in ("figure-request", "report-panel"):
        assert judge.get(reverse(f"emulation:{name}", args=[report.pk, 10**22])).status_code == 404


def test_lines_without_a_verdict_are_marked_and_open_no_empty_reason(judge, report, indicators):
    first, second = indicators
    page = judge.post(url(report), {"action": "send"}).text
    assert (page.count("qt-vote is-wrong"), page.count("data-keep")) == (2, 0)
    page = judge.post(url(report), verdict([first], "return")).text
    assert (page.count("qt-vote is-wrong"), page.count("data-keep")) == (1, 1)


def test_reopening_says_what_it_takes_away_and_offers_the_correction(judge, report):
    Report.objects.filter(pk=report.pk).update(state=State.APPROVED)
    page = judge.get(url(report, "reopen")).content.decode()
    assert "Until it is approved anew, the whole sheet is missing from the approved figures" in page
    assert reverse("emulation:report-corrections", args=[report.pk]) in page
