from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awards.criteria import AwardRule, Criterion, Kind, State
from awards.eligibility import JUDGES, evaluate, full_years, months_served
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

YEAR = 2020
DAY = date(2020, 12, 31)
KEPT = {"awards": 2010, "merits": 2010}
MET, NOT_MET, NO_DATA = State.MET, State.NOT_MET, State.NO_DATA
WELL, EXCELLENT = 2, 3


def facts(**known):
    return Facts(**{"subject": "person", "group": "officer", "kept": KEPT} | known)


def verdict(*criteria, rules=(), award="A", **known):
    rule = AwardRule(award, "person" if known.get("subject") != "unit" else "unit", criteria=criteria)
    return evaluate(rule, facts(**known), year=YEAR, day=DAY, rules={r.code: r for r in rules})


def state(*criteria, **known):
    return verdict(*criteria, **known).state


def held(award, *years):
    return tuple(Held(award, year, ("grant", year)) for year in years)


def ratings(rank, *years):
    return tuple(Rating(year, rank, ("rating", year)) for year in years)


# ── every kind, each way ──────────────────────────────────────────────────

SHARE = Fraction(70)
FOUR_HOLD = Members(10, {1: 10}, {"CSTT": 7})
CASES = [
    (Criterion(Kind.TASK_RATING, rating=WELL), {"ratings": ratings(EXCELLENT, 2020)}, MET),
    (Criterion(Kind.TASK_RATING, rating=WELL), {"ratings": ratings(1, 2020)}, NOT_MET),
    (Criterion(Kind.TASK_RATING, rating=WELL), {"ratings": ratings(EXCELLENT, 2019)}, NO_DATA),
    (Criterion(Kind.TASK_RATING, rating=WELL, years=2), {"ratings": ratings(WELL, 2019, 2020)}, MET),
    (Criterion(Kind.TASK_RATING, rating=WELL, years=2), {"ratings": ratings(WELL, 2020)}, NO_DATA),
    (
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=3, ending="either"),
        {"held": held("B", 2018, 2019, 2020)},
        MET,
    ),
    (
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=3, ending="either"),
        {"held": held("B", 2017, 2018, 2019)},
        MET,
    ),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=3), {"held": held("B", 2017, 2018, 2019)}, NOT_MET),
    (
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=3, ending="either"),
        {"held": held("B", 2016, 2017, 2019)},
        NOT_MET,
    ),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=2, gap=3), {"held": held("B", 2017, 2020)}, MET),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=2, gap=2), {"held": held("B", 2017, 2020)}, NOT_MET),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",), ending="before", years=2), {"held": held("B", 2019)}, MET),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",), ending="before", years=2), {"held": held("B", 2020)}, NOT_MET),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=2, years=5), {"held": held("B", 2016, 2019)}, MET),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=2, years=4), {"held": held("B", 2016, 2019)}, NOT_MET),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",)), {"held": held("B", 1999)}, MET),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",)), {"kept": {}}, NO_DATA),
    (
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=3),
        {"held": held("B", 2020), "kept": {"awards": 2020}},
        NO_DATA,
    ),
    (
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=3),
        {"held": held("B", 2020), "kept": {"awards": 2020}, "began": date(2019, 9, 1)},
        NOT_MET,
    ),
    (Criterion(Kind.PRIOR_AWARDS, awards=("B",), since_award="C"), {"held": held("B", 2020) + held("C", 2018)}, MET),
    (
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), since_award="C"),
        {"held": held("B", 2017) + held("C", 2018)},
        NOT_MET,
    ),
    (
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), since_award="C"),
        {"held": held("B", 2020), "began": date(2012, 1, 1)},
        NOT_MET,
    ),
    (
        Criterion(Kind.QUALIFYING_YEARS, awards=("B",), years=2, rating=EXCELLENT),
        {"held": held("B", 2019, 2020)},
        MET,
    ),
    (
        Criterion(Kind.QUALIFYING_YEARS, awards=("B",), years=2, rating=EXCELLENT),
        {
            "held": held("B", 2020),
            "ratings": ratings(EXCELLENT, 2019),
            "merits": (Merit("initiative", 1, 2019),),
        },
        MET,
    ),
    (
        Criterion(Kind.QUALIFYING_YEARS, awards=("B",), years=2, rating=EXCELLENT),
        {"held": held("B", 2020), "ratings": ratings(EXCELLENT, 2019)},
        NOT_MET,
    ),
    (
        Criterion(Kind.QUALIFYING_YEARS, awards=("B",), years=2, rating=EXCELLENT),
        {"held": held("B", 2020), "merits": (Merit("science", 1, 2019),)},
        NO_DATA,
    ),
    (
        Criterion(Kind.QUALIFYING_YEARS, awards=("B",), years=2, rating=EXCELLENT, ending="either"),
        {"held": held("B", 2018, 2019)},
        MET,
    ),
    (Criterion(Kind.MERIT, level=1), {"merits": (Merit("initiative", 1, 2020),)}, MET),
    (Criterion(Kind.MERIT, level=2), {"merits": (Merit("initiative", 1, 2020),)}, NOT_MET),
    (Criterion(Kind.MERIT, merit="science"), {"merits": (Merit("initiative", 1, 2020),)}, NOT_MET),
    (
        Criterion(Kind.MERIT, number=2, years=2),
        {"merits": (Merit("science", 1, 2019), Merit("initiative", 1, 2020))},
        MET,
    ),
    (Criterion(Kind.MERIT), {"kept": {}}, NO_DATA),
    (
        Criterion(Kind.FIGURE, indicator="I", value=Fraction(95)),
        {"figures": (YearFigure("I", 2020, Fraction(95)),)},
        MET,
    ),
    (
        Criterion(Kind.FIGURE, indicator="I", value=Fraction(95)),
        {"figures": (YearFigure("I", 2020, Fraction(94)),)},
        NOT_MET,
    ),
    (
        Criterion(Kind.FIGURE, indicator="I", value=Fraction(95)),
        {"figures": (YearFigure("J", 2020, Fraction(99)),)},
        NO_DATA,
    ),
    (Criterion(Kind.TARGETS_MET), {"targets": (Targets(2020, 10, 10, 9),)}, MET),
    (Criterion(Kind.TARGETS_MET, strict=True), {"targets": (Targets(2020, 10, 10, 9),)}, NOT_MET),
    (Criterion(Kind.TARGETS_MET, share=Fraction(90), strict=True), {"targets": (Targets(2020, 10, 10, 9),)}, MET),
    (Criterion(Kind.TARGETS_MET), {"targets": (Targets(2020, 0, 0, 0),)}, NO_DATA),
    (Criterion(Kind.NO_DISCIPLINE), {"clear": frozenset([2020])}, MET),
    (
        Criterion(Kind.NO_DISCIPLINE, gravity=2),
        {"clear": frozenset([2020]), "breaches": (Breach("discipline", 2020, 1),)},
        MET,
    ),
    (Criterion(Kind.NO_DISCIPLINE, gravity=2), {"breaches": (Breach("discipline", 2020, 2),)}, NOT_MET),
    (Criterion(Kind.NO_DISCIPLINE), {}, NO_DATA),
    (Criterion(Kind.NO_INCIDENT), {"clear_of_incidents": frozenset([2020])}, MET),
    (Criterion(Kind.NO_INCIDENT), {"breaches": (Breach("incident", 2020, 1),)}, NOT_MET),
    (Criterion(Kind.NO_INCIDENT), {"clear": frozenset([2020])}, NO_DATA),
    (Criterion(Kind.SERVICE_TIME, years=10, below_years=15), {"began": date(2010, 12, 31)}, MET),
    (Criterion(Kind.SERVICE_TIME, years=10, below_years=15), {"began": date(2011, 1, 1)}, NOT_MET),
    (Criterion(Kind.SERVICE_TIME, years=10, below_years=15), {"began": date(2005, 1, 1)}, NOT_MET),
    (Criterion(Kind.SERVICE_TIME, years=10), {"began": date(2005, 1, 1), "ended": date(2020, 6, 1)}, NOT_MET),
    (Criterion(Kind.SERVICE_TIME, years=10), {"began": date(2005, 1, 1), "ended": date(2020, 12, 30)}, NOT_MET),
    (Criterion(Kind.SERVICE_TIME, years=10), {"began": date(2005, 1, 1), "ended": DAY}, MET),
    (Criterion(Kind.SERVICE_TIME, years=10), {"subject": "unit", "began": date(2005, 1, 1), "ended": DAY}, NOT_MET),
    (Criterion(Kind.SERVICE_TIME, months=10), {"began": date(2020, 3, 1)}, MET),
    (Criterion(Kind.SERVICE_TIME, months=10), {"began": date(2020, 3, 2)}, NOT_MET),
    (Criterion(Kind.SERVICE_TIME, years=10), {}, NO_DATA),
    (Criterion(Kind.MEMBERS_HOLDING, awards=("CSTT",), share=SHARE), {"members": {2020: FOUR_HOLD}}, MET),
    (
        Criterion(Kind.MEMBERS_HOLDING, awards=("CSTT",), share=SHARE, strict=True),
        {"members": {2020: FOUR_HOLD}},
        NOT_MET,
    ),
    (Criterion(Kind.MEMBERS_HOLDING, awards=("CSTT",), number=8), {"members": {2020: FOUR_HOLD}}, NOT_MET),
    (Criterion(Kind.MEMBERS_HOLDING, awards=("CSTT",), number=7), {"members": {2020: FOUR_HOLD}}, MET),
    (
        Criterion(Kind.MEMBERS_HOLDING, awards=("CSTT",), number=8),
        {"members": {2020: FOUR_HOLD}, "kept": {}},
        NO_DATA,
    ),
    (Criterion(Kind.MEMBERS_HOLDING, awards=("CSTT",), share=SHARE), {"members": {2020: Members(0)}}, NO_DATA),
    (Criterion(Kind.MEMBERS_RATED, rating=1, share=Fraction(100)), {"members": {2020: FOUR_HOLD}}, MET),
    (Criterion(Kind.MEMBERS_RATED, rating=1, share=Fraction(100)), {"members": {2020: Members(10, {1: 9})}}, NO_DATA),
    (
        Criterion(Kind.MEMBERS_RATED, rating=1, share=Fraction(100)),
        {"members": {2020: Members(10, {1: 9, 0: 1})}},
        NOT_MET,
    ),
    (Criterion(Kind.UNIT_TITLE, awards=("DVQT",), years=1), {"unit_held": held("DVQT", 2020)}, MET),
    (Criterion(Kind.UNIT_TITLE, awards=("DVQT",), years=1), {"unit_held": held("DVQT", 2019)}, NOT_MET),
    (Criterion(Kind.UNIT_TITLE, awards=("DVQT",), years=1), {"kept": {"awards": 2021}}, NO_DATA),
    (Criterion(Kind.COUNCIL_VOTE, share=Fraction(90), strict=True), {"votes": (Vote("A", 2020, 9, 10, True),)}, MET),
    (
        Criterion(Kind.COUNCIL_VOTE, share=Fraction(90), strict=True),
        {"votes": (Vote("A", 2020, 9, 10, False),)},
        NOT_MET,
    ),
    (Criterion(Kind.COUNCIL_VOTE, share=Fraction(90)), {"votes": (Vote("A", 2020, 8, 10, True),)}, NOT_MET),
    (Criterion(Kind.COUNCIL_VOTE, share=Fraction(90)), {"votes": (Vote("B", 2020, 9, 10, True),)}, NO_DATA),
    (Criterion(Kind.COUNCIL_VOTE), {"votes": (Vote("A", 2020, 9, 10, True),)}, NO_DATA),
    (Criterion(Kind.ATTESTED, attested_as=7), {"attested": (Attested("A", 7, 2020, True),)}, MET),
    (Criterion(Kind.ATTESTED, attested_as=7), {"attested": (Attested("A", 7, 2020, False),)}, NOT_MET),
    (
        Criterion(Kind.ATTESTED, attested_as=7),
        {"attested": (Attested("B", 7, 2020, True), Attested("A", 8, 2020, True))},
        NO_DATA,
    ),
]


