"""The life of an assessment."""

from datetime import date
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError

from emulation.checks import Entry as Sheet
from emulation.models import Assessment, Indicator, Report, ResultChange
from emulation.reports.sheets import read_sheet
from emulation.services import assessments as service
from emulation.services.assessments import Entry
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from emulation.services.feeds import settle
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_cell,
    make_feed,
    make_indicator,
    make_membership,
    make_own_checklist,
    make_person,
    make_report,
    make_rounds,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

WHY = "Bổ sung biên bản kiểm tra của cấp trên."


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(date(2020, 7, 1))


@built_once
def checklist(db):
    return make_own_checklist()


@pytest.fixture
def row(checklist, depot, staff):
    return service.begin(checklist, depot, 2020, "H1", by=staff)


def entries(row, marks, words="Có biên bản"):
    names = {"+": "met", "-": "not_met", "n": "na", ".": ""}
    items = row.template.items.all()
    return {item.pk: Entry(names[mark], None, words) for item, mark in zip(items, marks, strict=True)}


def answered(row, staff, marks="++-"):
    return service.answer(row, entries(row, marks), version=row.version, by=staff)


def handed_in(row, staff, commander, marks="++-"):
    return service.hand_in(answered(row, staff, marks), by=commander)


def confirm(row, differing=None, *, by):
    """As the reviewer has read it now."""
    return service.confirm(row, differing or {}, version=row.version, by=by)


def test_confirmed_as_answered(row, staff, commander, reviewer):
    row = confirm(handed_in(row, staff, commander, "+++"), by=reviewer)
    assert (row.state, row.meets) == ("confirmed", True)
    assert [event.kind for event in row.events.all()] == ["handed_in", "confirmed"]
    assert [line["judged"] for line in row.events.last().lines] == ["met"] * 3


def test_reviewer_judges_an_item_otherwise_and_both_answers_stay(row, staff, commander, reviewer):
    row = handed_in(row, staff, commander, "+++")
    first = row.template.items.first()
    with pytest.raises(Refused):
        confirm(row, {first.pk: Entry("not_met")}, by=reviewer)
    row = confirm(row, {first.pk: Entry("not_met", None, "Không thấy biên bản")}, by=reviewer)
    one = row.answers.get(item=first)
    assert (one.answer, one.judged, one.judged_words, row.meets) == ("met", "not_met", "Không thấy biên bản", False)


def test_items_sent_back_alone_are_open(row, staff, commander, reviewer):
    row = handed_in(row, staff, commander)
    first, second, third = row.template.items.all()
    row = service.send_back(row, {second.pk: WHY}, version=row.version, by=reviewer)
    assert (row.state, service.open_items(row)) == ("returned", [second])
    row = service.answer(row, entries(row, "---", "Đã bổ sung"), version=row.version, by=staff)
    assert [one.answer for one in row.answers.all()] == ["met", "not_met", "not_met"]
    row = service.hand_in(row, by=commander)
    assert (row.state, set(row.answers.values_list("returned", flat=True))) == ("submitted", {""})
    assert row.events.filter(kind="returned").get().lines == [{"item": second.pk, "reason": WHY}]


def test_sending_back_needs_a_reason_of_some_length(row, staff, commander, reviewer):
    row = handed_in(row, staff, commander)
    item = row.template.items.first()
    for reasons in ({}, {item.pk: " "}, {item.pk: "sai"}):
        with pytest.raises(Refused):
            service.send_back(row, reasons, version=row.version, by=reviewer)
    assert Assessment.objects.get().state == "submitted"


def test_reopened_counts_no_more(row, staff, commander, reviewer):
    row = confirm(handed_in(row, staff, commander, "+++"), by=reviewer)
    row = service.reopen(row, WHY, by=reviewer)
    assert (row.state, row.meets, len(service.open_items(row))) == ("returned", None, 3)
    assert set(row.answers.values_list("judged", flat=True)) == {""}
    with pytest.raises(Refused):
        service.reopen(row, WHY, by=reviewer)


