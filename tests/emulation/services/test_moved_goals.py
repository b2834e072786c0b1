"""Moves in mid-year: a superior of both places keeps its figures and targets; the others count what is theirs."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from emulation.models import Report, Summary
from emulation.reports.figures import Figure, figures_of
from emulation.services.rounds import set_up_rounds
from emulation.services.summaries import differences, rebuild, recompute
from emulation.services.summary_columns import COLUMNS
from tests.emulation.services.test_summaries import DAYS, INDICATORS, figures
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_result,
    make_target,
    make_unit,
    make_user,
)
from units.models import Role, Unit
from units.services import move_unit

pytestmark = pytest.mark.django_db
AUGUST = date(2020, 8, 15)


def rows_of(unit: Unit) -> dict[tuple[str, int], tuple[Any, ...]]:
    rows = Summary.objects.filter(unit=unit)
    return {(row.period, row.indicator_id): tuple(getattr(row, name) for name in COLUMNS) for row in rows}


@settings(
    deadline=None, max_examples=int(os.environ.get("EXAMPLES", "12")), phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(data=st.data())
def test_a_move_inside_a_branch_changes_no_figure_of_its_head(db: None, data: st.DataObject) -> None:
    """Of any kind of measure, in any period, with targets of whom you like, one move or several."""
    with transaction.atomic():
        head = make_unit(make_unit(code="R"), "H")
        inner = [make_unit(head, code) for code in "AB"]
        inner.append(make_unit(inner[0], "C"))
        single = [make_unit(parent, f"{parent.code}{n}") for parent in inner for n in (1, 2)]
        single.append(make_unit(head, "H1"))
        fixed = [make_unit(parent, f"{parent.code}0") for parent in inner]  # nobody becomes a single unit
        indicator = make_indicator(**data.draw(st.sampled_from(INDICATORS), "indicator"))
        asked, sign = data.draw(st.tuples(st.sampled_from(["quarter", "half"]), st.sampled_from([">=", "=", "<="])))
        row = make_campaign_indicator(make_campaign(head), indicator, asked=asked, comparator=sign)
        set_up_rounds(2020)
        for report in Report.objects.filter(unit__in=[*inner, *single, *fixed]):
            if data.draw(st.integers(0, 3), "reported"):
                make_result(report, indicator, data.draw(figures(indicator), "figure"))
                Report.objects.filter(pk=report.pk).update(
                    state=data.draw(st.sampled_from(["approved", "submitted"]))
                )
        milestones = data.draw(st.sampled_from([None, ["0", "1", "2"]]), "milestones")
        for unit in [*single, *fixed, *data.draw(st.sampled_from([[], inner[:1], inner[1:], inner]), "own targets")]:
            agreed = data.draw(st.sampled_from([None, "0", "3", "5"]), "agreed")
            make_target(unit, row, agreed, comparator=sign, milestones=milestones)
        rebuild(2020)
        before, root = rows_of(head), rows_of(Unit.objects.get(code="R"))
        by = make_user("", (Unit.objects.get(code="R"), Role.ADMINISTRATOR))
        for unit in data.draw(st.lists(st.sampled_from([*single, inner[2]]), min_size=1, max_size=2, unique=True)):
            choices = [p for p in (head, *inner) if p != unit and p.pk != unit.placements.get(until=None).parent_id]
            parent = data.draw(st.sampled_from([p for p in choices if unit != inner[2] or p != inner[2]]), "parent")
            move_unit(unit, parent=parent, effective=data.draw(st.sampled_from(DAYS), "day"), by=by, decision="1")
        assert rows_of(head) == before
        assert rows_of(Unit.objects.get(code="R")) == root
        assert differences(2020)[1] == []
        transaction.set_rollback(True)


# ── one move in August, from A to B ───────────────────────────────────────


class Branch:
    """H above A and B; a unit M that reports every quarter goes from A to B in August. One indicator."""

    def __init__(self, agreed: str, *, comparator: str = ">=", measure: str = "count", **fields: Any) -> None:
        self.head = make_unit(code="H")
        self.old, self.new = make_unit(self.head, "A"), make_unit(self.head, "B")
        self.moved = make_unit(self.old, "M")
        self.units = [self.moved, make_unit(self.old, "A1"), make_unit(self.new, "B1")]
        self.indicator = make_indicator(measure=measure, **fields)
        scope = fields.pop("scope", self.head)
        self.row = make_campaign_indicator(make_campaign(scope), self.indicator, comparator=comparator)
        set_up_rounds(2020)
        for report in Report.objects.filter(unit__in=self.units):
            make_result(report, self.indicator, 1)
        Report.objects.filter(unit__in=self.units).update(state=Report.State.APPROVED)
        for unit in self.units:
            make_target(unit, self.row, agreed, comparator=comparator)
        rebuild(2020)

    def move(self, day: date = AUGUST) -> None:
        by = make_user("", (self.head, Role.ADMINISTRATOR))
        move_unit(self.moved, parent=self.new, effective=day, by=by, decision="12/QĐ")
        assert differences(2020)[1] == []

    def figure(self, unit: Unit, period: str) -> Figure:
        return figures_of([unit], 2020, [period])[unit.pk, self.indicator.pk, period]

    def shown(self, period: str) -> list[tuple[Any, Any]]:
        found = [self.figure(unit, period) for unit in (self.head, self.old, self.new)]
        return [(figure.value.value, figure.target) for figure in found]


@pytest.mark.parametrize(
    ("period", "old", "new"),
    [("H1", (4, 4), (2, 2)), ("Q3", (1, 1), (2, 2)), ("9M", (5, 5), (4, 4)), ("Y", (6, 6), (6, 6))],
)
def test_target_goes_with_the_figure(period: str, old: tuple[int, int], new: tuple[int, int]) -> None:
    branch = Branch("4")
    before = branch.shown(period)[0]
    branch.move()
    assert branch.shown(period) == [before, old, new]
    assert [branch.figure(u, period).outcome for u in (branch.old, branch.new)] == ["met", "met"]


def test_limit_of_the_year_is_not_divided() -> None:
    branch = Branch("5", comparator="<=")
    branch.move()
    assert branch.shown("9M") == [(9, 15), (5, None), (4, None)]
    assert [branch.figure(u, "9M").unsettled for u in (branch.head, branch.old, branch.new)] == [False, True, True]
    assert branch.figure(branch.new, "Q3").target == 10


def test_limit_zero_holds_for_whoever_counts() -> None:
    branch = Branch("0", comparator="<=")
    branch.move()
    assert [branch.figure(unit, "9M").outcome for unit in (branch.head, branch.old, branch.new)] == ["miss"] * 3


def test_agreed_target_of_the_old_superior_stands_for_who_leaves() -> None:
    """Nobody divides it: it is not added to the target of the unit above both again."""
    branch = Branch("4")
    make_target(branch.old, branch.row, "10")
    rebuild(2020)
    before = {period: branch.figure(branch.head, period).target for period in ("Q3", "9M", "Y")}
    branch.move()
    assert {period: branch.figure(branch.head, period).target for period in before} == before
    assert before["Y"] == 14


def test_unit_no_longer_asked_is_not_judged_for_the_rest() -> None:
    branch = Branch("4")
    outside = make_unit(make_unit(branch.head, "Z"), "Z1")
    branch.row.campaign.scopes.all().delete()
    for unit in (branch.old, branch.new):
        branch.row.campaign.scopes.create(unit=unit, with_branch=True)
    by = make_user("", (branch.head, Role.ADMINISTRATOR))
    Report.objects.filter(unit=branch.moved, round__quarter__gte=3).update(state=Report.State.NOT_STARTED)
    for report in Report.objects.filter(unit=branch.moved, round__quarter__gte=3):
        report.results.all().delete()
    rebuild(2020)
    move_unit(branch.moved, parent=outside, effective=AUGUST, by=by, decision="12/QĐ")
    assert differences(2020)[1] == []
    assert branch.figure(branch.head, "9M").target == 8
    own = branch.figure(branch.moved, "9M")
    assert (own.value.value, own.reported, own.expected, own.outcome, own.unsettled) == (2, 2, 2, None, True)
    assert branch.figure(branch.moved, "H1").outcome == "met"


def test_half_yearly_stock_of_nine_months_is_that_of_the_half_year() -> None:
    """Whoever went on the way to where nobody asks for it counts as of the half-year, under the superior of then."""
    branch = Branch("4", accrual="stock")
    branch.row.asked = "half"
    branch.row.save()
    rebuild(2020)
    before = branch.figure(branch.head, "H1").value, branch.figure(branch.old, "H1").value
    branch.move()
    assert (branch.figure(branch.head, "9M").value, branch.figure(branch.old, "9M").value) == before
    assert branch.shown("9M") == [(3, 12), (2, 8), (1, 4)]
    assert Fraction(Decimal(3)) == before[0].value


def test_what_is_approved_after_moves_leaves_the_targets_of_those_that_moved() -> None:
    """A unit that has moved, and has had subordinates since another one came, is not computed again by halves."""
    head = make_unit(code="R")
    beside, goal = make_unit(head, "A0"), make_unit(head, "A1")
    comes, moved = make_unit(goal, "B0"), make_unit(head, "B1")
    row = make_campaign_indicator(make_campaign(head), make_indicator(measure="count"), asked="quarter")
    set_up_rounds(2020)
    make_target(moved, row, "75", comparator=">")
    rebuild(2020)
    by = make_user("", (head, Role.ADMINISTRATOR))
    for unit, parent, day in ((comes, moved, date(2020, 11, 5)), (moved, goal, date(2020, 7, 1))):
        unit.refresh_from_db()
        parent.refresh_from_db()
        move_unit(unit, parent=parent, effective=day, by=by, decision="1/QĐ")

    Report.objects.filter(unit=beside, round__quarter=1).update(state=Report.State.APPROVED)
    recompute([beside.pk], year=2020, quarter=1)

    assert differences(2020)[1] == []