@pytest.mark.parametrize(("criterion", "known", "expected"), CASES, ids=lambda value: getattr(value, "kind", ""))
def test_criterion_answers_met_not_met_or_no_data(criterion, known, expected):
    assert state(criterion, **known) == expected


def test_every_kind_is_tested_every_way():
    groups = {Kind.ALL_OF, Kind.ANY_OF, Kind.AT_LEAST, Kind.MEETS_AWARD}
    tried = {(criterion.kind, expected) for criterion, _known, expected in CASES}
    assert tried >= {(kind, answer) for kind in set(JUDGES) - groups for answer in State}


# ── groups ────────────────────────────────────────────────────────────────

YES = Criterion(Kind.TASK_RATING, rating=WELL)
NO = Criterion(Kind.TASK_RATING, rating=4)
OPEN = Criterion(Kind.ATTESTED, attested_as=1)


@pytest.mark.parametrize(
    ("kind", "children", "number", "expected"),
    [
        (Kind.ALL_OF, (YES, YES), 1, MET),
        (Kind.ALL_OF, (YES, OPEN), 1, NO_DATA),
        (Kind.ALL_OF, (NO, OPEN), 1, NOT_MET),
        (Kind.ANY_OF, (NO, OPEN, YES), 1, MET),
        (Kind.ANY_OF, (NO, OPEN), 1, NO_DATA),
        (Kind.ANY_OF, (NO, NO), 1, NOT_MET),
        (Kind.AT_LEAST, (YES, NO, YES), 2, MET),
        (Kind.AT_LEAST, (YES, NO, OPEN), 2, NO_DATA),
        (Kind.AT_LEAST, (YES, NO, NO), 2, NOT_MET),
        (Kind.AT_LEAST, (YES,), 2, NOT_MET),
    ],
)
def test_groups_know_three_answers(kind, children, number, expected):
    grouped = Criterion(kind, number=number, children=children)
    assert state(grouped, ratings=ratings(EXCELLENT, YEAR)) == expected
    nested = Criterion(Kind.ALL_OF, children=(Criterion(Kind.ANY_OF, children=(grouped,)),))
    assert state(nested, ratings=ratings(EXCELLENT, YEAR)) == expected


