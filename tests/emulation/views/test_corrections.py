"""Pages of single figures: asked in review, corrected after approval."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from emulation.checks import Entry
from emulation.models import Correction, Report, ResultChange, Round, Summary
from emulation.services.corrections import ask, propose
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_report, make_rounds
from tests.layers import built_once

REASON = "The log of March was counted twice."
State = Report.State


@built_once
def prizes(region):
    indicator = make_indicator("ratio", "PRIZES", name="Prizes")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@built_once
def report(depot, prizes):
    return make_report(depot, make_rounds()[1], {prizes: (5, 10)}, state=State.APPROVED)


@pytest.fixture
def log_in(client):
    def enter(user):
        user.language = "en"
        user.save()
        client.force_login(user)
        return client

    return enter


def typed(indicator, numerator, denominator="10", **more):
    cell = {"status": "reported", "numerator": numerator, "denominator": denominator, "seen": ""}
    return {f"c{indicator.pk}-{name}": value for name, value in cell.items()} | more


def create_url(report, indicator):
    return reverse("emulation:correction-create", args=[report.pk, indicator.pk])


def test_correction_goes_from_staff_over_commander_to_reviewer(
    log_in, report, prizes, staff, commander, reviewer, department
):
    answer = log_in(staff).post(create_url(report, prizes), typed(prizes, "7", reason=REASON))
    row = Correction.objects.get()
    assert answer.url == row.get_absolute_url()
    page = log_in(commander).get(row.get_absolute_url())
    assert (page.context["sends"], page.context["decides"]) == (True, False)
    assert [task.url for task in log_in(commander).get(reverse("emulation:my-work")).context["work"].tasks] == [
        row.get_absolute_url()
    ]
    log_in(commander).post(row.get_absolute_url(), {"action": "send"})
    listed = log_in(reviewer).get(reverse("emulation:review-list")).context["corrections"]
    assert list(listed) == [row]
    page = log_in(reviewer).get(row.get_absolute_url())
    assert (page.context["correction"].before, page.context["correction"].after) == ("5 / 10", "7 / 10")
    log_in(reviewer).post(row.get_absolute_url(), {"action": "accept"})
    assert report.results.get().numerator == 7
    assert Summary.objects.get(unit=department, period="Q1").numerator == 7000


@pytest.mark.parametrize("numbers", [("-1", "10"), ("x", "10"), ("1", "0"), ("", "10")])
def test_figure_is_checked_as_on_the_sheet(log_in, report, prizes, staff, numbers):
    answer = log_in(staff).post(create_url(report, prizes), typed(prizes, *numbers, reason=REASON))
    assert answer.status_code == 200
    assert answer.context["row"].errors
    assert not Correction.objects.exists()


def test_what_was_typed_stays_when_the_reason_is_short(log_in, report, prizes, staff):
    answer = log_in(staff).post(create_url(report, prizes), typed(prizes, "7", reason="<b>No"))
    assert answer.context["form"].errors
    page = answer.content.decode()
    assert "&lt;b&gt;No</textarea>" in page
    assert 'value="7"' in page


def test_refusal_needs_a_reason(log_in, report, prizes, staff, commander, reviewer):
    log_in(staff).post(create_url(report, prizes), typed(prizes, "7", reason=REASON))
    row = Correction.objects.get()
    log_in(commander).post(row.get_absolute_url(), {"action": "send"})
    judge = log_in(reviewer)
    assert judge.post(row.get_absolute_url(), {"action": "refuse", "reason": "No."}).context["form"].errors
    judge.post(row.get_absolute_url(), {"action": "refuse", "reason": REASON})
    row.refresh_from_db()
    assert (row.state, row.decision, report.results.get().numerator) == ("refused", REASON, 5)


def test_lines_with_an_open_correction_are_not_offered_again(log_in, report, prizes, staff):
    address = reverse("emulation:report-corrections", args=[report.pk])
    assert [row.name for row in log_in(staff).get(address).context["lines"]] == ["Prizes"]
    log_in(staff).post(create_url(report, prizes), typed(prizes, "7", reason=REASON))
    assert log_in(staff).get(address).context["waiting"] == {prizes.pk}


def test_a_second_correction_leads_to_the_open_one(log_in, report, prizes, staff):
    log_in(staff).post(create_url(report, prizes), typed(prizes, "7", reason=REASON))
    assert log_in(staff).get(create_url(report, prizes)).url == Correction.objects.get().get_absolute_url()


def test_question_stands_first_and_is_counted(log_in, report, prizes, staff, reviewer):
    Report.objects.filter(pk=report.pk).update(state=State.IN_REVIEW)
    before = log_in(staff).get(reverse("emulation:my-work")).context["nav"].counts.tasks
    ask(Report.objects.get(pk=report.pk), prizes, "Please look at the log of March again.", by=reviewer)
    page = log_in(staff).get(reverse("emulation:my-work"))
    assert page.context["work"].tasks[0].title == "Question about Prizes"
    assert page.context["nav"].counts.tasks == before + 1


def test_line_of_another_sheet_does_not_exist(log_in, report, staff):
    assert log_in(staff).get(create_url(report, make_indicator())).status_code == 404


def test_reviewer_asks_and_the_unit_answers_with_the_right_figure(log_in, report, prizes, staff, reviewer):
    Report.objects.filter(pk=report.pk).update(state=State.IN_REVIEW)
    address = reverse("emulation:figure-request", args=[report.pk, prizes.pk])
    judge = log_in(reviewer)
    assert judge.post(address, {"reason": "Why?"}).context["form"].errors
    judge.post(address, {"reason": REASON})
    unit = log_in(staff)
    assert REASON in unit.get(report.get_absolute_url()).content.decode()
    assert address in [task.url for task in unit.get(reverse("emulation:my-work")).context["work"].tasks]
    seen = unit.get(address).context["row"].seen
    wrong = unit.post(address, typed(prizes, "x", reason="Counted again.") | {f"c{prizes.pk}-seen": seen})
    assert wrong.context["row"].errors
    unit.post(address, typed(prizes, "4", reason="Counted again.") | {f"c{prizes.pk}-seen": seen})
    assert (report.results.get().numerator, report.requests.get().answer) == (4, "Counted again.")
    assert Report.objects.get(pk=report.pk).state == State.IN_REVIEW


def test_question_is_taken_back(log_in, report, prizes, reviewer):
    Report.objects.filter(pk=report.pk).update(state=State.IN_REVIEW)
    address = reverse("emulation:figure-request", args=[report.pk, prizes.pk])
    log_in(reviewer).post(address, {"reason": REASON})
    log_in(reviewer).post(address, {"action": "take-back"})
    assert report.requests.get().ended_at is not None


def test_no_question_is_asked_about_what_has_been_approved(log_in, report, prizes, reviewer):
    page = log_in(reviewer).get(reverse("emulation:figure-request", args=[report.pk, prizes.pk]))
    assert "What has been approved changes by a correction." in page.text
    assert "Ask the unit" not in page.text


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_the_corrections(log_in, report, prizes, region, staff, django_assert_num_queries, more):
    campaign = make_campaign(region)
    for _line in range(more):
        indicator = make_indicator("count")
        make_campaign_indicator(campaign, indicator)
        make_report(report.unit, report.round, {indicator: 1}, state=State.APPROVED)
        log_in(staff).post(create_url(report, indicator), typed(indicator, "7", reason=REASON))
    client = log_in(staff)
    with django_assert_num_queries(12):
        client.get(reverse("emulation:report-corrections", args=[report.pk]))


def test_lines_are_called_as_on_the_sheet_wherever_they_are_spoken_of(
    client, depot, department, staff, commander, reviewer, set_today
):
    """The year may call an indicator otherwise than the catalogue."""
    set_today(date(2020, 4, 5))
    prizes = make_indicator(code="PRIZES", name="Catalogue name")
    make_campaign_indicator(make_campaign(department), prizes, name="Name of the year")
    sheet = make_report(depot, make_rounds()[1], {prizes: 5}, state=Report.State.IN_REVIEW)
    ask(sheet, prizes, "How many of them are of this quarter?", by=reviewer)
    other = make_report(depot, Round.objects.get(year=2020, quarter=2), {prizes: 5}, state=Report.State.APPROVED)
    propose(other, prizes, Entry(numerator=Decimal(6)), "Counted one too few.", by=staff)
    save_change(other, prizes, staff)
    pages = [
        (staff, reverse("emulation:my-work")),
        (commander, reverse("emulation:my-work")),
        (staff, reverse("emulation:report-detail", args=[sheet.pk])),
        (staff, reverse("emulation:report-history", args=[other.pk])),
        (staff, reverse("emulation:report-history", args=[sheet.pk])),
        (commander, reverse("emulation:report-corrections", args=[other.pk])),
    ]
    for user, address in pages:
        client.force_login(user)
        text = client.get(address).text
        assert ("Name of the year" in text, "Catalogue name" in text) == (True, False), address


def save_change(report, indicator, by):
    ResultChange.objects.create(
        report=report, indicator=indicator, by=by, at=timezone.now(), way="form",
        before=None, after={"status": "reported", "numerator": "5"},
    )  # fmt: skip
