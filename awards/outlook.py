"""When an award can be reached at the soonest: years to come, played through. Plain facts in, years out. No database.

What is assumed of a year that is still open: its tasks are completed excellently, nobody is disciplined, and every
award whose criteria that count years are met is granted. What does not count years (an initiative, a figure, the
council's vote, what is attested by hand) is taken as met: it has to be earned beside, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from awards.criteria import AwardRule, Criterion, Kind, Rules, State
from awards.eligibility import evaluate, full_years
from awards.facts import Facts, Held, Rating

HORIZON = 15  # years that are played through
BEST = 4  # the best task rating
# Criteria that count years, or that rest on awards of earlier years.
COUNTING = (
    Kind.TASK_RATING, Kind.PRIOR_AWARDS, Kind.QUALIFYING_YEARS, Kind.SERVICE_TIME, Kind.UNIT_TITLE, Kind.MEETS_AWARD,
)  # fmt: skip
GIVEN = Criterion(Kind.ALL_OF)  # met in any case


def soonest(facts: Facts, year: int, rules: Rules, *, over: bool) -> dict[str, int]:
    """Award → the first year, `year` or later, in which nothing that counts years stands in its way any more.

    Awards that cannot be reached within `HORIZON` years, or of which too little is known, are left out. `over`: the
    year is over, so what is not met in it will not be; what is not known of it may still be recorded.
    """
    hopeful = {code: _hopeful(rule) for code, rule in rules.items() if rule.suits(facts)}
    found: dict[str, int] = {}
    if over:
        end = date(year, 12, 31)
        for code, rule in hopeful.items():
            if evaluate(rules[code], facts, year=year, day=end, rules=rules).before_council is State.NOT_MET:
                continue
            if evaluate(rule, _assumed(facts, year), year=year, day=end, rules=hopeful).state is State.MET:
                found[code] = year
                facts = replace(facts, held=(*facts.held, Held(code, year)))
        facts = _assumed(facts, year)
    for of in range(year + over, year + HORIZON + 1):
        facts = _assumed(facts, of)
        for code, rule in hopeful.items():  # the lower first: the higher ones of the year may rest on them
            if evaluate(rule, facts, year=of, day=date(of, 12, 31), rules=hopeful).state is State.MET:
                found.setdefault(code, of)
                facts = replace(facts, held=(*facts.held, Held(code, of)))
    return found


def _assumed(facts: Facts, year: int) -> Facts:
    """The facts with what a good year adds to them; what is known of the year stays."""
    ratings = facts.ratings if year in facts.best_ratings else (*facts.ratings, Rating(year, BEST))
    return replace(
        facts,
        ratings=ratings,
        clear=facts.clear | {year},
        clear_of_incidents=facts.clear_of_incidents | {year},
    )


def _hopeful(rule: AwardRule) -> AwardRule:
    return replace(rule, criteria=tuple(_counting(criterion) for criterion in rule.criteria) or (GIVEN,))


def _counting(criterion: Criterion) -> Criterion:
    """The criterion with everything that does not count years taken as met."""
    if criterion.kind in (Kind.ALL_OF, Kind.ANY_OF, Kind.AT_LEAST):
        return replace(criterion, children=tuple(_counting(child) for child in criterion.children))
    return criterion if criterion.kind in COUNTING else replace(GIVEN, subject=criterion.subject)


def shut_by_caps(rule: AwardRule, caps: Mapping[str, Fraction]) -> tuple[Fraction, Fraction] | None:
    """Per cent of the members who have to hold an award, and per cent of the headcount that may be given it (`caps`:
    award → share), where the rules in force ask for more than they allow: nobody reaches that award. Else None.
    """
    for criterion in _needed(rule.criteria):
        if (
            criterion.kind != Kind.MEMBERS_HOLDING
            or criterion.share is None
            or not caps.keys() >= {*criterion.awards}
        ):
            continue
        most = sum((caps[code] for code in criterion.awards), Fraction(0))
        if most < criterion.share or (criterion.strict and most == criterion.share):
            return criterion.share, most
    return None


def outgrown(rule: AwardRule, facts: Facts, day: date) -> bool:
    """Whether the subject has served too long for the award: it was for earlier years and never lies ahead again."""
    if facts.began is None:
        return False
    served = full_years(facts.began, day)
    return any(
        criterion.kind == Kind.SERVICE_TIME
        and criterion.subject in ("", facts.subject)
        and criterion.below_years is not None
        and served >= criterion.below_years
        for criterion in _needed(rule.criteria)
    )


def _needed(criteria: Iterable[Criterion]) -> Iterator[Criterion]:
    """Criteria that nothing else can take the place of."""
    for criterion in criteria:
        yield criterion
        if criterion.kind == Kind.ALL_OF:
            yield from _needed(criterion.children)


def counts_years(rule: AwardRule, facts: Facts) -> bool:
    """Whether any criterion for such a subject counts years: else nothing can be said of when."""

    def inside(criterion: Criterion) -> bool:
        if criterion.subject not in ("", facts.subject):
            return False
        counted = criterion.kind in COUNTING and criterion.kind != Kind.MEETS_AWARD
        return counted or any(map(inside, criterion.children))

    return any(map(inside, rule.criteria))