def test_criteria_of_the_other_subject_are_left_out():
    of_units = Criterion(Kind.TARGETS_MET, subject="unit")
    assert state(YES, of_units, ratings=ratings(EXCELLENT, YEAR)) == MET
    inside = Criterion(Kind.ALL_OF, children=(YES, of_units))
    assert state(inside, ratings=ratings(EXCELLENT, YEAR)) == MET


def test_another_award_is_met_by_holding_it_or_by_its_criteria():
    meets = Criterion(Kind.MEETS_AWARD, awards=("CSTT", "LDTT"))
    soldier = AwardRule("CSTT", "person", frozenset(["officer"]), (YES,), name="Chiến sĩ tiên tiến")
    worker = AwardRule("LDTT", "person", frozenset(["worker"]), (OPEN,))
    rules = (soldier, worker)
    assert state(meets, rules=rules, held=held("LDTT", YEAR)) == MET
    assert state(meets, rules=rules, ratings=ratings(EXCELLENT, YEAR)) == MET
    assert state(meets, rules=rules, ratings=ratings(1, YEAR)) == NOT_MET
    assert state(meets, rules=rules, group="worker", ratings=ratings(EXCELLENT, YEAR)) == NO_DATA
    [(leaf, groups)] = verdict(meets, rules=rules, ratings=ratings(EXCELLENT, YEAR)).leaves()
    assert (leaf.criterion, [g.criterion.text for g in groups]) == (YES, ["", "Chiến sĩ tiên tiến"])


