from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from emulation.models import Registration, Summary, Target, TargetChange
from emulation.reports.places import places_for
from emulation.services import targets
from emulation.services.target_values import Agreement
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_unit_kind,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

REASON = "Giao lại theo tình hình thực tế của đơn vị."


@built_once
def superior(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def row(department, depot):
    return make_campaign_indicator(make_campaign(department), make_indicator(name="Sáng kiến"))


@pytest.fixture
def submitted(row, depot, staff, commander):
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    return targets.hand_in_registration(depot, 2020, by=commander)


def refusal(function, *args, **kwargs) -> str:
    with translation.override("en"), pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return " ".join(caught.value.messages)


# ── which ─────────────────────────────────────────────────────────────────


def test_places_for_a_unit_are_what_it_is_asked(department, depot, workshop):
    movement = make_campaign(department)
    everybody = make_campaign_indicator(movement, make_indicator())
    depots = make_campaign_indicator(movement, make_indicator(), kinds=[make_unit_kind("depot")])
    make_campaign_indicator(movement, make_indicator(), kinds=[make_unit_kind("workshop")])
    make_campaign_indicator(make_drive(department), make_indicator())
    elsewhere_only = make_campaign(workshop)
    make_campaign_indicator(elsewhere_only, make_indicator())

    found = places_for(depot, 2020)

    assert {place.row: place.own for place in found} == {everybody: True, depots: True}


def test_places_for_a_superior_are_what_its_branch_is_asked(department, depot):
    movement = make_campaign(department)
    everybody = make_campaign_indicator(movement, make_indicator())
    depots = make_campaign_indicator(movement, make_indicator(), kinds=[make_unit_kind("depot")])
    make_campaign_indicator(movement, make_indicator(), kinds=[make_unit_kind("station")])

    found = places_for(department, 2020)

    assert {place.row: place.own for place in found} == {everybody: True, depots: False}


def test_places_for_a_superior_prefer_the_campaign_that_asks_it_itself(department, depot):
    indicator = make_indicator()
    make_campaign_indicator(make_campaign(depot), indicator, kinds=[make_unit_kind("depot")])
    own = make_campaign_indicator(make_campaign(department), indicator, kinds=[make_unit_kind("department")])

    assert [place.row for place in places_for(department, 2020)] == [own]


def test_places_for_leave_a_unit_out_that_takes_part_only_through_a_lone_superior(department, depot):
    campaign = make_campaign(department)
    make_campaign_indicator(campaign, make_indicator())
    campaign.scopes.update(with_branch=False)

    assert places_for(depot, 2020) == []


# ── assigning and registering ─────────────────────────────────────────────


def test_assign_by_staff_of_the_superior_leaves_a_trace(row, depot, superior):
    assert targets.assign(depot, 2020, {row.pk: Decimal(3)}, by=superior) == 1
    assert targets.assign(depot, 2020, {row.pk: Decimal(4)}, by=superior) == 1
    assert targets.assign(depot, 2020, {row.pk: Decimal(4)}, by=superior) == 0

    target = Target.objects.get()
    assert (target.assigned, target.registered, target.agreed) == (4, None, None)
    changes = target.changes.values_list("field", "before", "after", "by")
    assert list(changes) == [
        ("assigned", {"value": "3"}, {"value": "4"}, superior.pk),
        ("assigned", None, {"value": "3"}, superior.pk),
    ]


def test_assign_is_for_staff_of_the_direct_superior(row, region, depot, staff, reviewer):
    above = make_user("", (region, Role.STAFF))
    for user in (staff, reviewer, above):
        with pytest.raises(PermissionDenied):
            targets.assign(depot, 2020, {row.pk: Decimal(3)}, by=user)


def test_assign_at_the_root_is_for_its_own_staff(region):
    row = make_campaign_indicator(make_campaign(region), make_indicator())

    assert targets.assign(region, 2020, {row.pk: Decimal(3)}, by=make_user("", (region, Role.STAFF))) == 1


def test_assign_what_the_unit_is_not_asked_is_refused(depot, workshop, superior, row):
    other = make_campaign_indicator(make_campaign(workshop), make_indicator())

    assert (
        refusal(targets.assign, depot, 2020, {other.pk: Decimal(3)}, by=superior)
        == "An indicator is not asked of this unit; load the page again."
    )


def test_assign_a_wrong_value_is_refused_with_the_indicator(row, depot, superior):
    message = refusal(targets.assign, depot, 2020, {row.pk: Decimal("1.5")}, by=superior)

    assert message == "Sáng kiến: At most 0 decimals are allowed."
    assert Target.objects.count() == 0


def test_assign_after_agreement_is_refused(row, depot, superior):
    make_target(depot, row, 4)

    assert (
        refusal(targets.assign, depot, 2020, {row.pk: Decimal(5)}, by=superior)
        == "“Sáng kiến” has been agreed; only the reviewer changes it now."
    )


def test_register_is_for_the_units_own_staff(row, depot, staff, superior, commander):
    for user in (superior, commander):
        with pytest.raises(PermissionDenied):
            targets.register(depot, 2020, {row.pk: Decimal(3)}, by=user)

    assert targets.register(depot, 2020, {row.pk: Decimal(3)}, by=staff) == 1
    assert Registration.objects.get().state == "draft"


def test_register_once_handed_in_is_refused(row, depot, staff, submitted):
    assert (
        refusal(targets.register, depot, 2020, {row.pk: Decimal(5)}, by=staff)
        == "The registration is “Handed in” and stands still."
    )


def test_register_can_be_cleared(row, depot, staff):
    targets.register(depot, 2020, {row.pk: Decimal(3)}, by=staff)

    targets.register(depot, 2020, {row.pk: None}, by=staff)

    assert Target.objects.get().registered is None
    assert TargetChange.objects.first().after is None


# ── handing in, returning, agreeing ───────────────────────────────────────


def test_hand_in_registration_is_the_commanders(row, depot, staff, commander):
    targets.register(depot, 2020, {row.pk: Decimal(3)}, by=staff)
    with pytest.raises(PermissionDenied):
        targets.hand_in_registration(depot, 2020, by=staff)

    registration = targets.hand_in_registration(depot, 2020, by=commander)

    assert registration.state == "submitted"
    assert list(registration.events.values_list("kind", "by")) == [("submitted", commander.pk)]


def test_hand_in_registration_with_nothing_registered_or_twice_is_refused(row, depot, commander, staff):
    assert refusal(targets.hand_in_registration, depot, 2020, by=commander) == "Nothing is registered yet."
    targets.register(depot, 2020, {row.pk: Decimal(3)}, by=staff)
    targets.hand_in_registration(depot, 2020, by=commander)
    assert (
        refusal(targets.hand_in_registration, depot, 2020, by=commander)
        == "The registration is “Handed in” and stands still."
    )


def test_return_registration_opens_it_again_with_the_reason(row, depot, staff, reviewer, submitted):
    registration = targets.return_registration(depot, 2020, by=reviewer, reason=REASON)

    assert registration.state == "returned"
    assert registration.events.last().reason == REASON
    assert targets.register(depot, 2020, {row.pk: Decimal(5)}, by=staff) == 1


def test_return_registration_needs_a_reason_of_twenty_characters(depot, reviewer, submitted):
    with pytest.raises(Refused) as caught:
        targets.return_registration(depot, 2020, by=reviewer, reason="Quá thấp.          ")

    assert caught.value.field == "reason"


def test_agree_sets_value_comparator_and_milestones(row, depot, reviewer, submitted):
    agreement = Agreement(Decimal(5), ">", (Decimal(1), Decimal(2), Decimal(3)))

    registration = targets.agree(depot, 2020, {row.pk: agreement}, by=reviewer)

    target = Target.objects.get()
    assert registration.state == "agreed"
    assert (target.agreed, target.comparator, target.milestones) == (5, ">", [1, 2, 3])
    assert (target.assigned, target.registered) == (None, 4)
    change = target.changes.first()
    assert (change.field, change.before) == ("agreed", None)
    assert change.after == {"value": "5", "comparator": ">", "milestones": ["1", "2", "3"]}


def test_agree_recomputes_the_figures_above_and_of_the_unit_itself(row, department, depot, reviewer, submitted):
    company = make_unit(depot, "K1.C1")
    make_campaign_indicator(row.campaign, make_indicator())
    rounds = make_rounds()
    make_report(company, rounds[1], {row.indicator: 5}, state="approved")
    assert Summary.objects.get(unit=depot, period="Y", indicator=row.indicator).target is None

    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(8), ">=")}, by=reviewer)

    for unit in (depot, department):
        assert Summary.objects.get(unit=unit, period="Y", indicator=row.indicator).target == 8 * 4000


