"""Checklists assessed item by item feed the items of an indicator, its grade or its score."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulation.checks import Entry as Cell
from emulation.models import AnswerChange, Assessment, ChecklistClass, Report, Unfed
from emulation.reports.explain import explain
from emulation.reports.lines import SheetReading
from emulation.reports.sheets import read_sheet
from emulation.reports.unfed import unfed_tasks
from emulation.services import assessments as service
from emulation.services.assessments import Entry
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_indicator,
    make_own_checklist,
    make_report,
    make_rounds,
)
from tests.layers import built_once

WHY = "Bổ sung biên bản kiểm tra của cấp trên."
NAMES = {"+": "met", "-": "not_met", "n": "na"}
STATES = {"+": "met", "-": "not_met", "n": "not_applicable"}


@pytest.fixture(autouse=True)
def day(set_today):
    set_today(date(2020, 7, 1))
    with translation.override("en"):
        yield


@built_once
def objectives(region):
    """An indicator of three items."""
    line = make_indicator("checklist", "CVD50", items=3)
    make_campaign_indicator(make_campaign(region), line)
    return line


@built_once
def checklist(objectives):
    """A list that asks for the same, in another order, and for one thing more."""
    checklist = make_own_checklist(code="FOUR", groups="AAAA")
    for item, words in zip(
        checklist.versions.get().items.all(), ("objective  2", "Objective 1", "More", "Objective 3"), strict=True
    ):
        item.text = words
        item.save()
    make_feed(objectives, register="assessments.items", codes="FOUR").full_clean()
    return checklist


@built_once
def sheet(objectives, depot):
    return Report.objects.get(unit=depot, round=make_rounds()[2])


@built_once
def by(staff, commander, reviewer):
    return staff, commander, reviewer


def said(marks, words="Có biên bản"):
    return [Entry(NAMES[mark], None, words) for mark in marks]


def judge(row, entries, by):
    """From the draft or what was sent back to the reviewer's word."""
    staff, commander, reviewer = by
    answers = dict(zip((item.pk for item in row.template.items.all()), entries, strict=True))
    row = service.hand_in(service.answer(row, answers, version=row.version, by=staff), by=commander)
    return service.confirm(row, {}, version=row.version, by=reviewer)


def assess(checklist, unit, entries, by, period="Q2"):
    return judge(service.begin(checklist, unit, 2020, period, by=by[0]), entries, by)


def standing(sheet):
    """What the only line says: (numerator, denominator, answers by the words of the items), or None."""
    row = sheet.results.first()
    if row is None:
        return None
    answers = {one.item.text: one.state for one in row.items.select_related("item")}
    return row.numerator, row.denominator, answers


def expected(marks):
    """For answers in the order of the checklist."""
    second, first, _more, third = marks
    answers = dict(zip(("Objective 1", "Objective 2", "Objective 3"), (first, second, third), strict=True))
    asked = sum(mark != "n" for mark in answers.values())
    if not asked:
        return None
    met = sum(mark == "+" for mark in answers.values())
    return met, asked, {words: STATES[mark] for words, mark in answers.items()}


def line_of(sheet, *, editing=False):
    report = Report.objects.with_last_step().get(pk=sheet.pk)
    [row] = read_sheet(report, editing=editing).rows
    return row


def test_items_of_the_indicator_take_the_reviewers_answers(checklist, sheet, depot, by):
    row = service.begin(checklist, depot, 2020, "Q2", by=by[0])
    staff, commander, reviewer = by
    items = list(row.template.items.all())
    answers = {item.pk: entry for item, entry in zip(items, said("+-+n"), strict=True)}
    row = service.hand_in(service.answer(row, answers, version=row.version, by=staff), by=commander)
    assert standing(sheet) is None
    judged = {items[0].pk: Entry("not_met", None, "Không thấy biên bản")}
    service.confirm(row, judged, version=row.version, by=reviewer)
    assert standing(sheet) == expected("--+n")


def test_grade_is_the_class_of_the_mean_and_a_score_the_mean_itself(region, depot, by):
    campaign = make_campaign(region)
    grade, score = make_indicator("grade", "GRADE"), make_indicator("score", "SCORE", decimals=2)
    scored = make_own_checklist(code="SCORED", groups="AAB", answers="score", rule="mean", maximum=10, mark=8)
    classes = {"EXCELLENT": 9, "good": 8, "Fail": 0}
    for name, least in classes.items():
        ChecklistClass.objects.create(template=scored.versions.get(), name=name, least=least)
    for indicator, register in ((grade, "assessments.class"), (score, "assessments.mean")):
        make_campaign_indicator(campaign, indicator)
        make_feed(indicator, register=register, codes="SCORED").full_clean()
    sheet = Report.objects.get(unit=depot, round=make_rounds()[2])
    scores = [Entry("", Decimal(text), "Theo biên bản") for text in ("8", "8.5", "8.6")]
    row = assess(scored, depot, scores, by)
    assert sheet.results.get(indicator=grade).grade.code == "good"
    assert sheet.results.get(indicator=score).numerator == Decimal("8.37")
    service.reopen(row, WHY, by=by[2])
    assert not sheet.results.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["Q1", "Q2", "H1"]), st.text("+-n", min_size=4, max_size=4)), min_size=1, max_size=5
    )
)
def test_open_sheet_always_says_what_the_shortest_confirmed_assessment_says(checklist, sheet, depot, by, steps):
    """Whatever is confirmed and opened again in whatever order."""
    rows, marks = {}, {}
    for period, text in steps:
        if period in marks:
            rows[period] = service.reopen(rows[period], WHY, by=by[2])
            del marks[period]
        else:
            row = rows.get(period) or service.begin(checklist, depot, 2020, period, by=by[0])
            rows[period], marks[period] = judge(row, said(text), by), text
        text = marks.get("Q2") or marks.get("H1")
        assert standing(sheet) == (expected(text) if text else None)
    for row in rows.values():
        if row.state == "confirmed":
            service.reopen(row, WHY, by=by[2])
        row.events.all().delete()
        AnswerChange.objects.filter(answer__assessment=row).delete()
        row.answers.all().delete()
        row.delete()
    sheet.results.all().delete()


