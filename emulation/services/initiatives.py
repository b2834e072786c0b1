"""Writes of the register of initiatives. Every step leaves a `WorkEvent`; the audit log keeps the columns.

Staff of the very unit write; they or its commander submit. The council of a superior judges: its reviewers
responsible for the unit or its staff record scores, recognition and refusal (`judges`), never an author and
never who wrote or submitted the work. The plain records that awards read, and the figures that the register
feeds, follow in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import (
    ContestEntry,
    InitiativeWork,
    Recognition,
    Score,
    ScoreCriterion,
    ScoreSheet,
    ScoreTemplate,
    WorkAuthor,
    WorkEvent,
)
from emulation.models.initiatives import days_of
from emulation.numbers import format_number, format_part
from emulation.reports.initiatives import mean_of
from emulation.services.feeds import follow
from units import access, clock
from units.errors import LEAST_ORDER, Refused, reason_of
from units.locking import locked, refuse_twin, refuse_unless
from units.models import Initiative, Person, Role, Unit, User
from units.text import fold, normal

Kind = WorkEvent.Kind
State = InitiativeWork.State
WITH_COUNCIL = (State.SUBMITTED, State.SCORED)
RECOGNISABLE = (*WITH_COUNCIL, State.RECOGNISED)
FEEDS = ("initiatives", "initiatives-saved")  # keys of what this register feeds


@dataclass(frozen=True, slots=True)
class Author:
    """An author as typed: a person of the register or a name from outside, with a share where it is known."""

    name: str
    person: Person | None = None
    share: int | None = None


# ── who ───────────────────────────────────────────────────────────────────


def may_write(user: User, work: InitiativeWork) -> bool:
    return access.enters(user, work.unit)


def may_submit(user: User, work: InitiativeWork) -> bool:
    return access.works_at(user, work.unit, Role.STAFF, Role.COMMANDER)


def judges(user: User, work: InitiativeWork) -> bool:
    """Whether the user speaks for the council: an officer of the superior who had no part in the work."""
    return (access.rates(user, work.unit) or access.reviews(user, work.unit)) and not took_part(user, work)


def took_part(user: User, work: InitiativeWork) -> bool:
    """Whether the user is an author, or wrote or submitted the work, ever."""
    if user.person_id and work.authors.filter(person=user.person_id).exists():
        return True
    return work.events.filter(by=user, kind__in=WorkEvent.OWN).exists()


# ── the unit ──────────────────────────────────────────────────────────────


@transaction.atomic
def create_work(
    unit: Unit, authors: Iterable[Author], *, by: User, record: Initiative | None = None, **columns: Any
) -> InitiativeWork:
    """A new work. With `record`, a plain record of one of its authors, it begins from that one (`_take_over`)."""
    access.require(access.enters(by, unit))
    work = InitiativeWork(unit=unit, **_clean(columns))
    _refuse_future(work.year)
    rows = _checked(authors)
    record = locked(record) if record is not None else None
    if record is not None and WorkAuthor.objects.filter(record=record).exists():
        raise Refused(_("A work has been begun from this record already."))
    same = InitiativeWork.objects.filter(title=work.title, year=work.year).exclude(state=State.REFUSED)
    refuse_twin(unit, same)
    _save(work, rows)
    for row in rows:
        own = record if record is not None and row.person and row.person.pk == record.person_id else None
        _add(work, row, own)
    log(work, Kind.CREATED, by=by)
    return work


@transaction.atomic
def change_work(work: InitiativeWork, authors: Iterable[Author], *, by: User, **columns: Any) -> InitiativeWork:
    """Change what is proposed; once submitted it stands still. The plain record it began from stays its author's."""
    work = locked(work, "unit", "template")
    access.require(may_write(by, work))
    refuse_unless(work, State.PROPOSED)
    for name, value in _clean(columns).items():
        setattr(work, name, value)
    _refuse_future(work.year)
    rows = _checked(authors)
    _save(work, rows)
    kept = {author.person_id: author.record for author in work.authors.all() if author.person_id}
    for author in work.authors.all():
        author.delete()
    for row in rows:
        _add(work, row, kept.get(row.person.pk) if row.person else None)
    log(work, Kind.CHANGED, by=by)
    return work


