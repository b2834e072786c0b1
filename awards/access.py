"""Who may do what with awards, beside the rules of `units.access`."""

from __future__ import annotations

from django.db.models import Q

from awards.models import Council, CouncilMember, Decision, Grant, Submission
from awards.succession import acting_for, succeeded
from units import clock
from units.access import can_read_figures, commands, keeps_people, reviews_above, works_at
from units.models import Membership, Person, Role, Unit, User
from units.paths import branches_q


def unit_of(subject: Person | Unit) -> Unit:
    """The unit that answers for the person, or the unit itself."""
    return subject.unit if isinstance(subject, Person) else subject


def attests(user: User, subject: Person | Unit) -> bool:
    """Whether the user confirms criteria by hand: staff and commander of the very unit, reviewers above it."""
    unit = unit_of(subject)
    return works_at(user, unit, Role.STAFF, Role.COMMANDER) or reviews_above(user, unit)


def records_grants(user: User, subject: Person | Unit) -> bool:
    """Whether the user keeps the register of awards: a reviewer of a superior; at the root, of the root."""
    return reviews_above(user, unit_of(subject))


def reads_grounds(user: User, unit: Unit) -> bool:
    """Whether the user reads what attestations rest on and why awards were revoked: texts that judge people.

    Commanders and reviewers without office limit of the branch, and the staff who keep the register of its people.
    No query.
    """
    return any(unit.path.startswith(path) for path in judges_paths(user)) or keeps_people(user, unit)


# ── councils ──────────────────────────────────────────────────────────────


def founds_councils(user: User, unit: Unit) -> bool:
    """Whether the user founds and changes the unit's council: its commander, or its reviewer without office limit.

    Not administrators: they have no rights over figures, and a council decides what becomes of nominations.
    """
    if commands(user, unit):
        return True
    return any(
        m.unit_id == unit.pk and m.role == Role.REVIEWER and m.office_id is None for m in user.active_memberships
    )


def seat_of(user: User, council: Council) -> CouncilMember | None:
    """The seat that the user holds in the council today. One query."""
    return council.members.on(clock.today()).filter(user=user).first()


def runs_sessions(user: User, council: Council) -> bool:
    """Whether the user prepares, opens and closes sessions: chair, deputy or secretary of the council."""
    seat = seat_of(user, council)
    return seat is not None and seat.function in CouncilMember.OFFICERS


def judges_paths(user: User) -> list[str]:
    """Paths of the branches in which the user judges people: as commander, or as reviewer without office limit."""
    return [
        m.unit.path
        for m in user.active_memberships
        if m.role == Role.COMMANDER or (m.role == Role.REVIEWER and m.office_id is None)
    ]


def sees_votes(user: User, council: Council, seat: CouncilMember | None) -> bool:
    """Whether the numbers of a closed vote are shown to the user, not only what came out.

    Members of the council (`seat` of `seat_of`), commanders and reviewers without office limit of its unit or
    above. No query.
    """
    return seat is not None or any(council.unit.path.startswith(path) for path in judges_paths(user))


def votes_q(user: User) -> Q:
    """What `sees_votes` says, for items of agendas."""
    seats = CouncilMember.objects.on(clock.today()).filter(user=user).values("council")
    return branches_q(judges_paths(user), "session__council__unit__path") | Q(session__council__in=seats)


# ── nominations ───────────────────────────────────────────────────────────


def acts_at(user: User, unit: Unit, *roles: Role) -> bool:
    """Whether the user acts for the unit: works there; for one that was dissolved, at its last superior."""
    keys = acting_for(unit)
    return any(m.unit_id in keys and m.role in roles for m in user.active_memberships)


def drafts_dossiers(user: User, unit: Unit) -> bool:
    """Whether the user writes dossiers of the unit: its staff and its commander."""
    return acts_at(user, unit, Role.STAFF, Role.COMMANDER)


