"""When a model is met."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.assessing import Given, Rule, outcome_of

GROUPS = "aab"  # the groups of the items answered below


def answers(text):
    """`+` met, `-` not met, `n` not applicable, `.` without an answer."""
    words = {"+": "met", "-": "not_met", "n": "na", ".": ""}
    return [Given(words[mark], None, group) for mark, group in zip(text, GROUPS, strict=True)]


@pytest.mark.parametrize(
    ("rule", "given_answers", "expected"),
    [
        (Rule("all"), "+++", (3, 3, True)),
        (Rule("all"), "++-", (2, 3, False)),
        (Rule("all"), "++n", (2, 2, True)),
        (Rule("all"), "++.", (2, 2, None)),
        (Rule("all"), "nnn", (0, 0, None)),
        (Rule("least", least=2), "++-", (2, 3, True)),
        (Rule("least", least=3), "++-", (2, 3, False)),
        (Rule("least", least=3), "++n", (2, 2, False)),
        (Rule("group", group="b"), "--+", (1, 3, True)),
        (Rule("group", group="b"), "++-", (2, 3, False)),
        (Rule("group", group="b"), "++n", (2, 2, True)),
    ],
)
def test_the_rule_decides_over_what_applies(rule, given_answers, expected):
    found = outcome_of(rule, answers(given_answers))
    assert (found.met, found.asked, found.meets) == expected


CLASSES = ((Decimal(5), 1), (Decimal(8), 2), (Decimal(9), 3))


@pytest.mark.parametrize(
    ("scores", "mean", "meets", "reached"),
    [
        (("8", "8.1", "7.9"), Fraction(8), True, 2),
        (("8", "8", "7.999"), Fraction(23999, 3000), False, 1),
        (("9", "9", "9"), Fraction(9), True, 3),
        (("4", "4", "4"), Fraction(4), False, None),
        (("9", None, "9"), Fraction(9), None, None),
    ],
)
def test_scores_are_judged_by_their_unrounded_mean(scores, mean, meets, reached):
    given_scores = [Given("", None if text is None else Decimal(text)) for text in scores]
    found = outcome_of(Rule("mean", mark=Decimal(8), classes=CLASSES), given_scores)
    assert (found.mean, found.meets, found.reached) == (mean, meets, reached)


@given(st.lists(st.sampled_from("+-n"), min_size=3, max_size=3).map("".join))
def test_what_does_not_apply_never_changes_the_result(text):
    found = outcome_of(Rule("all"), answers(text))
    applying = [one for one in answers(text) if one.answer != "na"]
    assert found == outcome_of(Rule("all"), applying)