@pytest.mark.parametrize("marks", ["++.", "..."])
def test_gaps_stop_the_hand_in(row, staff, commander, marks):
    row = answered(row, staff, marks)
    with pytest.raises(Refused) as refused:
        service.hand_in(row, by=commander)
    assert len(refused.value.messages) == marks.count(".")


@pytest.mark.parametrize("mark", "-n")
def test_what_is_not_met_is_said_in_words(row, staff, commander, mark):
    row = service.answer(row, entries(row, "++" + mark, ""), version=1, by=staff)
    with pytest.raises(Refused):
        service.hand_in(row, by=commander)


def test_two_people_do_not_overwrite_each_other(row, staff):
    answered(row, staff, "+++")
    with pytest.raises(Refused):
        service.answer(row, entries(row, "---"), version=1, by=staff)
    assert set(row.answers.values_list("answer", flat=True)) == {"met"}


def test_every_change_of_an_answer_says_who_and_what(row, staff):
    second = make_user("s", (row.unit, Role.STAFF))
    first = row.template.items.first()
    row = service.answer(row, {first.pk: Entry("met", None, "Có")}, version=1, by=staff)
    row = service.answer(row, {first.pk: Entry("met", None, " Có ")}, version=2, by=second)
    row = service.answer(row, {first.pk: Entry("not_met", None, "Chưa có")}, version=3, by=second)
    said = [{"answer": "met", "score": None, "words": "Có"}, {"answer": "not_met", "score": None, "words": "Chưa có"}]
    assert list(row.answers.get().changes.values_list("by", "version", "before", "after")) == [
        (staff.pk, 2, None, said[0]), (second.pk, 4, said[0], said[1]),
    ]  # fmt: skip


def test_two_hand_ins_make_one(row, staff, commander):
    row = answered(row, staff)
    service.hand_in(row, by=commander)
    with pytest.raises(Refused):
        service.hand_in(row, by=commander)
    assert row.events.count() == 1


@pytest.mark.parametrize("judge", [
    lambda row, version, by: service.confirm(row, {}, version=version, by=by),
    lambda row, version, by: service.send_back(
        row, {row.template.items.last().pk: WHY}, version=version, by=by
    ),
])  # fmt: skip
def test_reviewer_judges_only_what_was_read(row, staff, commander, reviewer, department, judge):
    read = handed_in(row, staff, commander, "+++")
    second = read.template.items.all()[1]
    other = make_user("other", (department, Role.REVIEWER))
    row = service.send_back(read, {second.pk: WHY}, version=read.version, by=other)
    row = service.answer(row, {second.pk: Entry("not_met", None, "Chưa có")}, version=row.version, by=staff)
    now = service.hand_in(row, by=commander)
    with pytest.raises(Refused) as refused:
        judge(read, read.version, reviewer)
    row.refresh_from_db()
    assert (row.state, row.version) == ("submitted", now.version)
    told, items = refused.value.messages
    assert (told.startswith(str(staff)), items) == (True, "Nội dung đã trả lời lại: 2.")
    judge(read, now.version, reviewer)
    row.refresh_from_db()
    assert row.state != "submitted"


def test_each_step_is_for_its_role(row, staff, commander, reviewer, outsider):
    for user in (commander, reviewer, outsider):
        with pytest.raises(PermissionDenied):
            answered(row, user)
    row = answered(row, staff)
    for user in (staff, reviewer, outsider):
        with pytest.raises(PermissionDenied):
            service.hand_in(row, by=user)
    row = service.hand_in(row, by=commander)
    for user in (staff, commander, outsider):
        with pytest.raises(PermissionDenied):
            confirm(row, by=user)
        with pytest.raises(PermissionDenied):
            service.reopen(row, WHY, by=user)


def test_nobody_judges_what_they_answered(row, staff, commander, department):
    make_membership(staff, department, Role.REVIEWER)
    row = handed_in(row, staff, commander)
    with pytest.raises(Refused):
        confirm(row, by=make_user_again(staff))
    assert not service.may_judge(make_user_again(staff), row)


