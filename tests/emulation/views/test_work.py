"""What waits for whom."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from emulation.models import CampaignIndicator, Registration, Report, Round, TargetChange
from emulation.services import registrations, sheets, targets
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_extension,
    make_indicator,
    make_notice,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
)

State = Report.State
REASON = "Please count the prizes again."


@pytest.fixture
def prizes(region, depot, set_today):
    set_today(date(2020, 4, 8))
    indicator = make_indicator("count", name="Prizes")
    make_campaign_indicator(make_campaign(region), indicator)
    Registration.objects.create(unit=depot, year=2020, state="agreed")
    return indicator


@pytest.fixture
def rounds(prizes, depot):
    found = make_rounds()
    for quarter, round_ in found.items():
        round_.opens = date(2020, 3 * quarter, 20)
        round_.due = date(2020, 3 * quarter + 1, 10) if quarter < 4 else date(2021, 1, 10)
        round_.save()
    return found


def work_of(client, user):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client.get(reverse("emulation:my-work"))


def tasks(page):
    return [(task.title, task.action) for task in page.context["work"].tasks]


def test_a_sheet_that_missed_its_round_stays_and_says_whom_to_ask(client, rounds, depot, department, staff, reviewer):
    Round.objects.filter(quarter=1).update(due=date(2020, 4, 2), closes=date(2020, 4, 7))
    page = work_of(client, staff)

    assert tasks(page) == [("Sheet of quarter I/2020", "View")]
    (task,) = page.context["work"].tasks
    assert task.deadline.text == "6 days late"
    assert task.hint == f"Entry closed on 07/04/2020 without this sheet. Ask {department} for more time."
    make_extension(Report.objects.get(unit=depot, round__quarter=1), until=date(2020, 4, 9))
    assert tasks(work_of(client, staff)) == [("Sheet of quarter I/2020", "Begin")]


def test_staff_see_the_open_sheet_with_its_deadline(client, rounds, staff):
    page = work_of(client, staff)
    assert tasks(page) == [("Sheet of quarter I/2020", "Begin")]
    (task,) = page.context["work"].tasks
    assert (task.deadline.text, task.deadline.tone, task.item.filled, task.item.total) == (
        "2 days left",
        "near",
        0,
        1,
    )


def test_commander_waits_until_the_sheet_is_ready(client, depot, rounds, prizes, staff, commander):
    report = make_report(depot, rounds[1], {prizes: 5})
    assert tasks(work_of(client, commander)) == []
    sheets.mark_ready(report, by=staff)
    assert tasks(work_of(client, commander)) == [("Sheet of quarter I/2020", "Hand in for review")]
    assert tasks(work_of(client, staff)) == []


def test_returned_sheet_stands_on_top_with_its_reason(client, depot, rounds, prizes, staff, reviewer):
    report = make_report(depot, rounds[1], {prizes: 5}, state=State.IN_REVIEW)
    sheets.send_back(report, by=reviewer, lines={prizes.pk: REASON})
    work = work_of(client, staff).context["work"]
    (task,) = work.returned
    assert (task.reason, task.lines, task.action, task.by) == (REASON, 1, "Correct", str(reviewer))
    assert task.at == report.events.get(kind="returned").at
    assert work.tasks == ()


def test_reviewer_sees_what_waits_for_review(client, depot, workshop, rounds, prizes, reviewer):
    make_report(depot, rounds[1], {prizes: 5}, state=State.SUBMITTED)
    make_report(workshop, rounds[1], {prizes: 5}, state=State.IN_REVIEW)
    assert tasks(work_of(client, reviewer)) == [
        ("Review: Sheet of quarter I/2020", "Take up"), ("Review: Sheet of quarter I/2020", "Continue the review"),
    ]  # fmt: skip


def test_registrations_wait_for_the_unit_and_its_reviewer(
    client, depot, workshop, rounds, staff, reviewer, commander
):
    Registration.objects.create(unit=depot, year=2021)
    Registration.objects.create(unit=workshop, year=2021, state="submitted")
    assert tasks(work_of(client, staff))[-1] == ("Registration of targets for 2021", "Continue")
    assert tasks(work_of(client, reviewer)) == [("Registration of targets for 2021", "Judge")]
    assert tasks(work_of(client, commander))[-1] == ("Registration of targets for 2021", "Check and hand in")


def test_returned_registration_keeps_who_when_and_why_through_all_that_happens_in_the_unit(
    client, depot, rounds, prizes, staff, commander, reviewer
):
    row = CampaignIndicator.objects.get()
    Registration.objects.all().delete()
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    targets.hand_in_registration(depot, 2020, by=commander)
    targets.return_registration(depot, 2020, by=reviewer, reason=REASON)
    came = (REASON, str(reviewer), Registration.objects.get().events.get(kind="returned").at)

    def returned():
        return [(task.reason, task.by, task.at) for task in work_of(client, staff).context["work"].returned]

    assert returned() == [came]
    registrations.mark_ready(depot, 2020, by=staff)
    targets.register(depot, 2020, {row.pk: Decimal(5)}, by=staff)
    assert returned() == [came]
    targets.hand_in_registration(depot, 2020, by=commander)
    registrations.withdraw(depot, 2020, by=commander)
    assert returned() == [came]


def test_sent_sheets_show_their_state(client, depot, rounds, prizes, commander):
    make_report(depot, rounds[1], {prizes: 5}, state=State.SUBMITTED)
    assert [item.state for item in work_of(client, commander).context["work"].sent] == ["submitted"]


def test_my_work_is_for_whoever_has_a_role(client, administrator):
    assert work_of(client, administrator).status_code == 200
    assert work_of(client, make_user()).status_code == 403


def test_registration_is_not_judged_by_who_typed_it(client, workshop, rounds, prizes, reviewer):
    Registration.objects.create(unit=workshop, year=2020, state="submitted")
    assert tasks(work_of(client, reviewer)) == [("Registration of targets for 2020", "Judge")]
    target = make_target(workshop, CampaignIndicator.objects.get(), 5)
    TargetChange.objects.create(
        target=target, field="registered", after={"value": "5"}, by=reviewer, at=timezone.now()
    )
    assert tasks(work_of(client, reviewer)) == []


def test_reviews_stand_by_deadline_then_by_hand_in(client, depot, workshop, rounds, prizes, reviewer):
    later = make_report(depot, rounds[2], {prizes: 5}, state=State.SUBMITTED)
    urgent = make_report(workshop, rounds[1], {prizes: 5}, state=State.SUBMITTED)
    Report.objects.filter(pk=later.pk).update(state_since=urgent.state_since - timedelta(days=9))
    found = work_of(client, reviewer).context["work"].tasks
    assert [(task.place, task.deadline.day) for task in found] == [
        (str(workshop), date(2020, 4, 10)), (str(depot), date(2020, 7, 10)),
    ]  # fmt: skip


def test_extended_sheet_stands_by_its_own_deadline(client, depot, rounds, staff):
    make_extension(rounds[1].reports.get(unit=depot), until=date(2020, 4, 30))
    (task,) = work_of(client, staff).context["work"].tasks
    assert (task.deadline.day, task.deadline.extended) == (date(2020, 4, 30), True)


@pytest.mark.parametrize(
    ("until", "action"), [(None, "View"), (date(2020, 4, 19), "View"), (date(2020, 4, 20), "Begin")]
)
def test_closed_round_is_only_looked_at_without_extension(client, depot, rounds, staff, set_today, until, action):
    Report.objects.exclude(round=rounds[1]).delete()
    Round.objects.filter(pk=rounds[1].pk).update(closes=date(2020, 4, 15))
    if until:
        make_extension(rounds[1].reports.get(unit=depot), until=until)
    set_today(date(2020, 4, 20))
    page = work_of(client, staff)
    assert ([row[1] for row in tasks(page)], page.context["nav"].counts.tasks) == ([action], 1)


@pytest.mark.parametrize(("who", "ready", "count"), [
    ("staff", False, 1), ("staff", True, 0), ("commander", False, 0), ("commander", True, 1),
])  # fmt: skip
def test_number_beside_the_sheets_is_the_number_of_own_sheets_that_wait(
    client, request, depot, rounds, prizes, staff, who, ready, count
):
    report = make_report(depot, rounds[1], {prizes: 5})
    if ready:
        Report.objects.filter(pk=report.pk).update(ready_by=staff, ready_at=timezone.now())
    page = work_of(client, request.getfixturevalue(who))
    assert (len(tasks(page)), page.context["nav"].counts.tasks) == (count, count)


def test_new_notices_stand_on_my_work_until_they_are_read(client, depot, rounds, staff):
    notice = make_notice(staff, rounds[1].reports.get(unit=depot), text="Count again.")
    page = work_of(client, staff)
    assert [row.pk for row in page.context["work"].notices] == [notice.pk]
    client.post(reverse("emulation:notice-read", args=[notice.pk]))
    assert work_of(client, staff).context["work"].notices == ()


@pytest.mark.parametrize(("who", "name"), [("staff", "emulation:my-work"), ("administrator", "units:unit-tree")])
def test_start_page_follows_the_role(client, request, region, who, name):
    make_campaign(region)  # before it, the administrator of a new base begins with what it lacks
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("start")).url == reverse(name)


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_my_work(client, department, rounds, prizes, staff, depot, reviewer, django_assert_num_queries, more):
    from tests.factories import make_membership
    from units.models import Role

    make_membership(staff, department, Role.REVIEWER)
    for _unit in range(more):
        unit = make_unit(department)
        make_report(unit, rounds[1], {prizes: 1}, state=State.SUBMITTED)
        make_membership(staff, unit, Role.COMMANDER)
        Registration.objects.create(unit=unit, year=2021)
    client.force_login(staff)
    with django_assert_num_queries(42):
        client.get(reverse("emulation:my-work"))


def test_staff_are_told_to_register_until_somebody_has_begun(client, prizes, depot, department, staff, reviewer):
    year = CampaignIndicator.objects.get().campaign
    drive = make_drive(department, ends=date(2020, 5, 19))
    make_drive(department, ends=date(2020, 5, 20))  # asks for nothing
    make_campaign_indicator(drive, make_indicator())
    make_campaign_indicator(make_campaign(department, state="draft", launched_on=None), make_indicator())
    Registration.objects.all().delete()

    def told(user):
        return [(title, action) for title, action in tasks(work_of(client, user)) if title.startswith("Regist")]

    assert told(staff) == [
        ("Register targets: 2020", "Begin"), (f"Register targets: {drive}", "Begin"),
    ]  # fmt: skip
    assert told(reviewer) == []
    Registration.objects.create(unit=depot, year=2020, drive=drive)
    assert told(staff) == [
        (f"Registration of targets: {drive}", "Continue"), ("Register targets: 2020", "Begin"),
    ]  # fmt: skip
    year.state = "closed"
    year.save()
    assert told(staff) == [(f"Registration of targets: {drive}", "Continue")]


def test_the_commander_is_told_of_a_draft_that_waits_for_its_launch(
    client, prizes, depot, staff, commander, reviewer
):
    draft = make_campaign(depot, launching_unit=depot, state="draft", launched_on=None)
    make_campaign(depot, launching_unit=depot, state="draft", launched_on=None, parent=draft)

    (task,) = work_of(client, commander).context["work"].tasks
    assert (task.title, task.action) == (f"Launch: {draft}", "Check and launch")
    assert task.url == reverse("emulation:campaign-launch", args=[draft.pk])
    assert [tasks(work_of(client, user)) for user in (staff, reviewer)] == [[], []]
