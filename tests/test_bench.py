"""The base of the benchmark is one the application could have made, and every page answers on it."""

import pytest

from emulation.models import Report, Summary
from emulation.services.summaries import differences
from tests.bench import measuring, pages
from tests.bench.base import DAY, INDICATORS, YEAR, seed
from units.models import Unit


@pytest.fixture
def base(db, set_today) -> None:
    set_today(DAY)
    seed(30)


def test_seeded_base_agrees_with_a_recomputation(base: None) -> None:
    count, wrong = differences(YEAR)
    assert (Unit.objects.count(), count > 0, wrong) == (30, True, [])
    assert Summary.objects.filter(unit=1, period="H1").count() == INDICATORS


def test_every_page_answers_and_changes_what_it_should(base: None) -> None:
    for page in pages.pages(1):
        page.before(0)
        page.call(0)
    states = Report.objects.filter(round__quarter=3).values_list("state", flat=True)
    assert sorted(states)[:2] == ["approved", "draft"]
    assert list(states).count("submitted") == 1


def test_percentile_of_a_hundred_values() -> None:
    assert measuring.percentile([float(value) for value in range(101)], 95) == 95.0