def test_nobody_judges_or_reopens_what_they_once_answered(row, staff, commander, reviewer, department):
    second = make_user("s", (row.unit, Role.STAFF))
    row = answered(row, staff, "---")
    row = handed_in(row, second, commander, "+++")
    assert set(row.answers.values_list("by", flat=True)) == {second.pk}
    LogEntry.objects.all().delete()  # as old entries may be: no right rests on them
    make_membership(staff, department, Role.REVIEWER)
    writer = make_user_again(staff)
    with pytest.raises(Refused):
        confirm(row, by=writer)
    row = confirm(row, by=reviewer)
    with pytest.raises(Refused):
        service.reopen(row, WHY, by=writer)
    assert [service.may_reopen(user, row) for user in (writer, reviewer)] == [False, True]


def make_user_again(user):
    """The user without remembered memberships."""
    return type(user).objects.get(pk=user.pk)


def test_body_fits_the_list(depot, workshop, staff):
    cells = make_own_checklist("cell")
    people = make_own_checklist("person")
    begun = service.begin(cells, depot, 2020, "Q2", cell=make_cell(depot), by=staff)
    assert begun.body_name == "Chi bộ 1"
    leader = service.begin(people, depot, 2020, "Q2", person=make_person(depot), key_cadre=True, by=staff)
    assert leader.key_cadre
    for checklist, body in (
        (cells, {}), (cells, {"cell": make_cell(workshop)}), (people, {"person": make_person(workshop)}),
        (make_own_checklist(), {"cell": make_cell(depot, "Chi bộ 2")}),
    ):  # fmt: skip
        with pytest.raises(Refused):
            service.begin(checklist, depot, 2020, "Q2", by=staff, **body)


def test_ended_cell_is_not_assessed_afterwards(depot, staff):
    cell = make_cell(depot, ended=date(2020, 4, 1))
    cells = make_own_checklist("cell")
    service.begin(cells, depot, 2020, "Q1", cell=cell, by=staff)
    with pytest.raises(Refused):
        service.begin(cells, depot, 2020, "Q2", cell=cell, by=staff)


def test_period_has_begun_and_the_list_is_in_force(depot, staff, elsewhere):
    with pytest.raises(Refused):
        service.begin(make_own_checklist(), depot, 2020, "Q4", by=staff)
    with pytest.raises(Refused):
        service.begin(make_own_checklist(since=2021), depot, 2020, "Q2", by=staff)
    with pytest.raises(Refused):
        service.begin(make_own_checklist(ended=date(2019, 12, 31)), depot, 2020, "Q2", by=staff)
    with pytest.raises(Refused):
        service.begin(make_own_checklist(owner=elsewhere), depot, 2020, "Q2", by=staff)


def test_once_a_period_and_only_by_own_staff(row, checklist, depot, staff, reviewer):
    with pytest.raises(ValidationError):
        service.begin(checklist, depot, 2020, "H1", by=staff)
    with pytest.raises(PermissionDenied):
        service.begin(checklist, depot, 2020, "Q1", by=reviewer)


def test_scores_stay_in_range_and_decide_by_the_mean(depot, staff, commander, reviewer):
    scored = make_own_checklist(answers="score", rule="mean", maximum=Decimal(10), mark=Decimal(8))
    row = service.begin(scored, depot, 2020, "H1", by=staff)
    items = list(row.template.items.all())
    with pytest.raises(Refused):
        service.answer(row, {items[0].pk: Entry("", Decimal("10.5"))}, version=1, by=staff)
    scores = {item.pk: Entry("", Decimal(text)) for item, text in zip(items, ("8.1", "8", "7.9"), strict=True)}
    row = service.hand_in(service.answer(row, scores, version=1, by=staff), by=commander)
    assert confirm(row, by=reviewer).meets is True


def test_only_a_draft_never_handed_in_is_discarded(row, staff, commander, reviewer):
    row = handed_in(row, staff, commander)
    row = service.send_back(row, {row.template.items.first().pk: WHY}, version=row.version, by=reviewer)
    with pytest.raises(Refused):
        service.discard(row, by=staff)
    other = service.begin(row.checklist, row.unit, 2020, "Q1", by=staff)
    service.discard(answered(other, staff), by=staff)
    assert Assessment.objects.get() == row


