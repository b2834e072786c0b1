"""What the tables of the register of initiatives refuse."""

from datetime import date
from decimal import Decimal

import pytest

from emulation.models import ContestEntry, InitiativeWork, Recognition, Score, ScoreSheet, WorkAuthor
from tests.constraints import assert_refused
from tests.factories import make_initiative, make_person, make_recognition, make_score_template, make_work
from tests.layers import built_once

DAY = date(2020, 5, 4)


@built_once
def work(depot, staff):
    return make_work(depot, staff)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"state": "refused"}, "work_refused_with_reason"),
        ({"why_refused": "Known everywhere."}, "work_refused_with_reason"),
        ({"applied_since": DAY}, "work_applied_where_and_since"),
        ({"saved": Decimal(3)}, "work_applied_where_and_since"),
        ({"applied_since": DAY, "applied_where": "Shed 4", "saved": Decimal(-1)}, "work_saved_not_negative"),
    ],
)
def test_work(depot, columns, constraint):
    assert_refused(InitiativeWork(unit=depot, year=2020, title="Work", **columns), constraint)


def test_author(work, depot):
    person = make_person(depot)
    WorkAuthor.objects.create(work=work, person=person, name="An")
    assert_refused(WorkAuthor(work=work, person=person, name="An"), "author_once_per_work")
    assert_refused(WorkAuthor(work=work, name="Outside", share=101), "author_share_is_a_percentage")
    record = make_initiative(person)
    assert_refused(WorkAuthor(work=work, name="Outside", record=record), "author_record_of_a_person")


def test_recognition_and_contest(work):
    make_recognition(work)
    assert_refused(Recognition(work=work, level="base", day=DAY, decision="2"), "recognition_once_per_level")
    ContestEntry.objects.create(work=work, contest="Contest", year=2020)
    assert_refused(ContestEntry(work=work, contest="Contest", year=2020), "contest_once_per_round")


def test_scores(work):
    criterion = make_score_template().criteria.first()
    sheet = ScoreSheet.objects.create(work=work, member="Chairman")
    assert_refused(ScoreSheet(work=work, member="Chairman"), "scoresheet_once_per_member")
    assert_refused(Score(sheet=sheet, criterion=criterion, points=Decimal(-1)), "score_not_negative")
    Score.objects.create(sheet=sheet, criterion=criterion, points=Decimal(1))
    assert_refused(Score(sheet=sheet, criterion=criterion, points=Decimal(2)), "score_once_per_criterion")
