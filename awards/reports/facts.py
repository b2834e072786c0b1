"""What is known of people and units, read in bulk for `eligibility`: a fixed number of queries.

Only what the rules can ask for is read: ratings, initiatives and discipline of the last `MEMORY` years,
grants of all years, figures where a rule looks at figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Min, Q, QuerySet

from awards.criteria import Criterion, Kind, Rules
from awards.facts import Attested, Breach, Facts, Held, Members, Merit, Rating, Source, Targets, Vote, YearFigure
from awards.models import AgendaItem, Attestation, Grant
from emulation.models import Indicator
from emulation.reports.figures import Figure, figures_of
from units.models import Discipline, Initiative, Person, Posting, TaskRating, Unit
from units.paths import branches_q, outermost, parent_path

WHOLE_YEAR = "Y"
MEMORY = 15  # years back that a criterion may look at, grants apart
Grouped = dict[int, list[Any]]
Shown = Callable[[Unit], bool]  # whether discipline of the unit's people may be shown
Votes = Mapping[tuple[str, int], Sequence[Vote]]  # (person or unit, key) → votes of councils on it
NO_VOTES: Votes = {}


def people_of(units: Q, year: int, day: date) -> QuerySet[Person]:
    """People who serve in units that match `units` (a condition on postings) at the end of the year or on `day`."""
    on = min(date(year, 12, 31), day)
    return Person.objects.filter(pk__in=Posting.objects.on(on).filter(units).values("person"))


def kept_registers() -> dict[str, int]:
    """From which year on there are grants and initiatives at all: earlier years are not known, not empty."""
    first = {
        "awards": Grant.objects.aggregate(year=Min("year"))["year"],
        "merits": Initiative.objects.aggregate(year=Min("year"))["year"],
    }
    return {register: year for register, year in first.items() if year is not None}


def votes_of(people: QuerySet[Person], units: QuerySet[Unit], year: int, seen: Q) -> Votes:
    """What councils voted on these people and units for the year, where `seen` (of agenda items) lets it be shown.

    A nominee lowered to another award has votes on both: those in favour of the higher one supported the lower.
    One query.
    """
    found: dict[tuple[str, int], list[Vote]] = defaultdict(list)
    rows = AgendaItem.objects.exclude(result="").filter(
        seen, Q(line__person__in=people.values("pk")) | Q(line__unit__in=units.values("pk")), line__dossier__year=year
    )
    columns = (
        "line__person", "line__unit", "award__code", "lower__code", "votes_for", "votes_lower", "members", "secret",
        "session",
    )  # fmt: skip
    for person, unit, award, lower, favour, for_lower, members, secret, session in rows.values_list(*columns):
        key = ("person", person) if person else ("unit", unit)
        source = ("session", session)
        found[key].append(Vote(award, year, favour, members, secret, source))
        if lower:
            found[key].append(Vote(lower, year, favour + for_lower, members, secret, source))
    return found


def person_facts(
    people: QuerySet[Person], year: int, kept: Mapping[str, int], shown: Shown, votes: Votes = NO_VOTES
) -> list[Facts]:
    """Facts of each of the people, in their order; `people` comes with group and unit. Seven queries.

    Discipline of units for which `shown` says no is left out: it is not known then, neither way.
    """
    ratings: Grouped = defaultdict(list)
    rated = TaskRating.objects.filter(person__in=people.values("pk"), year__gt=year - MEMORY, year__lte=year)
    for pk, person, of, rating in rated.values_list("pk", "person", "year", "rating"):
        ratings[person].append(Rating(of, TaskRating.RANKS[TaskRating.Rating(rating)], ("rating", pk)))
    merits, breaches = _merits(people, year), _breaches(people, year)
    held = _held(Grant.objects.filter(person__in=people.values("pk")), "person", year)
    of_units = _held(Grant.objects.filter(unit__in=people.values("unit")), "unit", year)
    attested = _attested(Attestation.objects.filter(person__in=people.values("pk")), "person", year)
    return [
        Facts(
            "person", row.pk, row.group.code, row.enlisted, row.left, ("person", row.pk),
            ratings=tuple(ratings[row.pk]), held=tuple(held[row.pk]), unit_held=tuple(of_units[row.unit_id]),
            merits=tuple(merits[row.pk]), attested=tuple(attested[row.pk]), kept=kept,
            votes=tuple(votes.get(("person", row.pk), ())),
            breaches=tuple(breaches[row.pk]) if shown(row.unit) else (),
            clear=frozenset(rating.year for rating in ratings[row.pk]) if shown(row.unit) else frozenset(),
        )
        for row in people
    ]  # fmt: skip


def _merits(people: QuerySet[Person], year: int) -> Grouped:
    found: Grouped = defaultdict(list)
    rows = Initiative.objects.filter(person__in=people.values("pk"), year__gt=year - MEMORY, year__lte=year)
    for pk, person, kind, level, of in rows.values_list("pk", "person", "kind", "level", "year"):
        found[person].append(Merit(kind, Initiative.RANKS[Initiative.Level(level)], of, ("initiative", pk)))
    return found


def _breaches(people: QuerySet[Person], year: int) -> Grouped:
    """Discipline counts in every year in which it was in force, from its decision until it was cleared."""
    found: Grouped = defaultdict(list)
    rows = Discipline.objects.in_force_between(date(year - MEMORY, 1, 1), date(year, 12, 31))
    rows = rows.filter(person__in=people.values("pk"))
    for pk, person, gravity, decided, cleared in rows.values_list(
        "pk", "person", "form__order", "decided", "cleared"
    ):
        for of in range(decided.year, min(cleared.year if cleared else year, year) + 1):
            if cleared != date(of, 1, 1):  # the day of clearing counts no more
                found[person].append(Breach("discipline", of, gravity, ("discipline", pk)))
    return found


def _held(grants: QuerySet[Grant], subject: str, year: int) -> Grouped:
    found: Grouped = defaultdict(list)
    rows = grants.in_force().filter(year__lte=year)  # type: ignore[attr-defined]
    for pk, of, code, granted in rows.values_list("pk", subject, "award__code", "year"):
        found[of].append(Held(code, granted, ("grant", pk)))
    return found


def _attested(rows: QuerySet[Attestation], subject: str, year: int) -> Grouped:
    found: Grouped = defaultdict(list)
    columns = ("pk", subject, "award__code", "criterion", "holds", "evidence")
    for pk, of, code, criterion, holds, words in rows.filter(year=year).values_list(*columns):
        found[of].append(Attested(code, criterion or 0, year, holds, words, ("attestation", pk)))
    return found


# ── units ─────────────────────────────────────────────────────────────────


def unit_facts(
    units: QuerySet[Unit],
    year: int,
    rules: Rules,
    day: date,
    kept: Mapping[str, int],
    shown: Shown,
    votes: Votes = NO_VOTES,
) -> list[Facts]:
    """Facts of each of the units, in their order: what its people were given and rated counts over its branch."""
    rows = list(units)
    held = _held(Grant.objects.filter(unit__in=units.values("pk")), "unit", year)
    attested = _attested(Attestation.objects.filter(unit__in=units.values("pk")), "unit", year)
    members, breaches, clear = _members(rows, year, day)
    figures, targets = _figures(rows, year, rules)
    return [
        Facts(
            "unit", unit.pk, "", unit.established, unit.dissolved, ("unit", unit.pk),
            held=tuple(held[unit.pk]), attested=tuple(attested[unit.pk]),
            members={year: members[unit.pk]} if unit.pk in members else {},
            breaches=tuple(breaches[unit.pk]) if shown(unit) else (),
            clear=frozenset([year] if unit.pk in clear and shown(unit) else []),
            figures=tuple(figures[unit.pk]), targets=tuple(targets[unit.pk]), kept=kept,
            votes=tuple(votes.get(("unit", unit.pk), ())),
        )
        for unit in rows
    ]  # fmt: skip


def _members(units: Sequence[Unit], year: int, day: date) -> tuple[dict[int, Members], Grouped, set[int]]:
    """Members by unit, their discipline of the year by unit, and the units whose members are all rated."""
    on = min(date(year, 12, 31), day)
    below = branches_q(outermost(unit.path for unit in units), "unit__path")
    served = dict(Posting.objects.on(on).filter(below).values_list("person", "unit__path"))
    people = Person.objects.filter(pk__in=Posting.objects.on(on).filter(below).values("person"))
    by_path: dict[str, int] = {unit.path: unit.pk for unit in units}
    strength: dict[int, int] = defaultdict(int)
    for path in served.values():
        for unit in _above(path, by_path):
            strength[unit] += 1
    rated: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for person, rating in TaskRating.objects.filter(person__in=people.values("pk"), year=year).values_list(
        "person", "rating"
    ):
        for unit in _above(served[person], by_path):
            rated[unit][TaskRating.RANKS[TaskRating.Rating(rating)]] += 1
    holding: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    grants = Grant.objects.in_force().filter(person__in=people.values("pk"), year=year)
    for person, code in grants.values_list("person", "award__code").distinct():
        for unit in _above(served[person], by_path):
            holding[unit][code] += 1
    breaches: Grouped = defaultdict(list)
    for person, some in _breaches(people, year).items():
        for unit in _above(served[person], by_path):
            breaches[unit] += some
    members = {pk: Members(count, dict(rated[pk]), dict(holding[pk])) for pk, count in strength.items()}
    clear = {pk for pk, one in members.items() if sum(one.rated.values()) == one.strength}
    return members, breaches, clear


def _above(path: str, by_path: Mapping[str, int]) -> Iterator[int]:
    """Keys of the units in `by_path` whose branch holds the unit at `path`."""
    while path:
        if path in by_path:
            yield by_path[path]
        path = parent_path(path)


def asks(rules: Rules, *kinds: Kind) -> bool:
    """Whether any criterion for units is of one of the kinds."""

    def inside(criterion: Criterion) -> bool:
        return criterion.kind in kinds or any(inside(child) for child in criterion.children)

    return any(
        inside(criterion) for rule in rules.values() if rule.subject != "person" for criterion in rule.criteria
    )


def _figures(units: Sequence[Unit], year: int, rules: Rules) -> tuple[Grouped, Grouped]:
    """The year's approved figures and targets by unit, where a rule looks at them."""
    figures: Grouped = defaultdict(list)
    targets: Grouped = defaultdict(list)
    if not asks(rules, Kind.FIGURE, Kind.TARGETS_MET):
        return figures, targets
    codes = dict(Indicator.objects.values_list("pk", "code"))
    judged: dict[int, list[Figure]] = defaultdict(list)
    for (unit, indicator, _period), figure in figures_of(units, year, [WHOLE_YEAR]).items():
        value = figure.value.comparable
        if figure.complete and value is not None:
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
