from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from awards.models import Nomination, NominationEvent, NoticeRule
from awards.reports.checks import problems_of
from awards.reports.notices import notice_problem, way_back
from awards.reports.objections import unmet
from awards.services.appraisals import conclude
from awards.services.decisions import send_back
from awards.services.dossiers import change_line, hand_in
from awards.services.notices import answer_objection, post_notice, record_objection
from awards.services.sessions import take_off
from tests.factories import (
    make_award,
    make_council,
    make_dossier,
    make_nomination,
    make_nomination_file,
    make_objection,
    make_person,
    make_session,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role, Unit

DAY = date(2020, 12, 20)
REASON = "Phản ánh đúng: xem lại kết quả quý III"
SHOWN = {"place": "Bảng tin", "since": date(2020, 12, 1), "until": date(2020, 12, 10)}


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(DAY)


@built_once
def line(depot, department, staff):
    award = make_award("AHLLVT")
    NoticeRule.objects.create(award=award, days=10)
    return make_nomination(
        make_dossier(depot, staff), award, make_person(depot), stage="appraised", holder=department
    )


def test_awards_without_a_rule_need_no_notice(line):
    NoticeRule.objects.all().delete()
    assert notice_problem(line, DAY) == ""


def test_of_two_rules_in_force_the_newer_one_counts(line, department, reviewer):
    for days, since in ((2, date(2020, 6, 1)), (30, date(2019, 1, 1))):
        NoticeRule.objects.create(award=line.award, days=days, valid_from=since)
    assert "2" in notice_problem(line, DAY)
    post_notice(department, [line.pk], **SHOWN | {"until": date(2020, 12, 2)}, by=reviewer)
    assert notice_problem(line, DAY) == ""


def test_an_objection_stops_a_line_whose_award_asks_for_no_notice(line, department, reviewer):
    NoticeRule.objects.all().delete()
    objection = make_objection(post_notice(department, [line.pk], **SHOWN, by=reviewer), line, reviewer)
    assert notice_problem(line, DAY) != ""
    answer_objection(objection, upheld=True, answer="Thành tích không đúng", by=reviewer)
    assert notice_problem(line, DAY) != ""


@pytest.fixture
def upheld(line, department, reviewer):
    """An objection upheld on 12 December, after the notice of the first ten days."""
    notice = post_notice(department, [line.pk], **SHOWN, by=reviewer)
    at = datetime(2020, 12, 12, 9, tzinfo=UTC)
    said = {"upheld": True, "answer": "Thành tích không đúng", "answered_by": reviewer, "answered_at": at}
    return make_objection(notice, line, reviewer, **said)


def handed_in(line, by, day):
    at = datetime(2020, 12, day, 9, tzinfo=UTC)
    return NominationEvent.objects.create(
        line=line, kind="submitted", stage="submitted", unit=line.holder, by=by, at=at
    )


def test_a_line_handed_in_anew_after_an_upheld_objection_is_shown_anew_and_goes_on(
    line, upheld, department, reviewer, commander
):
    handed_in(line, commander, 1)
    assert "trình lại" in notice_problem(line, DAY)
    handed_in(line, commander, 14)
    assert "10" in notice_problem(line, DAY)  # the notice of the first hand-in showed what was not so
    post_notice(
        department, [line.pk], place="Bảng tin", since=date(2020, 12, 14), until=date(2020, 12, 23), by=reviewer
    )
    assert "23/12" in notice_problem(line, DAY)
    assert notice_problem(line, date(2020, 12, 24)) == ""
    later = make_objection(upheld.notice, line, reviewer)
    assert "chưa được trả lời" in notice_problem(line, date(2020, 12, 24))
    answer_objection(later, upheld=True, answer="Vẫn chưa đúng", by=reviewer)
    assert "trình lại" in notice_problem(line, date(2020, 12, 24))


def test_a_line_is_not_handed_in_again_as_it_was_after_an_upheld_objection(line, upheld, depot, staff, commander):
    """A change of its unit meets it, be it the reason why the line stays as it is; what came before does not."""
    Nomination.objects.filter(pk=line.pk).update(stage="returned", holder=depot)

    def said():
        line.refresh_from_db()
        return [p.text for p in problems_of(line.dossier, [line], by=commander) if p.hard and p.line == line]

    def changed(day, stage):
        at = datetime(2020, 12, day, 9, tzinfo=UTC)
        return NominationEvent.objects.create(line=line, kind="changed", stage=stage, unit=depot, by=staff, at=at)

    changed(11, "returned")
    changed(13, "passed")  # a sentence of merit, written by the level that decides
    assert [upheld.text in text for text in said()] == [True]
    with pytest.raises(Refused, match=upheld.text):
        hand_in(line.dossier, lines=[line.pk], by=commander)
    change_line(line, columns={"why_unmet": "Đã kiểm tra lại với Phòng Tài chính, số liệu đúng."}, by=staff)
    assert said() == []


def test_a_file_attached_since_meets_an_upheld_objection(line, upheld, staff):
    assert unmet([line]) == {line.pk: upheld}
    Nomination.objects.filter(pk=line.pk).update(stage="returned", holder=line.dossier.unit)
    line.refresh_from_db()
    make_nomination_file(line, staff)
    assert unmet([line]) == {}


def test_upheld_objections_are_shown_to_who_judges(client, line, upheld, depot, department, reviewer, commander):
    """On the line to its commander and the appraiser; not to members of units beside it."""
    member = make_user("member", (department, Role.STAFF))
    session = make_session(make_council(department, reviewer, member), reviewer, line)
    for user, page in (
        (commander, line.get_absolute_url()),
        (reviewer, line.get_absolute_url()),
        (member, reverse("awards:session-item", args=[session.items.get().pk])),
    ):
        client.force_login(user)
        answer = client.get(page)
        assert ([*answer.context["objections"]], upheld.text in answer.content.decode()) == ([upheld], True)


def test_another_notice_alone_does_not_outweigh_an_upheld_objection(line, upheld, department, reviewer):
    post_notice(
        department, [line.pk], place="Bảng tin", since=date(2020, 12, 13), until=date(2020, 12, 22), by=reviewer
    )
    assert "trình lại" in notice_problem(line, date(2020, 12, 24))


def test_where_no_notice_is_asked_for_handing_in_anew_is_enough(line, upheld, commander):
    NoticeRule.objects.all().delete()
    handed_in(line, commander, 14)
    assert notice_problem(line, DAY) == ""


@pytest.mark.parametrize("stage", ["decided", "rejected", "withdrawn"])
def test_no_objection_to_what_is_decided_or_over(line, department, reviewer, stage):
    notice = post_notice(department, [line.pk], **SHOWN, by=reviewer)
    type(line).objects.filter(pk=line.pk).update(stage=stage)
    with pytest.raises(Refused) as error:
        received = {"whose": "Quần chúng", "text": "Chưa đúng", "received": date(2020, 12, 5)}
        record_objection(notice, line, **received, by=reviewer)
    assert (error.value.field, line.objections.count()) == ("line", 0)


def test_superior_shows_what_stands_at_a_dissolved_unit(line, department, region):
    clerk = make_user("clerk", (region, Role.STAFF))
    with pytest.raises(Refused):
        post_notice(region, [line.pk], **SHOWN, by=clerk)
    Unit.objects.filter(pk=department.pk).update(dissolved=date(2020, 12, 1))
    assert list(post_notice(region, [line.pk], **SHOWN, by=clerk).lines.all()) == [line]


def test_a_line_waits_until_its_notice_is_over(line, department, reviewer):
    assert "10" in notice_problem(line, DAY)
    post_notice(department, [line.pk], **SHOWN, by=reviewer)
    assert "10/12" in notice_problem(line, date(2020, 12, 10))
    assert notice_problem(line, date(2020, 12, 11)) == ""


def test_objections_are_answered_before_the_line_goes_on(line, department, reviewer):
    notice = post_notice(department, [line.pk], **SHOWN, by=reviewer)
    received = {"whose": "Quần chúng", "text": "Thành tích khai chưa đúng", "received": date(2020, 12, 5)}
    first = record_objection(notice, line, **received, by=reviewer)
    assert notice_problem(line, DAY) != ""
    answer_objection(first, upheld=False, answer="Đã kiểm tra, thành tích đúng", by=reviewer)
    assert notice_problem(line, DAY) == ""
    with pytest.raises(Refused):
        answer_objection(first, upheld=True, answer="Nghĩ lại", by=reviewer)
    second = record_objection(notice, line, **received, by=reviewer)
    answer_objection(second, upheld=True, answer="Thành tích không đúng", by=reviewer)
    assert notice_problem(line, DAY) != ""


@pytest.mark.parametrize("columns", [{"until": date(2020, 12, 9)}, {"since": date(2020, 12, 11)}])
def test_notice_lasts_as_long_as_the_rule_says(line, department, reviewer, columns):
    with pytest.raises((Refused, ValidationError)):
        post_notice(department, [line.pk], **SHOWN | columns, by=reviewer)
    assert notice_problem(line, DAY) != ""


def test_only_lines_that_stand_at_the_unit_are_shown(line, depot, department, reviewer, staff, outsider):
    with pytest.raises(Refused):
        post_notice(depot, [line.pk], **SHOWN, by=staff)
    for user in (staff, outsider):
        with pytest.raises(PermissionDenied):
            post_notice(department, [line.pk], **SHOWN, by=user)


def test_objections_name_a_nominee_of_the_notice(line, department, reviewer, staff):
    notice = post_notice(department, [line.pk], **SHOWN, by=reviewer)
    other = make_nomination(line.dossier, make_award(), make_person(line.dossier.unit))
    received = {"whose": "Quần chúng", "text": "Chưa đúng", "received": date(2020, 12, 5)}
    with pytest.raises(Refused):
        record_objection(notice, other, **received, by=reviewer)
    with pytest.raises(Refused):
        record_objection(notice, line, **received | {"received": date(2020, 12, 21)}, by=reviewer)
    with pytest.raises(PermissionDenied):
        answer_objection(make_objection(notice, line, reviewer), upheld=True, answer="Đúng", by=staff)


def back(line, stage, reviewer, commander):
    """Go the way that is named for the stage; where the line stands then."""
    unit = line.holder
    if stage == "at_council":
        [item] = make_session(make_council(unit, commander), reviewer, line).items.all()
        take_off(item, by=commander)
    elif stage in ("passed", "forwarded"):
        send_back(unit, [line.pk], reason=REASON, by=commander)
    if stage != "forwarded":
        conclude([line.pk], verdict="returned", reason=REASON, by=reviewer)
    line.refresh_from_db()
    return line.stage


@pytest.mark.parametrize(
    ("stage", "ends"),
    [
        ("submitted", "returned"),
        ("appraised", "returned"),
        ("at_council", "returned"),
        ("passed", "returned"),
        ("forwarded", "returned"),
    ],
)
def test_upheld_objection_names_the_way_back_of_the_stage(line, upheld, reviewer, department, stage, ends):
    """Each way that is named can be gone."""
    commander = make_user("chief", (department, Role.COMMANDER))
    type(line).objects.filter(pk=line.pk).update(stage=stage)
    line.refresh_from_db()
    assert notice_problem(line, DAY).endswith(way_back(stage))
    assert len({way_back(one) for one in Nomination.Stage}) == 7  # five, at its unit, and none where it is over
    assert back(line, stage, reviewer, commander) == ends


@pytest.mark.parametrize("kind", ["changed", "submitted"])
@pytest.mark.parametrize("upheld", [True, False])
def test_nobody_settles_an_objection_to_a_line_they_wrote_or_handed_in(line, department, reviewer, kind, upheld):
    objection = make_objection(post_notice(department, [line.pk], **SHOWN, by=reviewer), line, reviewer)
    NominationEvent.objects.create(line=line, kind=kind, stage="submitted", unit=department, by=reviewer,
                                   at=datetime(2020, 12, 1, 9, tzinfo=UTC))  # fmt: skip
    with pytest.raises(Refused):
        answer_objection(objection, upheld=upheld, answer="Đã kiểm tra, thành tích đúng", by=reviewer)
    objection.refresh_from_db()
    assert objection.upheld is None
    other = make_user("other", (department, Role.REVIEWER))
    assert answer_objection(objection, upheld=upheld, answer="Đã kiểm tra", by=other).answered_by == other
