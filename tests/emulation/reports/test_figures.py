"""Figures of units with and without subordinates, against sums done by hand."""

from datetime import date
from fractions import Fraction

import pytest
from django.db.models import Q

from emulation.models import Campaign, CampaignIndicator, Lineage, Report, Round
from emulation.reports.figures import Figure, Reading, Wanted, figures_of, margins_of
from emulation.reports.machine_figures import machine_rows
from emulation.scoring import Outcome
from emulation.services.summaries import differences, rebuild
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    root_administrator,
)
from tests.layers import built_once
from units.models import Unit
from units.services import move_unit

APPROVED, SUBMITTED = Report.State.APPROVED, Report.State.SUBMITTED


@built_once
def campaign(region: Unit, depot: Unit, workshop: Unit) -> Campaign:
    return make_campaign(region)


def placed(campaign: Campaign, measure: str, **fields: object) -> CampaignIndicator:
    return make_campaign_indicator(campaign, make_indicator(measure, **fields))


def only(units: list[Unit], period: str, **options: object) -> dict[int, Figure]:
    """unit → figure, where there is one indicator."""
    return {unit: figure for (unit, _i, _p), figure in figures_of(units, 2020, [period], **options).items()}


def test_ratio_of_a_branch_is_sum_over_sum(campaign: Campaign, department: Unit, depot: Unit, workshop: Unit) -> None:
    row = placed(campaign, "ratio")
    rounds = make_rounds()
    make_target(department, row, 98, comparator=">=")
    make_report(depot, rounds[1], {row.indicator: (99, 100)}, state=APPROVED)
    make_report(workshop, rounds[1], {row.indicator: (8, 10)}, state=APPROVED)
    figure = only([department], "Q1")[department.pk]
    assert figure.value.value == Fraction(10700, 110)
    assert figure.outcome == Outcome.NEAR
    assert (figure.reported, figure.expected) == (2, 3)  # the department is asked too


def test_a_single_unit_with_a_missing_quarter_has_no_result(campaign: Campaign, depot: Unit) -> None:
    row = placed(campaign, "count")
    rounds = make_rounds()
    make_target(depot, row, 4)
    make_report(depot, rounds[1], {row.indicator: 9}, state=APPROVED)
    figures = figures_of([depot], 2020, ["Q1", "H1"])
    first, half = figures[depot.pk, row.indicator_id, "Q1"], figures[depot.pk, row.indicator_id, "H1"]
    assert (first.value.value, first.target, first.outcome) == (9, 1, Outcome.OVER)
    assert (half.value.value, half.target, half.outcome, half.missing) == (9, 2, None, 1)


def test_handed_in_sheets_count_only_when_asked_for(campaign: Campaign, department: Unit, depot: Unit) -> None:
    row = placed(campaign, "count")
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: 5}, state=SUBMITTED)
    for unit in (department, depot):
        assert only([unit], "Q1")[unit.pk].reported == 0
        assert only([unit], "Q1", handed_in=True)[unit.pk].value.value == 5


def test_nil_is_told_from_nought(campaign: Campaign, depot: Unit, workshop: Unit) -> None:
    row = placed(campaign, "count", accrual="flow")
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: "nil"}, state=APPROVED)
    make_report(workshop, rounds[1], {row.indicator: 0}, state=APPROVED)
    found = only([depot, workshop], "Q1")
    assert [found[depot.pk].nil, found[workshop.pk].nil] == [True, False]
    assert [figure.value.value for figure in found.values()] == [0, 0]


def test_not_applicable_leaves_no_figure(campaign: Campaign, depot: Unit) -> None:
    row = placed(campaign, "count")
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: "not_applicable"}, state=APPROVED)
    assert only([depot], "Q1") == {}


def test_a_figure_nobody_asked_for_counts(department: Unit, depot: Unit) -> None:
    indicator = make_indicator("count")
    rounds = make_rounds()
    make_report(depot, rounds[2], {indicator: 7}, state=APPROVED)
    found = only([department, depot], "H1")
    assert [(f.value.value, f.reported, f.expected) for f in found.values()] == [(7, 1, 1), (7, 1, 1)]


def test_margins_come_from_the_campaign_that_asks_the_unit(region: Unit, depot: Unit, elsewhere: Unit) -> None:
    indicator = make_indicator("ratio")
    make_campaign_indicator(make_campaign(elsewhere), indicator, over_margin=50)
    row = make_campaign_indicator(make_campaign(depot), indicator, over_margin=1)
    rounds = make_rounds()
    make_target(depot, row, 90)
    make_report(depot, rounds[1], {indicator: (92, 100)}, state=APPROVED)
    assert only([depot], "Q1")[depot.pk].outcome == Outcome.OVER


