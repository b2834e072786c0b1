from datetime import date

import pytest
from hypothesis import given, settings

from awards.criteria import AwardRule, Criterion, Kind
from awards.eligibility import evaluate
from awards.facts import Breach
from awards.reach import Reach, reach_of
from tests.awards.test_eligibility import CRITERION, KNOWN, RULES, facts

YEAR = 2020


def of(*criteria, rules=(), subject="person"):
    rule = AwardRule("A", criteria=criteria)
    return reach_of({"A": rule} | {one.code: one for one in rules}, ["A"], subject)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (Criterion(Kind.TASK_RATING, years=5), Reach(ratings=5)),
        (Criterion(Kind.NO_DISCIPLINE, years=2), Reach(ratings=2, discipline=2)),
        (Criterion(Kind.MERIT, years=3), Reach(merits=3)),
        (Criterion(Kind.QUALIFYING_YEARS, years=2), Reach(ratings=3, merits=3, history=True)),
        (Criterion(Kind.FIGURE, indicator="SK"), Reach(figures=frozenset(["SK"]))),
        (Criterion(Kind.TARGETS_MET), Reach(targets=True)),
        (Criterion(Kind.COUNCIL_VOTE), Reach(votes=True)),
        (Criterion(Kind.ATTESTED), Reach()),
        (Criterion(Kind.TASK_RATING, subject="unit", years=10), Reach()),
    ],
)
def test_a_criterion_looks_as_far_back_as_it_says(criterion, expected):
    assert of(criterion) == of(Criterion(Kind.ALL_OF, children=(criterion,))) == expected


def test_what_another_award_asks_for_is_read_too():
    base = AwardRule("B", criteria=(Criterion(Kind.MERIT, years=4), Criterion(Kind.MEETS_AWARD, awards=("A",))))
    assert of(Criterion(Kind.MEETS_AWARD, awards=("B", "GONE")), rules=[base]) == Reach(merits=4, history=True)
    assert reach_of({"B": base}, [], "person") == Reach()


def trimmed(known, reach):
    """What is left of the facts where only what `reach` says has been read."""

    def back(rows, years):
        return tuple(row for row in rows if YEAR - years < row.year <= YEAR)

    return known | {
        "ratings": back(known["ratings"], reach.ratings),
        "merits": back(known["merits"], reach.merits),
        "breaches": back(known["breaches"], reach.discipline),
        "clear": frozenset(row.year for row in back(known["ratings"], reach.ratings)),
        "held": known["held"] if reach.history else back(known["held"], 1),
        "unit_held": known["unit_held"] if reach.history else back(known["unit_held"], 1),
        "figures": known["figures"] if reach.figures else (),
        "targets": known["targets"] if reach.targets else (),
        "votes": known["votes"] if reach.votes else (),
    }


@settings(max_examples=150)
@given(CRITERION, KNOWN)
def test_reading_no_further_changes_no_answer(criterion, known):
    rule = AwardRule("A", "person", criteria=(criterion,))
    rules = RULES | {"A": rule}
    known = known | {
        "breaches": tuple(Breach("discipline", row.year, 1) for row in known["merits"]),
        "clear": frozenset(row.year for row in known["ratings"]),
    }
    less = trimmed(known, reach_of(rules, ["A"], "person"))
    found = [evaluate(rule, facts(**some), year=YEAR, day=date(YEAR, 12, 31), rules=rules) for some in (known, less)]
    assert found[0] == found[1]
