"""What the draft of a merit says of the unit's figures."""

import pytest

from awards.reports.achievements import Achievement, merit_text


@pytest.mark.parametrize(
    ("state", "coverage", "said"),
    [
        ("met", "10/10", "Tai nạn: 0 vụ (≤ 2)."),
        ("over", "10/10", "Tai nạn: 0 vụ (≤ 2)."),
        ("met", "1/10", ""),
        ("near", "10/10", ""),
    ],
)
def test_merit_names_figures_that_are_reached_and_whole(state, coverage, said):
    """With one of ten sheets nobody knows yet that there were no accidents."""
    assert merit_text([Achievement("figure", "Tai nạn", "0 vụ", "≤ 2", state, coverage)], 2020) == said
