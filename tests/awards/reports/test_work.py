"""What «My work» tells the proposing unit of its dossiers."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from awards.models import Nomination, NominationEvent
from awards.reports.work import agenda_tasks, nomination_tasks, outcome_tasks, paper_tasks
from tests.factories import (
    make_award,
    make_council,
    make_dossier,
    make_membership,
    make_nomination,
    make_office,
    make_person,
    make_user,
)
from tests.layers import built_once
from units.models import Role


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 22))


def step(line, kind, by, *, stage="", day=20):
    at = datetime(2020, 12, day, 9, tzinfo=UTC)
    return NominationEvent.objects.create(line=line, kind=kind, stage=stage or kind, unit=line.holder, by=by, at=at)


@built_once
def lines(depot, staff):
    """Five lines of one dossier; another dossier of whose lines nothing is told."""
    award, dossier = make_award(), make_dossier(depot, staff, title="Tổng kết năm")
    make_nomination(make_dossier(depot, staff), award, make_person(depot))
    return [make_nomination(dossier, award, make_person(depot, f"Lê An {number}")) for number in range(5)]


def told(user):
    return [(task.title, task.place, task.state) for task in outcome_tasks(user)]


def test_staff_and_commander_are_told_what_came_out(
    lines, staff, commander, reviewer, outsider, django_assert_num_queries
):
    for line, kind in zip(lines, ("decided", "decided", "rejected", "revoked", "returned"), strict=True):
        step(line, kind, reviewer, stage="decided" if kind == "revoked" else "")
    expected = [
        (
            "Kết quả: Tổng kết năm",
            "Unit K1 · 2 đã có quyết định, 1 không được chấp nhận, 1 bị thu hồi, 1 bị trả lại",
            "rejected",
        )
    ]
    with django_assert_num_queries(2):  # the memberships, and the one
        assert told(staff) == expected
    assert told(commander) == expected
    assert (told(reviewer), told(outsider)) == ([], [])


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("decided", {"day": 7}),  # longer ago than two weeks
        ("returned", {"stage": "submitted"}),  # within the judging unit
        ("appraised", {}),
    ],
)
def test_what_is_old_or_no_outcome_is_not_told(lines, staff, reviewer, kind, columns):
    step(lines[0], kind, reviewer, **columns)
    assert told(staff) == []
    step(lines[1], "decided", reviewer)
    assert told(staff) == [("Kết quả: Tổng kết năm", "Unit K1 · 1 đã có quyết định", "decided")]


def test_nobody_is_told_what_they_did_themselves(lines, staff, commander):
    step(lines[0], "rejected", commander)
    assert (told(commander), len(told(staff))) == ([], 1)


def test_what_is_to_be_corrected_says_who_returned_it_to_the_unit_when_and_why(lines, staff, reviewer):
    back = step(lines[0], "returned", reviewer)
    NominationEvent.objects.filter(pk=back.pk).update(reason="Ghi rõ thành tích từng năm.")
    Nomination.objects.filter(pk=lines[0].pk).update(stage="returned")
    inside = step(lines[1], "returned", staff, stage="submitted", day=21)  # later, within the judging unit
    NominationEvent.objects.filter(pk=inside.pk).update(reason="Xem lại ý kiến của phòng.")
    found = [(task.by, task.at, task.reason) for task in nomination_tasks(staff) if task.returned]
    assert found == [(str(reviewer), back.at, "Ghi rõ thành tích từng năm.")]


def test_what_was_only_returned_is_told_where_it_is_corrected(lines, staff, reviewer):
    """Among what is to be corrected, with its reason; it is no outcome, and nobody was refused."""
    step(lines[0], "returned", reviewer)
    assert told(staff) == []
    step(lines[1], "decided", reviewer)
    words = "Unit K1 · 1 đã có quyết định, 1 bị trả lại"
    assert told(staff) == [("Kết quả: Tổng kết năm", words, "decided")]


def test_the_commander_alone_at_a_unit_is_told_what_waits_for_a_decision(
    depot, staff, department, region, django_assert_num_queries
):
    """Sent on from below to a unit without staff or reviewers: else nobody would hear of it."""
    chief = make_user("chief", (region, Role.COMMANDER))
    make_nomination(make_dossier(depot, staff), make_award(), depot, stage="forwarded", holder=region)
    words = ["1 đề nghị đã thông qua chờ ra văn bản"]

    def waiting(user):
        return [task.title for task in paper_tasks(user) if task.state == "passed"]

    with django_assert_num_queries(7):  # the memberships among them
        assert waiting(chief) == words
    office = make_user("office")
    make_membership(office, region, Role.REVIEWER, office=make_office())
    assert waiting(chief) == words
    clerk = make_user("clerk", (region, Role.STAFF))
    assert (waiting(chief), waiting(clerk)) == ([], words)


def test_who_lands_on_the_dashboard_is_told_of_the_work_beside_it(client, depot, staff, department, region):
    chief = make_user("chief", (region, Role.COMMANDER))
    client.force_login(chief)
    words = "Có 1 việc đang chờ đồng chí ở “Việc của tôi”."
    assert words not in client.get(reverse("start"), follow=True).text
    make_nomination(make_dossier(depot, staff), make_award(), depot, stage="forwarded", holder=region)
    assert words in client.get(reverse("start"), follow=True).text


def test_officers_of_the_council_are_told_what_waits_for_an_agenda(
    lines, department, staff, commander, reviewer, django_assert_num_queries
):
    member = make_user("member", (department, Role.STAFF))
    council = make_council(department, reviewer, member)
    Nomination.objects.filter(pk__in=[line.pk for line in lines[:3]]).update(stage="appraised", holder=department)
    with django_assert_num_queries(3):
        [task] = agenda_tasks(reviewer)
    assert (task.title, task.url) == ("3 đề nghị chờ đưa ra Hội đồng", council.get_absolute_url())
    assert [list(agenda_tasks(user)) for user in (member, staff, commander)] == [[], [], []]
    Nomination.objects.filter(stage="appraised").update(stage="at_council")
    assert list(agenda_tasks(reviewer)) == []
