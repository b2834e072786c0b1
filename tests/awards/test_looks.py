"""Lists judge those together of whom criteria see the same: as if each had been judged alone."""

import os
from dataclasses import replace
from datetime import date
from fractions import Fraction
from operator import itemgetter
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from awards.criteria import AwardRule, Criterion, Kind
from awards.eligibility import JUDGES, evaluate
from awards.facts import (
    Attested,
    Breach,
    Facts,
    Held,
    Members,
    Merit,
    Rating,
    Targets,
    Vote,
    YearFigure,
)
from awards.looks import LOOKS, Asked, Many
from awards.reports.due import closeness, lacking, state_of

YEAR, DAY = 2020, date(2020, 12, 31)
GROUPS = {Kind.ALL_OF, Kind.ANY_OF, Kind.AT_LEAST, Kind.MEETS_AWARD}
KEPT = [{}, {"awards": 2010, "merits": 2010}, {"awards": 2019, "merits": 2019}]  # as lists share it


def criterion(chance, kind, children=()):
    pick = chance.choice
    return Criterion(
        kind, key=pick([0, 1, 2]), subject=pick(["", "", "person", "unit"]), children=children,
        awards=tuple(chance.sample("ABC", pick([1, 2]))), since_award=pick(["", "", "B"]), rating=pick([1, 2, 3]),
        number=pick([1, 1, 2, 3]), years=pick([None, 1, 2, 4]), months=pick([None, None, 9]),
        below_years=pick([None, 12]), gap=pick([1, 2]), ending=pick(["year", "before", "either"]),
        merit=pick(["", "science"]), level=pick([0, 2]), indicator=pick("IJ"), comparator=pick([">=", "<"]),
        value=pick([None, Fraction(2)]), share=pick([None, Fraction(50)]), strict=pick([True, False]),
        gravity=pick([0, 1, 2]),
    )  # fmt: skip


def twin(chance, one):
    """A criterion that differs in one thing alone."""
    name = chance.choice(["since_award", "years", "gravity", "rating", "gap", "ending", "kind", "months", "level"])
    alike = {Kind.PRIOR_AWARDS: Kind.UNIT_TITLE, Kind.NO_DISCIPLINE: Kind.NO_INCIDENT}
    kind = alike.get(one.kind, one.kind) if name == "kind" else one.kind
    return replace(one, **{name: getattr(criterion(chance, kind), name)})


def rule(chance, code, others):
    """With a criterion or two, one of them perhaps within a group, or another award that has to be met."""
    leaves = [criterion(chance, chance.choice(sorted(LOOKS)))]
    leaves += [twin(chance, leaves[0])] * chance.choice([0, 1])
    if chance.random() < 0.4:
        leaves = [criterion(chance, chance.choice([Kind.ANY_OF, Kind.AT_LEAST, Kind.ALL_OF]), tuple(leaves))]
    if others and chance.random() < 0.4:
        leaves.append(Criterion(Kind.MEETS_AWARD, awards=(chance.choice(others),)))
    groups = frozenset(chance.choice([(), (), ("nco",)]))
    return AwardRule(
        code, chance.choice(["", "", "person", "unit"]), groups, tuple(leaves), once=chance.random() < 0.3
    )


def somebody(chance, kept):
    """Few facts with few values, so that many are alike; the records behind them differ."""
    pick, rare = chance.choice, [0, 0, 0, 1, 1, 2]

    def some(make):
        return tuple(make(("record", chance.randrange(9))) for _count in range(pick(rare)))

    def year():
        return pick([2017, 2018, 2019, 2020, 2020, 2020])

    def years():
        return frozenset(pick([(), (2020,), (2019, 2020), (2017, 2018, 2019, 2020)]))

    return Facts(
        pick(["person", "person", "unit"]), chance.randrange(9), pick(["officer", "nco"]),
        pick([None, date(2009, 1, 1), date(2009, 6, 5), date(2019, 4, 1), date(2020, 5, 2)]),
        pick([None, None, date(2020, 7, 1), DAY, DAY, date(2021, 1, 1)]), kept=kept,
        ratings=some(lambda source: Rating(year(), pick([1, 2, 3]), source)),
        held=some(lambda source: Held(pick("ABC"), year(), source)),
        unit_held=some(lambda source: Held(pick("ABC"), year(), source)),
        merits=some(lambda source: Merit(pick(["science", "initiative"]), pick([1, 2]), year(), source)),
        breaches=some(lambda source: Breach(pick(["discipline", "incident"]), year(), pick([0, 1, 2]), source)),
        figures=some(lambda source: YearFigure(pick("IJ"), year(), Fraction(pick([1, 2])), source)),
        targets=some(lambda source: Targets(year(), 4, pick([1, 2, 4]), pick([0, 1, 4]), source)),
        votes=some(lambda source: Vote(pick("ABC"), year(), pick([1, 3]), 4, pick([True, False]), source)),
        attested=some(lambda source: Attested(pick("ABC"), pick([0, 1]), year(), pick([True, False]), "", source)),
        members={YEAR: Members(pick([0, 4]), {pick([1, 3]): pick([1, 4])}, {pick("AB"): pick([1, 4])})},
        clear=years(), clear_of_incidents=years(),
    )  # fmt: skip


def is_held(rule, facts):
    return any(
        grant.award == rule.code and (grant.year == YEAR or (rule.once and grant.year < YEAR)) for grant in facts.held
    )


def said(verdict, held):
    """What a list says of it: the order by closeness, too."""
    return verdict.award.code, state_of(verdict, held=held), closeness(verdict, held=held), lacking(verdict)


@settings(max_examples=int(os.environ.get("EXAMPLES", "60")), phases=[Phase.generate])
@given(st.integers(0, 10**9))
def test_those_who_look_alike_are_judged_as_each_alone(seed):
    chance = Random(seed)
    found = {}
    for code in "ABCDE":
        found[code] = rule(chance, code, list(found))
    many = Many(list(found.values()), YEAR, DAY, found, lambda judged: [said(*one) for one in judged])
    kept = chance.sample(KEPT, 2)
    for number in range(150):
        facts = somebody(chance, kept[number > 120])
        alone = [
            said(evaluate(one, facts, year=YEAR, day=DAY, rules=found), is_held(one, facts))
            for one in found.values()
            if one.suits(facts)
        ]
        together = [one for some in many.judge(facts) for one in some]
        assert sorted(together, key=itemgetter(0)) == alone


@settings(max_examples=int(os.environ.get("EXAMPLES", "300")), phases=[Phase.generate])
@given(st.sampled_from(sorted(LOOKS)), st.integers(0, 10**9))
def test_looks_of_one_name_see_the_same(kind, seed):
    chance = Random(seed)
    one, asked = criterion(chance, kind), Asked(YEAR, DAY, {})
    (name, look), (other_name, other) = LOOKS[kind](asked, one), LOOKS[kind](asked, twin(chance, one))
    if name == other_name:
        people = [somebody(chance, chance.choice(KEPT)) for _number in range(20)]
        assert [look(facts) for facts in people] == [other(facts) for facts in people]


def test_every_criterion_has_its_look():
    assert set(LOOKS) == set(JUDGES) - GROUPS


def test_all_who_look_alike_are_judged_once():
    rule = AwardRule("A", "", criteria=(Criterion(Kind.SERVICE_TIME, years=10),))
    made = []
    many = Many([rule], YEAR, DAY, {"A": rule}, lambda judged: made.append(judged) or made)
    first = Facts("person", 1, began=date(2001, 6, 1))
    for day in range(1, 9):
        many.judge(replace(first, key=day, began=date(2001, 6, day)))
    assert len(made) == 1
