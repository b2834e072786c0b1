"""Who is due: every person and unit of a branch × every award, with what is missing, the closest first.

Facts are read in bulk (`facts`), judged purely (`eligibility`); nobody has to be proposed to be found.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from awards import wording
from awards.criteria import AwardRule, Criterion, Finding, Kind, Rules, State, Verdict
from awards.eligibility import evaluate_by, is_by_hand, own_criteria
from awards.facts import Facts, Source
from awards.reports.facts import EVERY_VOTE, Shown, facts_of, people_of
from awards.sources import address_of, list_of
from units import clock
from units.models import Person, Unit
from units.models.persons import PersonQuerySet
from units.models.units import UnitQuerySet
from units.paths import branch_q
from units.text import fold

SHOWN = 3  # criteria named in «missing for»


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a line is about: `code` is a service number or a unit's code, `unit` the unit served in; `dissolved` since
    when that does not exist any more.
    """

    kind: str
    key: int
    code: str
    name: str
    unit: str
    dissolved: date | None = None

    @property
    def address(self) -> str:
        """The page of the person or unit."""
        return reverse(f"units:{self.kind}-detail", args=[self.key])


@dataclass(frozen=True, slots=True)
class Line:
    """Subject × award × year. `held`: granted for the year already, or ever where it is given only once."""

    subject: Subject
    award: AwardRule
    verdict: Verdict
    held: bool

    @property
    def eligible(self) -> bool:
        return is_eligible(self.verdict, held=self.held)

    @property
    def state(self) -> str:
        return state_of(self.verdict, held=self.held)


def is_eligible(verdict: Verdict, *, held: bool) -> bool:
    """Nothing but the council's vote is missing, and the award has not been granted."""
    return verdict.before_council is State.MET and not held


def state_of(verdict: Verdict, *, held: bool) -> str:
    """held, eligible, or the state of the criteria."""
    return "held" if held else "eligible" if is_eligible(verdict, held=held) else str(verdict.state)


def closeness(verdict: Verdict, *, held: bool) -> tuple[bool, bool, int]:
    """What lines are sorted by: the closest first, then those of which nothing is known or reached yet, at last
    what has been granted already.
    """
    return held, not verdict.begun, verdict.distance


def last_day(year: int) -> date:
    """The day whose rules decide for a year, where nothing else is said."""
    return date(year, 12, 31)


def people_in(unit: Unit, year: int) -> QuerySet[Person]:
    """People who serve in the unit's branch at the end of the year, today while it runs."""
    people = people_of(branch_q(unit.path, "unit__path"), year, clock.today())
    return people.select_related("unit", "group", "rank")


def units_in(unit: Unit, year: int) -> UnitQuerySet:
    """Units of the branch that exist at the end of the year."""
    return Unit.objects.in_branch(unit).existing_on(last_day(year)).order_by("path")


def with_units(people: QuerySet[Person], units: Iterable[Unit]) -> list[Person]:
    """The people with their units, which a join would make anew for each. `units` are known already; two queries
    at most.
    """
    rows = list(people.select_related(None))
    places = {unit.pk: unit for unit in units}
    if others := {row.unit_id for row in rows} - places.keys():
        places |= Unit.objects.in_bulk(others)
    for row in rows:
        row.unit = places[row.unit_id]
    return rows


def person_subject(person: Person) -> Subject:
    unit = person.unit
    return Subject("person", person.pk, person.service_number, person.full_name, unit.short, unit.dissolved)


def unit_subject(unit: Unit) -> Subject:
    return Subject("unit", unit.pk, unit.code, unit.name, unit.name, unit.dissolved)


def everything(unit: Unit) -> bool:
    """Discipline is shown for every unit: for commands."""
    return True


