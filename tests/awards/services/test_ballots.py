"""A session from its plan to the result, by the services."""

from datetime import date, datetime

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from awards.models import (
    AgendaItem,
    Attendance,
    Ballot,
    CouncilMember,
    HandCount,
    Nomination,
    NominationEvent,
    VoteRule,
)
from awards.reports.opinions import took_part
from awards.reports.sessions import addable
from awards.services import ballots, sessions
from awards.services.ballots import ByHand
from awards.services.steps import step
from tests.factories import (
    make_award,
    make_council,
    make_dossier,
    make_nomination,
    make_objection,
    make_person,
    make_public_notice,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role, Unit

Function = CouncilMember.Function
Stage = Nomination.Stage


@built_once
def members(department):
    return [make_user(f"m{number}", (department, Role.STAFF)) for number in range(4)]


@built_once
def council(department, members):
    """Chair, secretary and two members; two thirds."""
    council = make_council(department, *members)
    council.members.filter(user=members[1]).update(function=Function.SECRETARY)
    return council


@pytest.fixture
def lower():
    return make_award("CSTT", subject="person")


@pytest.fixture
def award(lower):
    award = make_award("CSTDCS", subject="person")
    award.lower_awards.set([lower])
    return award


@pytest.fixture
def lines(depot, department, staff, award):
    dossier = make_dossier(depot, staff, rule_day=date(2020, 12, 1), received_on=date(2020, 12, 1))
    place = {"stage": Stage.APPRAISED, "holder": department}
    return [make_nomination(dossier, award, make_person(depot, name), **place) for name in ("Lê An", "Vũ Bình")]


@pytest.fixture
def session(council, members, lines):
    session = sessions.plan_session(council, title="Phiên 1", day=date(2020, 12, 20), by=members[1])
    sessions.add_lines(session, [line.pk for line in lines], by=members[1])
    return session


def attend(session, *how):
    seats = session.council.members.on(session.day)
    sessions.set_attendance(session, {seat.pk: h for seat, h in zip(seats, how, strict=True)}, by=_chair(session))


def _chair(session):
    return session.council.members.get(function=Function.CHAIR).user


def vote(session, user, *choices):
    items = session.items.filter(secret=True)
    ballots.cast(session, {item.pk: c for item, c in zip(items, choices, strict=True)}, by=user)


@pytest.fixture
def opened(session, members):
    """Open: three are there, one votes in writing."""
    attend(session, "present", "present", "present", "written")
    return sessions.open_voting(session, by=members[0])


def state(*lines):
    for line in lines:
        line.refresh_from_db()
    return [(line.stage, line.award.code) for line in lines]


# ── preparing ─────────────────────────────────────────────────────────────


def test_agenda_takes_exactly_the_lines_and_none_of_them_twice(session, lines, members, lower):
    assert [(i.line, i.award.code, i.lower, i.share, i.secret) for i in session.items.all()] == [
        (line, "CSTDCS", lower, 66, True) for line in lines
    ]
    assert state(*lines) == [("at_council", "CSTDCS")] * 2
    with pytest.raises(Refused, match="Lê An, Vũ Bình"):
        sessions.add_lines(session, [line.pk for line in lines], by=members[0])
    sessions.take_off(session.items.first(), by=members[0])
    assert state(*lines) == [("appraised", "CSTDCS"), ("at_council", "CSTDCS")]
    assert session.items.count() == 1


def test_officers_who_release_lines_from_the_agenda_have_not_written_them(session, lines, members):
    sessions.take_off(session.items.first(), by=members[0])
    sessions.break_off(session, why="Mất điện", by=members[0])
    assert [line.events.last().kind for line in lines] == ["released", "released"]
    assert took_part(lines, members[0]) == set()


def test_one_line_that_does_not_wait_holds_up_the_whole_choice(session, lines, members, award, depot):
    fresh = make_nomination(
        lines[0].dossier, award, make_person(depot), stage=Stage.APPRAISED, holder=lines[0].holder
    )
    with pytest.raises(Refused):
        sessions.add_lines(session, [fresh.pk, lines[0].pk], by=members[0])
    assert state(fresh) == [("appraised", "CSTDCS")]


def test_lines_at_a_dissolved_unit_come_before_the_council_of_its_superior(region, department, members, lines):
    council = make_council(region, members[0])
    session = sessions.plan_session(council, title="Phiên 2", day=date(2020, 12, 20), by=members[0])
    with pytest.raises(Refused):
        sessions.add_lines(session, [line.pk for line in lines], by=members[0])
    Unit.objects.filter(pk=department.pk).update(dissolved=date(2000, 1, 1))
    assert set(addable(council)) == set(lines)
    assert sessions.add_lines(session, [line.pk for line in lines], by=members[0]) == 2


@pytest.mark.parametrize(("answers", "refused"), [([], False), ([False], False), ([False, True], True)])
def test_council_does_not_vote_on_what_an_upheld_objection_says_is_not_so(session, lines, members, answers, refused):
    attend(session, *["present"] * 4)
    notice = make_public_notice(session.council.unit, members[0], *lines)
    for upheld in answers:
        said = {"upheld": upheld, "answer": "Xét rồi", "answered_by": members[0], "answered_at": timezone.now()}
        make_objection(notice, lines[1], members[0], **said)
    if refused:
        with pytest.raises(Refused, match="Vũ Bình"):
            sessions.open_voting(session, by=members[0])
        sessions.take_off(session.items.get(line=lines[1]), by=members[0])
    assert sessions.open_voting(session, by=members[0]).state == "open"


@pytest.mark.parametrize(("again", "refused"), [(14, True), (16, False)])
def test_line_handed_in_again_after_an_upheld_objection_is_voted_on(session, lines, members, again, refused):
    attend(session, *["present"] * 4)
    notice = make_public_notice(session.council.unit, members[0], *lines)
    at = timezone.make_aware(datetime(2020, 12, 15, 9))
    said = {"upheld": True, "answer": "Đúng", "answered_by": members[0], "answered_at": at}
    make_objection(notice, lines[1], members[0], **said)
    step(lines[1], NominationEvent.Kind.SUBMITTED, Stage.AT_COUNCIL, by=members[0])
    NominationEvent.objects.update(at=at.replace(day=again))
    if refused:
        with pytest.raises(Refused, match="Vũ Bình"):
            sessions.open_voting(session, by=members[0])
    else:
        assert sessions.open_voting(session, by=members[0]).state == "open"


def test_newest_rule_in_force_counts(council, award):
    for share, since in ((50, None), (90, date(2020, 6, 1)), (75, date(2019, 1, 1))):
        VoteRule.objects.create(award=award, share=share, valid_from=since)
    assert sessions.Rules(council).share(award, date(2020, 12, 1)) == 90


def test_rule_of_the_day_that_judges_the_dossier_decides(session, lines, members, council, award):
    council.secret = False
    council.save()
    VoteRule.objects.create(award=award, secret=True, share=90, valid_until=date(2020, 12, 1))
    VoteRule.objects.create(award=award, secret=False, share=50, valid_from=date(2020, 12, 2))
    attend(session, "present", "present", "present", "absent")
    sessions.open_voting(session, by=members[0])
    assert set(session.items.values_list("secret", "share", "lower_share")) == {(True, 90, 66)}


def test_lower_award_is_for_the_nominee_and_not_proposed_already(session, lines, members, lower):
    make_nomination(lines[0].dossier, lower, lines[0].person)
    attend(session, "present", "present", "present", "present")
    sessions.open_voting(session, by=members[0])
    assert [item.lower for item in session.items.all()] == [None, lower]


def test_voting_opens_with_a_quorum_of_all_members_alone(session, members):
    with pytest.raises(Refused, match="attendance|có mặt"):
        sessions.open_voting(session, by=members[0])
    attend(session, "present", "present", "absent", "absent")
    with pytest.raises(Refused, match="2.*4.*3"):
        sessions.open_voting(session, by=members[0])
    attend(session, "present", "present", "absent", "written")
    assert sessions.open_voting(session, by=members[0]).state == "open"


def test_opening_fixes_members_shares_and_agenda(opened, council, members, lines):
    council.share = council.quorum = 1
    council.save()
    council.members.filter(user=members[3]).update(until=date(2020, 1, 1))
    for late in (
        lambda: sessions.take_off(opened.items.first(), by=members[0]),
        lambda: attend(opened, "present", "present", "present"),
        lambda: sessions.open_voting(opened, by=members[0]),
    ):
        with pytest.raises(Refused):
            late()
    assert set(opened.items.values_list("share", flat=True)) == {66}
    assert opened.attendances.count() == 4


def test_only_officers_run_a_session(opened, members, outsider, staff):
    for user in (members[2], outsider, staff):
        for act in (
            lambda user=user: ballots.close_voting(opened, by=user),
            lambda user=user: sessions.break_off(opened, why="x", by=user),
            lambda user=user: ballots.enter_counts(opened, {}, [], by=user),
            lambda user=user: ballots.confirm_counts(opened, by=user),
        ):
            with pytest.raises(PermissionDenied):
                act()


# ── voting ────────────────────────────────────────────────────────────────


def test_member_votes_once_on_everything_and_for_nobody_else(opened, members, staff):
    with pytest.raises(Refused):
        vote_for_one = {opened.items.first().pk: "for"}
        ballots.cast(opened, vote_for_one, by=members[0])
    vote(opened, members[0], "for", "blank")
    for user, error in ((members[0], Refused), (members[3], Refused), (staff, PermissionDenied)):
        with pytest.raises(error):
            vote(opened, user, "against", "against")
    assert sorted(Ballot.objects.values_list("choice", flat=True)) == ["blank", "for"]
    assert list(Attendance.objects.filter(voted=True).values_list("member__user", flat=True)) == [members[0].pk]


def test_lower_award_is_voted_for_only_where_it_is_offered(opened, members):
    item = opened.items.first()
    AgendaItem.objects.filter(pk=item.pk).update(lower=None, lower_share=None)
    with pytest.raises(Refused):
        vote(opened, members[0], "lower", "for")
    assert not Ballot.objects.exists()


def test_nothing_leads_from_a_ballot_to_its_voter(opened, members, monkeypatch):
    """No column, no log, no order of rows or transactions: every vote writes all ballots of the session anew."""
    assert {field.name for field in Ballot._meta.get_fields()} == {"key", "item", "choice"}
    assert {field.name for field in Attendance._meta.get_fields()} == {"id", "session", "member", "how", "voted"}
    logged = LogEntry.objects.count()
    vote(opened, members[0], "for", "for")
    first = set(Ballot.objects.values_list("key", flat=True))
    monkeypatch.setattr(ballots, "shuffle", lambda rows: rows.sort(key=lambda row: row[1]))
    vote(opened, members[1], "against", "against")
    assert not first & set(Ballot.objects.values_list("key", flat=True))
    assert LogEntry.objects.count() == logged
    with connection.cursor() as cursor:
        place = "rowid" if connection.vendor == "sqlite" else "ctid"
        cursor.execute(f"SELECT choice FROM awards_ballot ORDER BY {place}")
        assert [row[0] for row in cursor.fetchall()] == ["against", "against", "for", "for"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps what is deleted until it is vacuumed")
def test_file_of_the_base_keeps_no_former_ballots(settings, db):
    """SQLite leaves what was deleted on free pages unless it is told to, or built to overwrite it."""
    assert "PRAGMA secure_delete=ON;" in settings.DATABASES["default"]["OPTIONS"]["init_command"]
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_papers_of_absent_members_are_confirmed_by_somebody_else(opened, members):
    one, two = opened.items.all()
    paper = opened.attendances.get(how="written")
    present = opened.attendances.filter(how="present").first()
    for counts, papers in (
        ({one.pk: ByHand(favour=2)}, [paper.pk]),  # more votes than papers
        ({one.pk: ByHand(favour=1)}, []),
        ({one.pk: ByHand(favour=1)}, [present.pk]),  # who is there votes on the network
    ):
        with pytest.raises(Refused):
            ballots.enter_counts(opened, counts, papers, by=members[1])
    ballots.enter_counts(opened, {one.pk: ByHand(favour=1)}, [paper.pk], by=members[1])
    with pytest.raises(Refused):
        ballots.close_voting(opened, by=members[0])
    with pytest.raises(Refused):
        ballots.confirm_counts(opened, by=members[1])
    ballots.confirm_counts(opened, by=members[0])
    assert sorted(Ballot.objects.values_list("item", "choice")) == sorted([(one.pk, "for"), (two.pk, "blank")])
    assert not HandCount.objects.exists()
    with pytest.raises(Refused):
        ballots.enter_counts(opened, {one.pk: ByHand(against=1)}, [paper.pk], by=members[1])


def test_who_forgot_to_tick_a_paper_is_told_so(opened, members):
    one, paper = opened.items.first(), opened.attendances.get(how="written")
    hint = "Đánh dấu các thành viên đã gửi phiếu giấy."
    for papers, told in (([], ["papers", f"f{one.pk}"]), ([paper.pk], [f"f{one.pk}"])):
        with pytest.raises(Refused) as refused:
            ballots.enter_counts(opened, {one.pk: ByHand(favour=2)}, papers, by=members[1])
        assert ([*refused.value.by_field], hint in refused.value.messages) == (told, "papers" in told)


# ── closing ───────────────────────────────────────────────────────────────


def test_closing_takes_every_line_where_the_council_wants_it(opened, members, lines, lower):
    vote(opened, members[0], "for", "for")
    with pytest.raises(Refused, match="1.*4"):
        ballots.close_voting(opened, by=members[0])
    vote(opened, members[1], "for", "lower")
    vote(opened, members[2], "for", "lower")
    assert ballots.close_voting(opened, by=members[1]) == {"passed": 1, "lowered": 1}
    assert state(*lines) == [("passed", "CSTDCS"), ("passed", "CSTT")]
    rows = opened.items.values_list("result", "members", "votes_for", "votes_lower", "votes_against", "votes_blank")
    assert list(rows) == [("passed", 4, 3, 0, 0, 0), ("lowered", 4, 1, 2, 0, 0)]
    assert [e.kind for e in lines[1].events.all()][-1] == "downgraded"
    for again in (
        lambda: ballots.close_voting(opened, by=members[0]),
        lambda: sessions.open_voting(opened, by=members[0]),
        lambda: sessions.break_off(opened, why="x", by=members[0]),
        lambda: vote(opened, members[0], "for", "for"),
    ):
        with pytest.raises(Refused):
            again()


def test_blank_and_absent_are_not_in_favour(opened, members, lines, department):
    vote(opened, members[0], "for", "for")
    vote(opened, members[1], "for", "blank")
    vote(opened, members[2], "against", "for")
    assert ballots.close_voting(opened, by=members[0]) == {"failed": 2}
    assert state(*lines) == [("rejected", "CSTDCS")] * 2
    event = lines[0].events.last()
    assert (event.kind, event.unit) == ("rejected", department)
    assert "Phiên 1" in event.reason
    assert not any(character.isdigit() for character in event.reason.replace("20/12/2020", "").replace("Phiên 1", ""))


def test_raised_hands_are_counted_and_confirmed(session, members, lines, council):
    council.secret = False
    council.save()
    attend(session, "present", "present", "present", "written")
    sessions.open_voting(session, by=members[0])
    one, two = session.items.all()
    with pytest.raises(Refused):
        ballots.close_voting(session, by=members[0])
    with pytest.raises(Refused):
        ballots.enter_counts(session, {one.pk: ByHand(favour=4)}, [], by=members[1])
    ballots.enter_counts(session, {one.pk: ByHand(favour=3), two.pk: ByHand(against=1)}, [], by=members[1])
    ballots.confirm_counts(session, by=members[0])
    assert ballots.close_voting(session, by=members[0]) == {"passed": 1, "failed": 1}
    assert list(session.items.values_list("votes_for", "votes_against", "votes_blank")) == [(3, 0, 0), (0, 1, 2)]


@pytest.mark.parametrize("tamper", ["add", "remove", "vote"])
def test_ballots_that_do_not_agree_with_the_voters_are_not_counted(opened, members, lines, tamper):
    for user in members[:3]:
        vote(opened, user, "for", "for")
    if tamper == "add":
        Ballot.objects.create(item=opened.items.first(), choice="for")
    elif tamper == "remove":
        Ballot.objects.first().delete()
    else:
        Attendance.objects.filter(member__user=members[2]).update(voted=False)
    with pytest.raises(Refused):
        ballots.close_voting(opened, by=members[0])
    assert state(*lines) == [("at_council", "CSTDCS")] * 2


def test_session_broken_off_leaves_the_lines_waiting_and_no_ballot(opened, members, lines):
    vote(opened, members[0], "for", "for")
    sessions.break_off(opened, why="Mất điện", by=members[0])
    assert state(*lines) == [("appraised", "CSTDCS")] * 2
    assert not Ballot.objects.exists()


@pytest.mark.parametrize(
    ("number", "text", "gap"),
    [
        ("", "Nội dung", "Số: ……"),
        ("3/BB", "Xong\nBắt đầu: …… giờ", "Bắt đầu: …… giờ"),
        ("3/BB", "Họp ...", "Họp ..."),
    ],
)
def test_minutes_with_gaps_are_fixed_only_knowingly(opened, members, number, text, gap):
    for user in members[:3]:
        vote(opened, user, "for", "for")
    ballots.close_voting(opened, by=members[0])
    sessions.save_minutes(opened, text=text, number=number, by=members[1])
    with pytest.raises(Refused, match=gap) as error:
        sessions.end_session(opened, by=members[0])
    opened.refresh_from_db()
    assert (error.value.field, opened.state) == ("known_gaps", "closed")
    sessions.end_session(opened, known_gaps=True, by=members[0])
    opened.refresh_from_db()
    assert opened.state == "ended"


def test_minutes_are_fixed_with_the_end(opened, members):
    for user in members[:3]:
        vote(opened, user, "for", "for")
    ballots.close_voting(opened, by=members[0])
    with pytest.raises(Refused):
        sessions.end_session(opened, by=members[0])
    sessions.save_minutes(opened, text="Nội dung", number="3/BB-HĐ", by=members[1])
    sessions.end_session(opened, by=members[0])
    with pytest.raises(Refused):
        sessions.save_minutes(opened, text="Khác", by=members[1])


def test_no_session_is_planned_for_or_moved_beyond_the_last_day_of_its_council(council, members, session):
    shown = council  # as the page had it before somebody ended the council
    type(council).objects.filter(pk=council.pk).update(until=date(2020, 12, 31))
    late = {"title": "Phiên 1", "day": date(2021, 1, 1), "by": members[1]}
    for act in (lambda: sessions.plan_session(shown, **late), lambda: sessions.change_session(session, **late)):
        with pytest.raises(Refused) as error:
            act()
        assert error.value.field == "day"
    assert sessions.change_session(session, **late | {"day": date(2020, 12, 31)}).day == date(2020, 12, 31)