def test_person_is_read_by_who_reads_the_person_and_finished_where_it_was_begun(
    checklist, depot, department, staff, reviewer
):
    person = make_person(depot)
    row = service.begin(make_own_checklist("person"), depot, 2020, "H1", person=person, by=staff)
    assert Assessment.objects.visible_to(staff).get() == row
    person.unit = make_unit(department, "X9")
    person.save()
    for state in ("draft", "submitted", "returned"):
        Assessment.objects.update(state=state)
        assert Assessment.objects.visible_to(staff).get() == row
    Assessment.objects.update(state="confirmed")
    assert [Assessment.objects.visible_to(user).count() for user in (staff, reviewer)] == [0, 1]


# ── what it feeds ─────────────────────────────────────────────────────────


@built_once
def cells_list(db):
    return make_own_checklist("cell", code="4T3K")


@built_once
def sheet(region, depot, cells_list):
    """The depot's open sheet of the second quarter, whose share of cells the checklist feeds."""
    share = make_indicator("ratio", "CT_4T3K")
    make_campaign_indicator(make_campaign(region), share)
    make_feed(share, register="assessments", codes="4T3K")
    return Report.objects.get(unit=depot, round=make_rounds()[2])


def judged(checklist, cell, marks, by, *, period="H1", stage="confirmed"):
    staff, commander, reviewer = by
    row = service.begin(checklist, cell.unit, 2020, period, cell=cell, by=staff)
    row = handed_in(row, staff, commander, marks)
    return confirm(row, by=reviewer) if stage == "confirmed" else row


def parts(sheet):
    return list(sheet.results.values_list("numerator", "denominator"))


def test_cells_that_meet_the_model_feed_the_share_once_all_are_confirmed(
    sheet, cells_list, depot, workshop, staff, commander, reviewer
):  # fmt: skip
    by = (staff, commander, reviewer)
    first, second, third = (make_cell(depot, f"Chi bộ {number}") for number in (1, 2, 3))
    make_cell(depot, "Đã giải thể", ended=date(2020, 6, 30))
    make_cell(depot, "Lập sau", established=date(2020, 7, 1))
    make_cell(workshop, "Nơi khác")
    judged(cells_list, first, "+++", by)
    judged(cells_list, second, "++-", by)
    assert parts(sheet) == []  # the third is not judged yet: two of three would be no figure
    judged(cells_list, third, "+++", by, period="Q1")
    assert parts(sheet) == []  # another quarter's
    row = judged(cells_list, third, "+++", by, stage="submitted")
    assert parts(sheet) == []
    confirm(row, by=reviewer)
    assert parts(sheet) == [(2, 3)]
    change = sheet.changes.get()
    assert (change.way, change.by) == (ResultChange.Way.REGISTER, reviewer)


def test_quarter_holds_before_the_half_year_and_what_does_not_apply_is_left_out(
    sheet, cells_list, depot, staff, commander, reviewer
):
    by = (staff, commander, reviewer)
    first, second = make_cell(depot, "Chi bộ 1"), make_cell(depot, "Chi bộ 2")
    judged(cells_list, second, "nnn", by)
    judged(cells_list, first, "+++", by, period="Q2")
    assert parts(sheet) == [(1, 1)]
    judged(cells_list, first, "---", by)
    assert parts(sheet) == [(1, 1)]


