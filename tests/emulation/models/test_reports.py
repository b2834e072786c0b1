"""What the tables of sheets and figures refuse."""

from decimal import Decimal

import pytest
from django.utils import timezone

from emulation.models import (
    Grade,
    Indicator,
    Report,
    ReportEvent,
    ReportVersion,
    Result,
    ResultItem,
    ReturnedLine,
)
from tests.constraints import assert_refused
from tests.factories import make_indicator, make_report, make_rounds
from tests.layers import built_once
from units.models import Unit, User


@built_once
def count(db: None) -> Indicator:
    return make_indicator("count")


@built_once
def report(depot: Unit) -> Report:
    return make_report(depot, make_rounds()[1])


def test_unit_has_one_sheet_a_round(report: Report) -> None:
    again = Report(unit=report.unit, round=report.round, lineage=report.lineage)
    assert_refused(again, "report_one_per_round")


def test_ready_sheet_names_who_and_when(report: Report, staff: User) -> None:
    report.ready_by = staff
    assert_refused(report, "report_ready_by_and_at_together")


def test_sheet_has_a_figure_once(report: Report, count: Indicator) -> None:
    Result.objects.create(report=report, indicator=count, numerator=Decimal(1))
    assert_refused(Result(report=report, indicator=count, numerator=Decimal(2)), "result_once_per_sheet")


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "reported"},
        {"status": "reported", "denominator": Decimal(1)},
        {"status": "nil", "numerator": Decimal(0)},
        {"status": "not_applicable", "numerator": Decimal(1), "denominator": Decimal(1)},
    ],
)
def test_parts_follow_the_status(report: Report, count: Indicator, fields: dict[str, object]) -> None:
    assert_refused(Result(report=report, indicator=count, **fields), "result_parts_follow_status")


def test_grade_has_no_parts_beside_it(report: Report) -> None:
    grade = make_indicator("grade")
    best = Grade.objects.get(code="excellent")
    both = Result(report=report, indicator=grade, grade=best, numerator=Decimal(1))
    assert_refused(both, "result_parts_follow_status")


@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [("-1", None), ("100000000000", None), ("1", "0"), ("1", "-1"), ("1", "100000000000")],
)
def test_parts_stay_in_range(report: Report, count: Indicator, numerator: str, denominator: str | None) -> None:
    parts = {"numerator": Decimal(numerator), "denominator": None if denominator is None else Decimal(denominator)}
    assert_refused(Result(report=report, indicator=count, **parts), "result_parts_in_range")


def test_item_is_answered_once(report: Report) -> None:
    checklist = make_indicator("checklist")
    item = checklist.templates.get().items.first()
    result = Result.objects.create(report=report, indicator=checklist, numerator=Decimal(1), denominator=Decimal(1))
    ResultItem.objects.create(result=result, item=item, state="met")
    assert_refused(ResultItem(result=result, item=item, state="not_met"), "result_item_once")


def test_line_is_returned_once(report: Report, count: Indicator) -> None:
    ReturnedLine.objects.create(report=report, indicator=count, reason="Compare with the log.")
    assert_refused(ReturnedLine(report=report, indicator=count, reason="Again."), "returned_line_once")


def test_versions_of_a_sheet_are_numbered_once(report: Report, commander: User) -> None:
    events = [
        ReportEvent.objects.create(report=report, kind="submitted", by=commander, at=timezone.now()) for _ in range(2)
    ]
    ReportVersion.objects.create(report=report, number=1, event=events[0], figures={})
    again = ReportVersion(report=report, number=1, event=events[1], figures={})
    assert_refused(again, "report_version_number_once")
