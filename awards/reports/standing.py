"""The list of who is due as pages and files show it: judged once, kept until anything it rests on changes.

Judging thousands of people for every page turned would be slow, and keeping the answer for a time would show what is
no longer so. So what was judged is kept under a stamp of the very rows it was made of (`stamps`): registers, people,
units, figures, rules, and what the user may see. Every view reads the stamp anew, in one query; when a row has
changed, whoever changed it and however, the stamp is another and everything is judged again. The rows are read in
the same statement as their stamp, the rest before the stamp is read once more: only when it is still the same is
the answer kept. Where nothing at all was written to the base since the list was last read (`moment`), as when pages
are turned, its rows are not read either. It is kept in the process and not in the shared cache, so that a new version
of the program never meets what an old one has judged.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from threading import Lock
from typing import Any

from django.db.models import QuerySet

from awards import access as awards_access
from awards.criteria import AwardRule, Criterion, Rules, Verdict
from awards.models import Nomination
from awards.reports import due
from awards.reports.due import Line, Subject
from awards.reports.facts import facts_from, reach_for, registers_of
from awards.reports.stamps import Tables, moment, read_together, stamp_of
from emulation.reports.figures import figure_tables
from units import access, clock
from units.models import Person, Unit, User
from units.paths import branch_q
from units.text import fold

Key = tuple[str, int, str]  # person or unit, key, code of the award
STATES = ("eligible", "held", "met", "not_met", "no_data")  # of lines
KEPT = 12  # lists; one of 3,000 people and all awards takes some three megabytes
MOMENTS = 100  # at which lists were read: of every connection its own


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is shown: `lacking` are criteria that stand in the way, `path` that of the unit served in."""

    subject: Subject
    award: AwardRule
    state: str
    lacking: Sequence[Criterion]


@dataclass
class Standing:
    """All lines of a branch, the closest first, packed in columns: a number a line for each of them."""

    subjects: list[Subject] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)  # of each subject: the unit served in, or the unit itself
    words: list[str] = field(default_factory=list)  # of each subject: name and code, folded for the search
    awards: list[AwardRule] = field(default_factory=list)
    reasons: list[Sequence[Criterion]] = field(default_factory=list)
    subject_of: array[int] = field(default_factory=lambda: array("l"))
    award_of: array[int] = field(default_factory=lambda: array("H"))
    state_of: array[int] = field(default_factory=lambda: array("B"))
    reason_of: array[int] = field(default_factory=lambda: array("l"))

    def __len__(self) -> int:
        return len(self.subject_of)

    def row(self, line: int) -> Row:
        return Row(
            self.subjects[self.subject_of[line]], self.awards[self.award_of[line]], STATES[self.state_of[line]],
            self.reasons[self.reason_of[line]],
        )  # fmt: skip

    def key(self, line: int) -> Key:
        """By which nominations name the line."""
        subject = self.subjects[self.subject_of[line]]
        return subject.kind, subject.key, self.awards[self.award_of[line]].code

    @cached_property
    def eligible(self) -> frozenset[Key]:
        """The lines that could be proposed."""
        state = STATES.index("eligible")
        return frozenset(self.key(line) for line, of in enumerate(self.state_of) if of == state)

    def unasked(self, nominated: Collection[Key]) -> int:
        """How many of the eligible lines are not among those `nominated`."""
        return len(self.eligible) - sum(key in self.eligible for key in nominated)


_kept: OrderedDict[str, Standing] = OrderedDict()
_read: OrderedDict[Hashable, str] = OrderedDict()  # (moment, what was asked for) → stamp
_lock = Lock()


def standing_of(
    place: Unit, units: QuerySet[Unit], year: int, rules: Rules, user: User, *, award: str = ""
) -> Standing:
    """The lines of the place's branch as far as `user` may see them; `award`: of one award alone.

    `units` are those of `units_in`. One query while nothing was written, two to say that nothing here has changed;
    on what has changed since it was judged, nine to eleven more.
    """
    now = moment()
    asked = now and (now, user.pk, place.pk, place.path, year, award, clock.today(), repr(rules))
    with _lock:
        found = _kept.get(_read.get(asked, ""))
    if found is not None:
        return found
    stamp, found = _judged(place, units, year, rules, user, award)
    if asked and stamp in _kept:
        _remember(_read, asked, stamp, MOMENTS)
    return found


