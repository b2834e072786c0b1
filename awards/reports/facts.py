"""What is known of people and units, read in bulk for `eligibility`: a fixed number of queries.

Only what the rules ask for is read (`awards.reach`): registers as far back as a criterion looks, votes and figures
where one looks at them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from awards.criteria import Rules
from awards.facts import Attested, Breach, Facts, Held, Members, Merit, Rating, Targets, Vote, YearFigure
from awards.models import AgendaItem, Attestation, CompleteRegister, Grant
from awards.reach import Reach, reach_of
from awards.reports.incidents import Incidents, incident_tables, incidents_from
from awards.reports.union import Texts, among, is_nothing, read_together, rows_of
from emulation.models import Indicator
from emulation.reports.figures import Reading, read_figures
from units.models import Discipline, Initiative, Person, PersonGroup, Posting, TaskRating, Unit, UnitRating
from units.paths import branches_q, outermost, parent_path

WHOLE_YEAR = "Y"
Grouped = dict[int, list[Any]]
Shown = Callable[[Unit], bool]  # whether discipline of the unit's people may be shown
EVERY_VOTE = Q()
NOT_CLEAR: frozenset[int] = frozenset()
RANKS = {rating.value: rank for rating, rank in TaskRating.RANKS.items()}


def people_of(units: Q, year: int, day: date) -> QuerySet[Person]:
    """People who serve in units that match `units` (a condition on postings) at the end of the year or on `day`."""
    on = min(date(year, 12, 31), day)
    return Person.objects.filter(pk__in=Posting.objects.on(on).filter(units).values("person"))


def registers_of(
    people: QuerySet[Person], units: Sequence[Unit], year: int, reach: Reach, votes: Q | None
) -> dict[str, QuerySet[Any, Any]]:
    """What the registers say of these people and units: name → rows of plain columns, not read yet.

    `votes`: on which items of agendas the numbers of a vote may be shown; None: none. What members count for is
    read by `members_tables`.
    """
    nobody = Q(pk__in=[])
    known: dict[str, QuerySet[Any, Any]] = {"kept": _complete_since()}
    own, voted = nobody, nobody
    if not is_nothing(people):
        known["subjects"] = people.values_list("pk")
        known["groups"] = PersonGroup.objects.values_list("pk", "code")
        own, voted = Q(person__in=among("subjects", 0)), Q(line__person__in=among("subjects", 0))
    keys = [unit.pk for unit in units]
    places = Q(unit__in=keys)

    def back(years: int) -> Q:
        return Q(year__gt=year - years, year__lte=year)

    history = Q(year__lte=year) if reach.history else Q(year=year)
    known |= {
        "ratings": TaskRating.objects.filter(own, back(reach.ratings)).values_list("pk", "person", "year", "rating"),
        "unit_ratings": UnitRating.objects.filter(places, back(reach.ratings)).values_list(
            "pk", "unit", "year", "rating"
        ),
        "grants": Grant.objects.in_force().filter(own | places, history).values_list(
            "pk", "person", "unit", "award__code", "year"
        ),
        "attestations": Attestation.objects.filter(own | places, year=year).values_list(
            "pk", "person", "unit", "award__code", "criterion", "holds", "evidence"
        ),
    }  # fmt: skip
    if reach.titles and "subjects" in known:
        known["served"] = Posting.objects.filter(own).values_list("person", "unit", "since", "until")
        titles = Grant.objects.in_force().filter(history, unit__in=among("served", 1))
        known["titles"] = titles.values_list("pk", "unit", "award__code", "year")
    if reach.merits:
        merits = Initiative.objects.filter(own, back(reach.merits))
        known["merits"] = merits.values_list("pk", "person", "kind", "level", "year")
    if reach.discipline:
        known["discipline"] = _discipline_rows(own, year, reach)
    if reach.incidents:
        known |= incident_tables(units, year, reach.incidents, people="subjects" in known)
    if reach.votes and votes is not None:
        known["votes"] = _vote_rows(voted | Q(line__unit__in=keys), year, votes)
    return {name: rows.order_by() for name, rows in known.items()}


def members_tables(
    units: Sequence[Unit], year: int, reach: Reach, only: Iterable[int] | None = None
) -> dict[str, QuerySet[Any, Any]]:
    """Who serves in the units' branches at the end of the year, and what of it counts for the units; of `only`
    (keys of people) where they are named.
    """
    served = Posting.objects.on(date(year, 12, 31)).filter(branches_q(outermost(u.path for u in units), "unit__path"))
    if only is not None:
        served = served.filter(person__in=list(only))
    if not units or is_nothing(served):
        return {}
    own = Q(person__in=among("members", 0))
    known: dict[str, QuerySet[Any, Any]] = {
        "members": served.values_list("person", "unit__path"),
        "member_ratings": TaskRating.objects.filter(own, year=year).values_list("person", "rating"),
        "member_grants": Grant.objects.in_force().filter(own, year=year).values_list("person", "award__code"),
    }
    if reach.discipline:
        known["member_discipline"] = _discipline_rows(own, year, reach)
    return {name: rows.order_by() for name, rows in known.items()}


def _discipline_rows(whose: Q, year: int, reach: Reach) -> QuerySet[Any, Any]:
    rows = Discipline.objects.in_force_between(date(year - reach.discipline + 1, 1, 1), date(year, 12, 31))
    return rows.filter(whose).values_list("pk", "person", "form__order", "decided", "cleared")


def _breaches_of(rows: Iterable[Any], year: int) -> Iterator[tuple[int, Breach]]:
    """Discipline counts in every year in which it was in force, from its decision until it was cleared."""
    for pk, person, gravity, since, until in rows:
        decided, cleared = date.fromisoformat(since), date.fromisoformat(until) if until else None
        for of in range(decided.year, min(cleared.year if cleared else year, year) + 1):
            if cleared != date(of, 1, 1):  # the day of clearing counts no more
                yield person, Breach("discipline", of, gravity, ("discipline", pk))


@dataclass(frozen=True, slots=True)
class Member:
    """What somebody counts for in the units above `path`, the unit served in at the end of the year."""

    path: str
    ranks: tuple[int, ...]
    codes: frozenset[str]
    breaches: tuple[Breach, ...]


def members_from(texts: Texts, year: int) -> dict[int, Member]:
    """Person (key) → what the rows of `members_tables` say."""
    ranks, codes, breaches = (defaultdict[int, list[Any]](list) for _ in range(3))
    for person, rating in rows_of(texts, "member_ratings"):
        ranks[person].append(RANKS[rating])
    for person, code in rows_of(texts, "member_grants"):
        codes[person].append(code)
    for person, breach in _breaches_of(rows_of(texts, "member_discipline"), year):
        breaches[person].append(breach)
    return {
        person: Member(
            path, tuple(ranks.get(person, ())), frozenset(codes.get(person, ())), tuple(breaches.get(person, ()))
        )
        for person, path in rows_of(texts, "members")
    }


class Strengths:
    """What the members of units come to, kept as people come, change and go."""

    def __init__(self, units: Iterable[Unit], members: Iterable[Member] = ()) -> None:
        self.by_path = {unit.path: unit.pk for unit in units}
        self.strength: Counter[int] = Counter()
        self.rated: dict[int, Counter[int]] = defaultdict(Counter)
        self.holding: dict[int, Counter[str]] = defaultdict(Counter)
        self.breaches: dict[int, Counter[Breach]] = defaultdict(Counter)
        for member in members:
            self.count(member)

    def count(self, member: Member, times: int = 1) -> None:
        """Take the member in, or out again with −1."""
        for unit in self.above(member):
            self.strength[unit] += times
            for rank in member.ranks:
                self.rated[unit][rank] += times
            for code in member.codes:
                self.holding[unit][code] += times
            for breach in member.breaches:
                self.breaches[unit][breach] += times

    def above(self, member: Member) -> Iterator[int]:
        """Keys of the units whose branch holds the member."""
        path = member.path
        while path:
            if path in self.by_path:
                yield self.by_path[path]
            path = parent_path(path)

    def members_of(self, unit: int) -> Members | None:
        """None where nobody serves."""
        if not self.strength[unit]:
            return None
        return Members(self.strength[unit], dict(+self.rated[unit]), dict(+self.holding[unit]))

    def all_rated(self, unit: int) -> bool:
        return bool(self.strength[unit]) and self.rated[unit].total() == self.strength[unit]


def _complete_since() -> QuerySet[Any, Any]:
    """(register, year from which it is complete) of those that are at all."""
    return CompleteRegister.objects.filter(since__isnull=False).values_list("register", "since")


def _vote_rows(whose: Q, year: int, seen: Q) -> QuerySet[Any, Any]:
    """What councils voted on subjects for the year, where `seen` (of agenda items) lets it be shown."""
    rows = AgendaItem.objects.exclude(result="").filter(seen, whose, line__dossier__year=year)
    return rows.values_list(
        "line__person", "line__unit", "award__code", "lower__code", "votes_for", "votes_lower", "members", "secret",
        "session",
    )  # fmt: skip


@dataclass
class Registers:
    """The rows of `registers_of` by whom they are about: of people by their key, of units by theirs."""

    year: int
    kept: dict[str, int] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    ratings: Grouped = field(default_factory=lambda: defaultdict(list))
    unit_ratings: Grouped = field(default_factory=lambda: defaultdict(list))
    merits: Grouped = field(default_factory=lambda: defaultdict(list))
    breaches: Grouped = field(default_factory=lambda: defaultdict(list))
    held: Grouped = field(default_factory=lambda: defaultdict(list))
    unit_held: Grouped = field(default_factory=lambda: defaultdict(list))
    served: Grouped = field(default_factory=lambda: defaultdict(list))
    titles: Grouped = field(default_factory=lambda: defaultdict(list))  # of units that people have served in
    attested: Grouped = field(default_factory=lambda: defaultdict(list))
    unit_attested: Grouped = field(default_factory=lambda: defaultdict(list))
    votes: Grouped = field(default_factory=lambda: defaultdict(list))
    unit_votes: Grouped = field(default_factory=lambda: defaultdict(list))

    def read(self, texts: Texts) -> None:
        """Take in the rows that were read."""
        for name, reader in READERS.items():
            reader(self, rows_of(texts, name))

    def _kept(self, rows: Iterable[Any]) -> None:
        self.kept.update((register, since) for register, since in rows)

    def _groups(self, rows: Iterable[Any]) -> None:
        self.codes = dict(rows)

    def clear(self, years: Iterable[int]) -> frozenset[int]:
        """Of the years for which somebody was rated, those of which the register of discipline is complete."""
        since = self.kept.get("discipline")
        return frozenset(year for year in years if since is not None and year >= since)

    def _ratings(self, rows: Iterable[Any]) -> None:
        for pk, person, year, rating in rows:
            self.ratings[person].append(Rating(year, RANKS[rating], ("rating", pk)))

    def _unit_ratings(self, rows: Iterable[Any]) -> None:
        for pk, unit, year, rating in rows:
            self.unit_ratings[unit].append(Rating(year, RANKS[rating], ("unit_rating", pk)))

    def _merits(self, rows: Iterable[Any]) -> None:
        ranks = {level.value: rank for level, rank in Initiative.RANKS.items()}
        for pk, person, kind, level, year in rows:
            self.merits[person].append(Merit(kind, ranks[level], year, ("initiative", pk)))

    def _discipline(self, rows: Iterable[Any]) -> None:
        for person, breach in _breaches_of(rows, self.year):
            self.breaches[person].append(breach)

    def _served(self, rows: Iterable[Any]) -> None:
        for person, unit, since, until in rows:
            self.served[person].append((unit, int(since[:4]) if since else 0, until or "9999"))

    def _titles(self, rows: Iterable[Any]) -> None:
        for pk, unit, code, year in rows:
            self.titles[unit].append(Held(code, year, ("grant", pk)))

    def titles_of(self, person: int) -> tuple[Held, ...]:
        """What a unit was given for a year at the end of which the person served in it."""
        return tuple(
            held
            for unit, since, until in self.served.get(person, ())
            for held in self.titles.get(unit, ())
            if since <= held.year and until >= f"{held.year}-12-31"
        )

    def _grants(self, rows: Iterable[Any]) -> None:
        for pk, person, unit, code, year in rows:
            found = self.held[person] if person else self.unit_held[unit]
            found.append(Held(code, year, ("grant", pk)))

    def _attestations(self, rows: Iterable[Any]) -> None:
        for pk, person, unit, code, criterion, holds, words in rows:
            found = self.attested[person] if person else self.unit_attested[unit]
            found.append(Attested(code, criterion or 0, self.year, bool(holds), words, ("attestation", pk)))

    def _votes(self, rows: Iterable[Any]) -> None:
        """A nominee lowered to another award has votes on both: who favoured the higher one supported the lower."""
        for person, unit, award, lower, favour, for_lower, members, secret, session in rows:
            found = self.votes[person] if person else self.unit_votes[unit]
            source = ("session", session)
            found.append(Vote(award, self.year, favour, members, bool(secret), source))
            if lower:
                found.append(Vote(lower, self.year, favour + for_lower, members, bool(secret), source))


READERS: dict[str, Callable[[Registers, Iterable[Any]], None]] = {
    "kept": Registers._kept,
    "groups": Registers._groups,
    "served": Registers._served,
    "titles": Registers._titles,
    "ratings": Registers._ratings,
    "unit_ratings": Registers._unit_ratings,
    "merits": Registers._merits,
    "discipline": Registers._discipline,
    "grants": Registers._grants,
    "attestations": Registers._attestations,
    "votes": Registers._votes,
}


def facts_of(
    people: QuerySet[Person],
    units: QuerySet[Unit],
    year: int,
    rules: Rules,
    *,
    shown: Shown,
    awards: Iterable[str] | None = None,
    votes: Q | None = EVERY_VOTE,
) -> tuple[list[Facts], list[Facts]]:
    """Facts of each of the people and of each of the units, in their order. At most nine queries.

    `people` come with their unit. What people of a unit were given and rated counts over its branch. Only
    what `awards` (codes; None: all) ask for is read. Discipline of units for which `shown` says no is left out: it
    is not known then, neither way. So are votes on items of agendas that do not match `votes`; None: all of them.
    """
    places = list(units)
    reach = reach_for(rules, awards)
    tables = registers_of(people, places, year, reach, votes) | members_tables(places, year, reach)
    return facts_from(read_together(tables), people, places, year, reach, shown)


def facts_from(
    texts: Texts,
    people: Iterable[Person],
    units: Sequence[Unit],
    year: int,
    reach: Reach,
    shown: Shown,
    strengths: Strengths | None = None,
) -> tuple[list[Facts], list[Facts]]:
    """As `facts_of`, when the registers have been read already, and what `strengths` says, if it is known."""
    known = Registers(year)
    known.read(texts)
    happened = incidents_from(texts, units, year, reach.incidents, shown)
    strengths = strengths or Strengths(units, members_from(texts, year).values())
    return _person_facts(people, known, happened, shown), [
        with_members(facts, strengths, year, shown=shown(unit))
        for unit, facts in zip(units, _unit_facts(units, known, happened, reach, shown), strict=True)
    ]


def with_members(facts: Facts, strengths: Strengths, year: int, *, shown: bool) -> Facts:
    """The unit's facts with what its members count for; those `shown` also with their discipline."""
    members, since = strengths.members_of(facts.key), facts.kept.get("discipline")
    own = tuple(one for one in facts.breaches if one.kind != "discipline")
    known = since is not None and year >= since and strengths.all_rated(facts.key)
    return replace(
        facts, members={year: members} if members else {},
        breaches=(*(+strengths.breaches[facts.key]).elements(), *own) if shown else (),
        clear=frozenset([year]) if shown and known else NOT_CLEAR,
    )  # fmt: skip


