"""Inspections: planned, recorded, carried out, concluded; what the inspected read, and what follows."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from emulation.models import Inspection, InspectionFinding, Notice
from emulation.reports.inspections import looked_at
from emulation.services import inspections as service
from emulation.services import weak_points
from tests.factories import make_finding, make_inspection, make_user, make_weak_point
from tests.layers import built_once
from units import clock
from units.errors import Refused
from units.models import Role

DAY = timedelta(days=1)
SHORT = ("shortcoming", "Two records are missing.")


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def chief(workshop):
    return make_user("chief", (workshop, Role.COMMANDER))


@pytest.fixture
def inspection(department, planner, depot, workshop):
    return make_inspection(department, planner, depot, workshop)


def recorded(inspection, planner, *units):
    """A shortcoming on the first item of each unit."""
    for unit in units:
        service.record(inspection, unit, {inspection.items.first().pk: SHORT}, by=planner)
    return inspection


def follow(finding, by):
    return make_weak_point(finding.unit, by, source="finding", finding=finding)


@pytest.mark.parametrize("surprise", [False, True])
def test_surprise_does_not_exist_for_the_unit_before_it_is_carried_out(
    department, planner, depot, staff, commander, surprise
):
    row = make_inspection(department, planner, depot, surprise=surprise)
    seen = Inspection.objects.visible_to(staff) | Inspection.objects.visible_to(commander)
    assert seen.exists() is not surprise
    recorded(row, planner, depot)
    assert not InspectionFinding.objects.visible_to(staff).exists()
    service.carry_out(row, by=planner)
    assert Inspection.objects.visible_to(staff).get() == row
    assert InspectionFinding.objects.visible_to(staff).count() == 1


def test_surprise_called_off_is_never_known(department, planner, depot, staff):
    row = make_inspection(department, planner, depot, surprise=True)
    service.call_off(row, reason="The road is flooded.", by=planner)
    assert not Inspection.objects.visible_to(staff).exists()


def test_unit_reads_nothing_on_its_sisters(inspection, planner, depot, workshop, staff, reviewer, outsider):
    make_weak_point(workshop, reviewer, title="Of the workshop")
    service.save_plan(inspection, by=planner, units=[depot, workshop], items=["Technical day"])
    recorded(inspection, planner, depot, workshop)
    row = service.carry_out(inspection, by=planner)
    assert [one.unit for one in looked_at(row, staff)] == [depot]
    assert [line.item.text for line in looked_at(row, staff)[0].lines] == ["Technical day"]
    assert [one.unit for one in looked_at(row, reviewer)] == [depot, workshop]
    assert [finding.unit for finding in InspectionFinding.objects.visible_to(staff)] == [depot]
    assert not Inspection.objects.visible_to(outsider).exists()


def test_who_plans_and_whom(department, depot, elsewhere, staff, commander, planner, region):
    for user in (staff, commander):
        with pytest.raises(PermissionDenied):
            make_inspection(department, user, depot)
    for wrong in (elsewhere, department, region):
        with pytest.raises(Refused) as error:
            make_inspection(department, planner, wrong)
        assert error.value.field == "units"
    assert not Inspection.objects.exists()


@pytest.mark.parametrize(
    ("items", "field"),
    [([], "items"), ([" "], "items"), (["x" * 301], "items"), ([f"i{n}" for n in range(61)], "items")],
)
def test_content_is_checked(department, planner, depot, items, field):
    with pytest.raises(Refused) as error:
        make_inspection(department, planner, depot, items=items)
    assert error.value.field == field


def test_unsettled_weak_points_are_re_inspected(department, planner, depot, staff, reviewer):
    old = make_weak_point(depot, staff, title="Leaking roof")
    row = make_inspection(department, planner, depot)
    item = row.items.get(point=old)
    service.record(row, depot, {item.pk: ("met", "")}, by=planner)
    finding = item.findings.get()
    with pytest.raises(Refused):
        weak_points.close(old, reason="Seen on the spot.", by=reviewer, finding=finding)  # not published yet
    service.carry_out(row, by=planner)
    finding = InspectionFinding.objects.get(pk=finding.pk)  # with the inspection as it is now
    done = weak_points.close(old, reason="Seen on the spot.", by=reviewer, finding=finding)
    assert (done.state, done.events.get(kind="closed").finding) == ("closed", finding)
    with pytest.raises(Refused):
        service.record(row, depot, {item.pk: SHORT}, by=planner)
    finding.refresh_from_db()
    assert finding.result == "met"


def test_point_found_settled_before_anything_was_planned_is_closed(department, planner, depot, reviewer):
    nothing = {"owner_post": "", "measure": "", "deadline": None}
    old = make_weak_point(depot, planner, **nothing)
    row = make_inspection(department, planner, depot)
    item = row.items.get(point=old)
    service.record(row, depot, {item.pk: ("met", "")}, by=planner)
    service.carry_out(row, by=planner)
    finding = InspectionFinding.objects.get(item=item)  # with the inspection as it is now
    done = weak_points.close(old, reason="Seen on the spot.", by=reviewer, finding=finding)
    old.refresh_from_db()
    assert (done.state, old.state, old.in_charge, old.deadline) == ("closed", "closed", "", None)


def test_weak_point_is_not_closed_on_a_shortcoming_or_another_finding(department, planner, depot, staff, reviewer):
    old = make_weak_point(depot, staff)
    row = make_inspection(department, planner, depot)
    own, other = row.items.get(point=old), row.items.filter(point=None).first()
    service.record(row, depot, {own.pk: SHORT, other.pk: ("met", "")}, by=planner)
    service.carry_out(row, by=planner)
    for item in (own, other):
        with pytest.raises(Refused):
            weak_points.close(old, reason="Seen on the spot.", by=reviewer, finding=item.findings.get())


def test_shortcoming_is_followed_up_once_and_only_when_published(inspection, planner, depot, workshop, staff):
    recorded(inspection, planner, depot, workshop)
    finding = InspectionFinding.objects.select_related("unit", "item__inspection").get(unit=depot)
    with pytest.raises(Refused):
        follow(finding, planner)
    service.carry_out(inspection, by=planner)
    finding = InspectionFinding.objects.get(unit=depot)
    point = follow(finding, planner)
    assert list(finding.weak_points.all()) == [point]
    with pytest.raises(ValidationError):
        follow(InspectionFinding.objects.get(unit=depot), staff)
    with pytest.raises(Refused):
        service.record(inspection, depot, {finding.item_id: ("met", "")}, by=planner)


def test_strength_is_no_weak_point(inspection, planner, depot, workshop):
    recorded(inspection, planner, depot, workshop)
    service.carry_out(inspection, by=planner)
    make = InspectionFinding.objects.filter(unit=depot)
    make.update(result="strength")
    with pytest.raises(Refused):
        follow(make.get(), planner)


def test_carried_out_asks_for_findings_on_every_unit(inspection, planner, depot, workshop):
    recorded(inspection, planner, depot)
    with pytest.raises(Refused, match=workshop.name):
        service.carry_out(inspection, by=planner)
    recorded(inspection, planner, workshop)
    service.carry_out(inspection, by=planner)
    with pytest.raises(Refused):
        service.carry_out(inspection, by=planner)


def test_the_inspected_are_told_of_the_results_and_of_the_conclusion(
    inspection, planner, chief, depot, workshop, staff, commander, reviewer, outsider, administrator
):
    recorded(inspection, planner, depot, workshop)
    assert not Notice.objects.exists()
    service.carry_out(inspection, by=planner)
    told = {("staff", "inspected", ""), ("commander", "inspected", ""), ("chief", "inspected", "")}
    assert set(Notice.objects.values_list("user__username", "kind", "text")) == told
    words = "Two units keep their records badly; settle it by the end of the quarter."
    service.conclude(inspection, conclusion=words, number="12/KL-K", day=clock.today(), by=planner)
    told |= {(name, "concluded", words) for name in ("staff", "commander", "chief")}
    assert set(Notice.objects.values_list("user__username", "kind", "text")) == told
    with pytest.raises(Refused):
        service.conclude(inspection, conclusion=words, number="12/KL-K", day=clock.today(), by=planner)
    assert Notice.objects.count() == 6


def test_draft_finding_is_taken_back_and_a_published_one_stays(inspection, planner, depot, workshop):
    recorded(inspection, planner, depot, workshop)
    item = inspection.items.first().pk
    assert service.record(inspection, depot, {item: ("", "")}, by=planner) == 1
    recorded(inspection, planner, depot)
    service.carry_out(inspection, by=planner)
    with pytest.raises(Refused):
        service.record(inspection, depot, {item: ("", "")}, by=planner)
    assert service.record(inspection, depot, {item: ("met", "")}, by=planner) == 1


def test_findings_are_not_recorded_early_elsewhere_or_by_the_inspected(department, planner, depot, workshop, staff):
    row = make_inspection(department, planner, depot, starts=clock.today() + DAY, ends=clock.today() + DAY)
    with pytest.raises(Refused):
        recorded(row, planner, depot)
    row = make_inspection(department, planner, depot)
    with pytest.raises(Refused):
        recorded(row, planner, workshop)
    with pytest.raises(PermissionDenied):
        recorded(row, staff, depot)
    with pytest.raises(Refused):
        service.record(row, depot, {999_999: SHORT}, by=planner)
    assert not InspectionFinding.objects.exists()


@pytest.mark.parametrize(
    ("columns", "field"),
    [({"day": 1}, "day"), ({"day": -1}, "day"), ({"number": " "}, "number"), ({"conclusion": "ok"}, "conclusion")],
)
def test_conclusion_is_checked(inspection, planner, depot, workshop, columns, field):
    recorded(inspection, planner, depot, workshop)
    service.carry_out(inspection, by=planner)
    typed = {"conclusion": "The order is kept.", "number": "27/KL", "day": 0} | columns
    typed["day"] = clock.today() + typed["day"] * DAY
    with pytest.raises(Refused) as error:
        service.conclude(inspection, **typed, by=planner)
    assert error.value.field == field


def test_concluded_inspection_stands_still(inspection, planner, depot, workshop):
    recorded(inspection, planner, depot, workshop)
    service.carry_out(inspection, by=planner)
    done = service.conclude(
        inspection, conclusion="The order is kept.", number="27/KL", day=clock.today(), by=planner
    )
    assert (done.state, done.number) == ("concluded", "27/KL")
    assert list(done.events.values_list("kind", flat=True)) == ["planned", "carried_out", "concluded"]
    with pytest.raises(Refused):
        recorded(inspection, planner, depot)
    with pytest.raises(Refused):
        service.save_plan(done, by=planner, units=[depot], items=["Other"])


def test_plan_keeps_what_something_was_found_on(inspection, planner, depot, workshop):
    make_finding(inspection, depot, planner)
    with pytest.raises(Refused) as error:
        service.save_plan(inspection, by=planner, units=[workshop], items=["Technical day", "Records"])
    assert error.value.field == "units"
    with pytest.raises(Refused) as error:
        service.save_plan(inspection, by=planner, units=[depot], items=["Records"])
    assert error.value.field == "items"
    service.save_plan(inspection, by=planner, units=[depot], items=["Technical day"])
    assert [item.text for item in inspection.items.all()] == ["Technical day"]
    with pytest.raises(Refused):
        service.call_off(inspection, reason="The road is flooded.", by=planner)


def test_finding_corrected_meanwhile_decides_what_follows_from_it(
    department, inspection, planner, depot, workshop, staff, reviewer
):
    old = make_weak_point(depot, staff)
    row = make_inspection(department, planner, depot)
    item = row.items.get(point=old).pk
    service.record(row, depot, {item: ("met", ""), row.items.first().pk: SHORT}, by=planner)
    service.carry_out(row, by=planner)
    read = {one.item_id: one for one in InspectionFinding.objects.select_related("unit", "item__inspection")}
    shortcoming, met = read[row.items.first().pk], read[item]
    service.record(row, depot, {item: SHORT, row.items.first().pk: ("met", "")}, by=planner)

    with pytest.raises(Refused):
        follow(shortcoming, planner)
    with pytest.raises(Refused):
        weak_points.close(old, reason="Seen on the spot.", by=reviewer, finding=met)
    old.refresh_from_db()
    assert (old.state, shortcoming.weak_points.count()) == ("planned", 0)


def test_plan_is_changed_by_who_keeps_the_stored_one(region, department, inspection, depot, planner):
    """The form may name another inspecting unit than the one whose inspection it is."""
    higher = make_user("higher", (region, Role.STAFF))
    inspection.unit = region
    with pytest.raises(PermissionDenied):
        service.save_plan(inspection, units=[depot], items=["Order"], by=higher)
    assert Inspection.objects.get().unit == department
