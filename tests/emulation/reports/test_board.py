"""Counters of the board against cases counted by hand."""

from datetime import UTC, date, datetime

import pytest

from emulation.models import Report
from emulation.reports.board import Board, place_in
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_extension,
    make_indicator,
    make_report,
    make_rounds,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.models import Role

State = Report.State
DUE = date(2020, 4, 10)


def at(day: int, hour: int = 3) -> datetime:
    """April 2020; three o'clock UTC is ten in the morning in Vietnam."""
    return datetime(2020, 4, day, hour, tzinfo=UTC)


@built_once
def prizes(region):
    indicator = make_indicator("count", "PRIZES")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@pytest.fixture
def branch(prizes, department, elsewhere, set_today):
    """Below the department: units named for what became of their sheets; today is the 15th."""
    set_today(date(2020, 4, 15))
    battalion = make_unit(department, "D1", kind="battalion")
    units = {
        name: make_unit(department, name) for name in ("early", "late", "sent_back", "silent", "longer", "gone_by")
    }
    units |= {name: make_unit(battalion, name) for name in ("inner_late", "inner_draft")}
    round_ = make_rounds()[1]
    round_.due = DUE
    round_.save()
    life = {
        "early": (State.APPROVED, at(10, 16)),  # 23:00 of the due day
        "late": (State.SUBMITTED, at(10, 17)),  # midnight: the day after
        "sent_back": (State.RETURNED, at(12)),  # handed in late, then returned
        "silent": (State.NOT_STARTED, None),
        "longer": (State.DRAFT, None),  # extended to the 20th
        "gone_by": (State.SUBMITTED, at(13)),  # extended to the 13th
        "inner_late": (State.IN_REVIEW, at(14)),
        "inner_draft": (State.DRAFT, None),
    }
    for name, (state, handed_in) in life.items():
        report = make_report(units[name], round_, {prizes: 1}, state=state)
        Report.objects.filter(pk=report.pk).update(handed_in_at=handed_in)
        if name in ("longer", "gone_by"):
            make_extension(report, until=date(2020, 4, 20 if name == "longer" else 13))
    make_report(elsewhere, round_, {prizes: 1}, state=State.SUBMITTED)
    return units | {"battalion": battalion, "round": round_}


@pytest.fixture
def board(branch, department, reviewer):
    return Board(reviewer, place_in(branch["round"], department.pk))


def counts(found):
    return {key: number for key, number in (found.states | found.times).items() if number}


def test_counters_of_the_branch(board):
    total, _rows = board.rows()
    # the department and the battalion have sheets of their own, not started; the unit beside is not counted
    assert (total.sheets, total.handed_in) == (10, 4)
    assert counts(total) == {
        "not_started": 3, "draft": 2, "submitted": 2, "in_review": 1, "returned": 1, "approved": 1,
        "on_time": 2, "late": 3, "overdue": 4, "pending": 1,
    }  # fmt: skip


def test_counters_of_direct_subordinates(board, branch, department):
    _total, rows = board.rows()
    found = {row.unit: counts(row.counts) for row in rows}
    assert found[department.pk] == {"not_started": 1, "overdue": 1}
    assert found[branch["battalion"].pk] == {
        "not_started": 1, "draft": 1, "in_review": 1, "late": 1, "overdue": 2,
    }  # fmt: skip
    assert found[branch["sent_back"].pk] == {"returned": 1, "late": 1}
    assert found[branch["longer"].pk] == {"draft": 1, "pending": 1}
    assert found[branch["gone_by"].pk] == {"submitted": 1, "on_time": 1}
    assert [row.own for row in rows] == [True] + [False] * 7


def test_sheets_that_staff_report_as_ready_wait_for_their_commanders(board, branch, reviewer):
    """Also one that came back, and one with more time; a stamp left on what was handed in means nothing."""
    names = ("inner_draft", "longer", "sent_back", "silent", "early")
    for name in names:
        Report.objects.filter(unit=branch[name]).update(ready_by=reviewer, ready_at=at(14))
    board = Board(reviewer, board.place)
    total, rows = board.rows()
    assert counts(total) == {
        "not_started": 2, "ready": 4, "submitted": 2, "in_review": 1, "approved": 1,
        "on_time": 2, "late": 3, "overdue": 4, "pending": 1,
    }  # fmt: skip
    assert total.cells == [2, 0, 4, 2, 1, 0, 1, 2, 3, 4]
    assert {row.unit: row.counts.states["ready"] for row in rows}[branch["battalion"].pk] == 1
    lines = board.lines(board.filter(state="ready"))
    assert {line.report.unit.code for line in lines} == set(names[:4])
    assert {line.state for line in lines} == {"ready"}
    assert not board.filter(state="draft").exists()


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("on_time", {"early", "gone_by"}),
        ("late", {"late", "sent_back", "inner_late"}),
        ("overdue", {"silent", "inner_draft", "D1", "CKT"}),
        ("pending", {"longer"}),
    ],
)
def test_list_agrees_with_the_counters(board, when, names):
    lines = board.lines(board.filter(when=when))
    assert {line.report.unit.code for line in lines} == names
    assert {line.when for line in lines} == {when}


def test_days_are_counted_from_the_due_date_that_counts(board):
    days = {line.report.unit.code: line.days for line in board.lines(board.filter())}
    assert (days["late"], days["sent_back"], days["silent"], days["longer"], days["early"]) == (1, 2, 5, 0, 0)


def test_list_of_one_subordinate(board, branch, department):
    inside = board.filter(under=branch["battalion"].pk)
    assert [report.unit.code for report in inside] == ["D1", "inner_late", "inner_draft"]
    assert [report.unit.code for report in board.filter(under=department.pk)] == ["CKT"]


def test_day_before_the_due_date_nobody_is_overdue(branch, department, reviewer, set_today):
    set_today(DUE)
    total, _rows = Board(reviewer, place_in(branch["round"], department.pk)).rows()
    assert (total.times["overdue"], total.times["pending"]) == (0, 5)


def test_sheets_beyond_the_users_reach_are_not_counted(branch, department, elsewhere):
    outsider = make_user("", (elsewhere, Role.REVIEWER))
    total, rows = Board(outsider, place_in(branch["round"], department.pk)).rows()
    assert (total.sheets, rows) == (0, [])


def test_figures_migrated_without_hand_in_are_neither_on_time_nor_late(board, branch, reviewer, department):
    Report.objects.filter(unit=branch["early"]).update(handed_in_at=None)
    total, _rows = Board(reviewer, place_in(branch["round"], department.pk)).rows()
    assert total.times["on_time"] == 1


@pytest.mark.parametrize("years", [1, 3])
@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_the_board(branch, department, reviewer, django_assert_num_queries, more, years):
    for number in range(more):
        make_unit(department, f"N{number}")
    for year in range(2021, 2020 + years):
        make_rounds(year)
    with django_assert_num_queries(8):
        board = Board(reviewer, place_in(branch["round"], department.pk))
        board.rows()
        board.lines(board.filter(when="late")[:25])
