"""The list of who is due as pages and files show it: judged once, then kept in step with what changes.

Judging thousands of people for every page would be slow, and keeping the answer for a time would show what is no
longer so. The base notes of whom something has changed (`awards.changes`), so every view asks, in one query, what was
noted since the list was judged: mostly nothing that it rests on, or a few people and units, who alone are judged
again, from the registers as they are. Units, catalogues, or a great many changes have everything judged anew, and so
does another rule, right or day, which are the name of the list. Where changes cannot be told (inside a transaction,
on a standby) nothing is kept.

What was noted is read before the registers: what is written in between is noted later, and looked at once more.
Lists are kept in the process and not in the shared cache, so that a new version of the program never meets what an
old one has judged.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from threading import Lock
from typing import Any

from django.db.models import QuerySet

from awards import access as awards_access
from awards.changes import EVERYTHING
from awards.criteria import AwardRule, Criterion, Kind, Rules, Verdict
from awards.facts import Facts
from awards.looks import Many
from awards.models import CouncilMember, Nomination
from awards.reach import Reach
from awards.reports import due
from awards.reports.changes import Changes, Mark, latest, since
from awards.reports.due import Subject
from awards.reports.facts import (
    Member,
    Strengths,
    facts_from,
    members_from,
    members_tables,
    reach_for,
    registers_of,
    with_members,
)
from awards.reports.union import read_together
from emulation.models import Report
from units import access, clock
from units.models import Person, Posting, Unit, User
from units.paths import branch_q
from units.text import fold

Key = tuple[str, int, str]  # person or unit, key, code of the award
Who = tuple[str, int]  # person or unit, key
STATES = ("eligible", "held", "met", "not_met", "no_data")  # of lines
KEPT = 12  # lists; one of 3,000 people and all awards takes some four megabytes
HIDDEN = (Kind.NO_DISCIPLINE, Kind.NO_INCIDENT)  # criteria of which not everybody sees what is known
FEW = 150  # people and units to judge again; with more of them everything is judged anew
# A line is one number, by which lines are sorted: granted already (1 bit), nothing begun (1), distance (9), place of
# the subject (27), place of the award (9), and then what it says: the number of its answer (16).
FAR, PLACE, AWARD = 52, 25, 16
MOST_FAR = (1 << 9) - 1
APART = 1 << 10  # between places of subjects, so that others find room


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is shown: `lacking` are criteria that stand in the way; of those `unseen` the user may not see
    what is known, whatever it is.
    """

    subject: Subject
    award: AwardRule
    state: str
    lacking: Sequence[Criterion]
    hidden: bool = False

    def unseen(self, criterion: Criterion) -> bool:
        return self.hidden and criterion.kind in HIDDEN


@dataclass(frozen=True, slots=True)
class Shown:
    """A subject with the path of the unit served in (or of the unit itself).

    `order`: by what people, then units, come one after the other where they are equally close. `hidden`: what is
    known of their discipline and incidents is not shown to the user.
    """

    subject: Subject
    path: str
    order: tuple[object, ...]
    hidden: bool = False

    @property
    def who(self) -> Who:
        return self.subject.kind, self.subject.key