def _judged(
    place: Unit, units: QuerySet[Unit], year: int, rules: Rules, user: User, award: str
) -> tuple[str, Standing]:
    """The list with its stamp, by the rows as they stand: the one kept, or judged anew."""
    chosen = due.chosen_of(rules, award)
    # As `Person.objects.visible_to`, but not by a join, which would lead the search through all units of the branch.
    people = due.people_in(place, year).filter(unit__in=Unit.objects.filter(access.figures_q(user)).values("pk"))
    people, units = due.considered(people, units, chosen)
    tables = _tables(people, list(units), year, rules, chosen, user)
    seen = sorted((m.role, m.unit.path, m.office_id or 0) for m in user.active_memberships)
    others = (year, award, repr(rules), seen)
    texts = read_together(tables)
    stamp = stamp_of(texts, *others)
    found = _kept.get(stamp)
    if found is not None:
        _remember(_kept, stamp, found, KEPT)
        return stamp, found
    with due.uncollected():
        known = facts_from(
            texts, people, list(units), year, reach_for(rules, [rule.code for rule in chosen]),
            lambda unit: access.sees_discipline(user, unit),
        )  # fmt: skip
        paths = {("person", row.pk): row.unit.path for row in people}
        paths |= {("unit", unit.pk): unit.path for unit in units}
        lines = chain(
            due.lines_of(zip(map(due.person_subject, people), known[0], strict=True), chosen, year, rules),
            due.lines_of(zip(map(due.unit_subject, units), known[1], strict=True), chosen, year, rules),
        )
        standing = _packed(lines, paths)
    if stamp_of(read_together(tables), *others) == stamp:
        _remember(_kept, stamp, standing, KEPT)
    return stamp, standing


def nominated(place: Unit, year: int, award: str = "") -> set[Key]:
    """(person or unit, key, award) proposed for the year, by whomever: under way or decided. One query.

    What is proposed for a campaign is another matter than the year's.
    """
    rows = Nomination.objects.alive().filter(
        branch_q(place.path, "person__unit__path") | branch_q(place.path, "unit__path"),
        dossier__year=year, dossier__occasion__of_campaign=False,
    )  # fmt: skip
    if award:
        rows = rows.filter(award__code=award)
    return {
        ("person", person, code) if person else ("unit", unit, code)
        for person, unit, code in rows.values_list("person", "unit", "award__code")
    }


def _tables(
    people: QuerySet[Person], units: Sequence[Unit], year: int, rules: Rules, chosen: Sequence[AwardRule], user: User
) -> Tables:
    """Everything that the lines are made of, rules and rights apart."""
    reach = reach_for(rules, [rule.code for rule in chosen])
    tables = dict(registers_of(people, units, year, reach, awards_access.votes_q(user)))
    if "subjects" in tables:  # the same rows, with everything that is said of them
        tables["subjects"] = people.order_by().values_list(
            "pk", "unit_id", "unit__path", "unit__name", "unit__short_name", "group__code", "enlisted", "left",
            "sorting", "service_number", "family_name", "middle_name", "given_name",
        )  # fmt: skip
    of_units = Unit.objects.filter(pk__in=[unit.pk for unit in units]).order_by()
    tables["units"] = of_units.values_list("pk", "path", "code", "name", "established", "dissolved")
    return tables | (figure_tables(units, year) if units and (reach.figures or reach.targets) else {})


def _packed(lines: Iterable[Line], paths: dict[tuple[str, int], str]) -> Standing:
    """The lines in columns, sorted; those of one subject come one after the other."""
    found = Standing()
    awards: dict[str, int] = {}
    reasons: dict[tuple[object, ...], int] = {}
    last: dict[str, tuple[Verdict, int]] = {}  # award → verdict judged last: many subjects share one
    columns: list[tuple[bool, bool, int, int, int, int, int, int]] = []
    for line in lines:
        subject, code, verdict = line.subject, line.award.code, line.verdict
        if not found.subjects or found.subjects[-1] is not subject:
            found.subjects.append(subject)
            found.paths.append(paths[subject.kind, subject.key])
            found.words.append(fold(f"{subject.name} {subject.code}"))
        if code not in awards:
            awards[code] = len(found.awards)
            found.awards.append(line.award)
        if code not in last or last[code][0] is not verdict:
            lacking = tuple(due.lacking(verdict))
            key = tuple((one.key, one.kind, one.text) for one in lacking)
            if key not in reasons:
                reasons[key] = len(found.reasons)
                found.reasons.append(lacking)
            last[code] = verdict, reasons[key]
        columns.append((
            *due.closeness(line), len(columns), len(found.subjects) - 1, awards[code], STATES.index(line.state),
            last[code][1],
        ))  # fmt: skip
    columns.sort()
    for _held, _begun, _distance, _number, subject_of, award_of, state_of, reason_of in columns:
        found.subject_of.append(subject_of)
        found.award_of.append(award_of)
        found.state_of.append(state_of)
        found.reason_of.append(reason_of)
    return found


def _remember(rows: OrderedDict[Any, Any], key: Hashable, row: object, most: int) -> None:
    """Those used last stay; several threads may come here at once."""
    with _lock:
        rows[key] = row
        rows.move_to_end(key)
        while len(rows) > most:
            rows.popitem(last=False)
