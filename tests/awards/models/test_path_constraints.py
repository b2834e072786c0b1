"""What the tables of dossiers, councils and decisions refuse by themselves."""

from datetime import date

import pytest
from django.utils import timezone

from awards.models import (
    AgendaItem,
    Appraisal,
    Attendance,
    BonusRounding,
    CompleteRegister,
    Council,
    CouncilMember,
    DecidingLevel,
    Decision,
    Dossier,
    Grant,
    GrantReview,
    HighestOnly,
    Nomination,
    NominationFile,
    NoticeRule,
    Objection,
    PublicNotice,
    RevocationGround,
    RuleChoice,
    Session,
    Submission,
)
from tests.constraints import assert_refused
from tests.factories import (
    make_award,
    make_council,
    make_decision,
    make_dossier,
    make_grant,
    make_grant_review,
    make_nomination,
    make_occasion,
    make_office,
    make_person,
    make_session,
)
from tests.layers import built_once

BACKWARDS = {"valid_from": date(2020, 1, 2), "valid_until": date(2020, 1, 1)}
DAY = date(2020, 1, 1)


@built_once
def line(depot, staff) -> Nomination:
    return make_nomination(make_dossier(depot, staff), make_award(), make_person(depot))


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("rulechoice_until_not_before_from", lambda line: RuleChoice(**BACKWARDS)),
        ("noticerule_until_not_before_from", lambda line: NoticeRule(award=line.award, days=5, **BACKWARDS)),
        ("bonusrounding_until_not_before_from", lambda line: BonusRounding(step=1, **BACKWARDS)),
        ("revocationground_until_not_before_from", lambda line: RevocationGround(code="X", name="X", **BACKWARDS)),
        ("highestonly_until_not_before_from", lambda line: HighestOnly(**BACKWARDS)),
        (
            "decidinglevel_until_not_before_from",
            lambda line: DecidingLevel(kind=line.holder.kind, level=line.award.level, **BACKWARDS),
        ),
    ],
)
def test_rules_of_procedure_end_after_they_begin(line, constraint, row):
    assert_refused(row(line), constraint)


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("dossier_read_by_and_at_together", {"read_at": timezone.now()}),
        ("dossier_rules_fixed_with_receipt", {"received_on": DAY}),
        ("dossier_present_not_above_members", {"review_members": 5, "review_present": 6}),
    ],
)
def test_dossier_refuses_halves(line, constraint, columns):
    old = line.dossier
    assert_refused(Dossier(unit=old.unit, by=old.by, year=2020, occasion=old.occasion, **columns), constraint)


def test_nomination_proposes_one_person_or_unit_once(line, depot):
    copied = {"dossier": line.dossier, "award": line.award, "asked": line.award, "holder": depot, "by": line.by}
    assert_refused(Nomination(name="X", **copied), "nomination_of_a_person_or_a_unit")
    assert_refused(Nomination(name="X", person=line.person, **copied), "nomination_of_a_person_once")
    make_nomination(line.dossier, line.award, depot)
    assert_refused(Nomination(name="X", unit=depot, **copied), "nomination_of_a_unit_once")
    line.stage = Nomination.Stage.WITHDRAWN
    line.save()
    make_nomination(line.dossier, line.award, line.person)


def test_office_gives_one_opinion_and_a_reason_when_it_refuses(line, reviewer):
    common = {"line": line, "unit": line.holder, "office": make_office(), "by": reviewer, "at": timezone.now()}
    assert_refused(Appraisal(agrees=False, **common), "appraisal_refusal_has_a_reason")
    Appraisal.objects.create(agrees=True, **common)
    assert_refused(Appraisal(agrees=True, **common), "appraisal_one_an_office")


def test_award_is_reviewed_once_for_a_reason_and_stands_by_somebody(line, depot):
    row = make_grant_review(make_grant(line.award, depot))
    copied = {"grant": row.grant, "because": row.because, "criterion": row.criterion, "unit": depot}
    assert_refused(GrantReview(**copied), "grantreview_once")
    row.kept_why = "Đủ tiêu chuẩn"
    assert_refused(row, "grantreview_kept_by_at_and_why")


def test_removed_file_says_who_removed_it(line):
    file = NominationFile(
        dossier=line.dossier, file="x", name="x", kind="pdf", size=1, sha256="0", by=line.by, at=timezone.now(),
        removed_at=timezone.now(),
    )  # fmt: skip
    assert_refused(file, "nominationfile_removed_by_at_and_why")


