"""Review of sheets: queue, verdict, reopening."""

import pytest
from django.urls import reverse

from emulation.models import Report
from emulation.services import sheets
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_unit,
    make_user,
)
from units.models import Role

REASON = "Please count the prizes again."
State = Report.State


@pytest.fixture
def indicators(region):
    campaign, found = make_campaign(region), [make_indicator(code=code, name=f"Line {code}") for code in "AB"]
    for indicator in found:
        make_campaign_indicator(campaign, indicator)
    return found


@pytest.fixture
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
    assert [(row.name, text) for row, text in answer.context["wrong"]] == [
        ("Line B", "Approve the line or return it.")
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


def test_whole_sheet_goes_back(judge, report, indicators):
    short = judge.post(url(report), verdict(indicators, "return", "approve", whole="No.") | {"action": "whole"})
    assert short.context["whole"].errors
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
    move_unit(depot, parent=nearer, effective=report.round.last_day, by=reviewer, decision="1/QĐ")
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
    with django_assert_num_queries(14):
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