@dataclass(frozen=True)
class Standing:
    """All lines of a branch, the closest first, packed in numbers. It never changes: others take its place.

    `shown` and `own` (the lines of each subject) are by place; `eligible` are the lines that could be proposed.
    """

    awards: Sequence[AwardRule]
    answers: Sequence[tuple[str, Sequence[Criterion]]] = ()  # (state, what is missing)
    shown: Mapping[int, Shown] = field(default_factory=dict)
    own: Mapping[int, Sequence[int]] = field(default_factory=dict)
    lines: array[int] = field(default_factory=lambda: array("Q"))
    eligible: frozenset[Key] = frozenset()

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, line: int) -> Row:
        one = self.shown[place_of(line)]
        return Row(one.subject, self.award(line), *self.answers[line & 0xFFFF], one.hidden)

    def award(self, line: int) -> AwardRule:
        return self.awards[line >> AWARD & 0x1FF]

    def key(self, line: int) -> Key:
        """By which nominations name the line."""
        return *self.shown[place_of(line)].who, self.award(line).code

    @cached_property
    def words(self) -> Mapping[int, str]:
        """Name and code of each subject for the search, by place."""
        return {place: fold(f"{one.subject.name} {one.subject.code}") for place, one in self.shown.items()}

    @cached_property
    def hidden(self) -> int:
        """How many people and units there are whose discipline and incidents are not shown."""
        return sum(one.hidden for one in self.shown.values())

    @cached_property
    def parted(self) -> tuple[array[int], array[int]]:
        """The lines that say something, and those of which nothing is known or reached yet; each in their order."""
        first, last = (bisect_left(self.lines, far << FAR) for far in (1 << 9, 1 << 10))
        mute = {number for number, (state, _lacking) in enumerate(self.answers) if state == "no_data"}
        middle = self.lines[first:last]
        said = array("Q", [line for line in middle if line & 0xFFFF not in mute])
        silent = array("Q", [line for line in middle if line & 0xFFFF in mute])
        return self.lines[:first] + said + self.lines[last:], silent

    def in_states(self, states: Collection[str]) -> list[int]:
        """The lines in one of the states, in their order."""
        wanted = {number for number, (state, _lacking) in enumerate(self.answers) if state in states}
        return [line for line in self.lines if line & 0xFFFF in wanted]

    def unasked(self, nominated: Collection[Key]) -> int:
        """How many of the eligible lines are not among those `nominated`."""
        return len(self.eligible) - sum(key in self.eligible for key in nominated)


def place_of(line: int) -> int:
    return line >> PLACE & 0x7FFFFFF


@dataclass
class Asked:
    """Whose lines are asked for, and by whom. `people` and `units` are all of them, where the awards are for any."""

    place: Unit
    people: QuerySet[Person]
    units: QuerySet[Unit]
    year: int
    rules: Rules
    chosen: list[AwardRule]
    user: User

    @cached_property
    def reach(self) -> Reach:
        return reach_for(self.rules, [rule.code for rule in self.chosen])

    def shown(self, unit: Unit) -> bool:
        return access.sees_discipline(self.user, unit)


@dataclass
class Judged:
    """A list with what it takes to keep it in step: what members count for, and the facts of units."""

    mark: Mark | None
    standing: Standing
    members: dict[int, Member]
    strengths: Strengths
    units: dict[int, tuple[Unit, Facts]]
    lock: Lock = field(default_factory=Lock)


_kept: OrderedDict[object, Judged] = OrderedDict()
_lock = Lock()


def standing_of(
    place: Unit, units: QuerySet[Unit], year: int, rules: Rules, user: User, *, award: str = ""
) -> Standing:
    """The lines of the place's branch as far as `user` may see them; `award`: of one award alone.

    `units` are those of `units_in`. Two queries while nothing has changed that counts here, some ten more when
    something has.
    """
    chosen = due.chosen_of(rules, award)
    # As `Person.objects.visible_to`, but not by a join, which would lead the search through all units of the branch.
    people = due.people_in(place, year).filter(unit__in=Unit.objects.filter(access.figures_q(user)).values("pk"))
    asked = Asked(place, *due.considered(people, units, chosen), year, rules, chosen, user)
    name = _name(asked, award)
    with _lock:
        judged = _kept.get(name)
    if judged is not None:
        with judged.lock:
            if _kept_in_step(judged, asked):
                _remember(name, judged)
                return judged.standing
    judged = _judged(asked)
    if judged.mark is not None:
        _remember(name, judged)
    return judged.standing


