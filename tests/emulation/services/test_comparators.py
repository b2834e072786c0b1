from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from emulation.models import RegistrationEvent, Summary, Target, TargetChange
from emulation.relations import Relative
from emulation.services import targets
from emulation.services.comparators import change_agreed
from emulation.services.placements import change_indicator
from emulation.services.target_values import Agreement
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_registration,
    make_report,
    make_rounds,
    make_target,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

REASON = "Phép so sánh của chỉ tiêu đã được sửa lại cho đúng."


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF), language="en")


@built_once
def row(department, depot, workshop):
    indicator = make_indicator(name="Vi phạm", direction="lower", comparator="<=")
    return make_campaign_indicator(make_campaign(department), indicator, comparator=">=")


def turn(row, by, comparator="<="):
    row.comparator = comparator
    return change_indicator(row, by=by, kinds=[])


def refusal(function, *args, **kwargs) -> list[str]:
    with translation.override("en"), pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return caught.value.messages


# ── what is not agreed follows ────────────────────────────────────────────


def test_targets_not_agreed_follow_the_campaign_indicator_and_agreed_ones_stay(row, depot, workshop, planner):
    waiting, agreed = make_target(depot, row, None, assigned=3), make_target(workshop, row, 2)

    with translation.override("en"):
        turn(row, planner)

    assert dict(Target.objects.values_list("pk", "comparator")) == {waiting.pk: "<=", agreed.pk: ">="}
    change = TargetChange.objects.get()
    assert (change.target, change.by, change.reason) == (
        waiting, planner, "Comparator of the campaign indicator: ≥ → ≤",
    )  # fmt: skip
    assert (change.before, change.after) == (
        {"value": "3", "comparator": ">="}, {"value": "3", "comparator": "<="},
    )  # fmt: skip


def test_saving_without_another_comparator_changes_no_target(row, depot, planner):
    make_target(depot, row, None, assigned=3)

    turn(row, planner, ">=")

    assert TargetChange.objects.count() == 0


def test_a_value_beside_last_years_is_rounded_for_the_new_comparator(row, depot, planner):
    relation = Relative(Decimal(0), Fraction(2, 3), 2019)
    make_target(
        depot, row, None, assigned=relation.stored(">="), relations={"assigned": relation.as_json()}
    )  # fmt: skip

    turn(row, planner)

    assert Target.objects.get().assigned == Decimal("0.667")


# ── what is agreed is changed in one step ─────────────────────────────────


@pytest.fixture
def agreed(row, depot, workshop, staff, commander, planner):
    """Two units with an agreed target each, of which the campaign indicator has another comparator since."""
    rounds = make_rounds()
    for unit in (depot, workshop):
        make_registration(unit, commander)
        make_target(unit, row, 2)
    make_report(depot, rounds[1], {row.indicator: 5}, state="approved")
    turn(row, planner)


def test_agreed_targets_are_changed_in_one_step_with_reason_version_and_figures(agreed, row, depot, reviewer):
    assert change_agreed(row, by=reviewer, reason=REASON) == 2

    assert set(Target.objects.values_list("comparator", "agreed")) == {("<=", 2)}
    change = TargetChange.objects.get(target__unit=depot)
    assert (change.field, change.before, change.after, change.by, change.reason) == (
        "agreed", {"value": "2", "comparator": ">="}, {"value": "2", "comparator": "<="}, reviewer, REASON,
    )  # fmt: skip
    registration = depot.registrations.get()
    assert list(registration.events.values_list("kind", "reason")) == [(RegistrationEvent.Kind.CHANGED, REASON)]
    assert registration.versions.latest("number").content["targets"][0]["comparator"] == "<="


def test_the_superiors_figure_is_judged_by_the_new_comparator(agreed, row, department, depot, reviewer):
    def met() -> tuple[int, int]:
        return Summary.objects.filter(unit=department, period="Q1").values_list("targeted", "met").get()

    before = met()
    change_agreed(row, by=reviewer, reason=REASON)

    assert (before, met()) == ((1, 1), (1, 0))


def test_agreed_targets_are_changed_by_the_reviewers_responsible_alone(agreed, row, department, planner):
    nobody = make_user("", (department, Role.STAFF))
    other = make_user("", (department, Role.REVIEWER))
    for unit in ("K1", "X1"):
        targets.enter(  # who handed it in does not judge it
            row.targets.get(unit__code=unit).unit.registrations.get(),
            "agreed",
            RegistrationEvent.Kind.SUBMITTED,
            by=other,
        )

    for user in (planner, nobody):
        with pytest.raises(PermissionDenied):
            change_agreed(row, by=user, reason=REASON)
    assert refusal(change_agreed, row, by=other, reason=REASON) == [
        "None of these targets is for you to change: the reviewers responsible do it."
    ]
    assert set(Target.objects.values_list("comparator", flat=True)) == {">="}


@pytest.mark.parametrize("reason", ["", "ngắn"])
def test_agreed_targets_are_changed_with_a_reason_only(agreed, row, reviewer, reason):
    assert refusal(change_agreed, row, by=reviewer, reason=reason) == ["Give a reason of at least 20 characters."]
    assert set(Target.objects.values_list("comparator", flat=True)) == {">="}


def test_milestones_that_do_not_fit_are_named_and_nothing_is_changed(
    row, depot, workshop, commander, planner, reviewer
):
    turn(row, planner, "<=")
    for unit, milestones in ((depot, None), (workshop, (1, 2, 9))):
        make_registration(unit, commander)
        make_target(unit, row, 4, milestones=milestones)
    turn(row, planner, ">=")

    assert refusal(change_agreed, row, by=reviewer, reason=REASON) == [
        "Unit X1 – Vi phạm: Not above the year's target, 4."
    ]
    assert set(Target.objects.values_list("comparator", flat=True)) == {"<="}


def test_what_a_drive_has_agreed_is_changed_with_its_own_registration(
    department, depot, planner, commander, reviewer
):
    make_campaign(department)
    drive = make_drive(department)
    row = make_campaign_indicator(drive, make_indicator(direction="lower"), comparator=">=")
    registration = make_registration(depot, commander)
    registration.drive = drive
    registration.save()
    make_target(depot, row, 2)
    turn(row, planner)

    assert change_agreed(row, by=reviewer, reason=REASON) == 1
    assert Target.objects.get().comparator == "<="


def test_what_was_agreed_anew_meanwhile_keeps_its_value(agreed, row, depot, reviewer):
    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(7), ">=")}, by=reviewer, reason=REASON)

    change_agreed(row, by=reviewer, reason=REASON)

    assert row.targets.get(unit=depot).agreed == 7