def test_an_award_that_asks_for_itself_is_unknown_and_does_not_run_for_ever():
    meets = Criterion(Kind.MEETS_AWARD, awards=("A",))
    assert state(meets, rules=(AwardRule("A", "person", criteria=(meets,)),)) == NO_DATA


def test_attestations_of_another_award_serve_there():
    meets = Criterion(Kind.MEETS_AWARD, awards=("B",))
    rules = (AwardRule("B", "person", criteria=(OPEN,)),)
    assert state(meets, rules=rules, attested=(Attested("B", 1, YEAR, True),)) == MET
    assert state(meets, rules=rules, attested=(Attested("A", 1, YEAR, True),)) == NO_DATA


def test_award_without_criteria_is_attested_by_hand():
    assert [(f.criterion.kind, f.state) for f, _groups in verdict().leaves()] == [(Kind.ATTESTED, NO_DATA)]
    assert state(attested=(Attested("A", 0, YEAR, True),)) == MET


def test_a_vote_alone_says_nothing_of_who_may_be_nominated():
    assert verdict(Criterion(Kind.COUNCIL_VOTE, share=Fraction(90))).before_council == NO_DATA


def test_council_follows_the_nomination():
    found = verdict(YES, Criterion(Kind.COUNCIL_VOTE, share=Fraction(90)), ratings=ratings(WELL, YEAR))
    assert (found.state, found.before_council) == (NO_DATA, MET)


