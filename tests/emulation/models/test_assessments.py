"""Constraints of assessments and of versions of checklists."""

from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

import emulation
from emulation.models import AnswerChange, Assessment, AssessmentAnswer, ChecklistClass, ChecklistTemplate, PartyCell
from tests.constraints import assert_refused
from tests.factories import make_assessment, make_cell, make_indicator, make_own_checklist, make_person
from tests.layers import built_once


@built_once
def checklist(db):
    return make_own_checklist()


def test_version_begins_once_and_with_a_quarter(checklist):
    assert_refused(ChecklistTemplate(checklist=checklist, since=2000), "checklist_one_version_a_quarter")
    assert_refused(ChecklistTemplate(checklist=checklist, since=2001, quarter=5), "checklist_begins_with_quarter")
    indicator = make_indicator("checklist")
    assert_refused(ChecklistTemplate(indicator=indicator, since=2001, quarter=2), "checklist_begins_with_quarter")


def test_version_belongs_to_one_thing(checklist):
    assert_refused(ChecklistTemplate(since=2001), "checklist_of_indicator_or_own")
    both = ChecklistTemplate(since=2001, checklist=checklist, indicator=make_indicator("checklist"))
    assert_refused(both, "checklist_of_indicator_or_own")


@pytest.mark.parametrize("rule", ["least", "group", "mean"])
def test_rule_is_complete(checklist, rule):
    assert_refused(ChecklistTemplate(checklist=checklist, since=2001, rule=rule), "checklist_rule_is_complete")


def test_classes_begin_apart(checklist):
    template = checklist.versions.get()
    ChecklistClass.objects.create(template=template, name="Tốt", least=Decimal(8))
    assert_refused(ChecklistClass(template=template, name="Khá", least=Decimal(8)), "checklistclass_one_a_mean")


def test_party_cells(depot):
    make_cell(depot, "Chi bộ 1")
    assert_refused(PartyCell(unit=depot, name="Chi bộ 1"), "partycell_name_once")
    days = {"established": date(2020, 1, 1), "ended": date(2020, 1, 1)}
    assert_refused(PartyCell(unit=depot, name="Chi bộ 2", **days), "partycell_ended_after_established")


def test_body_is_assessed_once_a_period(checklist, depot):
    bodies = {
        "assessment_of_unit_once_a_period": {},
        "assessment_of_cell_once_a_period": {"cell": make_cell(depot)},
        "assessment_of_person_once_a_period": {"person": make_person(depot)},
    }
    for constraint, body in bodies.items():
        row = make_assessment(checklist, depot, **body)
        row.pk, row._state.adding = None, True
        assert_refused(row, constraint)


def test_one_body_and_a_result_only_when_confirmed(checklist, depot, staff):
    columns = {
        "checklist": checklist,
        "template": checklist.versions.get(),
        "unit": depot,
        "year": 2020,
        "period": "Q1",
    }
    both = Assessment(**columns, cell=make_cell(depot), person=make_person(depot))
    assert_refused(both, "assessment_of_one_body")
    assert_refused(Assessment(**columns, meets=True), "assessment_meets_when_confirmed")
    assert_refused(Assessment(**columns, key_cadre=True), "assessment_key_cadre_is_person")
    assert_refused(Assessment(**columns, ready_by=staff), "assessment_ready_by_and_at_together")


def test_answers(checklist, depot, staff):
    row = make_assessment(checklist, depot)
    item = row.template.items.first()
    answer = {"assessment": row, "item": item, "by": staff}
    assert_refused(AssessmentAnswer(**answer, answer="met", score=1), "assessmentanswer_answer_or_score")
    assert_refused(AssessmentAnswer(**answer, judged="met", judged_score=1), "assessmentanswer_judged_or_score")
    AssessmentAnswer.objects.create(**answer, answer="met")
    assert_refused(AssessmentAnswer(**answer, answer="met"), "assessmentanswer_once")


def test_writers_of_answers_are_taken_over_from_the_log_and_from_the_answers(checklist, depot, staff, commander):
    """What bases from before `AnswerChange` know."""
    row = make_assessment(checklist, depot)
    first, second, _third = row.template.items.all()
    logged = AssessmentAnswer.objects.create(assessment=row, item=first, answer="met", words="Có", by=commander)
    logged.answer, logged.words, logged.by = "not_met", "Chưa có", staff
    logged.save()
    logged.words = "Còn thiếu"
    logged.save()
    logged.judged = "met"  # by the reviewer: no word of the unit's
    logged.save()
    unlogged = AssessmentAnswer(assessment=row, item=second, answer="met", by=staff)
    AssessmentAnswer.objects.bulk_create([unlogged])

    [module] = (Path(emulation.__file__).parent / "migrations").glob("*_answer_change.py")
    import_module(f"emulation.migrations.{module.stem}").take_over(apps, None)

    said = [
        {"answer": "met", "score": None, "words": "Có"}, {"answer": "not_met", "score": None, "words": "Chưa có"},
        {"answer": "not_met", "score": None, "words": "Còn thiếu"},
    ]  # fmt: skip
    changes = AnswerChange.objects.values_list("answer", "by", "before", "after", "version")
    assert list(changes) == [
        (logged.pk, commander.pk, None, said[0], 0), (logged.pk, staff.pk, said[0], said[1], 0),
        (logged.pk, staff.pk, said[1], said[2], 0), (unlogged.pk, staff.pk, None, None, 0),
    ]  # fmt: skip
    assert [change.at is None for change in AnswerChange.objects.all()] == [False] * 3 + [True]
