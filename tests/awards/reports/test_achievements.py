"""What the draft of a merit says of the unit's figures."""

from datetime import date

import pytest

from awards.reports.achievements import Achievement, Term, merit_text, term_of
from emulation.models import Campaign, CampaignKind


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


@pytest.mark.parametrize(
    ("is_drive", "ends", "expected"),
    [
        (True, date(2020, 6, 30), Term(2020, "Q2", 2019)),
        (True, date(2020, 11, 2), Term(2020, "Q4", 2019)),
        (True, date(2020, 12, 31), Term(2020, "Q4", 2020)),
        (False, date(2020, 6, 30), Term(2020, "Y", 2020)),
    ],
)
def test_what_is_proposed_for_a_drive_rests_on_the_quarter_in_which_it_ended(is_drive, ends, expected):
    assert term_of(2020, Campaign(kind=CampaignKind(is_drive=is_drive), ends=ends)) == expected


def test_without_a_campaign_the_year_counts():
    assert term_of(2020, None) == Term(2020, "Y", 2020)
