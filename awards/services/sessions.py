"""Sessions of councils: preparing them, agenda, attendance, opening, breaking off, minutes.

The session's row is locked first, then the lines: nobody waits the other way. Voting and closing stand in
`ballots`. What is on the agenda follows the rules of the day that judges its dossier until the voting opens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from awards import access
from awards.models import AgendaItem, Attendance, Award, Ballot, Council, HandCount, Nomination, Session, VoteRule
from awards.models.catalogue import NEWEST_FIRST
from awards.reports.days import last_hand_ins
from awards.reports.minutes import gaps_of
from awards.reports.notices import objected
from awards.reports.ready import acting
from awards.services.kept_papers import keep_minutes
from awards.services.steps import Kind, Stage, lock_lines, refuse_differing, step
from awards.voting import needed, reached
from emulation.services.stored_files import undoing_files
from units import clock
from units.access import require
from units.errors import Refused
from units.models import User
from units.text import normal

State = Session.State
How = Attendance.How


def lock(session: Session, *states: str) -> Session:
    """The session, locked and in one of `states`; raises `Refused`. In a transaction."""
    found = Session.objects.select_for_update(of=("self",)).select_related("council__unit").get(pk=session.pk)
    if found.state not in states:
        raise Refused(
            _("The session is “%(state)s”: this is not possible any more.") % {"state": found.get_state_display()}
        )
    return found


@transaction.atomic
def plan_session(council: Council, *, title: str, day: date, place: str = "", by: User) -> Session:
    require(access.runs_sessions(by, council))
    _refuse_after_end(council, day)
    session = Session(council=council, title=title, day=day, place=place, quorum=council.quorum, by=by)
    session.full_clean()
    session.save()
    return session


@transaction.atomic
def change_session(session: Session, *, title: str, day: date, place: str = "", by: User) -> Session:
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.PLANNED)
    _refuse_after_end(session.council, day)
    session.title, session.day, session.place = title, day, place
    session.full_clean()
    session.save(update_fields=["title", "day", "place"])
    return session


def _refuse_after_end(council: Council, day: date) -> None:
    """No session after the last day of its council, as it stands now: who ends it waits, and sees the session."""
    until = Council.objects.select_for_update(no_key=True, of=("self",)).get(pk=council.pk).until
    if until is not None and until < day:
        raise Refused(_("The council has ended by then."), "day")


# ── the agenda ────────────────────────────────────────────────────────────


class Rules:
    """How a council votes on awards: the rule in force on the day that judges a dossier, else the council's own."""

    def __init__(self, council: Council) -> None:
        self.council = council
        self.rules = list(VoteRule.objects.order_by(NEWEST_FIRST, "pk"))
        awards = Award.objects.prefetch_related("groups", "lower_awards")
        self.lower = {award.pk: list(award.lower_awards.all()) for award in awards}
        self.groups = {award.pk: {group.pk for group in award.groups.all()} for award in awards}

    def rule(self, award: Award | None, day: date) -> VoteRule | None:
        return next((r for r in self.rules if award and r.award_id == award.pk and r.holds_on(day)), None)

    def share(self, award: Award, day: date) -> int:
        rule = self.rule(award, day)
        return rule.share if rule and rule.share else self.council.share

    def secret(self, award: Award, lower: Award | None, day: date) -> bool:
        rules = (self.rule(award, day), self.rule(lower, day))
        return self.council.secret or any(rule.secret for rule in rules if rule)

    def lower_of(self, line: Nomination, day: date) -> Award | None:
        """The first lower award in force that is for such a nominee."""
        kind, group = ("person", line.person.group_id) if line.person else ("unit", None)
        for award in self.lower.get(line.award_id, []):
            suits = award.subject in ("", kind) and (not self.groups[award.pk] or group in self.groups[award.pk])
            if suits and award.holds_on(day):
                return award
        return None


def rule_day(line: Nomination) -> date:
    return line.dossier.rule_day or clock.today()


def apply_rules(item: AgendaItem, rules: Rules, *, lower: bool = True) -> None:
    """Write into the item what the rules say now; without `lower` no lower award is offered."""
    line, day = item.line, rule_day(item.line)
    item.award = line.award
    item.lower = rules.lower_of(line, day) if lower else None
    item.share = rules.share(line.award, day)
    item.lower_share = rules.share(item.lower, day) if item.lower else None
    item.secret = rules.secret(line.award, item.lower, day)