@pytest.mark.parametrize(("measure", "over"), [("count", 0), ("amount", 0), ("ratio", None), ("grade", None)])
def test_any_excess_is_over_for_sums_alone(measure: str, over: int | None, db: None) -> None:
    margins = margins_of(make_indicator(measure), None)
    assert (margins.over, margins.near) == (over, 1)


def test_figures_of_three_units_take_as_many_queries_as_of_two(
    campaign: Campaign, department: Unit, depot: Unit, workshop: Unit, django_assert_num_queries
) -> None:
    row = placed(campaign, "count")
    rounds = make_rounds()
    make_report(depot, rounds[1], {row.indicator: 5}, state=APPROVED)
    with django_assert_num_queries(6):
        figures_of([department, depot], 2020, ["Q1", "H1", "Y"])
    with django_assert_num_queries(6):
        figures_of([department, depot, workshop], 2020, ["Q1", "H1", "Y"])


def test_reading_several_years_takes_as_many_queries_as_one(
    campaign: Campaign, depot: Unit, django_assert_num_queries
) -> None:
    row = placed(campaign, "count")
    for year in (2018, 2019, 2020):
        rounds = make_rounds(year)
        make_report(depot, rounds[1], {row.indicator: year}, state=APPROVED)
    with django_assert_num_queries(5):
        reading = Reading(Q(unit=depot), [2018, 2019, 2020])
        reading.load_plans([2018, 2019, 2020])
        reading.load(*(Wanted((depot.pk,), year, ("Q1",)) for year in (2018, 2019, 2020)))
        found = [reading.figure(depot.pk, row.indicator_id, year, "Q1") for year in (2018, 2019, 2020)]
    assert [figure.value.value for figure in found] == [2018, 2019, 2020]
    assert [figure.expected for figure in found] == [1, 1, 1]


def test_machine_rows_give_grades_by_code(campaign: Campaign, department: Unit, depot: Unit, workshop: Unit) -> None:
    row = placed(campaign, "grade")
    rounds = make_rounds()
    make_target(department, row, 3)
    make_report(depot, rounds[1], {row.indicator: "excellent"}, state=APPROVED)
    make_report(workshop, rounds[1], {row.indicator: "pass"}, state=APPROVED)
    (found,) = machine_rows(department, 2020, "Q1")
    assert (found["value"], found["grades"], found["target"]) == ("pass", {"excellent": 1, "pass": 1}, "good")


# ── sheets counted with a unit's place ────────────────────────────────────


def counts(unit: Unit, round_: Round) -> tuple[int, int, int]:
    row = Lineage.objects.get(unit=unit, round=round_)
    return row.sheets, row.handed_in, row.approved


def test_sheets_of_a_branch_are_counted_with_every_step(
    campaign: Campaign, region: Unit, department: Unit, depot: Unit, workshop: Unit
) -> None:
    placed(campaign, "count")
    rounds = make_rounds()
    assert counts(department, rounds[1]) == (3, 0, 0)
    make_report(depot, rounds[1], state=SUBMITTED)
    make_report(workshop, rounds[1], state=APPROVED)
    assert counts(department, rounds[1]) == (3, 2, 1)
    assert counts(region, rounds[1]) == (4, 2, 1)
    make_report(depot, rounds[1], state=Report.State.RETURNED)
    assert counts(region, rounds[1]) == (4, 1, 1)


def test_sheets_follow_a_unit_that_moves(
    campaign: Campaign, region: Unit, department: Unit, depot: Unit, workshop: Unit, set_today
) -> None:
    placed(campaign, "count")
    other = make_unit(region, kind="department")
    make_unit(other)
    rounds = make_rounds()
    make_report(depot, rounds[1], state=APPROVED)
    set_today(date(2020, 2, 3))
    move_unit(depot, parent=other, effective=date(2020, 2, 1), by=root_administrator(), decision="1")
    assert counts(department, rounds[1]) == (2, 0, 0)
    assert counts(other, rounds[1]) == (3, 1, 1)


def test_wrong_counts_of_sheets_are_found_and_repaired(campaign: Campaign, department: Unit) -> None:
    placed(campaign, "count")
    make_rounds()
    Lineage.objects.filter(unit=department).update(approved=5)
    assert len(differences(2020)[1]) == 4
    rebuild(2020)
    assert differences(2020)[1] == []
