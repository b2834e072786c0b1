"""What «My work» tells the proposing unit of its dossiers."""

from datetime import UTC, date, datetime

import pytest

from awards.models import NominationEvent
from awards.reports.work import outcome_tasks
from tests.factories import make_award, make_dossier, make_nomination, make_person
from tests.layers import built_once


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


def test_what_was_only_returned_is_told_where_it_is_corrected(lines, staff, reviewer):
    """Among what is to be corrected, with its reason; it is no outcome, and nobody was refused."""
    step(lines[0], "returned", reviewer)
    assert told(staff) == []
    step(lines[1], "decided", reviewer)
    words = "Unit K1 · 1 đã có quyết định, 1 bị trả lại"
    assert told(staff) == [("Kết quả: Tổng kết năm", words, "decided")]
