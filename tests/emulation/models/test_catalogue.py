"""What the catalogue's tables refuse."""

import pytest

from emulation.models import ChecklistTemplate, Grade, Indicator
from tests.constraints import assert_refused
from tests.factories import make_area, make_grade_scale, make_indicator

pytestmark = pytest.mark.django_db


def indicator(**fields: object) -> Indicator:
    return Indicator(code="NEW", name="New", area=make_area(), **{"measure": "count", "accrual": "flow"} | fields)


def test_grade_code_is_unique_in_its_scale() -> None:
    assert_refused(Grade(scale=make_grade_scale(), code="good", name="Again", rank=9), "grade_code_once_per_scale")


def test_grade_rank_is_unique_in_its_scale() -> None:
    assert_refused(Grade(scale=make_grade_scale(), code="new", name="New", rank=3), "grade_rank_once_per_scale")


def test_grade_indicator_needs_a_scale() -> None:
    assert_refused(indicator(measure="grade"), "indicator_grade_scale_for_grades")


def test_other_indicators_have_no_grade_scale() -> None:
    assert_refused(indicator(grade_scale=make_grade_scale()), "indicator_grade_scale_for_grades")


def test_flow_over_stock_is_for_ratios() -> None:
    assert_refused(indicator(accrual="flow_over_stock"), "indicator_flow_over_stock_is_ratio")


def test_scale_is_one_or_a_hundred() -> None:
    assert_refused(indicator(measure="ratio", scale=1000), "indicator_scale")


def test_checklist_has_one_version_a_year() -> None:
    checklist = make_indicator("checklist")
    assert_refused(ChecklistTemplate(indicator=checklist, since=2000), "checklist_one_version_a_year")