@transaction.atomic
def submit(work: InitiativeWork, *, by: User) -> InitiativeWork:
    """Hand the work to the council. Raises `Refused` without authors, problem or solution."""
    work = locked(work, "unit", "template")
    access.require(may_submit(by, work))
    refuse_unless(work, State.PROPOSED)
    missing = []
    if not work.authors.exists():
        missing.append(_("Name the authors before the work is submitted."))
    if not work.problem or not work.solution:
        missing.append(_("Describe the problem and the solution before the work is submitted."))
    if missing:
        raise Refused(missing)
    return _enter(work, State.SUBMITTED, Kind.SUBMITTED, by=by)


@transaction.atomic
def take_back(work: InitiativeWork, *, by: User) -> InitiativeWork:
    """The unit takes the work back, as long as nobody has scored it."""
    work = locked(work, "unit", "template")
    access.require(may_submit(by, work))
    refuse_unless(work, State.SUBMITTED)
    return _enter(work, State.PROPOSED, Kind.TAKEN_BACK, by=by)


@transaction.atomic
def apply_work(work: InitiativeWork, *, by: User, **columns: Any) -> InitiativeWork:
    """Say where a recognised work is used, since when, and what that is worth; again to correct it."""
    work = locked(work, "unit", "template")
    access.require(may_write(by, work))
    refuse_unless(work, State.RECOGNISED)
    before = days_of(work)
    for name, value in _clean(columns).items():
        setattr(work, name, value)
    if work.applied_since and work.applied_since > clock.today():
        raise Refused(_("Record it on the day itself, not before."), "applied_since")
    work.full_clean()
    work.save()
    log(work, Kind.APPLIED, by=by, text=work.applied_where)
    follow(FEEDS, [work.unit_id], before | days_of(work), by=by)
    return work


@transaction.atomic
def enter_contest(work: InitiativeWork, entry: ContestEntry, *, by: User) -> ContestEntry:
    """Record a round of a contest, or correct it. The unit's staff do, and whoever judges the unit's works."""
    work = locked(work, "unit", "template")
    access.require(may_write(by, work) or judges(by, work))
    entry.work = work
    entry.contest, entry.result = normal(entry.contest), normal(entry.result)
    _refuse_future(entry.year)
    entry.full_clean()
    entry.save()
    words = [f"{entry.contest} {entry.year}", entry.result]
    log(work, Kind.CONTEST, by=by, text=" · ".join(filter(None, words)))
    return entry


# ── the council ───────────────────────────────────────────────────────────


def template_of(work: InitiativeWork) -> ScoreTemplate | None:
    """The sheet on which the work is scored: the one of its first member, else the first that is active."""
    return work.template or ScoreTemplate.objects.filter(active=True).first()


@transaction.atomic
def score(
    work: InitiativeWork, member: str, points: Mapping[ScoreCriterion, Decimal], *, by: User, remark: str = "",
    sheet: ScoreSheet | None = None,
) -> ScoreSheet:  # fmt: skip
    """Record a member's score sheet, or correct it (`sheet`). Raises `Refused` for an author who would score."""
    work = locked(work, "unit", "template")
    access.require(judges(by, work))
    refuse_unless(work, *WITH_COUNCIL)
    template = template_of(work)
    if template is None or {row.pk for row in points} != set(template.criteria.values_list("pk", flat=True)):
        raise Refused(_("The score sheet has changed meanwhile. Open it again."))
    member = normal(member)
    if any(fold(author.name) == fold(member) for author in work.authors.all()):
        raise Refused(_("%(name)s is an author of this work; authors do not score it.") % {"name": member}, "member")
    row = sheet or ScoreSheet(work=work)
    row.member, row.remark = member, normal(remark)
    row.full_clean()
    row.save()
    for old in row.scores.all():
        old.delete()
    for criterion, value in points.items():
        if not 0 <= value <= criterion.most:
            raise Refused(
                _("“%(criterion)s” has 0 to %(most)d points.") % {"criterion": criterion, "most": criterion.most},
                f"c{criterion.pk}",
            )
        Score.objects.create(sheet=row, criterion=criterion, points=value)
    work.template = template
    _enter(work, State.SCORED, Kind.SCORED, by=by, text=f"{member}: {format_part(sum(points.values(), Decimal(0)))}")
    return row


