"""Councils and their sessions as they are shown. Numbers of votes are read only once the voting has closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from awards import access
from awards.models import AgendaItem, Attendance, Council, CouncilMember, Nomination, NominationFile, Session
from awards.reports.ready import acting, to_be_voted
from awards.reports.sight import sides_shown
from awards.reports.snapshots import Side, side_of
from awards.voting import Tally, needed, reached, share_of
from emulation.numbers import format_number
from units.models import User

State = Session.State
How = Attendance.How
VOTED = (State.CLOSED, State.ENDED)
LISTED = 100  # rows on a page


def councils(user: User) -> QuerySet[Council]:
    """Councils that the user may see, with the number of their members and sessions; those that ended last."""
    members = Count("members", filter=Q(members__until=None), distinct=True)
    rows = Council.objects.visible_to(user).select_related("unit")
    return rows.annotate(seats=members, held=Count("sessions", distinct=True)).order_by(
        F("until").desc(nulls_first=True), "unit__path", "pk"
    )


def addable(council: Council) -> QuerySet[Nomination]:
    """Lines that wait for the council: appraised at its unit or one it acts for, by an occasion that needs one."""
    return (
        to_be_voted(acting([council.unit]))
        .select_related("award", "dossier__unit", "dossier__occasion")
        .order_by("-award__order", "dossier__unit__path", "dossier", "order", "pk")
    )


def by_award_and_year(lines: Iterable[Nomination]) -> list[tuple[str, int, int]]:
    """(award, year, how many) of the lines, for the question before a bulk act."""
    counted = Counter((line.award.label, line.dossier.year) for line in lines)
    return [(award, year, count) for (award, year), count in counted.items()]


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the agenda. `tally` and `percent` only where the numbers may be shown; `needed` votes pass it.

    `favour` are the votes for what came out.
    """

    item: AgendaItem
    tally: Tally | None
    needed: int

    @property
    def favour(self) -> int:
        if self.tally is None:
            return 0
        return self.tally.for_lower if self.item.result == AgendaItem.Result.LOWERED else self.tally.favour

    @property
    def percent(self) -> str:
        """In the notation of who reads it, which is not that of who had the page made: minutes are Vietnamese."""
        return format_number(share_of(self.favour, self.tally.members), 1) if self.tally else ""


@dataclass(frozen=True, slots=True)
class SessionPage:
    """A session for one user: what it is, who is there, and what the user may do with it.

    `taking_part` are members present or voting in writing; `waiting` present ones who have not voted.
    """

    session: Session
    entries: list[Entry]
    attendances: list[Attendance]
    members: int
    mine: Attendance | None
    officer: bool
    sees_votes: bool
    secret: bool
    open_items: bool

    @property
    def taking_part(self) -> int:
        return sum(row.how != How.ABSENT for row in self.attendances)

    @property
    def voted(self) -> int:
        return sum(row.voted for row in self.attendances)

    @property
    def written(self) -> int:
        return sum(row.how == How.WRITTEN for row in self.attendances)

    @property
    def lone_paper(self) -> bool:
        """Whether a single member votes in writing in a secret ballot: who enters it reads how that one voted."""
        return self.secret and self.written == 1

    @property
    def waiting(self) -> int:
        return sum(row.how == How.PRESENT and not row.voted for row in self.attendances) if self.secret else 0

    @property
    def quorum_needed(self) -> int:
        return needed(self.members, self.session.quorum)

    @property
    def has_quorum(self) -> bool:
        return reached(self.taking_part, self.members, self.session.quorum)

    @property
    def may_vote(self) -> bool:
        return (
            self.session.state == State.OPEN
            and self.secret
            and self.mine is not None
            and self.mine.how == How.PRESENT
            and not self.mine.voted
        )

    @property
    def by_hand(self) -> bool:
        """Whether anything is counted by hand: raised hands, or papers of absent members."""
        return self.open_items or self.written > 0

    @property
    def results(self) -> dict[str, int]:
        """Result → nominations, of a closed session."""
        found = Counter(entry.item.result for entry in self.entries)
        return {result: found[result] for result in AgendaItem.Result.values}


def session_page(session: Session, user: User) -> SessionPage:
    """Six queries, however long the agenda is."""
    council = session.council
    attendances = list(session.attendances.select_related("member__user__person__rank"))
    seat = access.seat_of(user, council)
    seen = access.sees_votes(user, council, seat)
    if session.state == State.PLANNED:
        session.quorum = council.quorum
    members = len(attendances) or council.members.on(session.day).count()
    entries = entries_of(session, members, seen=seen)
    return SessionPage(
        session, entries, attendances, members,
        next((row for row in attendances if row.member.user_id == user.pk), None),
        seat is not None and seat.function in CouncilMember.OFFICERS, seen,
        any(entry.item.secret for entry in entries), any(not entry.item.secret for entry in entries),
    )  # fmt: skip


def entries_of(session: Session, members: int, *, seen: bool) -> list[Entry]:
    items = session.items.select_related("award", "lower", "line__dossier__unit", "line__person", "line__unit")
    return [_entry(item, members, seen=seen and session.state in VOTED) for item in items]


def _entry(item: AgendaItem, members: int, *, seen: bool) -> Entry:
    tally = tally_of(item) if seen else None
    return Entry(item, tally, needed(members, item.share))


def tally_of(item: AgendaItem) -> Tally:
    """The votes kept with a decided item."""
    return Tally(
        item.members or 0, item.votes_for or 0, item.votes_lower or 0, item.votes_against or 0, item.votes_blank or 0
    )


def files_of(line: Nomination) -> QuerySet[NominationFile]:
    """Files of the line and of its dossier as a whole that have not been removed."""
    rows = NominationFile.objects.present().filter(dossier=line.dossier_id)
    return rows.filter(Q(line=line) | Q(line=None))


def findings_for(line: Nomination, user: User, *, judges: bool) -> Side | None:
    """The findings frozen with the line: in full for who judges people, members of the council among them."""
    if judges:
        return side_of(line.findings, discipline=True)
    return sides_shown(user, [line])[line.pk]
