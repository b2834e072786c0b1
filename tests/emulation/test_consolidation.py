"""How figures add up: missing, nil, not applicable and 0 are four things; ratios are never averaged."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.consolidation import NOTHING, Cell, Parts, Rule, Value, headline, over_rounds, quotient, value_of

COUNT = Rule("count", "flow")
RATIO = Rule("ratio", "flow", 100)
OVER_STOCK = Rule("ratio", "flow_over_stock", 1)
SCORE = Rule("score", "stock")
GRADE = Rule("grade", "stock")
CHECKLIST = Rule("checklist", "stock")
NIL, NOT_APPLICABLE = Cell("nil"), Cell("not_applicable")


def reported(numerator: int, denominator: int | None = None) -> Cell:
    return Cell("reported", numerator * 1000, None if denominator is None else denominator * 1000)


def graded(rank: int) -> Cell:
    return Cell("reported", rank=rank)


def parts_of(rule: Rule, *cells: Cell | None, asked: bool = True) -> Parts:
    parts = Parts()
    for cell in cells:
        parts.add_cell(rule, cell, asked=asked)
    return parts


def branch_value(rule: Rule, *cells: Cell | None) -> Value:
    return value_of(rule, over_rounds(rule, [parts_of(rule, *cells)]), branch=True)


# ── four kinds of nothing ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "counts", "value"),
    [
        (None, (0, 1), None),
        (NIL, (1, 1), 0),
        (NOT_APPLICABLE, (0, 0), None),
        (reported(0), (1, 1), 0),
        (reported(7), (1, 1), 7),
    ],
)
def test_missing_nil_not_applicable_and_zero_differ_in_a_count(
    cell: Cell | None, counts: tuple[int, int], value: int | None
) -> None:
    parts = parts_of(COUNT, cell)
    assert (parts.reported, parts.expected) == counts
    assert value_of(COUNT, parts, branch=False).value == value


@pytest.mark.parametrize("rule", [RATIO, OVER_STOCK, SCORE, GRADE, CHECKLIST])
@pytest.mark.parametrize("branch", [True, False])
def test_nil_has_no_value_but_in_counts_and_amounts(rule: Rule, branch: bool) -> None:
    parts = parts_of(rule, NIL)
    assert (parts.reported, parts.expected) == (1, 1)
    assert value_of(rule, over_rounds(rule, [parts]), branch=branch) == NOTHING


@pytest.mark.parametrize(
    ("cell", "counts"), [(None, (0, 0)), (reported(1), (1, 1)), (NIL, (1, 1)), (NOT_APPLICABLE, (0, 0))]
)
def test_what_nobody_asked_for_counts_once_it_is_reported(cell: Cell | None, counts: tuple[int, int]) -> None:
    parts = parts_of(COUNT, cell, asked=False)
    assert (parts.reported, parts.expected) == counts


def test_missing_cells_leave_the_sum_and_the_mean_alone() -> None:
    assert branch_value(COUNT, reported(5), None, reported(2)).value == 7
    assert branch_value(SCORE, reported(8), None, NIL, NOT_APPLICABLE, reported(9)).value == Fraction(17, 2)


# ── ratios ────────────────────────────────────────────────────────────────


def test_ratio_of_sums_is_not_the_mean_of_ratios() -> None:
    value = branch_value(RATIO, reported(1, 1), reported(0, 99))
    assert (value.numerator, value.denominator, value.value) == (1, 100, 1)


def test_scale_of_a_quotient_is_one() -> None:
    assert branch_value(Rule("ratio", "flow", 1), reported(300, 40)).value == Fraction(15, 2)


def test_flow_over_stock_divides_the_sum_by_the_mean_of_the_stocks() -> None:
    quarters = [
        parts_of(OVER_STOCK, reported(30, 10), reported(20, 10)),
        parts_of(OVER_STOCK, reported(10, 30), None),
    ]
    value = value_of(OVER_STOCK, over_rounds(OVER_STOCK, quarters), branch=True)
    assert (value.numerator, value.denominator, value.value) == (60, 25, Fraction(12, 5))


def test_flow_over_stock_leaves_out_rounds_without_a_stock() -> None:
    quarters = [parts_of(OVER_STOCK, reported(30, 10)), parts_of(OVER_STOCK, NIL), parts_of(OVER_STOCK, None)]
    value = value_of(OVER_STOCK, over_rounds(OVER_STOCK, quarters), branch=True)
    assert (value.denominator, value.value) == (10, 3)


cells = (
    st.none() | st.just(NIL) | st.just(NOT_APPLICABLE) | st.builds(reported, st.integers(0, 99), st.integers(1, 99))
)


@given(st.lists(st.lists(cells, max_size=4), min_size=1, max_size=4))
def test_value_of_a_ratio_lies_between_its_extremes(quarters: list[list[Cell | None]]) -> None:
    total = over_rounds(RATIO, [parts_of(RATIO, *quarter) for quarter in quarters])
    value = value_of(RATIO, total, branch=True).value
    single = [Fraction(c.numerator * 100, c.denominator) for q in quarters for c in q if c and c.status == "reported"]
    assert (value is None) == (not single)
    if value is not None:
        assert min(single) <= value <= max(single)


@given(st.lists(cells, max_size=8), st.integers(0, 8))
def test_parts_add_up_however_the_branch_is_cut(row: list[Cell | None], cut: int) -> None:
    for rule in (RATIO, COUNT, SCORE):
        whole, half = parts_of(rule, *row), parts_of(rule, *row[:cut])
        half.add(parts_of(rule, *row[cut:]))
        assert half == whole


# ── grades, scores, checklists ────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ranks", "share", "rank"),
    [
        ([4, 4, 3], 100, 3),
        ([4, 4, 3, 1], 75, 3),
        ([4, 4, 3, 1], 76, 1),
        ([4, 4, 3, 1], 50, 4),
        ([2], 100, 2),
        ([4, 1], 1, 4),
        ([], 100, None),
    ],
)
def test_headline_is_the_best_class_that_the_required_share_reaches(
    ranks: list[int], share: int, rank: int | None
) -> None:
    rule = Rule("grade", "stock", headline_share=share)
    parts = parts_of(rule, *map(graded, ranks))
    assert value_of(rule, parts, branch=True).rank == rank
    assert headline(parts.classes, share) == rank


@given(st.lists(st.integers(1, 5), min_size=1), st.integers(1, 100))
def test_headline_is_reached_by_its_share_and_the_next_class_is_not(ranks: list[int], share: int) -> None:
    found = headline(parts_of(GRADE, *map(graded, ranks)).classes, share)
    assert sum(rank >= found for rank in ranks) * 100 >= share * len(ranks)
    better = [rank for rank in ranks if rank > found]
    assert not better or sum(rank >= min(better) for rank in ranks) * 100 < share * len(ranks)


def test_nil_grades_stay_out_of_the_distribution() -> None:
    value = branch_value(GRADE, graded(4), NIL, None)
    assert (value.rank, value.comparable) == (4, 4)


def test_grade_of_a_single_unit_is_its_rank() -> None:
    assert value_of(GRADE, parts_of(GRADE, graded(3)), branch=False).rank == 3


def answers(*met: bool | None) -> Cell:
    items = {number: one for number, one in enumerate(met, start=1) if one is not None}
    return Cell("reported", sum(items.values()) * 1000, len(items) * 1000, items=items)


def test_checklist_of_a_single_unit_is_items_met_of_items() -> None:
    value = value_of(CHECKLIST, parts_of(CHECKLIST, answers(True, False, None, True)), branch=False)
    assert (value.numerator, value.denominator, value.value) == (2, 3, Fraction(200, 3))


def test_checklist_of_a_branch_shows_its_weakest_item() -> None:
    value = branch_value(CHECKLIST, answers(True, True, False), answers(True, False, None), None)
    assert (value.item, value.numerator, value.denominator, value.value) == (3, 0, 1, 0)


def test_checklist_without_items_shows_the_unit_alone() -> None:
    imported = reported(3, 4)
    assert value_of(CHECKLIST, parts_of(CHECKLIST, imported), branch=False).value == 75
    assert branch_value(CHECKLIST, imported) == NOTHING
    assert branch_value(CHECKLIST, imported, answers(True, False)).denominator == 1


# ── the quotient that is compared with targets ────────────────────────────


@given(st.lists(cells, max_size=5), st.booleans())
def test_quotient_is_the_value(row: list[Cell | None], branch: bool) -> None:
    for rule in (COUNT, RATIO, OVER_STOCK, SCORE):
        parts = over_rounds(rule, [parts_of(rule, *row)])
        found, value = quotient(rule, parts, branch=branch), value_of(rule, parts, branch=branch)
        assert value.comparable == (None if found is None else Fraction(*found))
