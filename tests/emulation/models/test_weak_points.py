"""Constraints of weak points, breakthrough fields and inspections."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from emulation.models import InspectedUnit, InspectionFinding, InspectionItem, WeakPoint
from tests.constraints import assert_refused
from tests.factories import (
    make_breakthrough,
    make_finding,
    make_indicator,
    make_inspection,
    make_user,
    make_weak_point,
)
from tests.layers import built_once
from units.models import Role


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@pytest.fixture
def point(depot, staff):
    return make_weak_point(depot, staff, title="Mái dột")


@pytest.fixture
def inspection(department, planner, depot):
    return make_inspection(department, planner, depot)


def again(row, **changed):
    """`row` as a new one, with other columns."""
    row.pk, row._state.adding = None, True
    for name, value in changed.items():
        setattr(row, name, value)
    return row


@pytest.mark.parametrize("title", ["Mái dột", "MAI DOT"])
def test_title_stands_once_while_unsettled(point, title):
    other = again(point, title=title)
    other.clean()
    assert_refused(other, "weak_point_title_once_open")


def test_missed_target_stands_once_while_unsettled(depot, staff):
    missed = {"source": "miss", "indicator": make_indicator("ratio"), "period": "Q1"}
    point = make_weak_point(depot, staff, **missed)
    assert_refused(again(point, title="Another"), "weak_point_indicator_once_open")


def test_finding_is_followed_up_once(point, inspection, depot, planner):
    finding = make_finding(inspection, depot, planner)
    WeakPoint.objects.filter(pk=point.pk).update(finding=finding, source="finding")
    point.refresh_from_db()
    assert_refused(again(point, title="Another"), "weak_point_finding_once")


@pytest.mark.parametrize("source", ["miss", "remark", "finding"])
def test_source_names_what_it_arose_from(point, source):
    assert_refused(again(point, title="Another", source=source), "weak_point_source_names_what")


def test_chain_is_counted(point, depot, staff):
    assert_refused(again(point, title="Another", times=2), "weak_point_counts_its_chain")


@pytest.mark.parametrize("column", [{"measure": ""}, {"deadline": None}, {"owner_post": ""}])
def test_settling_needs_measure_owner_and_deadline(point, column):
    assert_refused(again(point, title="Another", **column), "weak_point_measure_owner_deadline")


def test_closing_names_who_and_when(point, staff):
    assert_refused(again(point, title="Another", state="closed"), "weak_point_closed_by_and_at")
    assert_refused(again(point, state="planned", closed_by=staff), "weak_point_closed_by_and_at")
    assert_refused(again(point, closed_at=timezone.now()), "weak_point_closed_by_and_at")


def test_breakthrough_years_and_name(depot):
    row = make_breakthrough(depot)
    assert_refused(again(row), "breakthrough_once")
    assert_refused(again(row, name="Another", until=2019), "breakthrough_until_not_before_since")


def test_inspection_ends_after_it_begins(inspection):
    assert_refused(again(inspection, ends=inspection.starts - timedelta(days=1)), "inspection_ends_not_before_start")


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "concluded"},
        {"conclusion": "Good"},
        {"state": "concluded", "conclusion": "Good", "concluded_on": date(2020, 7, 1)},
    ],
)
def test_conclusion_has_text_number_and_date(inspection, columns):
    assert_refused(again(inspection, **columns), "inspection_conclusion_with_number_and_date")


def test_unit_item_and_finding_stand_once(inspection, depot, planner, point):
    assert_refused(InspectedUnit(inspection=inspection, unit=depot), "inspected_unit_once")
    InspectionItem.objects.create(inspection=inspection, order=9, text="Again", point=point)
    double = InspectionItem(inspection=inspection, order=10, text="Again", point=point)
    assert_refused(double, "inspection_item_point_once")
    finding = make_finding(inspection, depot, planner)
    assert_refused(again(finding), "inspection_finding_once")


@pytest.mark.parametrize("result", ["shortcoming", "strength"])
def test_finding_has_words(inspection, depot, planner, result):
    item = inspection.items.first()
    row = InspectionFinding(item=item, unit=depot, result=result, by=planner, at=timezone.now())
    assert_refused(row, "inspection_finding_has_words")
