from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation

from tests.constraints import assert_refused
from tests.factories import make_pilot_unit, make_unit, make_unit_kind
from units.models import Placement, Unit, UnitPilot


def test_a_unit_dissolved_before_it_was_established_is_refused(depot):
    depot.established, depot.dissolved = date(2020, 5, 1), date(2020, 5, 1)

    with pytest.raises(IntegrityError, match="unit_dissolved_after_established"):
        depot.save()


def test_a_second_open_placement_is_refused(depot, elsewhere):
    second = Placement(unit=depot, parent=elsewhere, since=date(2020, 1, 1))

    assert_refused(second, "placement_one_open_per_unit")


def test_a_unit_is_a_pilot_of_one_thing_once_at_a_time(depot):
    make_pilot_unit(depot, until=date(2020, 2, 1))
    make_pilot_unit(depot, since=date(2020, 3, 1))
    second = UnitPilot(unit=depot, purpose="VMTD", since=date(2020, 4, 1))
    assert_refused(second, "unitpilot_once_at_a_time")


def test_a_pilot_that_ends_before_it_began_is_refused(depot):
    row = UnitPilot(unit=depot, purpose="VMTD", since=date(2020, 4, 1), until=date(2020, 4, 1))
    assert_refused(row, "unitpilot_until_after_since")


def test_a_placement_that_ends_before_it_begins_is_refused(depot, elsewhere):
    with pytest.raises(IntegrityError, match="placement_until_after_since"):
        Placement.objects.create(unit=depot, parent=elsewhere, since=date(2020, 1, 2), until=date(2020, 1, 2))


def test_a_placement_under_itself_is_refused(depot):
    with pytest.raises(IntegrityError, match="placement_not_under_itself"):
        Placement.objects.create(unit=depot, parent=depot, until=date(2020, 1, 2))


@pytest.mark.parametrize("code", ["K 1", "Kho", "K1/2", "", "K" * 33, "K1\n"])
def test_a_code_with_other_signs_is_refused(db, code):
    unit = Unit(code=code.replace("Kho", "Khố"), name="Kho", kind=make_unit_kind())

    with pytest.raises(ValidationError) as caught:
        unit.full_clean(exclude=["path", "search"])

    assert list(caught.value.message_dict) == ["code"]


@pytest.mark.parametrize("text", ["kho dan", "KHO ĐẠN", "dan kho", "k7", "kđ"])
def test_units_are_found_without_case_and_diacritics(region, text):
    unit = make_unit(region, "K7", name="Kho Đạn", short_name="KĐ")

    assert list(Unit.objects.found_by(text)) == [unit]


def test_a_word_that_is_not_there_finds_nothing(region):
    assert not Unit.objects.found_by("quân đoàn").exists()


def test_above_lists_superiors_root_first(region, department, depot):
    assert list(Unit.objects.above(depot)) == [region, department]


def test_below_leaves_the_unit_itself_out(department, depot, workshop):
    assert set(Unit.objects.below(department)) == {depot, workshop}


def test_a_unit_exists_from_its_first_day_to_the_day_before_it_is_dissolved(depot):
    depot.established, depot.dissolved = date(2020, 1, 1), date(2020, 7, 1)
    depot.save()

    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 6, 30), date(2020, 7, 1)]

    assert [depot.exists_on(day) for day in days] == [False, True, True, False]
    assert [Unit.objects.existing_on(day).filter(pk=depot.pk).exists() for day in days] == [False, True, True, False]


def test_a_catalogue_row_is_named_in_the_language_of_the_interface(db):
    kind = make_unit_kind("station", name="Trạm", name_en="Station")

    with translation.override("en"):
        assert str(kind) == "Station"
    with translation.override("vi"):
        assert str(kind) == "Trạm"


def test_codes_that_differ_in_capitals_alone_are_one(depot):
    unit = Unit(code="k1", name="Kho", kind=depot.kind, path="0")

    with pytest.raises(ValidationError, match="has the code “K1” already|mã “K1”"):
        unit.clean()
    assert_refused(unit, "unit_code_once_in_any_case")