def _name(asked: Asked, award: str) -> object:
    """What makes the list another one: rights are those of the user's posts and seats in councils."""
    user, place = asked.user, asked.place
    posts = sorted((m.role, m.unit.path, m.office_id or 0) for m in user.active_memberships)
    seats = CouncilMember.objects.on(clock.today()).filter(user=user).order_by("council")
    rights = tuple(posts), tuple(seats.values_list("council", flat=True))
    return place.pk, place.path, asked.year, award, clock.today(), repr(asked.rules), rights


def _judged(asked: Asked) -> Judged:
    """Everybody, by the rows as they stand."""
    mark = latest()
    with due.uncollected():  # what was read is gone before anybody looks for cycles in it
        return _judged_by(asked, mark)


def _judged_by(asked: Asked, mark: Mark | None) -> Judged:
    units, year = list(asked.units), asked.year
    votes = awards_access.votes_q(asked.user)
    tables = registers_of(asked.people, units, year, asked.reach, votes) | members_tables(units, year, asked.reach)
    texts = read_together(tables)
    members = members_from(texts, year)
    strengths = Strengths(units, members.values())
    people = due.with_units(asked.people, units)
    known = facts_from(texts, people, units, year, asked.reach, asked.shown, strengths)
    found = [*_shown(people, asked), *(_shown_unit(unit, asked) for unit in units)]
    places = {place * APART: one for place, one in enumerate(found, start=1)}
    facts = {one.who: facts for one, facts in zip(found, (*known[0], *known[1]), strict=True)}
    standing = _with(Standing(tuple(asked.chosen)), asked, places, facts)
    of_units = {unit.pk: (unit, facts) for unit, facts in zip(units, known[1], strict=True)}
    return Judged(mark, standing, members, strengths, of_units)


# ── in step with changes ──────────────────────────────────────────────────


def _kept_in_step(judged: Judged, asked: Asked) -> bool:
    """Judge those again of whom something has changed; no where everything has to be judged anew."""
    noted = judged.mark and since(judged.mark)
    if not noted:
        return False
    now, changes = noted
    people, units = _concerned(changes, asked.reach)
    if people is None or len(people) + len(units) > FEW:
        return False
    judged.mark = None  # of no use any more if what follows breaks off
    if people or units:
        with due.uncollected():
            if not _judge_again(judged, asked, people, units):
                return False
    judged.mark = now
    return True


def _concerned(changes: Changes, reach: Reach) -> tuple[set[int] | None, set[int]]:
    """People and units (keys) of whom something has changed; None: all of them."""
    rest_on = {
        EVERYTHING: True, "figures": reach.figures or reach.targets, "incidents": bool(reach.incidents),
        "votes": reach.votes,
    }  # fmt: skip
    if any(rest_on.get(kind, False) for kind in changes):
        return None, set()
    people, units = set(changes.get("person", ())), set(changes.get("unit", ()))
    if renamed := changes.get("named"):
        people |= set(Person.objects.filter(unit__in=renamed).values_list("pk", flat=True))
        units |= renamed
    if reach.titles and changes.get("title"):
        people |= set(Posting.objects.filter(unit__in=changes["title"]).values_list("person", flat=True))
    if reach.votes and changes.get("vote"):
        lines = Nomination.objects.filter(pk__in=changes["vote"]).values_list("person", "unit")
        people |= {person for person, _unit in lines if person}
        units |= {unit for _person, unit in lines if unit}
    if (reach.figures or reach.targets) and changes.get("sheet"):
        sheets = Report.objects.filter(pk__in=changes["sheet"], state=Report.State.APPROVED)
        units |= set(sheets.values_list("unit", flat=True))
    return people, units


