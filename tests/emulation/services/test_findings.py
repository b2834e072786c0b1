"""Errors of plausibility rules block the hand-in; warnings wait for a reason."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from emulation.models import Acknowledgement, CheckRule, Report
from emulation.reports.findings import all_findings, findings_of
from emulation.reports.review import read_review
from emulation.services import findings, sheets
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_report, make_rounds
from tests.layers import built_once
from units.errors import Refused

REASON = "The barracks flu took half of the company."


@pytest.fixture(autouse=True)
def english(set_today):
    set_today(date(2020, 7, 1))
    with translation.override("en"):
        yield


@built_once
def rule(db):
    return CheckRule.objects.create(code="worse", name="worse", kind="worse", level="warning")


@built_once
def report(region, depot, rule):
    share = make_indicator("ratio", "SHARE", name="Healthy")
    make_campaign_indicator(make_campaign(region), share)
    rounds = make_rounds()
    make_report(depot, rounds[1], {share: (9, 10)}, state=Report.State.APPROVED)
    return make_report(depot, rounds[2], {share: (5, 10)})


def key_of(report) -> str:
    (finding,) = findings_of(report)
    return finding.key


def refusal(function, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return " ".join(caught.value.messages)


def test_hand_in_waits_for_the_reason(report, staff, commander):
    for function, by in ((sheets.mark_ready, staff), (sheets.hand_in, commander)):
        assert refusal(function, report, by=by) == "1 warning still waits for your reason."
    assert findings.acknowledge(report, {key_of(report): REASON}, by=staff) == 1
    assert sheets.hand_in(report, by=commander).state == Report.State.SUBMITTED
    said = Acknowledgement.objects.get()
    assert (said.reason, said.by, said.rule.code) == (REASON, staff, "worse")


def test_error_blocks_whatever_is_said(report, rule, staff, commander):
    rule.level = "error"
    rule.save()
    assert refusal(findings.acknowledge, report, {key_of(report): REASON}, by=staff) == (
        "The figures have changed meanwhile. Look at the warnings again."
    )
    assert refusal(sheets.hand_in, report, by=commander) == "Healthy: 50 is much worse than in the last quarter (90)."
    report.refresh_from_db()
    assert (report.state, Acknowledgement.objects.count()) == (Report.State.DRAFT, 0)


def test_rule_for_reviewers_does_not_block(report, rule, commander):
    rule.level = "review"
    rule.save()
    assert sheets.hand_in(report, by=commander).state == Report.State.SUBMITTED


def test_unit_may_explain_what_only_the_reviewer_looks_at(report, rule, staff):
    rule.level = "review"
    rule.save()
    (hint,) = all_findings(report)
    assert findings.acknowledge(report, {hint.key: REASON}, by=staff) == 1
    assert [one.reason for one in all_findings(report)] == [REASON]
    assert [row.answers for row in read_review(report).rows] == [(REASON,)]


def test_short_reason_is_refused_with_the_field(report, staff):
    with pytest.raises(Refused) as caught:
        findings.acknowledge(report, {key_of(report): "ok"}, by=staff)
    assert caught.value.messages == ["“Healthy”: say why the figure is right in at least 20 characters."]
    assert caught.value.field == f"why-{key_of(report)}"


def test_same_reason_again_is_kept_once(report, staff):
    findings.acknowledge(report, {key_of(report): REASON}, by=staff)
    assert findings.acknowledge(report, {key_of(report): REASON, "": ""}, by=staff) == 0
    assert Acknowledgement.objects.count() == 1


def test_reason_is_for_the_officers_of_the_unit(report, reviewer, outsider, administrator):
    for user in (reviewer, outsider, administrator):
        with pytest.raises(PermissionDenied):
            findings.acknowledge(report, {key_of(report): REASON}, by=user)


def test_reason_is_refused_once_the_sheet_stands_still(report, staff):
    key = key_of(report)
    Report.objects.filter(pk=report.pk).update(state=Report.State.IN_REVIEW)
    assert refusal(findings.acknowledge, report, {key: REASON}, by=staff) == (
        "The sheet is “In review”: its figures stand still."
    )
