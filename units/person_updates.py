"""What a row of a list changes about somebody who is recorded already: from → to, for the preview.

Empty cells say nothing. Name, gender, birth year, group and the days of enlistment and Party membership become what
the list says; a month alone leaves the recorded day of that month. Ranks and postings are added where they begin
later than the present one: no earlier one is changed. What would, is a problem that is settled on the person's page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units.models import Person
from units.person_lines import NAME, Line, contradictions

Say = Callable[[str, str], None]  # column of the list, what is wrong or odd in it


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about a person: as recorded (empty: nothing is) and as the list says."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Update:
    """What becomes of a person: `columns` corrected, and whether the row's rank or posting is added."""

    line: Line
    person: Person
    changes: tuple[Change, ...]
    columns: dict[str, Any]
    adds_rank: bool
    adds_posting: bool


def update_of(person: Person, line: Line, wrong: Say, odd: Say) -> Update:
    """The update of a person with `unit`, `rank`, `postings` and `ranks` loaded; without changes where all agrees.

    `wrong` is told what cannot be taken over, `odd` what differs and is left as it is.
    """
    columns = _corrected(person, line, odd)
    adds_rank, adds_posting = _adds_rank(person, line, wrong, odd), _adds_posting(person, line, wrong, odd)
    _check(person, line, columns, {"rank_since": adds_rank, "since": adds_posting}, wrong)
    changes = _column_changes(person, line, columns)
    if adds_rank:
        changes.append(Change(_("Rank"), _named(person.rank), _since(_named(line.rank), line.rank_since)))
    if adds_posting:
        before, after = _place(person.unit, person.post), _place(line.unit, line.post)
        after = _since(after, line.since)
        changes.append(Change(_("Posting"), before, f"{after} ({line.decision})" if line.decision else after))
    group = line.columns["group"]
    if group != person.group and line.rank is None and person.rank is not None:
        wrong("group", _("A new group comes with a new rank: give the rank and its date in the same row."))
    if group != person.group and not adds_rank:  # else it follows from the rank
        columns["group"] = group
    if "given_name" in columns:  # one wrong digit, and somebody else's record is overwritten
        recorded = f"{person.full_name}, {person.birth_year}" if person.birth_year else person.full_name
        odd("number", _("The name differs from what is recorded (%(person)s). Is the service number right?")
            % {"person": recorded})  # fmt: skip
    return Update(line, person, tuple(changes), columns, adds_rank, adds_posting)


def _check(person: Person, line: Line, columns: dict[str, Any], adds: dict[str, bool], wrong: Say) -> None:
    """Tell what cannot be true once the row is taken over; what is recorded already and stays is not judged here."""
    said = {"rank_since": line.rank_since, "since": line.since}
    days = {key: day for key, day in said.items() if adds[key]}
    days |= {key: columns.get(key, getattr(person, key)) for key in ("enlisted", "party_since")}
    changed = {*columns, *(key for key, new in adds.items() if new)}
    for key, other, words in contradictions(columns.get("birth_year", person.birth_year), days):
        if changed & {key, other}:
            wrong(key if key in changed else other, words)
    if line.left is not None and line.left != person.left:
        known = date_format(person.left, "d/m/Y") if person.left else "–"
        wrong("left", _("Recorded is %(known)s: end the posting, or correct its end, on the person’s page.")
              % {"known": known})  # fmt: skip


def still_holds(update: Update, person: Person) -> bool:
    """Whether the update says of the person as now stored what it said when the list was compared."""
    said: list[str] = []
    now = update_of(person, update.line, lambda _key, words: said.append(words), lambda _key, _words: None)
    same = person.service_number == update.line.columns["service_number"]
    return same and not said and (now.changes, now.columns) == (update.changes, update.columns)


def _corrected(person: Person, line: Line, odd: Say) -> dict[str, Any]:
    """Columns that are filled in and differ; a name goes as a whole. The group follows from the rank."""
    said = {name: line.columns[name] for name in ("gender", "birth_year", "enlisted", "party_since")}
    found = {name: value for name, value in said.items() if value and value != getattr(person, name)}
    for name in ("enlisted", "party_since"):
        recorded = getattr(person, name)
        if name in found and recorded and _is_month_of(recorded, found[name]):
            if name not in line.months:
                odd(name, _left(recorded, found[name]))
            del found[name]
    if any(line.columns[name] != getattr(person, name) for name in NAME):
        found |= {name: line.columns[name] for name in NAME}
    return found


