"""Two people at once in a session of the council, or over one paper; on SQLite one writes after the other."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Event, Thread
from time import sleep

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from awards.models import Attestation, Award, Ballot, Council, DecidingLevel, Decision, Grant, Nomination, Objection
from awards.services import (
    ballots,
    catalogue,
    councils,
    decisions,
    dossiers,
    grants,
    notices,
    papers,
    registers,
    sessions,
)
from tests.factories import (
    make_award,
    make_council,
    make_criterion,
    make_dossier,
    make_nomination,
    make_person,
    make_public_notice,
    make_rating,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role, User

SIGNED = {"signer_post": "B", "place": "C"}


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What becomes of acts that begin together, each on its own connection: "done" or "refused"."""
    gate, found = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        gate.wait(10)
        try:
            act()
            found.append("done")
        except (Refused, ValidationError):  # of a constraint that the first has just filled
            found.append("refused")
        connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


@pytest.fixture
def members(transactional_db, department):
    return [make_user(f"m{number}", (department, Role.STAFF)) for number in range(3)]


@built_once
def lines(depot, department, staff):
    award, dossier = make_award(), make_dossier(depot, staff)
    place = {"stage": Nomination.Stage.APPRAISED, "holder": department}
    return [make_nomination(dossier, award, make_person(depot, name), **place) for name in ("Lê An", "Vũ Bình")]


@pytest.fixture
def session(department, members, lines):
    council = make_council(department, *members)
    council.members.filter(user=members[1]).update(function="deputy")
    session = sessions.plan_session(council, title="Phiên 1", day=date(2020, 12, 20), by=members[0])
    sessions.add_lines(session, [line.pk for line in lines], by=members[0])
    seats = [seat.pk for seat in council.members.all()]
    sessions.set_attendance(session, dict.fromkeys(seats, "present"), by=members[0])
    return sessions.open_voting(session, by=members[0])


def vote(session, user):
    ballots.cast(session, {item.pk: "for" for item in session.items.all()}, by=user)


def test_one_member_votes_once_from_two_browsers_while_others_vote(session, members):
    acts = [lambda user=user: vote(session, user) for user in (*members, members[0])]
    assert at_once(*acts) == ["done", "done", "done", "refused"]
    assert Ballot.objects.count() == 6
    assert session.attendances.filter(voted=True).count() == 3


def test_two_officers_close_at_once_with_one_result(session, members, lines):
    for user in members:
        vote(session, user)
    found = at_once(*(lambda user=user: ballots.close_voting(session, by=user) for user in members[:2]))
    assert found == ["done", "refused"]
    assert [line.events.filter(kind="passed").count() for line in lines] == [1, 1]
    assert Ballot.objects.count() == 6


def test_line_is_taken_off_the_agenda_once(transactional_db, department, members, lines):
    """Who comes second would take it off the agenda of another session, where it stands by then."""
    council = make_council(department, *members)
    day, by = date(2020, 12, 20), members[0]
    first, other = (sessions.plan_session(council, title=f"Phiên {n}", day=day, by=by) for n in "12")
    sessions.add_lines(first, [lines[0].pk], by=members[0])
    item = first.items.get()
    assert at_once(*(lambda: sessions.take_off(item, by=members[0]) for _n in "12")) == ["done", "refused"]
    sessions.add_lines(other, [lines[0].pk], by=members[0])
    with pytest.raises(Refused):
        sessions.take_off(item, by=members[0])
    with pytest.raises(Refused):
        sessions.change_item(item, order=1, offers_lower=False, by=members[0])
    lines[0].refresh_from_db()
    assert (lines[0].stage, other.items.count()) == ("at_council", 1)


# ── papers ────────────────────────────────────────────────────────────────


@pytest.fixture
def drafts(transactional_db, department, depot, staff, set_today):
    """Two drafts of decisions of one line each, and the commander."""
    set_today(date(2020, 12, 22))
    chief = make_user("chief", (department, Role.COMMANDER))
    award = make_award()
    DecidingLevel.objects.create(kind=department.kind, level=award.level)
    dossier, place = make_dossier(depot, staff), {"stage": "passed", "holder": department}
    lines = [make_nomination(dossier, award, make_person(depot), **place) for _number in range(2)]
    return [papers.draft_decision(department, [line.pk], by=chief) for line in lines], chief


