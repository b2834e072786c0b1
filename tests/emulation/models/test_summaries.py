"""What the table of consolidated figures refuses."""

import pytest

from emulation.models import Indicator, Summary
from emulation.services.summary_columns import COLUMNS
from tests.constraints import assert_refused
from tests.factories import make_drive, make_indicator
from tests.layers import built_once
from units.models import Unit


@built_once
def count(db: None) -> Indicator:
    return make_indicator("count")


def test_period_has_one_figure(region: Unit, count: Indicator) -> None:
    Summary.objects.create(unit=region, year=2020, period="Q1", indicator=count)
    again = Summary(unit=region, year=2020, period="Q1", indicator=count)
    assert_refused(again, "summary_once_per_period")


def test_drive_has_one_figure(region: Unit, count: Indicator) -> None:
    drive = make_drive(region)
    Summary.objects.create(unit=region, year=2020, period="D", drive=drive, indicator=count)
    again = Summary(unit=region, year=2020, period="D", drive=drive, indicator=count)
    assert_refused(again, "summary_once_per_drive")


@pytest.mark.parametrize("of_drive", [False, True])
def test_write_inserts_and_overwrites(region: Unit, count: Indicator, of_drive: bool) -> None:
    drive = make_drive(region) if of_drive else None
    values = dict.fromkeys(COLUMNS, 0) | {
        "comparator": ">=",
        "unsettled": False,
        "classes": {"3": [1, 0]},
        "all_classes": {},
    }
    for numerator, target in ((10**15, None), (7, 4000)):
        values |= {"numerator": numerator, "target": target}
        row = (region.pk, "Q1", count.pk, *values.values())
        Summary.objects.write([row], list(values), year=2020, drive=drive)
        stored = Summary.objects.get()
        assert {column: getattr(stored, column) for column in values} == values
        assert (stored.unit, stored.year, stored.period, stored.drive) == (region, 2020, "Q1", drive)


def test_remove_takes_the_rows_named_and_no_others(region: Unit, department: Unit, count: Indicator) -> None:
    for unit in (region, department):
        for period in ("Q1", "Q2"):
            Summary.objects.create(unit=unit, year=2020, period=period, indicator=count)
    gone = [(region.pk, "Q1", count.pk), (department.pk, "Q2", count.pk)]
    Summary.objects.remove(gone, year=2020, drive=None)
    left = Summary.objects.order_by("period").values_list("unit", "period")
    assert list(left) == [(department.pk, "Q1"), (region.pk, "Q2")]
