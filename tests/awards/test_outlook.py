from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings

from awards.criteria import AwardRule, Criterion, Kind
from awards.facts import Held, Rating
from awards.outlook import HORIZON, counts_years, outgrown, shut_by_caps, soonest
from tests.awards.test_eligibility import CRITERION, KNOWN, facts

YEAR = 2020
TITLE = AwardRule("TITLE", "person", criteria=(Criterion(Kind.TASK_RATING, rating=3),))
BASE = AwardRule(
    "BASE", "person",
    criteria=(
        Criterion(Kind.MEETS_AWARD, awards=("TITLE",)), Criterion(Kind.MERIT), Criterion(Kind.TASK_RATING, rating=4),
    ),
)  # fmt: skip
ARMY = AwardRule(
    "ARMY", "person", criteria=(Criterion(Kind.PRIOR_AWARDS, awards=("BASE",), number=3, ending="either"),)
)
NATION = AwardRule(
    "NATION", "person", criteria=(Criterion(Kind.PRIOR_AWARDS, awards=("ARMY",), number=2, gap=3, ending="before"),)
)
RULES = {rule.code: rule for rule in (TITLE, BASE, ARMY, NATION)}


def years(*, over=True, rules=RULES, **known):
    return soonest(facts(**known), YEAR, rules, over=over)


def held(code, *of):
    return tuple(Held(code, year) for year in of)


def test_a_chain_goes_on_year_by_year():
    found = years(held=held("BASE", 2018, 2019, 2020), ratings=(Rating(2020, 4),))
    assert found == {"TITLE": 2020, "BASE": 2021, "ARMY": 2020, "NATION": 2022}


def test_a_bad_year_breaks_the_chain_for_good():
    found = years(held=held("BASE", 2018, 2019), ratings=(Rating(2020, 2),))
    assert found == {"TITLE": 2021, "BASE": 2021, "ARMY": 2023, "NATION": 2025}


def test_a_year_that_runs_may_still_become_good():
    assert years(held=held("BASE", 2018, 2019), over=False)["ARMY"] == 2020
    assert years(held=held("BASE", 2018, 2019), over=False, ratings=(Rating(2020, 2),))["ARMY"] == 2023


def test_what_is_not_known_of_a_year_may_still_be_recorded():
    assert years(held=held("BASE", 2018, 2019))["TITLE"] == 2020
    assert years(held=held("BASE", 2018, 2019), kept={"awards": 2010})["ARMY"] == 2020  # nor of initiatives
    three = AwardRule("T", "person", criteria=(Criterion(Kind.TASK_RATING, rating=4, years=3),))
    assert years(rules={"T": three}, ratings=(Rating(2019, 4),)) == {"T": 2021}


def test_service_time_comes_of_itself_and_passes():
    medal = AwardRule("M", "person", criteria=(Criterion(Kind.SERVICE_TIME, years=10, below_years=15),))
    of = lambda began: years(rules={"M": medal}, began=began).get("M")  # noqa: E731
    assert [of(date(2012, 2, 1)), of(date(2008, 2, 1)), of(date(2000, 2, 1)), of(None)] == [2022, 2020, None, None]


def test_who_has_left_reaches_nothing_that_asks_for_service():
    medal = AwardRule("M", "person", criteria=(Criterion(Kind.SERVICE_TIME, years=10),))
    assert years(rules={"M": medal}, began=date(2012, 2, 1), ended=date(2020, 5, 1)) == {}


def test_awards_for_others_are_left_out():
    rules = {"U": AwardRule("U", "unit"), "W": AwardRule("W", "person", frozenset(["worker"]))}
    assert years(rules=rules) == {}


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ((), False),
        ((Criterion(Kind.ATTESTED),), False),
        ((Criterion(Kind.ANY_OF, children=(Criterion(Kind.TASK_RATING, rating=3),)),), True),
        ((Criterion(Kind.TASK_RATING, rating=3, subject="unit"),), False),
    ],
)
def test_where_nothing_counts_years_nothing_is_said_of_when(criteria, expected):
    assert counts_years(AwardRule("A", "person", criteria=criteria), facts()) is expected


@settings(max_examples=40)
@given(CRITERION, KNOWN)
def test_what_is_met_today_is_reached_today_and_nothing_beyond_the_horizon(criterion, known):
    rules = {"A": AwardRule("A", "person", criteria=(criterion,))}
    found = years(rules=rules, **known)
    assert all(YEAR <= year <= YEAR + HORIZON for year in found.values())


@pytest.mark.parametrize(("began", "expected"), [(2005, True), (2006, False), (2015, False), (None, False)])
def test_award_for_fewer_years_of_service_is_behind_who_has_served_longer(began, expected):
    medal = AwardRule("M3", "person", criteria=(Criterion(Kind.SERVICE_TIME, years=10, below_years=15),))
    known = facts(began=began and date(began, 12, 31))
    assert outgrown(medal, known, date(YEAR, 12, 31)) is expected


def holding(share, *awards, strict=False):
    return Criterion(Kind.MEMBERS_HOLDING, awards=awards, share=Fraction(share), strict=strict)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (holding(50, "A"), (50, 40)),
        (holding(40, "A"), None),
        (holding(40, "A", strict=True), (40, 40)),
        (holding(50, "A", "B"), None),
        (holding(50, "A", "C"), None),
        (Criterion(Kind.ALL_OF, children=(holding(70, "A"),)), (70, 40)),
        (Criterion(Kind.ANY_OF, children=(holding(70, "A"), Criterion(Kind.ATTESTED))), None),
        (Criterion(Kind.MEMBERS_HOLDING, awards=("A",), number=1), None),
    ],
)
def test_award_is_shut_where_more_have_to_hold_a_title_than_may_be_given_it(criterion, expected):
    caps = {"A": Fraction(40), "B": Fraction(20)}
    assert shut_by_caps(AwardRule("U", "unit", criteria=(criterion,)), caps) == expected