@transaction.atomic
def recognise(work: InitiativeWork, recognition: Recognition, *, by: User) -> Recognition:
    """The work is recognised at a level: first, or at a further one later.

    Raises `Refused` when the members' mean is below what the score sheet asks for, or for a day to come.
    """
    work = locked(work, "unit", "template")
    access.require(judges(by, work))
    refuse_unless(work, *RECOGNISABLE)
    mean = mean_of(work.sheets.prefetch_related("scores"))
    if mean is not None and work.template and mean < work.template.threshold and work.state == State.SCORED:
        raise Refused(
            _("The mean of the score sheets is %(mean)s; recognition needs %(threshold)d points.")
            % {"mean": format_number(mean, 1), "threshold": work.template.threshold}
        )
    recognition.work = work
    if not work.recognitions.exists():
        _join_records(work, recognition.day.year)
        _take_over(work, recognition, by=by)
    return _settle(work, recognition, Kind.RECOGNISED, set(), by=by)


def _join_records(work: InitiativeWork, year: int) -> None:
    """A plain record that says the same of an author is where the work began, too: two would count twice."""
    for author in work.authors.filter(person__isnull=False, record=None):
        rows = Initiative.objects.filter(person=author.person_id, kind=work.kind, year=year, authorship=None)
        author.record = next((row for row in rows if fold(row.title) == fold(work.title)), None)
        if author.record is not None:
            author.save(update_fields=["record"])


def _take_over(work: InitiativeWork, first: Recognition, *, by: User) -> None:
    """What the record says from which the work began is a recognition of its own: nothing of it is lost later.

    A record without number or day is completed by a recognition of its year, and left alone by one of another.
    Raises `Refused` where the record would be contradicted.
    """
    for author in work.authors.filter(record__isnull=False).select_related("record"):
        record = author.record
        if record is None:
            continue
        past = Recognition(work=work, level=record.level, decision=record.decision)
        if record.recognised:
            past.day = record.recognised
        if not past.decision or not record.recognised:
            if record.year != first.day.year:
                author.record = None
                author.save(update_fields=["record"])
            elif _rank(record.level) > _rank(first.level):
                raise Refused(_contradicted(record), "level")
        elif record.recognised.year != record.year:
            raise Refused(_contradicted(record), "day")
        elif past.level != first.level:
            past.full_clean()
            past.save()
            log(work, Kind.RECOGNISED, by=by, text=past.decision)
        elif (past.decision, past.day) != (normal(first.decision), first.day):
            raise Refused(_contradicted(record), "level")


def _rank(level: str) -> int:
    return Initiative.RANKS[Initiative.Level(level)]


def _contradicted(record: Initiative) -> str:
    """What the record says, and that it has to be put right first."""
    return _(
        "The work was begun from a record of %(year)d that says: %(what)s. Record the same, or another level; "
        "where the record is wrong or lacks number or day, correct it first on the page of the person."
    ) % {
        "year": record.year,
        "what": " · ".join(filter(None, [
            record.get_level_display(), record.decision,
            date_format(record.recognised, "SHORT_DATE_FORMAT") if record.recognised else "",
        ])),
    }  # fmt: skip


@transaction.atomic
def correct_recognition(recognition: Recognition, *, by: User, **columns: Any) -> Recognition:
    """Correct level, number, day or issuer of a recognition that was recorded wrongly."""
    work = locked(recognition.work, "unit", "template")
    access.require(judges(by, work))
    row = work.recognitions.filter(pk=recognition.pk).first()
    if row is None:
        raise Refused(_("The recognition has been taken back already."))
    before = days_of(work)
    for name, value in _clean(columns).items():
        setattr(row, name, value)
    return _settle(work, row, Kind.CORRECTED, before, by=by)


@transaction.atomic
def revoke_recognition(recognition: Recognition, why: str, *, by: User) -> InitiativeWork:
    """Take back a recognition that should not stand; the audit log keeps it. Without any other one the work is
    with the council again, and the authors' records go with it.
    """
    work = locked(recognition.work, "unit", "template")
    access.require(judges(by, work))
    row, why = work.recognitions.filter(pk=recognition.pk).first(), normal(why)
    if row is None:
        raise Refused(_("The recognition has been taken back already."))
    why = reason_of(why, least=LEAST_ORDER)
    before = days_of(work)
    row.delete()
    state = State.SCORED if work.sheets.exists() else State.SUBMITTED
    if work.recognitions.exists():
        state = State.RECOGNISED
    _enter(work, state, Kind.REVOKED, by=by, text=f"{row.decision}: {why}")
    keep_records(work, why=why)
    follow(FEEDS, [work.unit_id], before | days_of(work), by=by)
    return work