def _judge_again(judged: Judged, asked: Asked, people: set[int], units: set[int]) -> bool:
    """No where nobody's place can be found any more without moving others."""
    year, reach, votes = asked.year, asked.reach, awards_access.votes_q(asked.user)
    below = {unit.pk: unit for unit in asked.units.filter(pk__in=units)} if units else {}
    rows = due.with_units(asked.people.filter(pk__in=people), below.values()) if people else []
    chosen = asked.people.filter(pk__in=[row.pk for row in rows])
    everywhere = [unit for unit, _facts in judged.units.values()]
    texts = read_together(
        registers_of(chosen, list(below.values()), year, reach, votes)
        | (members_tables(everywhere, year, reach, people) if people and everywhere else {})
    )
    known = facts_from(texts, rows, list(below.values()), year, reach, asked.shown, judged.strengths)
    again = {facts.key for facts in known[1]}
    judged.units.update((facts.key, (below[facts.key], facts)) for facts in known[1])
    again |= _count_members(judged, members_from(texts, year), people)
    for pk in again:
        unit, of_unit = judged.units[pk]
        judged.units[pk] = unit, with_members(of_unit, judged.strengths, year, shown=asked.shown(unit))
    facts = {("person", row.pk): one for row, one in zip(rows, known[0], strict=True)}
    facts |= {("unit", pk): judged.units[pk][1] for pk in again}
    gone = {("person", pk) for pk in people} | {("unit", pk) for pk in again}
    found = [*_shown(rows, asked), *(_shown_unit(judged.units[pk][0], asked) for pk in again)]
    places = _places(judged.standing.shown, gone, found)
    if places is None:
        return False
    judged.standing = _with(_without(judged.standing, gone), asked, places, facts)
    return True


def _count_members(judged: Judged, now: Mapping[int, Member], people: set[int]) -> set[int]:
    """Take the people out of their units and in again as they are now; units (keys) for which that matters."""
    found: set[int] = set()
    for person in people:
        before, after = judged.members.pop(person, None), now.get(person)
        if after is not None:
            judged.members[person] = after
        if before == after:
            continue
        for member, times in ((before, -1), (after, 1)):
            if member is not None:
                judged.strengths.count(member, times)
                found.update(judged.strengths.above(member))
    return found


def _places(shown: Mapping[int, Shown], gone: Collection[Who], found: Iterable[Shown]) -> dict[int, Shown] | None:
    """Places for `found` among those that are not `gone`; None where there is no room."""
    old = {one.who: (place, one.order) for place, one in shown.items() if one.who in gone}
    places: dict[int, Shown] = {}
    taken = [(one.order, place) for place, one in shown.items() if one.who not in gone]
    moved = []
    for one in found:
        place, order = old.get(one.who, (0, ()))
        if order == one.order:
            places[place] = one
            taken.append((order, place))
        else:
            moved.append(one)
    if moved:
        taken.sort()
    for one in sorted(moved, key=lambda one: one.order):
        number = next((n for n, (order, _place) in enumerate(taken) if order > one.order), len(taken))
        first = taken[number - 1][1] if number else 0
        last = taken[number][1] if number < len(taken) else first + 2 * APART
        place = (first + last) // 2
        if place == first:
            return None
        places[place] = one
        taken.insert(number, (one.order, place))
    return places


# ── packing ───────────────────────────────────────────────────────────────


def _shown(people: Iterable[Person], asked: Asked) -> Iterable[Shown]:
    """In the order of `Person.Meta`."""
    hidden: dict[int, bool] = {}
    for row in people:
        if row.unit_id not in hidden:
            hidden[row.unit_id] = not asked.shown(row.unit)
        order = (0, row.sorting, row.service_number, row.pk)
        yield Shown(due.person_subject(row), row.unit.path, order, hidden[row.unit_id])


def _shown_unit(unit: Unit, asked: Asked) -> Shown:
    return Shown(due.unit_subject(unit), unit.path, (1, unit.path, "", unit.pk), not asked.shown(unit))


def _without(standing: Standing, gone: Collection[Who]) -> Standing:
    places = {place for place, one in standing.shown.items() if one.who in gone}
    lines = array("Q", standing.lines)
    taken = [line for place in places for line in standing.own.get(place, ())]
    for line in taken:
        del lines[bisect_left(lines, line)]
    return replace(
        standing, lines=lines, eligible=standing.eligible.difference(map(standing.key, taken)),
        shown={place: one for place, one in standing.shown.items() if place not in places},
        own={place: own for place, own in standing.own.items() if place not in places},
    )  # fmt: skip


