"""Checklists of their own: who keeps them, and versions that stand still."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from emulation.models import Checklist, ChecklistTemplate, PartyCell
from emulation.services import checklists as service
from emulation.services.definitions import Item
from tests.factories import make_assessment, make_cell, make_own_checklist, make_user
from units.catalogue import load_catalogue
from units.errors import Refused
from units.models import Role

ITEMS = [Item("Một", "One", "4 tốt", "4 goods"), Item("Hai", "", "3 không", "")]


def test_version_in_use_stands_still_and_the_next_begins_later(depot, administrator):
    checklist = make_own_checklist()
    make_assessment(checklist, depot, period="Q3")
    with pytest.raises(Refused) as refused:
        service.save_version(checklist.versions.get(), items=ITEMS, by=administrator)
    assert refused.value.field == "since"
    for quarter in (2, 3):
        version = ChecklistTemplate(checklist=checklist, since=2020, quarter=quarter)
        with pytest.raises(Refused):
            service.save_version(version, items=ITEMS, by=administrator)
    service.save_version(ChecklistTemplate(checklist=checklist, since=2020, quarter=4), items=ITEMS, by=administrator)
    found = checklist.versions.first().items.values_list("group", "text", "text_en")
    assert list(found) == [("4 tốt", "Một", "One"), ("3 không", "Hai", "")]


def test_period_belongs_to_its_last_quarter(depot, administrator):
    checklist = make_own_checklist()
    make_assessment(checklist, depot, period="H1")
    with pytest.raises(Refused):
        service.save_version(
            ChecklistTemplate(checklist=checklist, since=2020, quarter=2), items=ITEMS, by=administrator
        )
    service.save_version(ChecklistTemplate(checklist=checklist, since=2020, quarter=3), items=ITEMS, by=administrator)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"rule": "least", "least": 3}, "least"),
        ({"rule": "group", "rule_group": "5 chống"}, "rule_group"),
        ({"rule": "mean", "maximum": Decimal(10), "mark": Decimal(8)}, "rule"),
    ],
)
def test_rule_fits_the_items(administrator, columns, field):
    version = ChecklistTemplate(checklist=make_own_checklist(), since=2021, **columns)
    with pytest.raises(Refused) as refused:
        service.save_version(version, items=ITEMS, by=administrator)
    assert refused.value.field == field


def test_mark_lies_within_the_scores(administrator):
    checklist = make_own_checklist(answers="score", rule="mean", maximum=Decimal(10), mark=Decimal(8))
    version = {"checklist": checklist, "since": 2021, "rule": "mean"}
    with pytest.raises(Refused) as refused:
        service.save_version(
            ChecklistTemplate(**version, maximum=Decimal(10), mark=Decimal(11)), items=ITEMS, by=administrator
        )
    assert refused.value.field == "mark"
    classes = [("Tốt", "", Decimal(8)), ("Khá", "", Decimal(8))]
    with pytest.raises(Refused) as refused:
        service.save_version(
            ChecklistTemplate(**version, maximum=Decimal(10), mark=Decimal(8)), items=ITEMS, classes=classes,
            by=administrator,
        )  # fmt: skip
    assert refused.value.field == "classes"


def test_staff_keep_the_lists_of_their_unit(region, department, depot, administrator, staff):
    planner = make_user("planner", (department, Role.STAFF))
    root = make_user("root", (region, Role.STAFF))
    own, house = make_own_checklist(owner=department), make_own_checklist()
    users = (administrator, root, planner, staff)
    assert [service.may_write(user, own) for user in users] == [True, False, True, False]
    assert [service.may_write(user, house) for user in users] == [True, True, False, False]
    own.owner = depot
    with pytest.raises(PermissionDenied):
        service.save(own, by=planner)


def test_lists_are_read_where_they_are_used(department, elsewhere, staff, outsider):
    house, own = make_own_checklist(), make_own_checklist(owner=department)
    beside = make_own_checklist(owner=elsewhere)
    assert set(Checklist.objects.visible_to(staff)) == {house, own}
    assert set(Checklist.objects.visible_to(outsider)) == {house, beside}


def test_what_a_list_assesses_stays_once_it_is_used(depot, administrator):
    checklist = make_own_checklist()
    make_assessment(checklist, depot)
    checklist.body = "cell"
    with pytest.raises(Refused) as refused:
        service.save(checklist, by=administrator)
    assert refused.value.field == "body"


def test_staff_keep_the_party_cells_of_their_unit(depot, workshop, staff):
    service.save_cell(PartyCell(unit=depot, name="Chi bộ Đỏ"), by=staff)
    assert PartyCell.objects.found_by("chi bo do").count() == 1
    with pytest.raises(PermissionDenied):
        service.save_cell(make_cell(workshop), by=staff)


def test_no_shipped_wording_passes_for_official(db):
    load_catalogue()
    shipped = ChecklistTemplate.objects.exclude(checklist=None)
    found = {row.checklist.code: (row.wording, row.items.count()) for row in shipped.select_related("checklist")}
    assert found == {
        "4T3K": ("placeholder", 7), "3D5C": ("placeholder", 8), "VMTD": ("unconfirmed", 5),
        "CVD50": ("unconfirmed", 4), "BDCH5": ("placeholder", 5), "PCST": ("placeholder", 3),
    }  # fmt: skip
    placeholders = shipped.filter(wording="placeholder").values_list("items__text", flat=True)
    assert all(text.startswith("[Chờ nhập]") for text in placeholders)
    assert set(ChecklistTemplate.objects.filter(checklist=None).values_list("wording", flat=True)) == {"unconfirmed"}