@contextmanager
def uncollected() -> Iterator[None]:
    """Without searches for cycles: findings have none, and for thousands of people it took half of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def due(
    people: QuerySet[Person],
    units: QuerySet[Unit],
    year: int,
    rules: Rules,
    *,
    award: str = "",
    shown: Shown = everything,
    votes: Q = EVERY_VOTE,
) -> list[Line]:
    """Every line of the people and units, the closest first; `award` limits them to one.

    They are sorted by `closeness`. `shown`: whose discipline may be seen; `votes`: on
    which items of agendas the numbers of a vote may be.
    """
    chosen = chosen_of(rules, award)
    people, units = considered(people, units, chosen)
    with uncollected():
        codes = [rule.code for rule in chosen]
        of_people, of_units = facts_of(people, units, year, rules, shown=shown, awards=codes, votes=votes)
        lines = [
            *lines_of(zip(map(person_subject, people), of_people, strict=True), chosen, year, rules),
            *lines_of(zip(map(unit_subject, units), of_units, strict=True), chosen, year, rules),
        ]
        return sorted(lines, key=lambda line: closeness(line.verdict, held=line.held))


def chosen_of(rules: Rules, award: str = "") -> list[AwardRule]:
    """The award, all of them where none is named, none where it is not in force."""
    return [rules[award]] if award in rules else [] if award else list(rules.values())


def considered(
    people: QuerySet[Person], units: QuerySet[Unit], chosen: Iterable[AwardRule]
) -> tuple[QuerySet[Person], QuerySet[Unit]]:
    """Those for whom any of the awards is at all."""
    kinds = {rule.subject for rule in chosen}
    return (people if kinds - {"unit"} else people.none()), (units if kinds - {"person"} else units.none())


def lines_of(
    known: Iterable[tuple[Subject, Facts]], chosen: list[AwardRule], year: int, rules: Rules
) -> Iterator[Line]:
    """What only waits for attestations is judged once for all people, and once for all units."""
    day = last_day(year)
    suited: dict[tuple[str, str], list[Prepared]] = {}
    alike: dict[tuple[str, str], Verdict] = {}
    for subject, facts in known:
        kind = facts.subject, facts.group
        if kind not in suited:
            suited[kind] = [_prepared(rule, facts) for rule in chosen if rule.suits(facts)]
        now = {grant.award for grant in facts.held if grant.year == year}
        ever = {grant.award for grant in facts.held if grant.year <= year}
        for rule, criteria, waiting in suited[kind]:
            verdict = alike.get((rule.code, facts.subject)) if waiting and not facts.attested else None
            if verdict is None:
                verdict = evaluate_by(criteria, rule, facts, year=year, day=day, rules=rules)
                if waiting and not facts.attested:
                    alike[rule.code, facts.subject] = verdict
            yield Line(subject, rule, verdict, rule.code in (ever if rule.once else now))


Prepared = tuple[AwardRule, tuple[Criterion, ...], bool]  # with what it asks, and whether all of it is by hand


def _prepared(rule: AwardRule, facts: Facts) -> Prepared:
    return rule, own_criteria(rule, facts), is_by_hand(rule, facts)


def verdict_of(
    subject: Person | Unit,
    award: str,
    year: int,
    rules: Rules,
    *,
    shown: Shown = everything,
    votes: Q = EVERY_VOTE,
) -> Line | None:
    """The line of one subject and award; None where the award is not for such a subject."""
    if isinstance(subject, Person):
        people, units = Person.objects.filter(pk=subject.pk).select_related("unit", "group"), Unit.objects.none()
    else:
        people, units = Person.objects.none(), Unit.objects.filter(pk=subject.pk)
    kind = "person" if isinstance(subject, Person) else "unit"
    lines = due(people, units, year, rules, award=award, shown=shown, votes=votes)
    return next((line for line in lines if line.subject.kind == kind), None)


# ── in words ──────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Leaf:
    """A criterion in words. `group` are the groups around it with the state of the
    innermost, `sources` addresses of records.

    `award` and `key` name it for an attestation: of that award the criterion, 0 for the whole.
    """

    award: str
    key: int
    kind: str
    text: str
    group: str
    group_state: str
    required: str
    actual: str
    state: str
    clause: str
    certainty: str
    sources: tuple[str, ...]
    spare: bool = False  # an alternative: not met or not known, but a group around it is met without it


class Words:
    """What criteria and groups say, and where records are opened: looked up once, for lists of many thousand leaves.

    Of use in one language and under one set of rules. What is remembered is kept alive: the keys are identities.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._criteria: dict[int, tuple[Criterion, str, str, str]] = {}
        self._groups: dict[int, tuple[Finding, str]] = {}
        self._records: dict[tuple[Source | Kind, str, int], str] = {}

    def of(self, finding: Finding) -> tuple[Criterion, str, str, str]:
        """The criterion with its text, what it requires, and its clause."""
        criterion = finding.criterion
        found = self._criteria.get(id(criterion))
        if found is None:
            required, clause = wording.required(criterion, self.rules), wording.clause(criterion)
            found = self._criteria[id(criterion)] = criterion, wording.text(finding), required, clause
        return found

    def group(self, finding: Finding) -> str:
        found = self._groups.get(id(finding.criterion))
        if found is None:
            label = wording.label_of(finding.award) if finding.award else wording.text(finding)
            found = self._groups[id(finding.criterion)] = finding, label
        return found[1]

    def records(self, finding: Finding, subject: Subject) -> tuple[str, ...]:
        """Addresses of the records, each once; where something was counted and there is none, of their list."""
        kind = finding.criterion.kind
        found = [self._record(source, subject) for source in finding.sources]
        if not found and finding.actual:
            found = [self._record(kind, subject)]
        return tuple(address for address in dict.fromkeys(found) if address)

    def _record(self, what: Source | Kind, subject: Subject) -> str:
        key = what, subject.kind, subject.key
        found = self._records.get(key)
        if found is None:
            found = list_of(what, subject) if isinstance(what, Kind) else address_of(what, subject)
            self._records[key] = found
        return found