def _with(standing: Standing, asked: Asked, places: Mapping[int, Shown], facts: Mapping[Who, Facts]) -> Standing:
    """The lines of those at `places` put among the others."""
    packer = _Packer(standing)
    many = Many(asked.chosen, asked.year, due.last_day(asked.year), asked.rules, packer.pack)
    own, eligible = {}, set()
    for place, one in places.items():
        who, at = one.who, place << PLACE
        packed = many.judge(facts[who])
        own[place] = array("Q", [line | at for lines, _eligible in packed for line in lines])
        eligible.update([(*who, code) for _lines, codes in packed for code in codes])
    fresh = chain.from_iterable(own.values())
    if len(places) <= FEW:
        lines = array("Q", standing.lines)
        for number in fresh:
            insort(lines, number)
    else:
        lines = array("Q", sorted(chain(standing.lines, fresh)))
    return Standing(
        standing.awards, tuple(packer.answers), {**standing.shown, **places}, {**standing.own, **own}, lines,
        standing.eligible | eligible,
    )  # fmt: skip


class _Packer:
    """Makes numbers of lines, without a place yet; answers that many give stand once."""

    def __init__(self, standing: Standing) -> None:
        self.awards = {rule.code: number for number, rule in enumerate(standing.awards)}
        self.answers = list(standing.answers)
        self._numbers = {_said(*answer): number for number, answer in enumerate(self.answers)}

    def pack(self, judged: list[tuple[Verdict, bool]]) -> tuple[list[int], list[str]]:
        """The numbers of lines of some awards, and the awards (codes) that could be proposed."""
        return (
            [self._line(verdict, held) for verdict, held in judged],
            [verdict.award.code for verdict, held in judged if due.is_eligible(verdict, held=held)],
        )

    def _line(self, verdict: Verdict, held: bool) -> int:
        later, waiting, distance = due.closeness(verdict, held=held)
        far = later << 10 | waiting << 9 | min(distance, MOST_FAR)
        answer = self._answer(verdict, due.state_of(verdict, held=held))
        return far << FAR | self.awards[verdict.award.code] << AWARD | answer

    def _answer(self, verdict: Verdict, state: str) -> int:
        answer = state, tuple(due.lacking(verdict))
        number = self._numbers.setdefault(_said(*answer), len(self.answers))
        if number == len(self.answers):
            self.answers.append(answer)
        return number


def _said(state: str, lacking: Iterable[Criterion]) -> tuple[object, ...]:
    return state, tuple([(one.key, one.kind, one.text) for one in lacking])


def nominated(place: Unit, year: int, award: str = "") -> set[Key]:
    """(person or unit, key, award) proposed for the year, by whomever: under way or decided. One query."""
    return nominated_from(nominated_rows(place, year, award))


def nominated_rows(place: Unit, year: int, award: str = "") -> QuerySet[Nomination, Any]:
    """The same as rows (person, unit, award), not read yet.

    What is proposed for a campaign is another matter than the year's.
    """
    rows = Nomination.objects.standing().filter(
        branch_q(place.path, "person__unit__path") | branch_q(place.path, "unit__path"),
        dossier__year=year, dossier__occasion__of_campaign=False,
    )  # fmt: skip
    if award:
        rows = rows.filter(award__code=award)
    return rows.order_by().values_list("person", "unit", "award__code")


def nominated_from(rows: Iterable[Sequence[Any]]) -> set[Key]:
    return {("person", person, code) if person else ("unit", unit, code) for person, unit, code in rows}


def _remember(name: object, judged: Judged) -> None:
    """Those used last stay; several threads may come here at once."""
    with _lock:
        _kept[name] = judged
        _kept.move_to_end(name)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