def test_award_suits_subjects_of_its_kind_and_group():
    rule = AwardRule("A", "person", frozenset(["worker"]))
    assert [rule.suits(facts(group=group)) for group in ("worker", "officer")] == [True, False]
    assert [AwardRule("A", kind).suits(facts(subject="unit")) for kind in ("unit", "person", "")] == [
        True,
        False,
        True,
    ]


def test_closeness_counts_the_steps_that_are_missing():
    chain = Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=3)
    near, far = (verdict(chain, held=held("B", *years)) for years in ((2019, 2020), (2020,)))
    assert verdict(chain, held=held("B", 2018, 2019, 2020)).distance == 0
    assert 0 < near.distance < far.distance
    either = Criterion(Kind.ANY_OF, children=(chain, NO))
    assert verdict(either, held=held("B", 2020), ratings=ratings(1, YEAR)).distance == 2


@pytest.mark.parametrize(
    ("criterion", "years", "counting"),
    [
        ({"years": 1}, (2015, 2019, 2020), (2020,)),
        ({"years": 2, "ending": "before"}, (2018, 2019, 2020), (2019,)),
        ({"number": 3}, (2014, 2015, 2019, 2020), (2019, 2020)),
        ({"number": 2, "gap": 2}, (2014, 2018, 2020), (2018, 2020)),
        ({}, (2014, 2020), (2014, 2020)),
    ],
)
def test_only_awards_that_count_are_named(criterion, years, counting):
    [(leaf, _groups)] = verdict(
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), **criterion), held=held("B", *years)
    ).leaves()
    assert (leaf.actual[0], leaf.actual[2]) == (len(counting), counting)
    assert leaf.sources == tuple(("grant", year) for year in counting)


def test_sources_name_the_records():
    [(leaf, _groups)] = verdict(
        Criterion(Kind.PRIOR_AWARDS, awards=("B",), years=2), held=held("B", 2020, 2019)
    ).leaves()
    assert leaf.sources == (("grant", 2019), ("grant", 2020))


@pytest.mark.parametrize(
    ("began", "months"),
    [(date(2019, 5, 9), 12), (date(2020, 3, 1), 10), (date(2020, 12, 2), 0), (date(2021, 1, 1), 0)],
)
def test_months_served_are_whole_months_of_the_year(began, months):
    assert months_served(began, YEAR) == months


def test_a_year_of_service_is_full_on_the_day_it_began():
    assert [full_years(date(2000, 2, 29), day) for day in (date(2001, 2, 28), date(2001, 3, 1))] == [0, 1]


# ── what holds for all facts ──────────────────────────────────────────────