def test_sheet_handed_in_stands_still_and_the_figure_is_typed_until_all_are_confirmed(
    sheet, cells_list, depot, staff, commander, reviewer
):
    """Typed without refusal while nothing is fed; the register's word afterwards; never on a closed sheet."""
    share, cell = Indicator.objects.get(code="CT_4T3K"), make_cell(depot)
    save_cells(sheet, [CellChange(share.pk, Sheet(numerator=Decimal(0), denominator=Decimal(1)))], by=staff)
    settle(sheet, None, by=staff)
    row = judged(cells_list, cell, "+++", (staff, commander, reviewer))
    assert parts(sheet) == [(1, 1)]
    save_cells(sheet, [CellChange(share.pk, Sheet(numerator=Decimal(1), denominator=Decimal(2)))], by=staff)
    settle(sheet, None, by=staff)
    assert parts(sheet) == [(1, 1)]
    make_report(depot, sheet.round, state="submitted")
    row = service.reopen(row, WHY, by=reviewer)
    row = service.hand_in(service.answer(row, entries(row, "---"), version=row.version, by=staff), by=commander)
    confirm(row, by=reviewer)
    assert parts(sheet) == [(1, 1)]
    report = Report.objects.with_last_step().get(pk=sheet.pk)
    [line] = read_sheet(report, editing=False, reader=staff).rows
    assert (line.fed.figure, bool(line.unlike)) == ("0/1", True)


def test_checklist_feeds_ratios_alone(depot):
    count = make_indicator("count", "COUNT")
    with pytest.raises(ValidationError):
        make_feed(count, register="assessments", codes="").full_clean()
    with pytest.raises(ValidationError):
        make_feed(make_indicator("ratio", "RATIO"), register="incidents").full_clean()


def test_ready_needs_every_answer_and_goes_with_an_edit_and_the_hand_in(row, staff, commander):
    answered(row, staff, "++.")
    with pytest.raises(Refused):
        service.mark_ready(row, by=staff)
    row = answered(Assessment.objects.get(), staff, "++-")
    with pytest.raises(PermissionDenied):
        service.mark_ready(row, by=commander)
    for _time in range(2):
        row = service.mark_ready(row, by=staff)
    assert (row.ready_by, row.state, row.events.get().kind) == (staff, "draft", "ready")
    assert answered(row, staff, "++-").ready_by == staff  # nothing has changed
    row = answered(Assessment.objects.get(), staff, "+++")
    assert row.ready_by is None
    service.mark_ready(row, by=staff)
    assert service.hand_in(row, by=commander).ready_at is None


def test_a_ready_draft_is_discarded_as_others(row, staff):
    service.mark_ready(answered(row, staff), by=staff)
    service.discard(row, by=staff)
    assert not Assessment.objects.exists()


def test_a_ready_assessment_is_given_back_once_with_what_is_to_be_done(row, staff, commander, reviewer):
    row = answered(row, staff)
    with pytest.raises(Refused, match="chưa báo"):
        service.give_back(row, WHY, by=commander)
    service.mark_ready(row, by=staff)
    for user in (staff, reviewer):
        with pytest.raises(PermissionDenied):
            service.give_back(row, WHY, by=user)
    for reason in ("Sai", "x" * 501):
        with pytest.raises(Refused):
            service.give_back(row, reason, by=commander)
    back = service.give_back(row, f" {WHY} ", by=commander)
    assert (back.state, back.ready_by, back.ready_at) == ("draft", None, None)
    assert (back.events.last().kind, back.events.last().reason) == ("given_back", WHY)
    with pytest.raises(Refused):
        service.give_back(row, WHY, by=commander)
    service.discard(row, by=staff)  # it has never left the unit
    assert not Assessment.objects.exists()


def test_assessment_is_begun_by_list_and_cell_as_they_are_stored(depot, staff):
    checklist, cell = make_own_checklist("cell"), make_cell(depot)
    type(cell).objects.filter(pk=cell.pk).update(ended=date(2019, 12, 31))
    with pytest.raises(Refused) as caught:
        service.begin(checklist, depot, 2020, "H1", cell=cell, by=staff)
    assert caught.value.field == "cell"
    type(cell).objects.filter(pk=cell.pk).update(ended=None)
    type(checklist).objects.filter(pk=checklist.pk).update(ended=date(2019, 12, 31))
    with pytest.raises(Refused) as caught:
        service.begin(checklist, depot, 2020, "H1", cell=cell, by=staff)
    assert (caught.value.field, Assessment.objects.count()) == ("checklist", 0)