def reach_for(rules: Rules, awards: Iterable[str] | None) -> Reach:
    """How far back has to be read for people and units alike."""
    codes = rules.keys() if awards is None else list(awards)
    return reach_of(rules, codes, "person") | reach_of(rules, codes, "unit")


def _person_facts(people: Iterable[Person], known: Registers, happened: Incidents, shown: Shown) -> list[Facts]:
    seen = {}
    found = []
    for row in people:
        pk, place = row.pk, row.unit_id
        if place not in seen:
            seen[place] = shown(row.unit)
        ratings = known.ratings.get(pk, ())
        found.append(Facts(
            "person", pk, known.codes[row.group_id], row.enlisted, row.left, ("person", pk),
            ratings=tuple(ratings), held=tuple(known.held.get(pk, ())),
            unit_held=known.titles_of(pk), merits=tuple(known.merits.get(pk, ())),
            attested=tuple(known.attested.get(pk, ())), kept=known.kept, votes=tuple(known.votes.get(pk, ())),
            breaches=(*known.breaches.get(pk, ()), *happened.of_people.get(pk, ())) if seen[place] else (),
            clear=known.clear(rating.year for rating in ratings) if seen[place] else NOT_CLEAR,
            clear_of_incidents=happened.people_clear.get(pk, NOT_CLEAR) if seen[place] else NOT_CLEAR,
        ))  # fmt: skip
    return found


