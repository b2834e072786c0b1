"""Voting: one ballot page a member, counts by hand confirmed by a second officer, the closing.

What is and what is not promised about secrecy stands with the model `Ballot`. Nothing here writes to the audit
log but the session and, once the voting has closed, the items. Every vote locks the session's row, so ballots are
written one member after the other and the closing sees all or none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from secrets import SystemRandom

from django.db import transaction
from django.db.models import Count
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awards import access
from awards.models import AgendaItem, Attendance, Ballot, HandCount, Nomination, Session
from awards.services.sessions import How, State, lock
from awards.services.steps import Kind, Stage, lock_lines, step
from awards.voting import Outcome, Tally, needed, outcome, reached
from units.access import require
from units.errors import Refused
from units.models import User

Choice = Ballot.Choice
shuffle = SystemRandom().shuffle


@transaction.atomic
def cast(session: Session, choices: Mapping[int, str], *, by: User) -> None:
    """The ballots of the member `by` on every secret item (item → `Ballot.Choice`), once and for all.

    Raises `Refused`: who is not present, has voted, or left an item out, votes for nothing at all.
    """
    session = lock(session, State.OPEN)
    seat = session.attendances.select_for_update(of=("self",)).filter(member__user=by).first()
    require(seat is not None)
    assert seat is not None
    if seat.how != How.PRESENT:
        raise Refused(_("You are not recorded as present: your vote is taken in writing, or not at all."))
    if seat.voted:
        raise Refused(_("You have voted already. A vote cannot be changed."))
    items = list(session.items.filter(secret=True))
    _check_choices(items, choices)
    _put_in(session, [(item.pk, choices[item.pk]) for item in items])
    seat.voted = True
    seat.save(update_fields=["voted"])


def _check_choices(items: Collection[AgendaItem], choices: Mapping[int, str]) -> None:
    if not items:
        raise Refused(_("Nothing on the agenda is voted on by secret ballot."))
    if {item.pk for item in items} != set(choices):
        raise Refused(_("Choose on every line, also where you leave it blank."))
    for item in items:
        allowed = {c.value for c in Choice} - (set() if item.lower_id else {Choice.LOWER.value})
        if choices[item.pk] not in allowed:
            raise Refused(_("Choose one of the votes offered."))


def _put_in(session: Session, votes: Iterable[tuple[int, str]]) -> None:
    """Put ballots (item, choice) among those of the session: all are written anew, in random order."""
    ballots = Ballot.objects.filter(item__session=session)
    rows = [*ballots.values_list("item", "choice"), *votes]
    ballots.delete()
    shuffle(rows)
    Ballot.objects.bulk_create(Ballot(item_id=item, choice=choice) for item, choice in rows)


# ── counted by hand ───────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ByHand:
    """Votes counted by hand on one item; the rest of those who took part left it blank."""

    favour: int = 0
    lower: int = 0
    against: int = 0

    @property
    def total(self) -> int:
        return self.favour + self.lower + self.against


@transaction.atomic
def enter_counts(session: Session, counts: Mapping[int, ByHand], papers: Collection[int], *, by: User) -> None:
    """What was counted by hand, item → votes; `papers` are the absent members (attendances) whose papers came.

    Of a secret item no more votes than papers, of an open one no more than members present and papers. May be
    entered anew until somebody else confirms it. Raises `Refused` with every item that is wrong (`f<item>`, of votes
    for a lower award `l<item>`), and first of all where a paper was not ticked (`papers`).
    """
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.OPEN)
    _refuse_confirmed(session)
    written = {row.pk for row in session.attendances.filter(how=How.WRITTEN)}
    if not set(papers) <= written:
        raise Refused(_("Only members who vote in writing hand in papers."))
    items = list(session.items.select_related("line", "lower"))
    if not set(counts) <= {item.pk for item in items}:
        raise Refused(_("This item is not on the agenda."))
    present = session.attendances.filter(how=How.PRESENT).count()
    counts = {item.pk: counts.get(item.pk, ByHand()) for item in items}
    wrong = {
        f"f{item.pk}": _("%(votes)d votes were entered, but only %(most)d can have been counted.")
        % {"votes": counts[item.pk].total, "most": most}
        for item in items
        if counts[item.pk].total > (most := len(papers) + (0 if item.secret else present))
    }
    if wrong and written - set(papers):
        wrong = {"papers": _("Tick the members whose papers have come."), **wrong}
    wrong |= {
        f"l{item.pk}": _("“%(name)s”: no lower award is offered.") % {"name": item.line.name}
        for item in items
        if counts[item.pk].lower and not item.lower_id
    }
    if wrong:
        raise Refused(wrong)
    session.attendances.filter(how=How.WRITTEN).update(voted=False)
    session.attendances.filter(pk__in=papers).update(voted=True)
    HandCount.objects.filter(item__session=session).delete()
    HandCount.objects.bulk_create(
        HandCount(item_id=key, votes_for=c.favour, votes_lower=c.lower, votes_against=c.against)
        for key, c in counts.items()
    )
    session.counted_by = by
    session.save(update_fields=["counted_by"])


@transaction.atomic
def confirm_counts(session: Session, *, by: User) -> None:
    """A second officer confirms what was counted by hand: it becomes ballots, and the counts are forgotten."""
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.OPEN)
    _refuse_confirmed(session)
    if session.counted_by_id is None:
        raise Refused(_("Nothing has been counted by hand yet."))
    if session.counted_by_id == by.pk:
        raise Refused(_("You entered these counts: somebody else confirms them."))
    papers = session.attendances.filter(how=How.WRITTEN, voted=True).count()
    present = session.attendances.filter(how=How.PRESENT).count()
    votes: list[tuple[int, str]] = []
    for row in HandCount.objects.filter(item__session=session).select_related("item"):
        counted = row.votes_for + row.votes_lower + row.votes_against
        blank = papers + (0 if row.item.secret else present) - counted
        parts = {Choice.FOR: row.votes_for, Choice.LOWER: row.votes_lower, Choice.AGAINST: row.votes_against}
        votes += [(row.item_id, c) for c, n in (parts | {Choice.BLANK: blank}).items() for _i in range(n)]
    _put_in(session, votes)
    HandCount.objects.filter(item__session=session).delete()
    session.confirmed_by = by
    session.save(update_fields=["confirmed_by"])


def _refuse_confirmed(session: Session) -> None:
    if session.confirmed_by_id is not None:
        raise Refused(_("The counts by hand have been confirmed already."))


# ── closing ───────────────────────────────────────────────────────────────


@transaction.atomic
def close_voting(session: Session, *, by: User) -> dict[str, int]:
    """Count the ballots, take every line where the council wants it, once and for all. Returns result → lines.

    Raises `Refused` while counts by hand are missing or not confirmed, while fewer members have voted than the
    quorum asks, and where ballots and voters do not agree.
    """
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.OPEN)
    items = list(session.items.select_related("award", "lower"))
    attendances = list(session.attendances.all())
    _refuse_uncounted(session, items)
    _refuse_too_few(session, attendances, secret=any(item.secret for item in items))
    _put_in(session, ())
    tallies = tallies_of(items, len(attendances))
    _refuse_disagreement(items, attendances, tallies)
    lines = {line.pk: line for line in lock_lines([item.line_id for item in items])}
    found: Counter[str] = Counter()
    for item in items:
        tally = tallies[item.pk]
        item.result = outcome(tally, item.share, item.lower_share)
        item.members, item.votes_for, item.votes_lower = tally.members, tally.favour, tally.lower
        item.votes_against, item.votes_blank = tally.against, tally.blank
        item.save()
        _move(lines[item.line_id], item, session, by)
        found[item.result] += 1
    session.state, session.closed_at = State.CLOSED, timezone.now()
    session.save(update_fields=["state", "closed_at"])
    return dict(found)


def tallies_of(items: Iterable[AgendaItem], members: int) -> dict[int, Tally]:
    """Item (key) → its votes, from ballots alone. One query."""
    keys = [item.pk for item in items]
    counts: dict[int, dict[str, int]] = {key: {} for key in keys}
    rows = Ballot.objects.filter(item__in=keys).order_by().values_list("item", "choice").annotate(n=Count("pk"))
    for key, choice, count in rows:
        counts[key][choice] = count
    return {
        key: Tally(
            members, c.get(Choice.FOR, 0), c.get(Choice.LOWER, 0), c.get(Choice.AGAINST, 0), c.get(Choice.BLANK, 0)
        )
        for key, c in counts.items()
    }


def _refuse_uncounted(session: Session, items: Iterable[AgendaItem]) -> None:
    if session.confirmed_by_id is not None:
        return
    if session.counted_by_id is not None:
        raise Refused(_("The counts by hand are not confirmed yet: another officer of the council does that."))
    if any(not item.secret for item in items):
        raise Refused(_("The raised hands have not been counted yet: enter them first."))


def _refuse_too_few(session: Session, attendances: Collection[Attendance], *, secret: bool) -> None:
    """Too few votes would refuse everybody for good."""
    took_part = sum(row.voted or (not secret and row.how == How.PRESENT) for row in attendances)
    if not reached(took_part, len(attendances), session.quorum):
        raise Refused(
            _("%(voted)d of %(all)d members have voted; the council needs %(needed)d.")
            % {"voted": took_part, "all": len(attendances), "needed": needed(len(attendances), session.quorum)}
        )


def _refuse_disagreement(
    items: Iterable[AgendaItem], attendances: Collection[Attendance], tallies: Mapping[int, Tally]
) -> None:
    """One ballot a voter and item, neither more nor fewer: else somebody wrote to the base past the application."""
    voted = sum(row.voted for row in attendances)
    hands = sum(row.how == How.PRESENT or row.voted for row in attendances)
    if any(tallies[item.pk].cast != (voted if item.secret else hands) for item in items):
        raise Refused(_("The ballots do not agree with who has voted. Tell the administrator; nothing was counted."))


def _move(line: Nomination, item: AgendaItem, session: Session, by: User) -> None:
    """Votes are shown to few, so the step says what came out and not by how many votes."""
    with translation.override("vi"):
        at = f"{session.title}, {session.day:%d/%m/%Y}"
        if item.result == Outcome.PASSED:
            step(line, Kind.PASSED, Stage.PASSED, by=by, reason=at)
        elif item.result == Outcome.LOWERED:
            step(
                line, Kind.DOWNGRADED, Stage.PASSED, by=by, reason=at, award=item.lower,
                before={"award": item.award.name}, after={"award": item.lower.name if item.lower else ""},
            )  # fmt: skip
        else:
            reason = _("The council did not pass it: %(session)s") % {"session": at}
            step(line, Kind.REJECTED, Stage.REJECTED, by=by, reason=reason[:500])