def _is_month_of(recorded: date, said: date) -> bool:
    """Whether the list says no more than the month of the recorded day: spreadsheets make 01/08/2006 of 08/2006."""
    return said == recorded.replace(day=1)


def _column_changes(person: Person, line: Line, columns: dict[str, Any]) -> list[Change]:
    found = []
    if "given_name" in columns:
        found.append(Change(_("Full name"), person.full_name, line.full_name))
    labels = {
        "gender": _("Gender"), "birth_year": _("Birth year"), "enlisted": _("Enlisted or recruited"),
        "party_since": _("Party member since"),
    }  # fmt: skip
    for name, label in labels.items():
        if name in columns:
            found.append(Change(label, _words(name, getattr(person, name)), _words(name, columns[name])))
    group = line.columns["group"]
    if group != person.group:
        found.append(Change(_("Group"), person.group.short, group.short))
    return found


def _adds_rank(person: Person, line: Line, wrong: Say, odd: Say) -> bool:
    rank, since = line.rank, line.rank_since
    if rank is None:
        return False
    if rank == person.rank:
        known = [row.since for row in person.ranks.all() if row.rank_id == rank.pk]
        if since is not None and not any(_agrees(day, since, "rank_since", line) for day in known):
            odd("rank_since", _left(known[0] if known else None, since))
        return False
    if since is None:
        wrong("rank_since", _("The rank differs from the one recorded (%(rank)s): say since when.")
              % {"rank": _named(person.rank) or "–"})  # fmt: skip
        return False
    latest = max((row.since for row in person.ranks.all() if row.since), default=None)
    if latest is not None and since <= latest:
        wrong("rank_since", _earlier(_named(person.rank), latest))
        return False
    return True


def _adds_posting(person: Person, line: Line, wrong: Say, odd: Say) -> bool:
    if not line.posted:
        return False
    present = next(iter(person.postings.all()))  # latest first
    post = line.post or (person.post if line.unit == person.unit else "")
    if line.unit == person.unit and post == person.post and person.left in (None, line.left):
        if line.since is not None and not _agrees(present.since, line.since, "since", line):
            odd("since", _left(present.since, line.since))
        if line.decision and line.decision != present.decision:
            words = _("The list says %(said)s, recorded is %(known)s: left as recorded.")
            odd("decision", words % {"said": line.decision, "known": present.decision or "–"})
        return False
    if line.since is None:
        wrong("since", _("The posting differs from the one recorded (%(posting)s): say since when.")
              % {"posting": _place(person.unit, person.post)})  # fmt: skip
        return False
    last = person.left or present.since
    if last is not None and line.since <= last:
        wrong("since", _earlier(_place(person.unit, person.post), last))
        return False
    return True


def _agrees(recorded: date | None, said: date, key: str, line: Line) -> bool:
    """Whether the list says the recorded day, or its month where it names no day."""
    return recorded is not None and (said == recorded or key in line.months and _is_month_of(recorded, said))


def _earlier(what: str, day: date) -> str:
    words = _("“%(what)s” is recorded as of %(day)s; a list adds only what is later. Enter it on the person’s page.")
    return words % {"what": what, "day": date_format(day, "d/m/Y")}


def _left(known: date | None, said: date) -> str:
    words = _("The list says %(said)s, recorded is %(known)s: left as recorded.")
    return words % {"said": date_format(said, "d/m/Y"), "known": date_format(known, "d/m/Y") if known else "–"}


def _named(row: Any) -> str:
    return str(row.label) if row else ""


def _place(unit: Any, post: str) -> str:
    return ", ".join(part for part in (post, unit.short) if part)


def _since(words: str, since: date | None) -> str:
    return _("%(what)s, from %(day)s") % {"what": words, "day": date_format(since, "d/m/Y")} if since else words


def _words(name: str, value: Any) -> str:
    if not value:
        return ""
    if name == "gender":
        return str(Person.Gender(value).label)
    return date_format(value, "d/m/Y") if isinstance(value, date) else str(value)
