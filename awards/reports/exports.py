"""Lists and tables of the awards to be saved: heads, and rows as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from awards.models import Award, Council, Decision, Dossier, Grant, Nomination, PublicNotice, Session, Submission
from awards.reports.bonuses import paid_by
from awards.reports.caps import Room, Share
from awards.reports.decisions import decision_lines, letter_lines
from awards.reports.desk import Desk, page_rows
from awards.reports.dossiers import Row, rows_of
from awards.reports.sessions import Entry, SessionPage
from emulation.states import STATES
from units.models import User
from units.spreadsheets import Table, Value

CHUNK = 500  # rows read at a time


def dossiers_table(dossiers: QuerySet[Dossier]) -> Table:
    """One row a dossier `with_counts` of its lines."""
    heads = [
        _("Dossier"), _("Unit"), _("Occasion"), _("Campaign"), _("Year"), _("To hand in"), _("Under way"),
        _("Decided"), _("Withdrawn, rejected"),
    ]  # fmt: skip
    rows = (
        [
            str(row), row.unit.name, row.occasion.label, str(row.campaign or ""), row.year,
            row.drafts, row.waiting, row.decided, row.over,  # type: ignore[attr-defined]
        ]
        for row in dossiers.iterator(CHUNK)
    )  # fmt: skip
    return heads, rows


def lines_table(lines: QuerySet[Nomination], user: User) -> Table:
    """One row a line of a dossier, its criteria as far as `user` sees them; `lines` come from `lines_page`."""
    heads = [
        _("No."), _("Person or unit"), _("Rank"), _("Post"), _("Unit"), _("Award"), _("Proposed award"),
        _("Criteria"), _("Missing for it"), _("Votes at the base"), _("Stage"), _("Who must act"), _("Reason"),
    ]  # fmt: skip
    return heads, _lines(lines, user)


def _lines(lines: QuerySet[Nomination], user: User) -> Iterator[list[Value]]:
    for page in Paginator(lines, CHUNK):
        for row in rows_of(list(page), user):
            yield _line(row)


def _line(row: Row) -> list[Value]:
    line, side = row.line, row.side
    state = str(STATES["eligibility"][side["state"]][2]) if side else ""
    missing = "; ".join(side["missing"]) if side else ""
    return [
        line.order, line.name, line.rank, line.post, line.place, line.award.label,
        line.asked.label if line.asked_id != line.award_id else "", state, missing, line.votes_for,
        str(STATES["nomination"][line.stage][2]), row.acts, row.reason,
    ]  # fmt: skip


def desk_table(desk: Desk, lines: QuerySet[Nomination]) -> Table:
    """One row a line that waits at the desk, its criteria as far as this desk judges them."""
    heads = [
        _("Person or unit"), _("Rank"), _("Post"), _("Unit"), _("Award"), _("Year"), _("Criteria"),
        _("Missing for it"), _("Something else today"), _("Merit"),
        _("Opinions of offices"),
    ]  # fmt: skip
    return heads, _waiting(desk, lines)


def _waiting(desk: Desk, lines: QuerySet[Nomination]) -> Iterator[list[Value]]:
    agrees = _("agrees")
    for page in Paginator(lines, CHUNK):
        for row in page_rows(desk, list(page)):
            line, side = row.line, row.side
            said = "; ".join(f"{one.office}: {one.reason or agrees}" for one in row.opinions)
            yield [
                line.name, line.rank, line.post, line.place, line.award.label, line.dossier.year,
                str(STATES["eligibility"][side["state"]][2]) if side else "",
                "; ".join(side["missing"]) if side else "", row.today, line.merit, "" if desk.office else said,
            ]  # fmt: skip


def councils_table(councils: Iterable[Council]) -> Table:
    """One row a council, with the numbers of its members and sessions."""
    heads = [_("Council"), _("Unit"), _("Decision"), _("Members"), _("Sessions"), _("From"), _("Until")]
    rows = ([r.name, r.unit.name, r.decision, r.seats, r.held, r.since, r.until] for r in councils)  # type: ignore[attr-defined]
    return heads, rows


def sessions_table(sessions: Iterable[Session]) -> Table:
    """One row a session of a council."""
    rows: Iterable[list[Any]] = (
        [row.title, row.day, row.place, str(STATES["session"][row.state][2])] for row in sessions
    )
    return [_("Session"), _("Day"), _("Place"), _("State")], rows


def awards_table(awards: Iterable[Award], *, certainty: bool) -> Table:
    """One row an award, with the number of its criteria in force; `certainty` of it for who keeps the catalogue."""
    heads = [_("Category"), _("Award"), _("Code"), _("For"), _("Level of decision"), _("Criteria in force today")]
    heads += [_("Certainty")] if certainty else []
    return heads, ([*_award(row), *([_certainty(row)] if certainty else [])] for row in awards)


def _award(row: Award) -> list[Value]:
    return [row.category.label, row.label, row.code, row.get_subject_display(), row.level.label, row.rules]  # type: ignore[attr-defined]


def _certainty(row: Award) -> str:
    return str(STATES["certainty"][row.certainty][2])


def caps_table(shares: Iterable[Share]) -> Table:
    """One row a cap, and one for each award without any."""
    heads = [
        _("Award"), _("Granted"), _("Nominated"), _("Share of the headcount (%)"), _("Cap"), _("Clause"),
        _("Allowed"), _("Left"),
    ]  # fmt: skip
    return heads, [[*_share(share), *_room(room)] for share in shares for room in share.rooms or (None,)]


def _share(share: Share) -> list[Value]:
    return [share.award, share.given, share.proposed, share.percent]


def _room(room: Room | None) -> list[Value]:
    if room is None:
        return ["", "", None, _("no cap known")]
    left, base = room.headroom.left, {"share": room.share, "n": room.headroom.base}
    words = (
        _("%(share)s %% of %(n)s holders of other awards") if room.of_holders else _("%(share)s %% of %(n)s people")
    )
    cap = words % base if room.share else _("share not known")
    return [cap, room.headroom.limit.clause, room.headroom.allowed, _("no cap known") if left is None else left]


def notice_lines_table(lines: QuerySet[Nomination]) -> Table:
    """One row a nominee shown to the public, in the order of the printed list."""
    heads = [_("No."), _("Name"), _("Rank"), _("Post"), _("Unit"), _("Award"), _("Year"), _("Summary of merit")]
    return heads, [
        [number, row.name, row.rank, row.post, row.place, row.award.label, row.dossier.year, row.merit]
        for number, row in enumerate(lines, start=1)
    ]


def notices_table(notices: QuerySet[PublicNotice]) -> Table:
    """One row a public notice; `objections` are those that the user reads."""
    rows: Iterable[list[Any]] = (
        [n.place, n.unit.name, n.since, n.until, len(n.objections.all())] for n in notices.iterator(CHUNK)
    )
    return [_("Where it is shown"), _("Unit"), _("From"), _("Until"), _("Objections")], rows


def paper_lines_table(paper: Submission | Decision, lines: QuerySet[Nomination]) -> Table:
    """One row a line of a letter or decision; bonus and register number where it decides."""
    heads = [_("No."), _("Person or unit"), _("Rank"), _("Post"), _("Unit"), _("Award"), _("Year"), _("Stage")]
    if isinstance(paper, Decision):
        heads += [_("Bonus (dong)"), _("Register number")]
    return heads, _paper_lines(paper, lines)


def _paper_lines(paper: Submission | Decision, lines: QuerySet[Nomination]) -> Iterator[list[Value]]:
    number = 0
    paid = paid_by(paper, lines) if isinstance(paper, Decision) else None
    for page in Paginator(lines, CHUNK):
        shown = decision_lines(paper, list(page), paid) if isinstance(paper, Decision) else letter_lines(page)
        for row in shown:
            number += 1
            line, taken = row.line, row.grant is not None and row.grant.revoked_on
            stage = STATES["eligibility"]["revoked"] if taken else STATES["nomination"][line.stage]
            given = [row.bonus, row.grant.register if row.grant else ""] if isinstance(paper, Decision) else []
            yield [
                number, line.name, line.rank, line.post, line.place, line.award.label, line.dossier.year,
                str(stage[2]), *given,
            ]  # fmt: skip


def grants_table(grants: Iterable[Grant], *, grounds: bool) -> Table:
    """One row an award that was given; why it was taken back only with `grounds`."""
    heads = [
        _("Person or unit"), _("Rank"), _("Post"), _("Unit"), _("Award"), _("Year"), _("Decision"), _("Day"),
        _("Bonus (dong)"), _("Register number"), _("State"), _("Reason"),
    ]  # fmt: skip
    return heads, (
        [
            row.name or str(row.person or row.unit), row.rank, row.post, row.place, row.award.label, row.year,
            row.decision, row.decided, row.bonus, row.register,
            str(STATES["eligibility"]["revoked" if row.revoked_on else "held"][2]),
            row.revoked_why if grounds else "",
        ]
        for row in grants
    )  # fmt: skip


def agenda_table(page: SessionPage) -> Table:
    """One row an item of the agenda; votes and results as far as the page shows them."""
    heads = [_("No."), _("Nominee"), _("Unit"), _("Award"), _("or"), _("Rule of voting"), _("Needed")]
    votes = bool(page.session.closed_at and page.sees_votes)
    if votes:
        heads += [_("In favour"), _("Lower"), _("Against"), _("Blank"), _("Share of all members") + " %"]
    if page.session.closed_at:
        heads += [_("Result")]
    return heads, (_item(number, entry, page, votes) for number, entry in enumerate(page.entries, start=1))


def _item(number: int, entry: Entry, page: SessionPage, votes: bool) -> list[Value]:
    item, tally = entry.item, entry.tally
    found: list[Value] = [
        number, item.line.name, item.line.place or item.line.dossier.unit.short, item.award.label,
        item.lower.label if item.lower else "", _("Secret ballot") if item.secret else _("Show of hands"),
        entry.needed,
    ]  # fmt: skip
    if votes:
        numbers: list[Value] = [tally.favour, tally.lower, tally.against, tally.blank] if tally else [None] * 4
        found += [*numbers, entry.percent]
    return [*found, str(STATES["council"][item.result][2])] if page.session.closed_at else found
