"""What criteria look at in somebody's facts: of whom they see the same, they say the same. No database.

Thousands of people are judged at once, and most of what is known of them makes no difference: on which day somebody
enlisted, which record says it, what no criterion asks for. A **look** is a function that takes of the facts what
`eligibility` goes by for a criterion, as a plain value. Whoever gives the same values shares one verdict of the one
evaluator: state, closeness and what is missing are theirs; what was found, and in which records, is the first one's.
So this serves lists, and nothing that opens a finding. A property-based test compares it with judging each alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any, Generic, TypeVar

from awards.criteria import AwardRule, Criterion, Kind, Rules, Verdict
from awards.eligibility import counted, evaluate_by, full_years, has_left, months_served, own_criteria, qualifies
from awards.facts import Facts

Name = tuple[object, ...]  # looks of one name are one look
Look = Callable[[Facts], Hashable]
NOTHING: frozenset[str] = frozenset()
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Asked:
    """For which year, on which day and under which rules it is asked."""

    year: int
    day: date
    rules: Rules

    def window(self, years: int | None) -> range:
        return range(self.year - (years or 1) + 1, self.year + 1)


def _rated(asked: Asked, c: Criterion) -> tuple[Name, Look]:
    window = asked.window(c.years)
    if len(window) == 1:
        return ("rated",), lambda facts: _rank(facts, asked.year)

    def look(facts: Facts) -> Hashable:
        known = [rating.rank for year in window if (rating := facts.best_ratings.get(year))]
        return len(known), sum([rank < c.rating for rank in known])

    return ("rated", c.years, c.rating), look


def _rank(facts: Facts, year: int) -> int | None:
    rating = facts.best_ratings.get(year)
    return rating.rank if rating else None


def _history(asked: Asked, c: Criterion) -> tuple[Name, Look]:
    def look(facts: Facts) -> Hashable:
        _years, count, possible = counted(c, facts, asked.year)
        return count, possible >= c.number

    return ("history", c.kind == Kind.UNIT_TITLE, c.awards, c.since_award, c.number, c.years, c.gap, c.ending), look


def _qualifying(asked: Asked, c: Criterion) -> tuple[Name, Look]:
    years = range(asked.year - (c.years or 1), asked.year + 1)
    return ("qualifying", c), lambda facts: tuple([qualifies(c, facts, asked.year, year) for year in years])


def _merits(asked: Asked, c: Criterion) -> tuple[Name, Look]:
    window = asked.window(c.years)
    return ("merits", len(window)), lambda facts: tuple(sorted([
        (m.kind, m.level) for m in facts.merits if m.year in window
    ]))  # fmt: skip


def _breaches(asked: Asked, c: Criterion) -> tuple[Name, Look]:
    window, kind = asked.window(c.years), "incident" if c.kind == Kind.NO_INCIDENT else "discipline"

    def look(facts: Facts) -> Hashable:
        found = sum([b.kind == kind and b.year in window and b.gravity >= c.gravity for b in facts.breaches])
        clear = facts.clear if kind == "discipline" else facts.clear_of_incidents
        return found, clear.issuperset(window)

    return ("breaches", kind, c.gravity, len(window)), look


def _service(asked: Asked, c: Criterion) -> tuple[Name, Look]:
    in_months = c.months is not None

    def look(facts: Facts) -> Hashable:
        if facts.began is None or has_left(facts, asked.day):
            return facts.began is None, facts.ended
        return months_served(facts.began, asked.year) if in_months else full_years(facts.began, asked.day)

    return ("service", in_months), look


def _members(asked: Asked, c: Criterion) -> tuple[Name, Look]:
    def look(facts: Facts) -> Hashable:
        members = facts.members.get(asked.year)
        if members is None:
            return None
        return members.strength, frozenset(members.rated.items()), frozenset(members.holding.items())

    return ("members",), look


def _of_the_year(name: str, values: Callable[[Any], tuple[object, ...]]) -> Callable[..., tuple[Name, Look]]:
    """Facts of a year, of which few have any: all of them."""

    def made(asked: Asked, c: Criterion) -> tuple[Name, Look]:
        return (name,), lambda facts: tuple([values(f) for f in getattr(facts, name) if f.year == asked.year])

    return made


LOOKS: dict[Kind, Callable[[Asked, Criterion], tuple[Name, Look]]] = {
    Kind.TASK_RATING: _rated,
    Kind.PRIOR_AWARDS: _history,
    Kind.UNIT_TITLE: _history,
    Kind.QUALIFYING_YEARS: _qualifying,
    Kind.MERIT: _merits,
    Kind.FIGURE: _of_the_year("figures", lambda f: (f.indicator, f.value)),
    Kind.TARGETS_MET: _of_the_year("targets", lambda f: (f.targeted, f.met, f.exceeded)),
    Kind.NO_DISCIPLINE: _breaches,
    Kind.NO_INCIDENT: _breaches,
    Kind.SERVICE_TIME: _service,
    Kind.MEMBERS_HOLDING: _members,
    Kind.MEMBERS_RATED: _members,
    Kind.COUNCIL_VOTE: _of_the_year("votes", lambda f: (f.award, f.votes, f.members, f.secret)),
    Kind.ATTESTED: _of_the_year("attested", lambda f: (f.award, f.criterion, f.holds, f.words)),
}


def looks_of(criteria: Iterable[Criterion], facts: Facts, asked: Asked, award: str) -> dict[Name, Look]:
    """Everything that judging `criteria` of the award looks at in somebody of the kind and group of `facts`."""
    found: dict[Name, Look] = {}
    for criterion in _reached(criteria, facts, asked, frozenset([award])):
        name, look = LOOKS[criterion.kind](asked, criterion)
        found.setdefault(name, look)
    return found


def _reached(
    criteria: Iterable[Criterion], facts: Facts, asked: Asked, within: frozenset[str]
) -> Iterator[Criterion]:
    """The criteria that are no groups, also of awards that have to be met; those are held or not as well."""
    for criterion in criteria:
        if criterion.subject not in ("", facts.subject):
            continue
        if criterion.kind == Kind.MEETS_AWARD:
            yield Criterion(Kind.PRIOR_AWARDS, awards=criterion.awards, years=1)
            for code in criterion.awards:
                rule = asked.rules.get(code)
                if rule is not None and code not in within and rule.suits(facts):
                    yield from _reached(own_criteria(rule, facts), facts, asked, within | {code})
        elif criterion.kind in LOOKS:
            yield criterion
        else:
            yield from _reached(criterion.children, facts, asked, within)


# ── many at once ──────────────────────────────────────────────────────────


@dataclass(slots=True)
class Together:
    """Awards whose criteria look at the same, and what came of it for whom the same is seen."""

    rules: list[AwardRule]
    codes: frozenset[str]
    seen: Callable[[Sequence[Hashable]], Hashable]
    made: dict[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked at in people of a group, or in units, and which awards rest on what of it."""

    looks: list[Look]
    awards: list[Together]