def _unit_facts(
    units: Sequence[Unit], known: Registers, happened: Incidents, reach: Reach, shown: Shown
) -> list[Facts]:
    values, targets = _figures(units, known.year, reach)
    return [
        Facts(
            "unit", unit.pk, "", unit.established, unit.dissolved, ("unit", unit.pk),
            ratings=tuple(known.unit_ratings.get(unit.pk, ())),
            held=tuple(known.unit_held.get(unit.pk, ())), attested=tuple(known.unit_attested.get(unit.pk, ())),
            breaches=tuple(happened.of_units.get(unit.pk, ())) if shown(unit) else (),
            clear_of_incidents=happened.units_clear.get(unit.pk, NOT_CLEAR) if shown(unit) else NOT_CLEAR,
            figures=tuple(values.get(unit.pk, ())), targets=tuple(targets.get(unit.pk, ())), kept=known.kept,
            votes=tuple(known.unit_votes.get(unit.pk, ())),
        )
        for unit in units
    ]  # fmt: skip


def _figures(units: Sequence[Unit], year: int, reach: Reach) -> tuple[Grouped, Grouped]:
    """The year's approved figures and targets by unit, where a rule looks at them."""
    figures: Grouped = defaultdict(list)
    targets: Grouped = defaultdict(list)
    if not units or not (reach.figures or reach.targets):
        return figures, targets
    codes = dict(Indicator.objects.filter(code__in=reach.figures).values_list("pk", "code")) if reach.figures else {}
    only = None if reach.targets else [Indicator(pk=pk) for pk in codes]
    reading = read_figures([unit.pk for unit in units], year, (WHOLE_YEAR,), indicators=only)
    for unit in units:
        for indicator, code in codes.items():
            figure = reading.figure(unit.pk, indicator, year, WHOLE_YEAR)
            value = figure.value.comparable if figure else None
            if figure and figure.complete and value is not None:
                figures[unit.pk].append(YearFigure(code, year, value, (f"figure:{code}:{year}", unit.pk)))
        if reach.targets and (found := _targets(reading, unit.pk, year)):
            targets[unit.pk].append(found)
    return figures, targets


def _targets(reading: Reading, unit: int, year: int) -> Targets | None:
    """How many of its targets the unit met; None as long as a figure is missing, which may still be reached."""
    targeted = met = over = 0
    for indicator in reading.aimed(unit, year, WHOLE_YEAR):
        figure = reading.figure(unit, indicator, year, WHOLE_YEAR)
        if figure is None or figure.target is None:
            continue
        if not figure.complete:
            return None
        if figure.outcome:  # nil ratios are not judged
            targeted += 1
            met += figure.outcome in ("over", "met")
            over += figure.outcome == "over"
    return Targets(year, targeted, met, over, (f"targets:{year}", unit)) if targeted else None