def test_closed_sheet_stands_still_and_tells_of_another_item_until_it_says_the_same(
    checklist, objectives, sheet, depot, by
):
    """As many are met on both, but not the same ones."""
    staff = by[0]
    assess(checklist, depot, said("+-++"), by)
    Report.objects.filter(pk=sheet.pk).update(state="approved")
    row = service.reopen(Assessment.objects.get(), WHY, by=by[2])
    assert (standing(sheet), Unfed.objects.count()) == (expected("+-++"), 0)
    judge(row, said("-+++"), by)
    assert standing(sheet) == expected("+-++")
    assert line_of(sheet).unlike == (
        "The register says 2/3 (not met: Objective 2), the sheet 2/3 (not met: Objective 1)."
    )
    assert [task.hint.partition(".")[0] for task in unfed_tasks(staff)] == [
        "the register says 2/3 (not met: Objective 2)"
    ]
    for one in sheet.results.get().items.all():
        one.state = {"Objective 1": "met", "Objective 2": "not_met"}.get(one.item.text, one.state)
        one.save()
    assert (line_of(sheet).unlike, list(unfed_tasks(staff))) == ("", [])


def test_grade_of_a_closed_sheet_is_told_until_it_says_the_same(region, depot, by):
    grade = make_indicator("grade", "GRADE")
    make_campaign_indicator(make_campaign(region), grade)
    scored = make_own_checklist(code="SCORED", groups="A", answers="score", rule="mean", maximum=10, mark=8)
    ChecklistClass.objects.create(template=scored.versions.get(), name="Good", least=0)
    make_feed(grade, register="assessments.class", codes="SCORED")
    sheet = make_report(depot, make_rounds()[2], {grade: "excellent"}, state="approved")
    assess(scored, depot, [Entry("", Decimal(8), "Theo biên bản")], by)
    assert line_of(sheet).unlike == "The register says Good, the sheet Excellent."
    assert len(list(unfed_tasks(by[0]))) == 1
    sheet.results.update(grade=grade.grade_scale.grades.get(code="good"))
    assert (line_of(sheet).unlike, list(unfed_tasks(by[0]))) == ("", [])


def test_names_that_differ_feed_nothing_and_are_refused_in_the_catalogue(
    client, checklist, objectives, sheet, depot, by
):  # fmt: skip
    item = checklist.versions.get().items.get(text="Objective 3")
    item.text = "Thrift"
    item.save()
    with pytest.raises(ValidationError) as caught:
        objectives.feed.full_clean()
    assert caught.value.message_dict == {
        "codes": ["Named otherwise in the register than at the indicator: Objective 3. Make the names equal first."]
    }
    items = dict.fromkeys((one.pk for one in objectives.templates.get().items.all()), "met")
    save_cells(sheet, [CellChange(objectives.pk, Cell(items=items))], by=by[0])
    client.force_login(by[0])
    page = client.get(checklist.get_absolute_url())
    assert page.context["unserved"] == [(objectives, "Objective 3")]
    assert "Objective 3" in page.content.decode()
    assess(checklist, depot, said("----"), by)
    assert standing(sheet) == (3, 3, dict.fromkeys((f"Objective {n}" for n in (1, 2, 3)), "met"))
    assert SheetReading(sheet).specs[objectives.pk].fed is None


def test_answers_are_not_typed_against_the_register(client, checklist, objectives, sheet, depot, by):
    assess(checklist, depot, said("+-++"), by)
    row = line_of(sheet, editing=True)
    assert [[choice.key for choice in item.choices] for item in row.items] == [["not_met"], ["met"], ["met"]]
    client.force_login(by[0])
    key = f"c{objectives.pk}"
    texts = {f"{key}-item-{item.key}": "met" for item in row.items} | {f"{key}-seen": f"{sheet.results.get().mark}:"}
    answer = client.post(reverse("emulation:report-cell", args=[sheet.pk, objectives.pk]), texts)
    assert (answer.status_code, standing(sheet)) == (422, expected("+-++"))


def test_figure_opens_down_to_the_very_assessment(client, checklist, objectives, sheet, depot, workshop, by):
    row = assess(checklist, depot, said("+-++"), by)
    assess(checklist, depot, said("++++"), by, period="Q1")
    page = explain(depot, objectives, 2020, "Q2", handed_in=True)
    client.force_login(by[2])
    listed = client.get(page.fed.address).context["page"].object_list
    assert ([one.pk for one in listed], page.fed.mark) == (
        [row.pk], "from the register: assessments by checklists: items met (1)",
    )  # fmt: skip
