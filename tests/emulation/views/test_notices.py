"""The page of notices, and marking them as read."""

from datetime import date

import pytest
from django.urls import reverse

from emulation.models import Notice
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_notice,
    make_report,
    make_rounds,
    make_unit,
    make_user,
)
from units.models import Role

LIST = "/notices/"


@pytest.fixture
def report(region, depot, set_today):
    set_today(date(2020, 4, 8))
    make_campaign_indicator(make_campaign(region), make_indicator())
    round_ = make_rounds()[1]
    round_.due = date(2020, 4, 10)
    round_.save()
    return make_report(depot, round_)


@pytest.fixture
def notice(report, staff):
    return make_notice(staff, report, text="Count <b>again</b>.")


def shown(page):
    return [notice.pk for notice in page.context["page"]]


def test_list_shows_reminders_and_own_notices_alone(client, staff, commander, report, notice):
    make_notice(commander, report)
    client.force_login(staff)
    page = client.get(LIST)
    assert shown(page) == [notice.pk]
    assert [row.deadline.days for row in page.context["reminders"]] == [2]
    assert page.context["nav"].counts.notices == 1


def test_what_people_wrote_is_text(client, staff, notice):
    client.force_login(staff)
    assert "Count &lt;b&gt;again&lt;/b&gt;." in client.get(LIST).text


def test_reading_the_list_marks_nothing(client, staff, notice):
    client.force_login(staff)
    client.get(LIST)
    assert Notice.objects.unread().count() == 1


def test_one_is_marked_and_opened(client, staff, report, notice):
    client.force_login(staff)
    answer = client.post(reverse("emulation:notice-read", args=[notice.pk]), {"open": "1"})
    assert answer.url == report.get_absolute_url()
    page = client.get(LIST)
    assert (shown(page), page.context["nav"].counts.notices) == ([notice.pk], 0)
    assert shown(client.get(LIST, {"unread": "1"})) == []


@pytest.mark.parametrize(
    ("kind", "place"), [(Notice.Kind.CORRECTION_DECIDED, "#c{}"), (Notice.Kind.MENTIONED, "lines/{}/")]
)
def test_notice_of_a_figure_opens_the_sheet_at_the_figure_or_what_was_said(client, staff, report, kind, place):
    indicator = make_indicator()
    notice = make_notice(staff, report, indicator=indicator, kind=kind)
    client.force_login(staff)
    answer = client.post(reverse("emulation:notice-read", args=[notice.pk]), {"open": "1"})
    assert answer.url == report.get_absolute_url() + place.format(indicator.pk)


def test_all_are_marked_but_nobody_elses(client, staff, commander, report, notice):
    other = make_notice(commander, report)
    client.force_login(staff)
    client.post(reverse("emulation:notice-read-all"))
    assert [row.pk for row in Notice.objects.unread()] == [other.pk]


def test_another_users_notice_does_not_exist(client, commander, notice):
    client.force_login(commander)
    assert client.post(reverse("emulation:notice-read", args=[notice.pk])).status_code == 404
    assert Notice.objects.unread().count() == 1


def test_notice_of_a_sheet_out_of_reach_is_neither_shown_nor_counted(client, staff, elsewhere, notice):
    staff.memberships.update(unit=elsewhere)
    client.force_login(staff)
    page = client.get(LIST)
    assert (shown(page), page.context["nav"].counts.notices) == ([], 0)
    assert client.post(reverse("emulation:notice-read", args=[notice.pk])).status_code == 404


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_the_list(client, department, report, django_assert_num_queries, more):
    user = make_user("", (department, Role.STAFF))
    for _unit in range(more):
        make_notice(user, make_report(make_unit(department), report.round))
    client.force_login(user)
    with django_assert_num_queries(9):
        client.get(LIST)