class Many(Generic[Made]):
    """Judges many people and units under one rule set. `make` turns verdicts of several awards into what is kept of
    them; whether each is held already is told beside.
    """

    def __init__(
        self, chosen: Sequence[AwardRule], year: int, day: date, rules: Rules,
        make: Callable[[list[tuple[Verdict, bool]]], Made],
    ) -> None:  # fmt: skip
        self.chosen, self.asked, self.make = chosen, Asked(year, day, rules), make
        self.once = frozenset(rule.code for rule in chosen if rule.once)
        self.kept: object = None
        self.plans: dict[tuple[str, str], Plan] = {}

    def judge(self, facts: Facts) -> list[Made]:
        """What `make` made of the awards that are for such a subject, all together."""
        if facts.kept is not self.kept:  # mostly one and the same: how far registers go back holds for all
            self.kept, self.plans = facts.kept, {}
        kind = facts.subject, facts.group
        plan = self.plans.get(kind) or self._plan(facts)
        seen = [look(facts) for look in plan.looks]
        given = self._given(facts)
        found = []
        for some in plan.awards:
            held = given & some.codes if given else NOTHING
            key = some.seen(seen), held
            made = some.made.get(key)
            if made is None:
                made = some.made[key] = self.make(
                    [(self._verdict(rule, facts), rule.code in held) for rule in some.rules]
                )
            found.append(made)
        return found

    def _given(self, facts: Facts) -> frozenset[str]:
        """Codes of what has been granted for the year already, or ever where it is given only once."""
        year, once = self.asked.year, self.once
        return frozenset([h.award for h in facts.held if h.year == year or (h.award in once and h.year < year)])

    def _verdict(self, rule: AwardRule, facts: Facts) -> Verdict:
        year, day, rules = self.asked.year, self.asked.day, self.asked.rules
        return evaluate_by(own_criteria(rule, facts), rule, facts, year=year, day=day, rules=rules)

    def _plan(self, facts: Facts) -> Plan:
        looks: dict[Name, Look] = {}
        together: dict[tuple[Name, ...], list[AwardRule]] = {}
        for rule in self.chosen:
            if rule.suits(facts):
                own = looks_of(own_criteria(rule, facts), facts, self.asked, rule.code)
                looks = own | looks
                together.setdefault(tuple(sorted(own, key=repr)), []).append(rule)
        places = {name: number for number, name in enumerate(looks)}
        awards = [
            Together(some, frozenset(rule.code for rule in some), _picked([places[name] for name in names]))
            for names, some in together.items()
        ]
        plan = self.plans[facts.subject, facts.group] = Plan(list(looks.values()), awards)
        return plan


def _picked(places: Sequence[int]) -> Callable[[Sequence[Hashable]], Hashable]:
    return itemgetter(*places) if places else lambda seen: ()
