"""What the tables of rounds refuse."""

from datetime import date

import pytest

from emulation.models import Extension, Lineage, Round
from tests.constraints import assert_refused
from tests.factories import make_drive, make_extension, make_report, make_rounds
from units.models import Unit

DAYS = {"opens": date(2020, 4, 1), "due": date(2020, 4, 10), "closes": date(2020, 4, 20)}


def test_quarter_has_one_round(region: Unit) -> None:
    make_rounds()
    assert_refused(Round(year=2020, quarter=1, **DAYS), "round_quarter_once")


@pytest.mark.django_db
@pytest.mark.parametrize("quarter", [None, 0, 5])
def test_round_is_a_quarter_or_a_drive(quarter: int | None) -> None:
    assert_refused(Round(year=2020, quarter=quarter, **DAYS), "round_quarter_or_drive")


def test_round_is_not_a_quarter_and_a_drive(region: Unit) -> None:
    assert_refused(Round(year=2020, quarter=1, drive=make_drive(region), **DAYS), "round_quarter_or_drive")


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"due": date(2020, 3, 31)}, {"closes": date(2020, 4, 9)}])
def test_round_opens_is_due_and_closes_in_order(change: dict[str, date]) -> None:
    assert_refused(Round(year=2020, quarter=1, **DAYS | change), "round_calendar_in_order")


def test_unit_has_one_place_in_a_round(region: Unit) -> None:
    first = make_rounds()[1]
    assert_refused(Lineage(round=first, unit=region, path=region.path), "lineage_one_per_round")


def test_unit_has_one_extension_in_force(depot: Unit) -> None:
    first = make_extension(make_report(depot, make_rounds()[1]))
    again = Extension(round=first.round, unit=depot, until=first.until, reason="Again.", by=first.by, at=first.at)
    assert_refused(again, "extension_one_in_force")


def test_extension_ended_names_who_and_when(depot: Unit) -> None:
    row = make_extension(make_report(depot, make_rounds()[1]))
    row.ended_by = row.by
    assert_refused(row, "extension_ended_by_and_at_together")
