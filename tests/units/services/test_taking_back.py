"""A change of the tree that was recorded by mistake: all is as before, or the refusal says what rests on it."""

from datetime import date
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from emulation.models import Lineage, Report, ReportEvent, Summary
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_issued_paper,
    make_membership,
    make_report,
    make_rounds,
    make_user,
)
from units.errors import Refused
from units.models import Membership, Placement, Role, Unit, UnitChange
from units.services import create_unit, dissolve_unit, move_unit, rename_unit, take_back_change
from units.services.taking_back import last_change

TODAY, DAY = date(2020, 7, 20), date(2020, 7, 1)
WHY = "Ghi nhầm đơn vị khi nhập quyết định."


@pytest.fixture(autouse=True)
def sheets(region, department, depot, elsewhere, set_today):
    set_today(TODAY)
    indicator = make_indicator()
    make_campaign_indicator(make_campaign(region), indicator)
    rounds = make_rounds()
    make_report(depot, rounds[1], {indicator: 5}, state=Report.State.APPROVED)
    return rounds


def stored() -> list:
    """Everything that the tree and its figures say."""
    return [
        list(Unit.objects.order_by("pk").values_list("pk", "path", "dissolved", "name", "short_name", "search")),
        list(Placement.objects.order_by("pk").values_list("unit", "parent", "since", "until")),
        sorted(Lineage.objects.values_list("round", "unit", "path", "parent", "is_leaf")),
        sorted(Report.objects.values_list("round", "unit", "state")),
        sorted(Membership.objects.values_list("pk", "until", "withdrawn")),
        sorted(
            map(repr, Summary.objects.values_list("unit", "period", "indicator", "numerator", "reported", "expected"))
        ),
    ]


def changes(depot, elsewhere, by):
    """kind → what records such a change of the depot."""
    common = {"by": by, "decision": "4/QĐ"}
    return {
        "dissolved": partial(dissolve_unit, depot, effective=DAY, **common),
        "moved": partial(move_unit, depot, parent=elsewhere, effective=DAY, **common),
        "renamed": partial(rename_unit, depot, name="Kho mới", short_name="KM", effective=DAY, **common),
    }


def take_back(unit, by) -> UnitChange:
    change = last_change(unit.changes.all())
    take_back_change(change, reason=WHY, by=by)
    return UnitChange.objects.get(pk=change.pk)


def refusal(unit, by) -> str:
    with pytest.raises(Refused) as caught:
        take_back(unit, by)
    return " ".join(caught.value.messages)


@pytest.mark.parametrize("kind", ["dissolved", "moved", "renamed"])
def test_all_is_as_it_was_and_the_change_keeps_who_when_and_why(administrator, staff, depot, elsewhere, kind):
    make_membership(make_user(), depot, Role.STAFF, until=date(2020, 12, 31))
    make_membership(make_user(), depot, Role.STAFF, since=TODAY)
    before = stored()
    changes(depot, elsewhere, administrator)[kind]()
    assert stored() != before

    change = take_back(depot, administrator)

    assert stored() == before
    assert (change.undone_by, change.undone_why, change.undone_at is not None) == (administrator, WHY, True)
    assert refusal_of_again(change, administrator) == "Thay đổi này đã được thu hồi."


@pytest.mark.parametrize("kind", ["dissolved", "moved", "renamed"])
def test_who_may_not_change_the_unit_so_takes_nothing_back(administrator, outsider, depot, elsewhere, kind):
    changes(depot, elsewhere, administrator)[kind]()
    change = last_change(depot.changes.all())
    with pytest.raises(PermissionDenied):
        take_back_change(change, reason=WHY, by=outsider)
    assert UnitChange.objects.get(pk=change.pk).undone_at is None


def refusal_of_again(change, by) -> str:
    with pytest.raises(Refused) as caught:
        take_back_change(change, reason=WHY, by=by)
    return caught.value.messages[0]


def test_after_a_name_was_taken_back_an_earlier_day_is_free_again(administrator, depot, elsewhere):
    changes(depot, elsewhere, administrator)["renamed"]()
    take_back(depot, administrator)

    rename_unit(depot, name="Kho khác", short_name="", effective=date(2020, 6, 1), by=administrator, decision="5")

    assert Unit.objects.get(pk=depot.pk).name == "Kho khác"


def test_only_the_last_change_is_taken_back(administrator, depot, elsewhere):
    todo = changes(depot, elsewhere, administrator)
    todo["moved"]()
    first = last_change(depot.changes.all())
    dissolve_unit(depot, effective=TODAY, by=administrator, decision="5/QĐ")

    with pytest.raises(Refused, match="sau đó"):
        take_back_change(first, reason=WHY, by=administrator)


def test_the_creation_of_a_unit_is_not_taken_back(administrator, department, depot):
    unit = create_unit(code="T", name="Trạm", kind=depot.kind, parent=department, by=administrator)

    with pytest.raises(Refused, match="giải thể"):
        take_back_change(unit.changes.get(), reason=WHY, by=administrator)


def test_a_unit_whose_superior_was_dissolved_since_stays_dissolved(
    administrator, department, depot, workshop, elsewhere
):
    for unit in (depot, workshop, department):
        dissolve_unit(unit, effective=DAY, by=administrator, decision="4/QĐ")

    assert f"{department} đã giải thể" in refusal(depot, administrator)


def test_a_unit_does_not_come_back_below_one_that_stands_below_it_now(administrator, department, depot, elsewhere):
    move_unit(depot, parent=elsewhere, effective=date(2020, 6, 1), by=administrator, decision="1")
    move_unit(department, parent=depot, effective=DAY, by=administrator, decision="2")

    assert "là cấp dưới của đơn vị" in refusal(depot, administrator)


def test_sheets_handed_in_under_the_new_superior_rest_on_a_move(administrator, commander, depot, elsewhere, sheets):
    changes(depot, elsewhere, administrator)["moved"]()
    report = depot.reports.get(round=sheets[3])
    ReportEvent.objects.create(report=report, kind="submitted", by=commander, at=timezone.now())

    assert refusal(depot, administrator).startswith(f"{depot}, phiếu quý III/2020: “Đã trình” ngày")


def test_the_superior_that_approved_without_the_unit_rests_on_its_end(
    administrator, department, depot, elsewhere, sheets
):
    changes(depot, elsewhere, administrator)["dissolved"]()
    report = make_report(department, sheets[3], state=Report.State.APPROVED)
    ReportEvent.objects.create(report=report, kind="approved", by=administrator, at=timezone.now())

    assert refusal(depot, administrator).startswith(f"Phiếu quý III/2020 của {department} đã được duyệt")


@pytest.mark.parametrize(
    ("kind", "issuer"), [("renamed", "depot"), ("moved", "department"), ("dissolved", "department")]
)
def test_papers_issued_since_rest_on_a_change(request, administrator, depot, elsewhere, kind, issuer):
    changes(depot, elsewhere, administrator)[kind]()
    unit = request.getfixturevalue(issuer)
    make_issued_paper(unit, make_user("", (unit, Role.COMMANDER)), "7/DS", day=TODAY)

    assert "7/DS" in refusal(depot, administrator)
