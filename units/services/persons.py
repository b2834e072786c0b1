"""Writes of the register of people. The audit log keeps who changed what, before and after.

Staff of a person's present unit, or of a superior, write (`access.keeps_people`); discipline is kept by
fewer (`access.keeps_discipline`). A transfer adds a posting; nothing recorded earlier changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units import access, clock
from units.errors import Refused
from units.locking import locked
from units.models import Discipline, Initiative, Person, Posting, Rank, RankChange, TaskRating, Unit, User
from units.text import fold, normal

Record = Posting | RankChange | TaskRating | Discipline | Initiative
DAY = timedelta(days=1)


@transaction.atomic
def create_person(
    *,
    by: User,
    unit: Unit,
    post: str = "",
    since: date | None = None,
    decision: str = "",
    rank: Rank | None = None,
    rank_since: date | None = None,
    **columns: Any,
) -> Person:
    """A new person with a first posting, and a first rank where one is given.

    Raises `Refused` for what the dates do not allow, ValidationError for what breaks a rule of the table.
    """
    access.require(access.keeps_people(by, unit))
    person = Person(unit=unit, **_clean(columns))
    if rank is not None:
        _check_group(rank, person)
    person.full_clean(exclude=["search", "sorting"])
    person.save()
    save_record(Posting(person=person, unit=unit, post=post, since=since, decision=decision), by=by)
    if rank is not None:
        save_record(RankChange(person=person, rank=rank, since=rank_since), by=by)
    person.refresh_from_db()
    return person


@transaction.atomic
def correct_person(person: Person, *, by: User, **columns: Any) -> None:
    """Correct what is no dated record: number, name, birth year, group …"""
    person = _locked(person)
    access.require(access.keeps_people(by, person.unit))
    for name, value in _clean(columns).items():
        setattr(person, name, value)
    if person.rank is not None:
        _check_group(person.rank, person)
    person.full_clean(exclude=["search", "sorting"])
    person.save()


@transaction.atomic
def release_person(person: Person, *, by: User, until: date) -> None:
    """End the present posting: the person has left, and stays in the register of the last unit."""
    person = _locked(person)
    access.require(access.keeps_people(by, person.unit))
    posting = person.postings.filter(until=None).first()
    if posting is None:
        raise Refused(_("This person has left already."), "until")
    if until > clock.today():
        raise Refused(_future(), "until")
    posting.until = until
    posting.full_clean()
    posting.save()
    refresh_present(person)


@transaction.atomic
def save_record(record: Record, *, by: User) -> None:
    """Save a new or corrected row about a person, and what the person repeats of it.

    A posting without an end closes the present one on the day before: that is a transfer.
    """
    person = _locked(record.person)
    _require(by, person, record)
    if record.pk is not None:
        locked(record)  # what was removed since the page was made does not come back
    for field in record._meta.fields:
        if isinstance(value := getattr(record, field.attname), str):
            setattr(record, field.attname, normal(value))
    if isinstance(record, Posting):
        access.require(record.pk is not None or access.keeps_people(by, record.unit))
        _fit_posting(record, person)
    _check_past(record)
    if isinstance(record, Initiative):
        _refuse_twin(record, person)
    if isinstance(record, Discipline):
        _refuse_twice_disciplined(record, person)
    record.full_clean()
    record.save()
    if isinstance(record, Posting | RankChange):
        refresh_present(person)


@transaction.atomic
def rate_people(ratings: Mapping[Person, str], *, year: int, decision: str, by: User) -> int:
    """Set the task rating of a year for several people, all or nobody; returns how many rows changed.

    Who has a rating gets the new one, with the decision where one is given.
    """
    rows = {row.person_id: row for row in TaskRating.objects.filter(year=year, person__in=[*ratings])}
    changed = 0
    for person, rating in ratings.items():
        row = rows.get(person.pk) or TaskRating(person=person, year=year)
        if row.rating != rating:
            row.person, row.rating, row.decision = person, rating, decision or row.decision
            save_record(row, by=by)
            changed += 1
    return changed


@transaction.atomic
def remove_record(record: Record, *, by: User, why: str) -> None:
    """Delete a row that was entered by mistake; the audit log keeps it with the reason."""
    person = _locked(record.person)
    _require(by, person, record)
    locked(record)
    if isinstance(record, Posting) and not person.postings.exclude(pk=record.pk).exists():
        raise Refused(_("This is the only posting. Correct it; a person stands in some unit."))
    record.why_removed = normal(why)
    record.delete()
    if isinstance(record, Posting | RankChange):
        refresh_present(person)


def refresh_present(person: Person) -> None:
    """Write on the person what the latest posting and rank say."""
    posting = person.postings.select_related("unit").first()  # latest first
    rank = person.ranks.select_related("rank__group").first()
    assert posting is not None  # every person has one
    person.unit, person.post, person.left = posting.unit, posting.post, posting.until
    person.rank = rank.rank if rank else None
    if rank:
        person.group = rank.rank.group
    person.save()


def _clean(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: normal(value) if isinstance(value, str) else value for name, value in columns.items()}


def _locked(person: Person) -> Person:
    """The person as now stored; two writers of one person wait for each other."""
    return locked(person, "unit", "rank")


def _require(by: User, person: Person, record: Record) -> None:
    keeps = access.keeps_discipline if isinstance(record, Discipline) else access.keeps_people
    access.require(keeps(by, person.unit))


def _check_group(rank: Rank, person: Person) -> None:
    if rank.group_id != person.group_id:
        raise Refused(
            _("%(rank)s is no rank of this group. A new group comes with a new rank: record that.") % {"rank": rank},
            "group",
        )


def _future() -> str:
    return _("Record it on the day itself, not before.")


def _refuse_twin(record: Initiative, person: Person) -> None:
    """The same work twice in a year would count twice, also one that its unit's register has written here."""
    same = person.initiatives.filter(year=record.year, kind=record.kind).exclude(pk=record.pk)
    if any(fold(row.title) == fold(record.title) for row in same):
        words = _("“%(entry)s” stands in the register already. If it is another one, say in the words what differs.")
        raise Refused(words % {"entry": record.title}, "title")