def test_decision_is_signed_once_and_a_number_given_once(drafts):
    (first, second), chief = drafts
    head = {"number": "125/QĐ", "day": date(2020, 12, 22), "signer": "A", **SIGNED}
    acts = [
        lambda paper=paper: decisions.sign(paper, head, known_unpaid=True, by=chief)
        for paper in (first, first, second)
    ]
    assert at_once(*acts) == ["done", "refused", "refused"]
    assert (Grant.objects.count(), Decision.objects.exclude(number="").count()) == (1, 1)


def test_nominee_is_decided_or_objected_to_but_not_both(drafts):
    (draft, _other), chief = drafts
    line = draft.lines.get()
    keeper = make_user("keeper", (draft.unit, Role.STAFF))
    notice = make_public_notice(draft.unit, keeper, line)
    head = {"number": "125/QĐ", "day": date(2020, 12, 22), "signer": "A", **SIGNED}
    said = {"whose": "Quần chúng", "text": "Chưa đúng", "received": date(2020, 12, 5)}
    found = at_once(
        lambda: decisions.sign(draft, head, known_unpaid=True, by=chief),
        lambda: notices.record_objection(notice, line, **said, by=keeper),
    )
    assert found == ["done", "refused"]
    assert Grant.objects.count() + Objection.objects.count() == 1


def test_outcomes_of_one_decision_recorded_at_once_are_one_decision(drafts):
    """The second recorder adds to the decision of the first, or is refused: nobody meets an error of the database."""
    (first, second), chief = drafts
    lines = [paper.lines.get() for paper in (first, second)]
    for paper in (first, second):
        papers.discard(paper, by=chief)
    DecidingLevel.objects.all().delete()
    for line, number in zip(lines, ("1", "2"), strict=True):
        letter = papers.draft_submission(chief.memberships.get().unit, [line.pk], by=chief)
        papers.send(
            letter,
            {"number": number, "day": date(2020, 12, 22), "signer": "A", **SIGNED},
            by=chief,
        )
    head = {
        "issuer": "Bộ Quốc phòng",
        "number": "5000/QĐ",
        "day": date(2020, 12, 22),
        "signer": "A",
        "signer_post": "B",
        "place": "C",
    }
    acts = [
        lambda line=line: decisions.record_outcome(line.holder, given=[line.pk], refused={}, head=head, by=chief)
        for line in lines
    ]
    assert at_once(*acts) in (["done", "done"], ["done", "refused"])
    assert Decision.objects.count() == 1