def test_notice_ends_after_it_begins_and_an_answer_is_whole(line):
    days = {"since": date(2020, 1, 2), "until": DAY}
    notice = PublicNotice(unit=line.holder, place="X", by=line.by, **days)
    assert_refused(notice, "publicnotice_until_not_before_since")
    notice.until = notice.since
    notice.save()
    objection = Objection(notice=notice, line=line, whose="X", text="X", received=DAY, by=line.by, upheld=True)
    assert_refused(objection, "objection_answered_by_at_and_how")


def test_council_and_seat_end_after_they_begin_and_are_held_once(depot, staff):
    council = make_council(depot, staff)
    ended = {"since": date(2020, 1, 2), "until": DAY}
    assert_refused(Council(unit=depot, name="X", **ended), "council_until_not_before_since")
    assert_refused(Council(unit=depot, name="X"), "council_one_open_per_unit")
    seat = {"council": council, "user": staff}
    assert_refused(CouncilMember(**seat, **ended), "councilmember_until_not_before_since")
    assert_refused(CouncilMember(**seat), "councilmember_one_open_seat")


def test_member_attends_once_and_an_absent_one_does_not_vote(depot, staff):
    council = make_council(depot, staff)
    seat = {"session": make_session(council, staff), "member": council.members.get()}
    assert_refused(Attendance(**seat, how="absent", voted=True), "attendance_absent_does_not_vote")
    Attendance.objects.create(**seat)
    assert_refused(Attendance(**seat), "attendance_once")


def test_item_stands_once_on_an_agenda_and_has_no_more_votes_than_members(line, depot, staff):
    session = make_session(make_council(depot, staff), staff, line)
    common = {"session": session, "award": line.award, "share": 67}
    assert_refused(AgendaItem(line=line, **common), "agendaitem_once")
    other = make_nomination(line.dossier, make_award(), line.person)
    counts = {"members": 3, "votes_for": 2, "votes_lower": 1, "votes_against": 1, "votes_blank": 0}
    row = AgendaItem(line=other, result="passed", **counts, **common)
    assert_refused(row, "agendaitem_counts_with_result")
    assert_refused(AgendaItem(line=other, lower=line.award, **common), "agendaitem_lower_with_share")


def test_session_is_confirmed_by_somebody_else_and_broken_off_with_a_reason(depot, staff):
    common = {"council": make_council(depot, staff), "title": "X", "day": DAY, "quorum": 66, "by": staff}
    alone = Session(counted_by=staff, confirmed_by=staff, **common)
    assert_refused(alone, "session_counts_confirmed_by_another")
    assert_refused(Session(state="broken", **common), "session_broken_off_with_reason")


def test_submission_is_sent_with_number_day_and_signer(line, depot, staff):
    common = {
        "unit": depot, "year": 2020, "occasion": make_occasion(), "level": line.award.level, "recipient": "X",
        "by": staff,
    }  # fmt: skip
    halves = Submission(sent_by=staff, sent_at=timezone.now(), **common)
    assert_refused(halves, "submission_sent_with_number_day_and_signer")
    Submission.objects.create(number="1/TTr", **common)
    assert_refused(Submission(number="1/TTr", **common), "submission_number_once_a_year")


def test_decision_is_signed_whole_and_numbered_once_by_its_unit(depot, department, staff):
    common = {"unit": depot, "year": 2020, "issuer": depot.name, "title": "X", "by": staff}
    halves = Decision(signed_by=staff, signed_at=timezone.now(), **common)
    assert_refused(halves, "decision_signed_with_number_day_and_signer")
    assert_refused(Decision(kind="revocation", **common), "decision_on_revocation_has_ground_and_reason")
    make_decision(depot, staff, number="1/QĐ")
    assert_refused(Decision(number="1/QĐ", **common | {"issuer": "Kho cũ"}), "decision_number_once_a_year")
    make_decision(department, staff, number="1/QĐ", issuer=depot.name)  # another unit that is called the same
    make_decision(depot, staff, number="1/QĐ", number_repeated=True)
    make_decision(depot, staff, number="1/QĐ", outside=True)
    assert_refused(Decision(number="1/QĐ", outside=True, **common), "decision_recorded_once")


def test_number_in_the_book_of_honour_is_given_once(line, depot):
    make_grant(line.award, depot, register="15/2020")
    assert_refused(
        Grant(award=line.award, person=line.person, year=2020, register="15/2020"), "grant_register_number_once"
    )


def test_register_is_complete_since_one_year(db):
    CompleteRegister.objects.create(register="awards", since=2010)
    assert_refused(CompleteRegister(register="awards", since=2015), "completeregister_once")