@transaction.atomic
def add_lines(session: Session, keys: Collection[int], *, by: User) -> int:
    """Put exactly these lines on the agenda, the highest award first; all of them or none.

    Raises `Refused` naming each that is not appraised at the council's unit (any more). Returns how many.
    """
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.PLANNED)
    lines = lock_lines(keys)
    council = session.council
    held = acting([council.unit])
    wrong = [line.name for line in lines if line.stage != Stage.APPRAISED or line.holder_id not in held]
    if wrong or len(lines) != len(set(keys)):
        raise Refused(
            _("These nominations do not wait for the council any more: %(names)s. Nothing was changed.")
            % {"names": ", ".join(wrong) or "…"}
        )
    rules, last = Rules(council), session.items.count()
    lines.sort(key=lambda line: (-line.award.order, line.dossier.unit.path, line.dossier_id, line.order, line.pk))
    for order, line in enumerate(lines, start=last + 1):
        item = AgendaItem(session=session, line=line, order=order)
        apply_rules(item, rules)
        item.save()
        step(line, Kind.LISTED, Stage.AT_COUNCIL, by=by)
    return len(lines)


def _listed(session: Session, item: AgendaItem) -> AgendaItem:
    """The item of a locked session. Raises `Refused` where somebody has taken it off meanwhile."""
    found = session.items.select_related("line__dossier", "line__award", "line__person").filter(pk=item.pk).first()
    if found is None:
        raise Refused(_("It does not stand on the agenda any more."))
    return found


@transaction.atomic
def take_off(item: AgendaItem, *, by: User) -> None:
    """Take a line off the agenda: it waits for the council again."""
    require(access.runs_sessions(by, item.session.council))
    item = _listed(lock(item.session, State.PLANNED), item)
    [line] = lock_lines([item.line_id])
    with translation.override("vi"):
        step(line, Kind.RELEASED, Stage.APPRAISED, by=by, reason=_("Taken off the agenda of the council."))
    item.delete()


@transaction.atomic
def change_item(item: AgendaItem, *, order: int, offers_lower: bool, by: User) -> None:
    """Move an item on the agenda; offer a lower award or not."""
    require(access.runs_sessions(by, item.session.council))
    session = lock(item.session, State.PLANNED)
    item = _listed(session, item)
    apply_rules(item, Rules(session.council), lower=offers_lower)
    item.order = order
    item.save()


# ── attendance and opening ────────────────────────────────────────────────


@transaction.atomic
def set_attendance(session: Session, how: Mapping[int, str], *, by: User) -> None:
    """Who is there (seat → `Attendance.How`), for every member who holds a seat on the day of the session."""
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.PLANNED)
    seats = {seat.pk for seat in session.council.members.on(session.day)}
    if set(how) != seats:
        raise Refused(_("The members have changed meanwhile. Go through the attendance again."))
    Attendance.objects.filter(session=session).exclude(member__in=seats).delete()
    for seat in sorted(seats):
        Attendance.objects.update_or_create(session=session, member_id=seat, defaults={"how": how[seat]})


@transaction.atomic
def open_voting(session: Session, *, known_changes: bool = False, by: User) -> Session:
    """Fix members, attendance, shares and rules, and let the members vote.

    Raises `Refused` without a quorum; while a line is on the agenda to which an objection was upheld: it has to be
    corrected first, and once the voting is open nothing leaves the agenda; and where records say something else
    than what the council is shown, unless that is known.
    """
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.PLANNED)
    seats = {seat.pk for seat in session.council.members.on(session.day)}
    there = dict(session.attendances.values_list("member", "how"))
    if set(there) != seats or not seats:
        raise Refused(_("Record the attendance of every member first."))
    session.quorum = session.council.quorum
    taking_part = sum(how != How.ABSENT for how in there.values())
    if not reached(taking_part, len(seats), session.quorum):
        raise Refused(
            _("%(there)d of %(all)d members take part; the council needs %(needed)d.")
            % {"there": taking_part, "all": len(seats), "needed": needed(len(seats), session.quorum)}
        )
    items = list(session.items.select_related("line__dossier", "line__award", "line__person", "lower"))
    if not items:
        raise Refused(_("The agenda is empty: put nominations on it first."))
    lines = lock_lines([item.line_id for item in items])
    _refuse_day(session, lines)
    _refuse_objected(lines)
    differing = refuse_differing(lines, known=known_changes, by=by, judges=True)
    rules = Rules(session.council)
    for item in items:
        apply_rules(item, rules, lower=item.lower is not None and not _lower_taken(item))
        item.save()
    for line in lines:
        if line.pk in differing:
            step(line, Kind.LISTED, line.stage, by=by, at=session.council.unit, after=differing[line.pk])
    session.state, session.opened_at = State.OPEN, timezone.now()
    session.save(update_fields=["state", "opened_at", "quorum"])
    return session