def leaves(
    verdict: Verdict, rules: Rules, subject: Subject, *, grounds: bool = True, words: Words | None = None
) -> list[Leaf]:
    """The criteria one by one; without `grounds` an attestation does not say what it rests on."""
    words = words or Words(rules)
    found = []
    for finding, groups in verdict.leaves():
        criterion, text, required, clause = words.of(finding)
        award = next((one.award.code for one in reversed(groups) if one.award), verdict.award.code)
        actual = wording.actual(finding) if grounds or not wording.is_attested(finding) else ""
        met_without = finding.state is not State.MET and any(one.state is State.MET for one in groups)
        found.append(Leaf(
            award, criterion.key, criterion.kind, text, " › ".join(map(words.group, groups)),
            str(groups[-1].state) if groups else "", required,
            actual, str(finding.state), clause, criterion.certainty or "U", words.records(finding, subject),
            met_without,
        ))  # fmt: skip
    return found


def tally_of(leaves: Iterable[Leaf]) -> Counter[str]:
    """State → number of criteria; alternatives that nothing depends on left out."""
    return Counter(leaf.state for leaf in leaves if not leaf.spare)


def differences(now: Iterable[Leaf], then: Iterable[Leaf]) -> list[tuple[str, tuple[Leaf | None, Leaf | None]]]:
    """(criterion, (now, under the other rules)) of what the two say differently; None where one does not ask it.

    Criteria of two versions of the rules are two records: what they say makes them the same.
    """

    def said(some: Iterable[Leaf]) -> dict[tuple[str, str, str], Leaf]:
        return {(leaf.kind, fold(leaf.group), fold(leaf.text)): leaf for leaf in some}

    first, second = said(now), said(then)
    found = []
    for key in dict.fromkeys([*first, *second]):
        one, other = first.get(key), second.get(key)
        if one is None or other is None or (one.required, one.state) != (other.required, other.state):
            found.append(((one or other).text, (one, other)))  # type: ignore[union-attr]
    return found


def missing(verdict: Verdict) -> list[str]:
    """What stands in the way, shortest way first: texts of criteria that are not met or not known."""
    return [wording.text_of(criterion) for criterion in lacking(verdict)]


def lacking(verdict: Verdict) -> list[Criterion]:
    """The criteria that stand in the way, shortest way first, as many as are shown."""
    return [leaf.criterion for finding in verdict.findings for leaf in _lacking(finding)][:SHOWN]


def _lacking(finding: Finding) -> Iterator[Finding]:
    if finding.state is State.MET:
        return
    if not finding.children:
        yield finding
        return
    needed = {"all_of": len(finding.children), "any_of": 1}.get(finding.criterion.kind, finding.criterion.number)
    for child in sorted(finding.children, key=lambda one: one.distance)[:needed]:
        yield from _lacking(child)


def machine_rows(unit: Unit, year: int, rules: Rules, award: str = "") -> list[dict[str, Any]]:
    """What `manage.py eligibility` prints: one object per subject and award of the unit's branch."""
    lines = due(people_in(unit, year), units_in(unit, year), year, rules, award=award)
    places = {code: number for number, code in enumerate(rules)}
    lines.sort(key=lambda line: (line.subject.kind, line.subject.code, places[line.award.code]))
    words = Words(rules)
    alike: dict[int, list[dict[str, Any]]] = {}  # verdict that many share → what it says; their sources are none
    rows = []
    for line in lines:
        criteria = alike.get(id(line.verdict))
        if criteria is None:
            criteria = [
                {
                    "text": leaf.text, "group": leaf.group, "required": leaf.required, "actual": leaf.actual,
                    "state": leaf.state, "clause": leaf.clause, "sources": list(leaf.sources),
                }
                for leaf in leaves(line.verdict, rules, line.subject, words=words)
            ]  # fmt: skip
            if not any(leaf["sources"] for leaf in criteria):
                alike[id(line.verdict)] = criteria
        subject = {"kind": line.subject.kind, "code": line.subject.code, "name": line.subject.name}
        rows.append({
            "subject": subject, "award": line.award.code, "state": str(line.verdict.state), "criteria": criteria,
        })  # fmt: skip
    return rows


def people_to_propose(unit: Unit, year: int) -> PersonQuerySet:
    """People of the unit's branch: who serve there now, who did at the end of the year, and who left from there in
    the year or since: of these awards are given for what they did before. Not who had left before the year began.
    """
    then = people_in(unit, year).values("pk")
    serving = Q(left=None) | Q(left__gte=date(year, 1, 1))
    return Person.objects.filter(Q(pk__in=then) | branch_q(unit.path, "unit__path") & serving)


def units_to_propose(unit: Unit, year: int) -> UnitQuerySet:
    """The unit and its subordinates that exist at the end of the year."""
    return Unit.objects.in_branch(unit).existing_on(last_day(year))