def test_register_numbers_are_given_once(drafts):
    (first, second), chief = drafts
    head = {"day": date(2020, 12, 22), "signer": "A", **SIGNED}
    for paper, number in ((first, "1"), (second, "2")):
        decisions.sign(paper, head | {"number": number}, known_unpaid=True, by=chief)
    one, other = Grant.objects.values_list("pk", flat=True)
    acts = [lambda key=key: registers.register_grants([key], by=chief) for key in (one, other)]
    assert at_once(*acts) == ["done", "done"]
    assert sorted(Grant.objects.values_list("register", flat=True)) == ["CKT-2020-0001", "CKT-2020-0002"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_who_attest_at_once_leave_one_attestation(transactional_db, depot, staff, commander):
    award, person, found = make_award(), make_person(depot), []
    begun, go = Event(), Event()

    def say(by: User, wait: bool) -> None:
        with transaction.atomic():
            grants.attest(person, award, None, 2020, holds=True, evidence="Biên bản", by=by)
            begun.set()
            assert not wait or go.wait(10)
        found.append(by)
        connection.close()

    first, second = Thread(target=say, args=[staff, True]), Thread(target=say, args=[commander, False])
    first.start()
    assert begun.wait(10)
    second.start()
    second.join(0.5)
    go.set()
    first.join()
    second.join()
    assert (found, Attestation.objects.get().by) == ([staff, commander], commander)


def test_grant_is_recorded_once(transactional_db, depot, department, monkeypatch):
    def checked_slowly(grant):
        check(grant)
        sleep(0.3)

    check = Grant.full_clean
    monkeypatch.setattr(Grant, "full_clean", checked_slowly)
    award, person, keeper = make_award(), make_person(depot), make_user("keeper", (department, Role.REVIEWER))
    acts = [lambda: grants.record_grant(Grant(award=award, year=2019), person, by=keeper)] * 2
    assert at_once(*acts) == ["done", "refused"]
    assert Grant.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_rule_is_changed_after_a_hand_in_that_it_would_judge(
    transactional_db, administrator, depot, staff, commander, reviewer, set_today
):
    """Of an award that asks to meet the one whose criterion changes: it is seen once it is received."""
    set_today(date(2020, 12, 10))
    base, award = make_award("CSTT", subject="person"), make_award("CSTDCS", subject="person")
    row = make_criterion(base, "task_rating", rating="completed", text="Hoàn thành")
    make_criterion(award, "meets_award", awards=[base])
    person = make_person(depot)
    make_rating(person, rating="well")
    [line], _known = dossiers.add_lines(
        make_dossier(depot, staff, read_at=timezone.now(), read_by=staff), [dossiers.Pick(person, award)], by=staff
    )
    begun, go, found = Event(), Event(), []

    def hand_in() -> None:
        with transaction.atomic():
            dossiers.hand_in(line.dossier, lines=[line.pk], by=commander)
            begun.set()
            assert go.wait(10)
        connection.close()

    def change() -> None:
        row.rating = "excellent"
        try:
            catalogue.save_row(row, chosen={}, by=administrator)
        except Refused as refused:
            found.append(refused.field)
        connection.close()

    first, second = Thread(target=hand_in), Thread(target=change)
    first.start()
    assert begun.wait(10)
    second.start()
    second.join(0.5)
    go.set()
    first.join()
    second.join()
    assert found == ["slip"]


def while_open(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """What becomes of `second`, begun while the transaction of `first` is still open."""
    begun, go, found = Event(), Event(), []

    def keep_open() -> None:
        with transaction.atomic():
            first()
            begun.set()
            assert go.wait(10)
        connection.close()

    def follow() -> None:
        try:
            second()
            found.append("done")
        except Refused:
            found.append("refused")
        connection.close()

    threads = [Thread(target=keep_open), Thread(target=follow)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    threads[1].join(0.5)
    go.set()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_council_ends_or_meets_afterwards_but_not_both(members, department):
    council = make_council(department, *members, decision="1/QĐ")
    commander = make_user("chief", (department, Role.COMMANDER))
    late = {"title": "Phiên 1", "day": date(2020, 12, 31), "by": members[0]}

    def end() -> None:
        ending = Council.objects.get(pk=council.pk)
        ending.until = date(2020, 12, 20)
        councils.save_council(ending, by=commander)

    assert while_open(end, lambda: sessions.plan_session(council, **late)) == ["refused"]
    Council.objects.update(until=None)
    assert while_open(lambda: sessions.plan_session(council, **late), end) == ["refused"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_seat_is_prolonged_or_another_one_given_but_not_both(members, department):
    council = make_council(department, *members)
    commander = make_user("chief", (department, Role.COMMANDER))
    seat = council.members.get(user=members[2])
    councils.end_seat(seat, until=date(2020, 12, 1), by=commander)
    found = while_open(
        lambda: councils.seat_member(council, members[2], since=date(2020, 12, 2), by=commander),
        lambda: councils.end_seat(seat, until=date(2020, 12, 31), by=commander),
    )
    assert found == ["refused"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_what_is_given_once_is_not_given_by_two_decisions_at_once(drafts, depot, staff):
    """For two years, which no constraint of the table refuses."""
    (first, other), chief = drafts
    papers.discard(other, by=chief)
    given = first.lines.get()
    Award.objects.update(once=True)
    again = make_nomination(
        make_dossier(depot, staff, year=2019), given.award, given.person, stage="passed", holder=given.holder
    )
    second = papers.draft_decision(given.holder, [again.pk], by=chief)
    head = {"day": date(2020, 12, 22), "signer": "A", **SIGNED}
    acts = [
        lambda paper=paper, number=number: decisions.sign(
            paper, head | {"number": number}, known_unpaid=True, by=chief
        )
        for paper, number in ((first, "1"), (second, "2"))
    ]
    assert while_open(*acts) == ["refused"]
    assert Grant.objects.count() == 1