YEARS = st.integers(2014, YEAR)
RANKS = st.integers(0, 3)
AWARDS = st.sampled_from(["A", "B", "C"])
FACT = {
    "held": st.builds(Held, AWARDS, YEARS, st.just(())),
    "unit_held": st.builds(Held, AWARDS, YEARS, st.just(())),
    "ratings": st.builds(Rating, YEARS, RANKS, st.just(())),
    "merits": st.builds(Merit, st.sampled_from(["initiative", "science"]), RANKS, YEARS, st.just(())),
    "votes": st.builds(Vote, AWARDS, YEARS, st.integers(0, 10), st.just(10), st.booleans(), st.just(())),
    "attested": st.builds(Attested, AWARDS, RANKS, YEARS, st.just(True), st.just(""), st.just(())),
    "figures": st.builds(YearFigure, st.just("I"), YEARS, st.fractions(0, 100), st.just(())),
    "targets": st.builds(Targets, YEARS, st.just(5), st.integers(0, 5), st.integers(0, 5), st.just(())),
}
LEAF = st.builds(
    Criterion,
    st.sampled_from(sorted(set(JUDGES) - {Kind.ALL_OF, Kind.ANY_OF, Kind.AT_LEAST})),
    key=RANKS,
    awards=st.lists(AWARDS, min_size=1, max_size=2, unique=True).map(tuple),
    since_award=st.sampled_from(["", "C"]),
    rating=RANKS,
    number=st.integers(1, 3),
    years=st.one_of(st.none(), st.integers(1, 4)),
    gap=st.integers(1, 3),
    ending=st.sampled_from(["year", "before", "either"]),
    merit=st.sampled_from(["", "initiative"]),
    level=RANKS,
    indicator=st.just("I"),
    value=st.one_of(st.none(), st.fractions(0, 100)),
    share=st.one_of(st.none(), st.fractions(0, 100)),
    strict=st.booleans(),
)  # fmt: skip
CRITERION = st.recursive(
    LEAF,
    lambda inner: st.builds(
        Criterion,
        st.sampled_from([Kind.ALL_OF, Kind.ANY_OF, Kind.AT_LEAST]),
        children=st.lists(inner, min_size=1, max_size=3).map(tuple),
        number=st.integers(1, 3),
    ),
    max_leaves=6,
)
KNOWN = st.fixed_dictionaries({name: st.lists(one, max_size=5).map(tuple) for name, one in FACT.items()})
RULES = {"B": AwardRule("B", "person", criteria=(Criterion(Kind.TASK_RATING, rating=WELL),))}
ORDER = [State.NOT_MET, State.NO_DATA, State.MET]


def answer(criterion, known):
    rule = AwardRule("A", "person", criteria=(criterion,))
    return evaluate(rule, facts(**known), year=YEAR, day=DAY, rules=RULES | {"A": rule})


def is_favourable(name, fact, known):
    """A rating, figure, score … for a year that has none may be bad news; of the rest there is only good news."""
    return name in ("held", "unit_held", "merits", "attested") or fact.year in {f.year for f in known[name]}


@settings(max_examples=60)
@given(CRITERION, KNOWN, st.data())
def test_a_favourable_fact_never_makes_the_answer_worse(criterion, known, data):
    name = data.draw(st.sampled_from(sorted(FACT)))
    fact = data.draw(FACT[name])
    before = answer(criterion, known).state
    after = answer(criterion, known | {name: (*known[name], fact)}).state
    if before is State.MET:
        assert after is State.MET
    if is_favourable(name, fact, known) and name != "votes":
        assert ORDER.index(after) >= ORDER.index(before)


@settings(max_examples=60)
@given(CRITERION, KNOWN, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(criterion, known, random):
    mixed = {name: tuple(random.sample(some, len(some))) for name, some in known.items()}
    assert answer(criterion, mixed) == answer(criterion, known)


@settings(max_examples=60)
@given(CRITERION, KNOWN)
def test_the_answer_follows_from_the_leaves(criterion, known):
    """What is met needs nothing more, and only what is met is no distance away."""
    found = answer(criterion, known)
    assert (found.state is State.MET) == (found.distance == 0)


@given(st.lists(st.sampled_from([2017, 2018, 2019, 2020]), unique=True))
def test_a_revoked_award_breaks_its_chain(years):
    chain = Criterion(Kind.PRIOR_AWARDS, awards=("B",), number=3)
    whole = set(years) >= {2018, 2019, 2020}
    assert (state(chain, held=held("B", *years)) is MET) == whole


def test_facts_are_values():
    assert replace(facts(), key=3) == facts(key=3)
