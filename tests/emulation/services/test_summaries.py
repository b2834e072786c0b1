"""Stored figures always equal the plain recomputation, whatever happens to sheets, units and targets."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from emulation.checks import Entry
from emulation.models import (
    Campaign,
    CampaignIndicator,
    CampaignScope,
    Indicator,
    Lineage,
    Report,
    Result,
    Summary,
    Target,
)
from emulation.services import corrections, sheets
from emulation.services.rounds import set_up_rounds
from emulation.services.summaries import differences, rebuild, recompute
from emulation.services.summary_columns import COLUMNS
from tests.emulation.services.plain import Plain
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_result,
    make_target,
    make_unit,
    make_unit_kind,
    make_user,
)
from units.errors import Refused
from units.models import Role, Unit, User
from units.services import dissolve_unit, move_unit

INDICATORS: list[dict[str, Any]] = [
    {"measure": "count"},
    {"measure": "count", "accrual": "stock"},
    {"measure": "amount"},
    {"measure": "ratio"},
    {"measure": "ratio", "accrual": "stock"},
    {"measure": "ratio", "accrual": "flow_over_stock", "scale": 1},
    {"measure": "score"},
    {"measure": "grade", "headline_share": 60},
    {"measure": "checklist", "items": 3},
]
DAYS = [
    date(2020, 2, 10), date(2020, 3, 31), date(2020, 4, 1), date(2020, 5, 20), date(2020, 7, 1), date(2020, 9, 30),
    date(2020, 11, 5),
]  # fmt: skip
STATES = [Report.State.DRAFT, Report.State.SUBMITTED, Report.State.IN_REVIEW, Report.State.APPROVED]
ASKED = ["quarter", "half", "year"]


def figures(indicator: Indicator) -> st.SearchStrategy[Any]:
    """What `make_result` takes, in small numbers: sums then meet targets often enough."""
    few = st.integers(0, 4)
    by_measure = {
        "count": few,
        "amount": st.sampled_from(["0.5", "1.25", "2"]),
        "ratio": st.tuples(few, st.integers(1, 4)),
        "score": st.sampled_from(["7.5", "8", "9.125"]),
        "grade": st.sampled_from(["excellent", "good", "pass", "fail"]),
        "checklist": st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3).filter(
            lambda answers: answers.count(None) < 3
        ),
    }
    return by_measure[indicator.measure] | st.sampled_from(["nil", "not_applicable"])


class Scenario:
    """A random tree with campaigns, targets and sheets, and random things that happen to it."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.kinds = [make_unit_kind("depot"), make_unit_kind("office")]
        self.root = make_unit(code="R", kind=self.kinds[0])
        self.units, self.by = [self.root], make_user("", (self.root, Role.ADMINISTRATOR))
        for number in range(2):
            self.units.append(make_unit(self.root, f"A{number}", kind=self.kinds[number]))
        for number in range(data.draw(st.integers(1, 5), "more units")):
            self.add_unit(f"B{number}", established=data.draw(st.sampled_from([None, None, date(2020, 5, 20)])))
        chosen = data.draw(st.lists(st.sampled_from(INDICATORS), min_size=2, max_size=4), "indicators")
        self.indicators = [make_indicator(**fields) for fields in chosen]
        self.rows = self.place_indicators()
        set_up_rounds(2020)
        for unit in self.units:
            for quarter in (1, 2, 3, 4):
                if data.draw(st.integers(0, 3), "sheet"):
                    self.fill(unit, quarter)
        for unit in self.units:
            for row in self.rows:
                if data.draw(st.booleans(), "target"):
                    self.set_target(unit, row)
        rebuild(2020)

    def add_unit(self, code: str, established: date | None) -> None:
        for unit in self.units:
            unit.refresh_from_db()  # moved or dissolved since: what the service refuses, the factory would make
        parents = [unit for unit in self.units if len(unit.path) < 18 and unit.dissolved is None]
        parent = self.data.draw(st.sampled_from(parents), "superior")
        kind = self.data.draw(st.sampled_from(self.kinds), "kind")
        self.units.append(make_unit(parent, code, kind=kind, established=established))

    def place_indicators(self) -> list[CampaignIndicator]:
        """In the whole movement, in one or two campaigns for different branches, in a draft, or nowhere."""
        movement = make_campaign(self.root)
        branches = [make_campaign(unit) for unit in self.units[1:3]]
        CampaignScope.objects.filter(campaign=branches[1]).update(with_branch=self.data.draw(st.booleans()))
        draft = make_campaign(self.root, state=Campaign.State.DRAFT, launched_on=None)
        rows = []
        for indicator in self.indicators:
            where = self.data.draw(st.sampled_from(["movement", "one", "two", "two", "draft", "nowhere"]), "placed")
            campaigns = {
                "movement": [movement], "one": branches[:1], "two": branches, "draft": [draft], "nowhere": []
            }[where]  # fmt: skip
            for campaign in campaigns:
                kinds = self.data.draw(st.sampled_from([[], [], self.kinds[:1]]), "kinds")
                asked, comparator = self.data.draw(st.tuples(st.sampled_from(ASKED), st.sampled_from([">=", "<="])))
                fields = {"kinds": kinds, "asked": asked, "comparator": comparator}
                rows.append(make_campaign_indicator(campaign, indicator, **fields))
        return rows

    # ── what happens ──────────────────────────────────────────────────────

    def happen(self) -> None:
        kinds = [
            self.enter,
            self.enter,
            self.judge,
            self.judge_by_services,
            self.move,
            self.move,
            self.dissolve,
            self.retarget,
            self.found,
        ]
        self.data.draw(st.sampled_from(kinds), "operation")()

    def any_unit(self) -> Unit:
        unit = self.data.draw(st.sampled_from(self.units), "unit")
        unit.refresh_from_db()
        return unit

    def fill(self, unit: Unit, quarter: int) -> None:
        """Figures on a sheet, expected or not, in any state; not for a unit that was not there at all."""
        round_ = Lineage.objects.filter(unit=unit, round__quarter=quarter).values_list("round", flat=True).first()
        if round_ is None:
            return
        state = self.data.draw(st.sampled_from(STATES), "state")
        report = Report.objects.filter(unit=unit, round=round_).first()
        if report is None:
            place = Lineage.objects.get(unit=unit, round=round_)
            report = Report.objects.create(unit=unit, round_id=round_, lineage=place)
        for indicator in self.indicators:
            if self.data.draw(st.booleans(), "reported"):
                for result in Result.objects.filter(report=report, indicator=indicator):
                    result.items.all().delete()
                    result.delete()
                make_result(report, indicator, self.data.draw(figures(indicator), "figure"))
        Report.objects.filter(pk=report.pk).update(state=state)

    def enter(self) -> None:
        unit, quarter = self.any_unit(), self.data.draw(st.integers(1, 4), "quarter")
        self.fill(unit, quarter)
        recompute([unit.pk], year=2020, quarter=quarter)

    def judge(self) -> None:
        """Hand in, withdraw, approve, return, reopen: a sheet in another state."""
        report = Report.objects.filter(unit=self.any_unit()).order_by("round__quarter").first()
        if report is not None:
            report.state = self.data.draw(st.sampled_from([*STATES, Report.State.RETURNED]), "state")
            report.save(update_fields=["state"])
            recompute([report.unit_id], year=2020, quarter=report.round.quarter)

    def judge_by_services(self) -> None:
        """Approve a sheet, then correct a figure of it, undo the approval, or both."""
        report = Report.objects.filter(unit=self.any_unit()).order_by("round__quarter").first()
        if report is None:
            return
        Report.objects.filter(pk=report.pk).update(state=Report.State.IN_REVIEW)
        recompute([report.unit_id], year=2020, quarter=report.round.quarter)
        maker, judge = self.maker(report.unit), make_user("", (self.root, Role.REVIEWER))
        with suppress(Refused):
            sheets.approve(report, by=judge)
        result = report.results.exclude(indicator__measure="checklist").first()
        if result is not None and self.data.draw(st.booleans(), "corrected"):
            entry = Entry(status="nil", reason="Counted again.")
            if result.status == Result.Status.NIL:
                entry = Entry(status="not_applicable", reason="Counted again.")
            correction = corrections.propose(report, result.indicator, entry, "It was counted twice.", by=maker)
            corrections.accept(corrections.send(correction, by=maker), by=judge)
        if self.data.draw(st.booleans(), "undone"):
            with suppress(Refused):
                sheets.undo_approval(report, by=judge, reason="Counted once more, it is wrong.")

    def maker(self, unit: Unit) -> User:
        return make_user("", (unit, Role.STAFF), (unit, Role.COMMANDER))

    def move(self) -> None:
        self.allowed(
            move_unit, self.any_unit(), parent=self.any_unit(), effective=self.data.draw(st.sampled_from(DAYS), "day")
        )

    def dissolve(self) -> None:
        self.allowed(dissolve_unit, self.any_unit(), effective=self.data.draw(st.sampled_from(DAYS), "day"))

    def allowed(self, change: Callable[..., None], *args: Any, **fields: Any) -> None:
        with suppress(Refused), transaction.atomic():
            change(*args, by=self.by, decision="1/QĐ", **fields)

    def retarget(self) -> None:
        if self.rows:
            row, unit = self.data.draw(st.sampled_from(self.rows), "row"), self.any_unit()
            self.set_target(unit, row)
            recompute([unit.pk], year=2020, indicators=[row.indicator_id])

    def set_target(self, unit: Unit, row: CampaignIndicator) -> None:
        Target.objects.filter(unit=unit, campaign_indicator=row).delete()
        agreed = self.data.draw(st.sampled_from([None, "0", "1", "2.5", "4", "75"]), "agreed")
        milestones = self.data.draw(st.sampled_from([None, None, ["0", "1", "2.5"]]), "milestones")
        comparator = self.data.draw(st.sampled_from([">=", ">=", ">", "=", "<=", "<"]), "comparator")
        make_target(unit, row, agreed, milestones=milestones, comparator=comparator)

    def found(self) -> None:
        with suppress(Refused), transaction.atomic():
            self.add_unit(f"C{len(self.units)}", established=self.data.draw(st.sampled_from(DAYS), "day"))