def _settle(work: InitiativeWork, row: Recognition, kind: str, before: set[date], *, by: User) -> Recognition:
    """Save a recognition with all that rests on it: the state, the authors' records, the fed figures."""
    row.decision, row.issuer = normal(row.decision), normal(row.issuer)
    if row.day > clock.today():
        raise Refused(_("Record it on the day itself, not before."), "day")
    if row.day.year < work.year - 1:  # registered for next year, recognised at the end of this
        raise Refused(_("Check the year: the work was proposed in %(year)d.") % {"year": work.year}, "day")
    row.full_clean()
    row.save()
    _enter(work, State.RECOGNISED, kind, by=by, text=row.decision)
    keep_records(work)
    follow(FEEDS, [work.unit_id], before | days_of(work), by=by)
    return row


@transaction.atomic
def refuse(work: InitiativeWork, reason: str, *, by: User) -> InitiativeWork:
    """The council does not recognise the work."""
    work = locked(work, "unit", "template")
    access.require(judges(by, work))
    refuse_unless(work, *WITH_COUNCIL)
    work.why_refused = reason_of(normal(reason), least=LEAST_ORDER)
    return _enter(work, State.REFUSED, Kind.REFUSED, by=by, text=work.why_refused)


# ── what awards read ──────────────────────────────────────────────────────


def keep_records(work: InitiativeWork, why: str = "") -> None:
    """Write the plain record of every author of the register, as the work is recognised now.

    One row an author and work, of the year in which it was first recognised: it says the highest level,
    with that decision. So a work that rises counts once, and in one year. What a record said from which the work
    began is among the recognitions (`_take_over`). A work that is recognised no longer has none (`why`). The audit
    log is the trace.
    """
    rows = list(work.recognitions.all())
    if not rows:
        for record in Initiative.objects.filter(authorship__work=work):
            record.why_removed = why
            record.delete()
        return
    first = min(rows, key=lambda row: row.day)
    best = max(rows, key=lambda row: _rank(row.level))
    for author in work.authors.filter(person__isnull=False).select_related("record"):
        assert author.person_id is not None
        record = author.record or Initiative(person_id=author.person_id)
        record.year, record.kind, record.title = first.day.year, work.kind, work.title
        record.level, record.share = best.level, author.share
        record.decision, record.recognised = best.decision, best.day
        record.full_clean()
        record.save()
        if author.record_id is None:
            author.record = record
            author.save(update_fields=["record"])


# ── shared ────────────────────────────────────────────────────────────────


def log(work: InitiativeWork, kind: str, *, by: User, text: str = "") -> None:
    WorkEvent.objects.create(work=work, kind=kind, by=by, at=timezone.now(), text=text)


def _enter(work: InitiativeWork, state: str, kind: str, *, by: User, text: str = "") -> InitiativeWork:
    work.state = state
    work.save()
    log(work, kind, by=by, text=text)
    return work


def _save(work: InitiativeWork, authors: Iterable[Author]) -> None:
    names = " ".join(author.name for author in authors)
    work.search = fold(f"{work.title} {names}")[:900]
    work.full_clean(exclude=["search"])
    work.save()


def _add(work: InitiativeWork, author: Author, record: Initiative | None) -> None:
    WorkAuthor.objects.create(
        work=work, person=author.person, name=author.name, share=author.share, record=record,
        order=work.authors.count(),
    )  # fmt: skip


def _checked(authors: Iterable[Author]) -> list[Author]:
    """Nobody twice; shares from 1 to 100, making 100 in all where all are known, and never more."""
    rows = list(authors)
    people = [row.person.pk for row in rows if row.person]
    names = [fold(row.name) for row in rows if not row.person]
    if len(set(people)) < len(people) or len(set(names)) < len(names):
        raise Refused(_("An author is named twice."), "authors")
    shares = [row.share for row in rows if row.share is not None]
    if any(not 1 <= share <= 100 for share in shares):
        raise Refused(_("A share is a percentage from 1 to 100."), "authors")
    total = sum(shares)
    if total > 100 or (rows and len(shares) == len(rows) and total != 100):
        raise Refused(_("The shares of the authors make %(total)d %%, not 100 %%.") % {"total": total}, "authors")
    return rows


def _clean(columns: Mapping[str, Any]) -> dict[str, Any]:
    long = ("problem", "solution")
    return {
        name: value.strip() if name in long else normal(value) if isinstance(value, str) else value
        for name, value in columns.items()
    }


def _refuse_future(year: int) -> None:
    if year > clock.today().year:
        raise Refused(_("This year has not begun yet."), "year")
