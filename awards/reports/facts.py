"""What is known of people and units, read in bulk for `eligibility`: a fixed number of queries.

Only what the rules ask for is read (`awards.reach`): registers as far back as a criterion looks, votes and figures
where one looks at them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from awards.criteria import Rules
from awards.facts import Attested, Breach, Facts, Held, Members, Merit, Rating, Source, Targets, Vote, YearFigure
from awards.models import AgendaItem, Attestation, CompleteRegister, Grant
from awards.reach import Reach, reach_of
from awards.reports.incidents import Incidents, incident_tables, incidents_from
from awards.reports.stamps import Texts, among, is_nothing, read_together, rows_of
from emulation.models import Indicator
from emulation.reports.figures import Figure, figures_of
from units.models import Discipline, Initiative, Person, Posting, TaskRating, Unit, UnitRating
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

    Everything that `facts_of` reads of them stands here, for the stamp of the list rests on it too. The members
    of the units at the end of the year are among the people. `votes`: on which items of agendas the numbers of a
    vote may be shown; None: none.
    """
    below = branches_q(outermost(unit.path for unit in units), "unit__path")
    served = Posting.objects.on(date(year, 12, 31)).filter(below)
    nobody = Q(pk__in=[])
    known: dict[str, QuerySet[Any, Any]] = {"kept": _complete_since()}
    own, members, served_in, voted = nobody, nobody, nobody, nobody
    if not is_nothing(people):
        known["subjects"] = people.values_list("pk", "unit_id")
        own, served_in = Q(person__in=among("subjects", 0)), Q(unit__in=among("subjects", 1))
        voted = Q(line__person__in=among("subjects", 0))
    if units:
        known["postings"] = served.values_list("person", "unit__path")
        members = Q(person__in=among("postings", 0))
    keys = [unit.pk for unit in units]
    places = Q(unit__in=keys)

    def back(years: int) -> Q:
        return Q(year__gt=year - years, year__lte=year)

    discipline = Discipline.objects.in_force_between(date(year - reach.discipline + 1, 1, 1), date(year, 12, 31))
    history = Q(year__lte=year) if reach.history else Q(year=year)
    known |= {
        "ratings": TaskRating.objects.filter(own | members, back(reach.ratings)).values_list(
            "pk", "person", "year", "rating"
        ),
        "unit_ratings": UnitRating.objects.filter(places, back(reach.ratings)).values_list(
            "pk", "unit", "year", "rating"
        ),
        "grants": Grant.objects.in_force()
        .filter(own | members | places | served_in, history)
        .values_list("pk", "person", "unit", "award__code", "year"),
        "attestations": Attestation.objects.filter(own | places, year=year).values_list(
            "pk", "person", "unit", "award__code", "criterion", "holds", "evidence"
        ),
    }
    if reach.merits:
        merits = Initiative.objects.filter(own, back(reach.merits))
        known["merits"] = merits.values_list("pk", "person", "kind", "level", "year")
    if reach.discipline:
        rows = discipline.filter(own | members)
        known["discipline"] = rows.values_list("pk", "person", "form__order", "decided", "cleared")
    if reach.incidents:
        known |= incident_tables(units, year, reach.incidents, people="subjects" in known)
    if reach.votes and votes is not None:
        known["votes"] = _vote_rows(voted | Q(line__unit__in=keys), year, votes)
    return {name: rows.order_by() for name, rows in known.items()}


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
    paths: dict[int, str] = field(default_factory=dict)  # member of a unit → path of the unit served in
    ratings: Grouped = field(default_factory=lambda: defaultdict(list))
    unit_ratings: Grouped = field(default_factory=lambda: defaultdict(list))
    merits: Grouped = field(default_factory=lambda: defaultdict(list))
    breaches: Grouped = field(default_factory=lambda: defaultdict(list))
    held: Grouped = field(default_factory=lambda: defaultdict(list))
    unit_held: Grouped = field(default_factory=lambda: defaultdict(list))
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

    def clear(self, years: Iterable[int]) -> frozenset[int]:
        """Of the years for which somebody was rated, those of which the register of discipline is complete."""
        since = self.kept.get("discipline")
        return frozenset(year for year in years if since is not None and year >= since)

    def _postings(self, rows: Iterable[Any]) -> None:
        self.paths.update((person, path) for person, path in rows)

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
        """Discipline counts in every year in which it was in force, from its decision until it was cleared."""
        for pk, person, gravity, since, until in rows:
            decided, cleared = date.fromisoformat(since), date.fromisoformat(until) if until else None
            for of in range(decided.year, min(cleared.year if cleared else self.year, self.year) + 1):
                if cleared != date(of, 1, 1):  # the day of clearing counts no more
                    self.breaches[person].append(Breach("discipline", of, gravity, ("discipline", pk)))

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
    "postings": Registers._postings,
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

    `people` come with group and unit. What people of a unit were given and rated counts over its branch. Only
    what `awards` (codes; None: all) ask for is read. Discipline of units for which `shown` says no is left out: it
    is not known then, neither way. So are votes on items of agendas that do not match `votes`; None: all of them.
    """
    places = list(units)
    reach = reach_for(rules, awards)
    texts = read_together(registers_of(people, places, year, reach, votes))
    return facts_from(texts, people, places, year, reach, shown)


def facts_from(
    texts: Texts, people: Iterable[Person], units: Sequence[Unit], year: int, reach: Reach, shown: Shown
) -> tuple[list[Facts], list[Facts]]:
    """As `facts_of`, when the registers have been read already."""
    known = Registers(year)
    known.read(texts)
    happened = incidents_from(texts, units, year, reach.incidents, shown)
    return _person_facts(people, known, happened, shown), _unit_facts(units, known, happened, reach, shown)


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
            "person", pk, row.group.code, row.enlisted, row.left, ("person", pk),
            ratings=tuple(ratings), held=tuple(known.held.get(pk, ())),
            unit_held=tuple(known.unit_held.get(place, ())), merits=tuple(known.merits.get(pk, ())),
            attested=tuple(known.attested.get(pk, ())), kept=known.kept, votes=tuple(known.votes.get(pk, ())),
            breaches=(*known.breaches.get(pk, ()), *happened.of_people.get(pk, ())) if seen[place] else (),
            clear=known.clear(rating.year for rating in ratings) if seen[place] else NOT_CLEAR,
            clear_of_incidents=happened.people_clear.get(pk, NOT_CLEAR) if seen[place] else NOT_CLEAR,
        ))  # fmt: skip
    return found


def _unit_facts(
    units: Sequence[Unit], known: Registers, happened: Incidents, reach: Reach, shown: Shown
) -> list[Facts]:
    members, breaches, clear = _members(units, known)
    values, targets = _figures(units, known.year, reach)
    return [
        Facts(
            "unit", unit.pk, "", unit.established, unit.dissolved, ("unit", unit.pk),
            ratings=tuple(known.unit_ratings.get(unit.pk, ())),
            held=tuple(known.unit_held.get(unit.pk, ())), attested=tuple(known.unit_attested.get(unit.pk, ())),
            members={known.year: members[unit.pk]} if unit.pk in members else {},
            breaches=(*breaches[unit.pk], *happened.of_units.get(unit.pk, ())) if shown(unit) else (),
            clear_of_incidents=happened.units_clear.get(unit.pk, NOT_CLEAR) if shown(unit) else NOT_CLEAR,
            clear=known.clear([known.year]) if unit.pk in clear and shown(unit) else NOT_CLEAR,
            figures=tuple(values.get(unit.pk, ())), targets=tuple(targets.get(unit.pk, ())), kept=known.kept,
            votes=tuple(known.unit_votes.get(unit.pk, ())),
        )
        for unit in units
    ]  # fmt: skip


def _members(units: Sequence[Unit], known: Registers) -> tuple[dict[int, Members], Grouped, set[int]]:
    """Members by unit, their discipline of the year by unit, and the units whose members are all rated."""
    by_path: dict[str, int] = {unit.path: unit.pk for unit in units}
    strength: dict[int, int] = defaultdict(int)
    rated: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    holding: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    breaches: Grouped = defaultdict(list)
    for person, path in known.paths.items():
        ranks = [rating.rank for rating in known.ratings.get(person, ()) if rating.year == known.year]
        codes = {grant.award for grant in known.held.get(person, ()) if grant.year == known.year}
        for unit in _above(path, by_path):
            strength[unit] += 1
            for rank in ranks:
                rated[unit][rank] += 1
            for code in codes:
                holding[unit][code] += 1
            breaches[unit] += known.breaches.get(person, ())
    members = {pk: Members(count, dict(rated[pk]), dict(holding[pk])) for pk, count in strength.items()}
    clear = {pk for pk, one in members.items() if sum(one.rated.values()) == one.strength}
    return members, breaches, clear


def _above(path: str, by_path: Mapping[str, int]) -> Iterator[int]:
    """Keys of the units in `by_path` whose branch holds the unit at `path`."""
    while path:
        if path in by_path:
            yield by_path[path]
        path = parent_path(path)


def _figures(units: Sequence[Unit], year: int, reach: Reach) -> tuple[Grouped, Grouped]:
    """The year's approved figures and targets by unit, where a rule looks at them."""
    figures: Grouped = defaultdict(list)
    targets: Grouped = defaultdict(list)
    if not units or not (reach.figures or reach.targets):
        return figures, targets
    codes = dict(Indicator.objects.values_list("pk", "code")) if reach.figures else {}
    judged: dict[int, list[Figure]] = defaultdict(list)
    for (unit, indicator, _period), figure in figures_of(units, year, [WHOLE_YEAR]).items():
        value = figure.value.comparable
        if reach.figures and figure.complete and value is not None:
            source: Source = (f"figure:{codes[indicator]}", unit)
            figures[unit].append(YearFigure(codes[indicator], year, value, source))
        if figure.target is not None and (figure.outcome or not figure.complete):  # nil ratios are not judged
            judged[unit].append(figure)
    for unit, some in judged.items():
        if all(figure.complete for figure in some):  # a figure that is missing may still be reached
            met = sum(figure.outcome in ("over", "met") for figure in some)
            over = sum(figure.outcome == "over" for figure in some)
            targets[unit].append(Targets(year, len(some), met, over, ("targets", unit)))
    return figures, targets