def test_agree_before_the_unit_handed_in_is_refused(row, depot, reviewer):
    message = refusal(targets.agree, depot, 2020, {row.pk: Agreement(Decimal(5), ">=")}, by=reviewer)

    assert message == "The unit has not handed its registration in."


def test_agree_is_for_the_reviewer_responsible(row, region, department, depot, outsider, superior, submitted):
    farther = make_user("", (region, Role.REVIEWER))
    make_user("", (department, Role.REVIEWER))
    for user in (outsider, superior, farther):
        with pytest.raises(PermissionDenied):
            targets.agree(depot, 2020, {row.pk: Agreement(Decimal(5), ">=")}, by=user)


@pytest.mark.parametrize("role", [Role.STAFF, Role.COMMANDER])
def test_nobody_agrees_a_registration_they_typed_or_handed_in(row, department, depot, role, staff, commander):
    both = make_user("both", (depot, role), (department, Role.REVIEWER))
    typist, chief = (both, commander) if role == Role.STAFF else (staff, both)
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=typist)
    registration = targets.hand_in_registration(depot, 2020, by=chief)
    own = "You typed or handed in this registration; somebody else has to judge it."

    assert refusal(targets.agree, depot, 2020, {row.pk: Agreement(Decimal(4), ">=")}, by=both) == own
    assert refusal(targets.return_registration, depot, 2020, by=both, reason=REASON) == own
    assert not targets.may_agree(both, registration)