def _refuse_day(session: Session, lines: Collection[Nomination]) -> None:
    """Minutes are dated by the day of the session: nobody votes before it, nor on what was handed in after it."""
    days = {"day": date_format(session.day, "SHORT_DATE_FORMAT")}
    if session.day > clock.today():
        raise Refused(_("The session is planned for %(day)s. If the council votes today, change its day.") % days)
    last = max(last_hand_ins(lines).values(), default=session.day)
    if last > session.day:
        days["last"] = date_format(last, "SHORT_DATE_FORMAT")
        raise Refused(
            _("The session is dated %(day)s, but a line on its agenda was handed in on %(last)s: change its day.")
            % days
        )


def _refuse_objected(lines: Iterable[Nomination]) -> None:
    if wrong := objected(lines).upheld:
        words = _("An objection was upheld to these: take them off the agenda, so that they are corrected and handed "
                  "in again. %(names)s.")  # fmt: skip
        raise Refused(words % {"names": ", ".join(wrong)})


def _lower_taken(item: AgendaItem) -> bool:
    """Whether the nominee is proposed for the lower award too, by another line of the dossier."""
    line = item.line
    others = Nomination.objects.alive().filter(dossier=line.dossier_id, person=line.person_id, unit=line.unit_id)
    return others.filter(award=item.lower).exclude(pk=line.pk).exists()


@transaction.atomic
def break_off(session: Session, *, why: str, by: User) -> None:
    """End a session without a result: its lines wait for a council again, its ballots are destroyed unread."""
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.PLANNED, State.OPEN)
    if not why:
        raise Refused(_("Say why the session is broken off."), "why")
    with translation.override("vi"):
        reason = _("The session of the council was broken off: %(why)s") % {"why": why}
    for line in lock_lines(list(session.items.values_list("line", flat=True))):
        step(line, Kind.RELEASED, Stage.APPRAISED, by=by, reason=reason[:500])
    HandCount.objects.filter(item__session=session).delete()
    Ballot.objects.filter(item__session=session).delete()
    session.state, session.broken_why = State.BROKEN, why
    session.save(update_fields=["state", "broken_why"])


# ── minutes ───────────────────────────────────────────────────────────────


@transaction.atomic
def save_minutes(session: Session, *, text: str, number: str = "", by: User) -> None:
    """Keep what people made of the drafted minutes, and their number; possible until the session ends."""
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.CLOSED)
    session.minutes, session.number = text, normal(number)
    _refuse_number(session)
    session.full_clean()
    session.save(update_fields=["minutes", "number"])


def _refuse_number(session: Session) -> None:
    """A council gives a number of minutes once a year; those that differ in case or spaces alone are the same."""
    if not session.number:
        return
    Council.objects.select_for_update(no_key=True, of=("self",)).get(pk=session.council_id)
    others = Session.objects.filter(council=session.council_id, day__year=session.day.year).exclude(
        state=State.BROKEN
    )
    key = _key(session.number)
    same = next((row for row in others.exclude(pk=session.pk) if _key(row.number) == key), None)
    if same is not None:
        words = _(
            "The number %(number)s stands already on the minutes of %(day)s: “%(title)s”. Give the next free one."
        )
        day = date_format(same.day, "SHORT_DATE_FORMAT")
        raise Refused(words % {"number": session.number, "day": day, "title": same.title}, "number")


def _key(number: str) -> str:
    return "".join(number.split()).casefold()


@undoing_files()
@transaction.atomic
def end_session(session: Session, *, known_gaps: bool = False, by: User) -> None:
    """End the session: the minutes are fixed and kept as files. Raises `Refused` while there are none.

    What they leave open (`gaps_of`) is refused, too, unless it is said to be known.
    """
    require(access.runs_sessions(by, session.council))
    session = lock(session, State.CLOSED)
    if not session.minutes:
        raise Refused(_("Save the minutes first: they are fixed with the end of the session."))
    _refuse_number(session)
    gaps = gaps_of(session)
    if gaps and not known_gaps:
        words = _("The minutes still have gaps: fill them in, or confirm that they stay. %(gaps)s")
        raise Refused(words % {"gaps": " ".join(f"“{gap}”" for gap in gaps)}, "known_gaps")
    session.state = State.ENDED
    session.save(update_fields=["state"])
    keep_minutes(session, by=by)