def hands_in(user: User, unit: Unit) -> bool:
    """Whether the user hands dossiers of the unit in: its commander."""
    return acts_at(user, unit, Role.COMMANDER)


def concludes(user: User, holder: Unit) -> bool:
    """Whether the user concludes on lines that stand at `holder`: a reviewer there without office limit."""
    return any(m.office_id is None for m in _reviewing(user, holder))


def speaks_for(user: User, holder: Unit) -> set[int]:
    """Offices (keys) for which the user gives opinions on lines that stand at `holder`."""
    return {m.office_id for m in _reviewing(user, holder) if m.office_id is not None}


def _reviewing(user: User, holder: Unit) -> list[Membership]:
    keys = acting_for(holder)
    return [m for m in user.active_memberships if m.role == Role.REVIEWER and m.unit_id in keys]


def desk_q(user: User, office: int | None) -> Q:
    """Lines that stand where the user reviews, for `office` or as a whole; of dissolved holders too."""
    mine = [m.unit for m in user.active_memberships if m.role == Role.REVIEWER and m.office_id == office]
    return Q(holder__in=[unit.pk for unit in mine]) | Q(holder__in=succeeded(mine).values("pk"))


def has_desk(user: User) -> bool:
    return any(m.role == Role.REVIEWER for m in user.active_memberships)


def keeps_notices(user: User, holder: Unit) -> bool:
    """Whether the user shows nominees to the public at `holder`: its staff and its reviewers without office.

    They alone read who objects, as they record and settle it: the proposing unit, and whoever commands it, corrects
    a line by what is said; whoever said so serves under them.
    """
    return concludes(user, holder) or acts_at(user, holder, Role.STAFF)


def reads_paper(user: User, paper: Submission | Decision) -> bool:
    """Whether the user reads what the paper says, beside whom it names: of a revocation why. No query."""
    revokes = isinstance(paper, Decision) and paper.kind == Decision.Kind.REVOCATION
    return not revokes or reads_grounds(user, paper.unit)


def reads_whole(user: User, paper: Submission | Decision) -> bool:
    """Whether the user reads all of the paper: who reads its unit, of a letter also who reads the unit asked.

    Others whose people a signed decision names read its head, and the lines of their own. No query.
    """
    if isinstance(paper, Submission):
        return True
    return can_read_figures(user, paper.unit)


def reads_objections(user: User, notice_unit: Unit, home: Unit) -> bool:
    """Whether the user reads what is objected to a line of the unit `home`, and the answer.

    Who keeps the notice, and who reads texts that judge people there. No query.
    """
    return keeps_notices(user, notice_unit) or reads_grounds(user, home)


# ── submissions, decisions, grants ────────────────────────────────────────


def drafts_papers(user: User, unit: Unit) -> bool:
    """Whether the user prepares letters and decisions of the unit: its staff, commander, reviewers without office."""
    return acts_at(user, unit, Role.STAFF, Role.COMMANDER) or concludes(user, unit)


def signs(user: User, unit: Unit) -> bool:
    """Whether the user signs letters and decisions of the unit: its commander alone."""
    return acts_at(user, unit, Role.COMMANDER)


def records_outcomes(user: User, unit: Unit) -> bool:
    """Whether the user records what a higher authority decided: commander, reviewers without office."""
    return signs(user, unit) or concludes(user, unit)


def paper_units(user: User) -> list[Unit]:
    """Units whose papers the user prepares. No query."""
    mine = [
        m.unit
        for m in user.active_memberships
        if m.role in (Role.STAFF, Role.COMMANDER) or (m.role == Role.REVIEWER and m.office_id is None)
    ]
    return list(dict.fromkeys(mine))


def registers(user: User, grant: Grant) -> bool:
    """Whether the user gives the award its number in the book of honour and prints its certificate."""
    if grant.issued is not None:
        return drafts_papers(user, grant.issued.unit)
    return records_grants(user, grant.subject)
