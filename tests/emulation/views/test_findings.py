"""The page of checks, and reasons given on the way to handing in."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from emulation.models import Acknowledgement, CampaignIndicator, CheckRule, Report
from emulation.reports.review import read_review
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
)

REASON = "The barracks flu took half of the company."


@pytest.fixture
def report(region, depot, set_today):
    set_today(date(2020, 7, 1))
    CheckRule.objects.create(code="worse", name="worse", kind="worse", level="warning")
    share = make_indicator("ratio", "SHARE", name="Healthy")
    make_campaign_indicator(make_campaign(region), share)
    rounds = make_rounds()
    make_report(depot, rounds[1], {share: (9, 10)}, state=Report.State.APPROVED)
    return make_report(depot, rounds[2], {share: (5, 10)})


@pytest.fixture
def field(report) -> str:
    return f"why-{CheckRule.objects.get().pk}-{report.results.get().indicator_id}"


def logged_in(client, user):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


def test_checks_are_answered_by_the_staff_and_read_by_the_reviewer(client, report, field, staff, reviewer):
    address = reverse("emulation:report-checks", args=[report.pk])
    page = logged_in(client, staff).get(address)
    assert page.context["may_answer"] and "1 warning: correct the figure" in page.text
    assert client.post(address, {field: REASON}).status_code == 302
    assert "1 warning, with its reason" in client.get(address).text
    page = logged_in(client, reviewer).get(address)
    assert (page.context["may_answer"], [row[2] for row in page.context["warnings"]]) == (False, [REASON])
    assert REASON in page.text


def test_unit_reads_before_handing_in_what_the_reviewer_will_read(client, report, field, staff, commander):
    CheckRule.objects.update(level="review")
    make_target(report.unit, CampaignIndicator.objects.get(), 50)
    exact = CheckRule.objects.create(code="z", name="exact", kind="at_target", level="review")
    said = ["50 is much worse than in the last quarter (90).", "The figure is exactly the target, 50."]
    page = logged_in(client, staff).get(reverse("emulation:report-checks", args=[report.pk]))
    assert [one.sentence for one, *_field in page.context["hints"]] == said
    assert "2 figures that the reviewer looks at closely" in page.text
    assert "Nothing stands out" not in page.text
    with translation.override("en"):
        assert [row.why for row in read_review(report).rows] == [" ".join(said)]
    handing_in = logged_in(client, commander).get(reverse("emulation:report-hand-in", args=[report.pk]))
    assert [one.rule for one, *_field in handing_in.context["hints"]][1] == exact.pk
    assert client.post(handing_in.request["PATH_INFO"], {}).status_code == 302


def test_short_reason_comes_back_with_what_was_typed(client, report, field, staff):
    page = logged_in(client, staff).post(reverse("emulation:report-checks", args=[report.pk]), {field: "flu"})
    assert page.context["problems"] == ["“Healthy”: say why the figure is right in at least 20 characters."]
    assert [(row[2], row[3]) for row in page.context["warnings"]] == [("flu", True)]


def test_commander_gives_the_reason_while_handing_in(client, report, field, commander):
    address = reverse("emulation:report-hand-in", args=[report.pk])
    logged_in(client, commander)
    refused = client.post(address, {field: ""})
    assert refused.context["problems"] == ["1 warning still waits for your reason."]
    assert [wrong for _one, _field, _reason, wrong in refused.context["warnings"]] == [True]
    assert f'<a href="#{field}">1 warning still waits for your reason.</a>' in refused.text
    short = client.post(address, {field: "flu"}).text
    assert f'<a href="#{field}">“Healthy”: say why the figure is right in at least 20 characters.</a>' in short
    assert client.post(address, {field: REASON}).status_code == 302
    report.refresh_from_db()
    assert (report.state, Acknowledgement.objects.get().reason) == (Report.State.SUBMITTED, REASON)


def test_reason_is_not_kept_when_the_hand_in_is_refused(client, report, field, commander):
    report.results.all().delete()
    page = logged_in(client, commander).post(reverse("emulation:report-hand-in", args=[report.pk]), {field: REASON})
    assert page.context["problems"] == ["The figures have changed meanwhile. Look at the warnings again."]
    assert not Acknowledgement.objects.exists()