def stored() -> dict[tuple[int, str, int], dict[str, Any]]:
    rows = Summary.objects.exclude(period__in=["N2", "N3"])
    return {
        (row.unit_id, row.period, row.indicator_id): {column: getattr(row, column) for column in COLUMNS}
        for row in rows
    }


def plain() -> dict[tuple[int, str, int], dict[str, Any]]:
    found = {}
    calculation = Plain()
    indicators = {row.pk: row for row in calculation.indicators}
    for key, (approved, handed_in, target, comparator) in calculation.summaries().items():
        columns: dict[str, Any] = {"target": None if target is None else target * 4000, "comparator": comparator}
        for name, row in (("", approved), ("all_", handed_in)):
            for column in ("numerator", "denominator", "samples", "reported", "expected", "targeted", "met"):
                columns[name + column] = getattr(row, column)
            columns[name + "classes"] = {str(key): counts for key, counts in row.classes.items()}
        columns["unsettled"] = calculation.unsettled(key[0], indicators[key[2]], key[1])
        found[key] = columns
    return found


def differing() -> dict[tuple[int, str, int], dict[str, Any]]:
    """Rows that are not as they should be: column → (stored, plain)."""
    kept, right = stored(), plain()
    found = {}
    for key in sorted(kept.keys() | right.keys()):
        one, other = kept.get(key, {}), right.get(key, {})
        if columns := {c: (one.get(c), other.get(c)) for c in {**one, **other} if one.get(c) != other.get(c)}:
            found[key] = columns
    return found


def stored_sheets() -> dict[tuple[int, int], tuple[int, int, int]]:
    rows = Lineage.objects.filter(is_leaf=False, round__drive=None).select_related("round")
    return {(row.unit_id, row.round.quarter): (row.sheets, row.handed_in, row.approved) for row in rows}


@settings(
    deadline=None, max_examples=int(os.environ.get("EXAMPLES", "12")), phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(data=st.data())
def test_stored_figures_equal_a_plain_recomputation(db: None, data: st.DataObject) -> None:
    with transaction.atomic():
        scenario = Scenario(data)
        assert differing() == {}
        for _step in range(data.draw(st.integers(1, 5), "steps")):
            scenario.happen()
            assert differing() == {}
            assert stored_sheets() == Plain().sheet_counts()
        assert differences(2020)[1] == []
        transaction.set_rollback(True)
