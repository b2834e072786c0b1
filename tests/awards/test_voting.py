import pytest
from hypothesis import given
from hypothesis import strategies as st

from awards.voting import Outcome, Tally, exact, needed, outcome, reached, share_of

PERCENT = st.integers(1, 100)
MEMBERS = st.integers(1, 49)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    members = draw(MEMBERS)
    parts, left = [], members
    for _part in range(4):
        parts.append(draw(st.integers(0, left)))
        left -= parts[-1]
    return Tally(members, *parts)


@pytest.mark.parametrize(
    ("votes", "members", "percent", "expected"),
    [
        (2, 3, 66, True), (1, 3, 66, False), (9, 10, 90, True), (8, 9, 90, False), (5, 10, 50, True),
        (0, 0, 1, False), (10, 10, 100, True), (9, 10, 100, False),
    ],
)  # fmt: skip
def test_share_is_of_all_members(votes, members, percent, expected):
    assert reached(votes, members, percent) is expected


@pytest.mark.parametrize(
    ("tally", "lower_share", "expected"),
    [
        (Tally(9, favour=6, against=3), None, Outcome.PASSED),
        (Tally(9, favour=5), None, Outcome.FAILED),  # four absent: five of nine, not five of five
        (Tally(9, favour=5, blank=4), None, Outcome.FAILED),
        (Tally(9, favour=3, lower=3, against=3), 66, Outcome.LOWERED),
        (Tally(9, favour=3, lower=3, against=3), None, Outcome.FAILED),
        (Tally(9, favour=3, lower=2, against=4), 66, Outcome.FAILED),
        (Tally(9, favour=6, lower=3), 66, Outcome.PASSED),
        (Tally(0), 66, Outcome.FAILED),
    ],
)
def test_outcome(tally, lower_share, expected):
    assert outcome(tally, 66, lower_share) == expected


@pytest.mark.parametrize("parts", [{"favour": 4}, {"favour": 2, "blank": 2}, {"against": -1}])
def test_impossible_tallies_are_refused(parts):
    with pytest.raises(ValueError, match="ballots"):
        Tally(3, **parts)


@given(MEMBERS, PERCENT)
def test_needed_is_the_fewest_votes_that_reach(members, percent):
    least = needed(members, percent)
    assert 1 <= least <= members
    assert reached(least, members, percent)
    assert not reached(least - 1, members, percent)
    assert share_of(least, members) >= exact(percent) * 100 > share_of(least - 1, members)


@given(st.integers(1, 1000), st.data())
def test_66_per_cent_is_two_thirds(members, data):
    votes = data.draw(st.integers(0, members))
    assert reached(votes, members, 66) is (votes * 3 >= members * 2)


@given(tallies(), PERCENT, st.none() | PERCENT)
def test_one_more_vote_in_favour_never_does_harm(tally, share, lower_share):
    if not tally.against:
        return
    better = Tally(tally.members, tally.favour + 1, tally.lower, tally.against - 1, tally.blank)
    ranks = [Outcome.FAILED, Outcome.LOWERED, Outcome.PASSED]
    found = [ranks.index(outcome(one, share, lower_share)) for one in (tally, better)]
    assert found == sorted(found)


@given(tallies(), PERCENT, st.none() | PERCENT)
def test_blank_and_absent_weigh_alike(tally, share, lower_share):
    absent = Tally(tally.members, tally.favour, tally.lower, tally.against)
    opposed = Tally(tally.members, tally.favour, tally.lower, tally.against + tally.blank)
    assert len({outcome(one, share, lower_share) for one in (tally, absent, opposed)}) == 1