def test_agree_leaves_nothing_registered_without_a_value(row, depot, reviewer, submitted):
    for lines in ({}, {row.pk: None}):
        assert (
            refusal(targets.agree, depot, 2020, lines, by=reviewer)
            == "“Sáng kiến” was registered: agree on a value, or return it."
        )


def test_agree_wrong_milestones_is_refused_and_changes_nothing(row, depot, reviewer, submitted):
    agreement = Agreement(Decimal(5), ">=", (Decimal(3), Decimal(2), Decimal(4)))

    assert (
        refusal(targets.agree, depot, 2020, {row.pk: agreement}, by=reviewer)
        == "Sáng kiến: Counted from January: not below the milestone before, 3."
    )
    assert Target.objects.get().agreed is None


def test_agree_again_keeps_the_old_value_and_needs_a_reason(row, depot, reviewer, submitted):
    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(4), ">=")}, by=reviewer)
    new = {row.pk: Agreement(Decimal(6), ">=")}
    with pytest.raises(Refused) as caught:
        targets.agree(depot, 2020, new, by=reviewer)
    assert caught.value.field == "reason"

    targets.agree(depot, 2020, new, by=reviewer, reason=REASON)

    change = Target.objects.get().changes.first()
    assert (change.before, change.after, change.reason) == (
        {"value": "4", "comparator": ">="},
        {"value": "6", "comparator": ">="},
        REASON,
    )
    assert Registration.objects.get().events.filter(kind="agreed").count() == 1


def test_agree_again_with_the_same_values_leaves_no_trace(row, depot, reviewer, submitted):
    lines = {row.pk: Agreement(Decimal(4), ">=")}
    targets.agree(depot, 2020, lines, by=reviewer)
    before = TargetChange.objects.count()

    targets.agree(depot, 2020, lines, by=reviewer)

    assert TargetChange.objects.count() == before


def test_agree_on_an_indicator_placed_later_needs_a_reason_too(row, depot, reviewer, submitted):
    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(4), ">=")}, by=reviewer)
    later = make_campaign_indicator(row.campaign, make_indicator())

    lines = {later.pk: Agreement(Decimal(9), ">=")}
    assert "Give a reason" in refusal(targets.agree, depot, 2020, lines, by=reviewer)
    targets.agree(depot, 2020, lines, by=reviewer, reason=REASON)

    assert Target.objects.get(campaign_indicator=later).agreed == 9


def test_agree_at_the_root_is_for_its_own_reviewers(region):
    row = make_campaign_indicator(make_campaign(region), make_indicator())
    registrar, chief, judge = (make_user("", (region, role)) for role in (Role.STAFF, Role.COMMANDER, Role.REVIEWER))
    targets.register(region, 2020, {row.pk: Decimal(1)}, by=registrar)
    targets.hand_in_registration(region, 2020, by=chief)

    targets.agree(region, 2020, {row.pk: Agreement(Decimal(1), ">=")}, by=judge)

    assert Target.objects.get().agreed == 1


# ── what the reviewer has read ────────────────────────────────────────────


@pytest.mark.parametrize("step", ["agree", "return"])
def test_what_is_assigned_while_the_registration_waits_is_read_before_it_is_judged(
    row, depot, superior, reviewer, submitted, step
):
    def judge(seen):
        if step == "return":
            return targets.return_registration(depot, 2020, by=reviewer, reason=REASON, seen=seen)
        return targets.agree(depot, 2020, {row.pk: Agreement(Decimal(4), ">=")}, by=reviewer, seen=seen)

    seen = targets.stand_of(submitted)
    targets.assign(depot, 2020, {row.pk: Decimal(9)}, by=superior)

    told = refusal(judge, seen)
    assert told.startswith(f"{superior} changed this at")
    assert told.endswith("Changed since: “Sáng kiến” (assigned).")
    submitted.refresh_from_db()
    assert submitted.state == "submitted"
    assert judge(targets.stand_of(submitted)).state == {"agree": "agreed", "return": "returned"}[step]


@pytest.mark.parametrize("seen", ["", "x", "1-", "-", f"1-{'9' * 30}", "1-²"])
def test_a_mark_that_is_nonsense_is_a_page_too_old(row, depot, reviewer, submitted, seen):
    assert "opened the page" in refusal(
        targets.agree, depot, 2020, {row.pk: Agreement(Decimal(4), ">=")}, by=reviewer, seen=seen
    )