def _refuse_twice_disciplined(record: Discipline, person: Person) -> None:
    """A form sent twice would make two incidents of one: criteria count them."""
    same = person.discipline.filter(decided=record.decided, form=record.form_id, decision=record.decision)
    if same.exclude(pk=record.pk).exists():
        words = _("“%(entry)s” stands in the register already. If it is another one, say in the words what differs.")
        raise Refused(words % {"entry": record.form}, "decision")


def _check_past(record: Record) -> None:
    """Nothing is recorded before it happens, nor of anybody before their birth; only discipline may be cleared on a
    day to come.
    """
    today = clock.today()
    for name in ("since", "until", "decided", "recognised"):
        if (getattr(record, name, None) or today) > today:
            raise Refused(_future(), name)
    if getattr(record, "year", today.year) > today.year:
        raise Refused(_("This year has not begun yet."), "year")
    born = record.person.birth_year or 0
    for name in ("year", "since", "decided", "recognised"):
        value = getattr(record, name, None)
        if value is not None and (value if isinstance(value, int) else value.year) <= born:
            raise Refused(_("This lies before the person’s birth (%(year)d).") % {"year": born}, name)


def _fit_posting(posting: Posting, person: Person) -> None:
    """Refuse a unit dissolved since and what overlaps; the present posting ends where a new one follows it."""
    unit, first = posting.unit, posting.since or date.min
    if unit.dissolved is not None and unit.dissolved <= (posting.until or clock.today()):
        raise Refused(
            _("%(unit)s was dissolved on %(date)s.") % {"unit": unit, "date": date_format(unit.dissolved)}, "unit"
        )
    others = list(person.postings.exclude(pk=posting.pk))
    if posting.until is None:
        _end_present(others, first)
    for other in others:
        if first <= (other.until or date.max) and (other.since or date.min) <= (posting.until or date.max):
            raise Refused(
                _("The person served at %(unit)s at that time (%(period)s). Postings do not overlap.")
                % {"unit": other.unit, "period": period_text(other.since, other.until)},
                "since",
            )


def _end_present(postings: Iterable[Posting], first: date) -> None:
    """The open one of the postings ends on the day before `first`, where it began earlier."""
    present = next((posting for posting in postings if posting.until is None), None)
    if present is not None and (present.since or date.min) < first:
        present.until = first - DAY
        present.save()


def period_text(since: date | None, until: date | None) -> str:
    """01/03/2015 – 31/05/2020; three dots where a day is not known or has not come."""
    return f"{date_format(since) if since else '…'} – {date_format(until) if until else '…'}"
