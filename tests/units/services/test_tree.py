"""Dated changes of the tree: what they write, and what they refuse."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from emulation.models import Lineage, Report, Round
from emulation.services.rounds import set_up_rounds
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_membership,
    make_unit,
    make_unit_kind,
    make_user,
    root_administrator,
)
from units.errors import Refused
from units.models import Placement, Role, Unit, UnitChange
from units.reports.lineages import superiors_on
from units.services import (
    TreeChange,
    after_tree_change,
    correct_unit,
    create_unit,
    dissolve_unit,
    move_unit,
    rename_unit,
)

TODAY = date(2020, 7, 20)
DAY = date(2020, 7, 1)


@pytest.fixture(autouse=True)
def _today(set_today):
    set_today(TODAY)


def created(parent, code="NEW", **fields):
    """A unit made as an administrator makes it."""
    return create_unit(code=code, name=code, kind=make_unit_kind(), parent=parent, by=None, **fields)


@pytest.fixture
def announced():
    """What the tree told the higher apps."""
    heard: list[TreeChange] = []
    after_tree_change.append(heard.append)
    yield heard
    after_tree_change.remove(heard.append)


def reload(unit: Unit) -> Unit:
    return Unit.objects.get(pk=unit.pk)


def refused(service, *args, **fields) -> str | None:
    """The field that the refusal names."""
    with pytest.raises(Refused) as caught:
        service(*args, **fields)
    return caught.value.field


# ── create ────────────────────────────────────────────────────────────────


def test_create_unit_writes_place_path_and_history(administrator, department, announced):
    unit = create_unit(
        code="K9", name="Kho  K9 ", kind=make_unit_kind(), parent=department, by=administrator,
        established=DAY, decision="12/QĐ", reason="Tách kho",
    )  # fmt: skip

    assert unit.name == "Kho K9"
    assert unit.path == department.path + f"{unit.pk:06d}"
    assert list(unit.placements.values_list("parent", "since", "until")) == [(department.pk, DAY, None)]
    change = unit.changes.get()
    assert (change.kind, change.effective, change.decision, change.reason, change.by) == (
        "created", DAY, "12/QĐ", "Tách kho", administrator,
    )  # fmt: skip
    assert announced == [TreeChange([unit.pk], DAY, {department.pk})]


def test_create_unit_refuses_a_second_root(region):
    assert refused(create_unit, code="R2", name="R2", kind=make_unit_kind(), parent=None, by=None) == "parent"


def test_create_unit_refuses_a_day_to_come(department):
    assert refused(created, department, established=date(2020, 7, 21)) == "established"


def test_create_unit_refuses_a_superior_that_is_younger(region):
    young = make_unit(region, established=date(2015, 1, 1))

    assert refused(created, young, established=date(2014, 1, 1)) == "established"


def test_create_unit_refuses_a_dissolved_superior(administrator, depot):
    dissolve_unit(depot, effective=DAY, by=administrator, decision="1")

    assert refused(created, depot) == "parent"


def test_create_unit_refuses_a_code_that_is_taken(department, depot):
    with pytest.raises(ValidationError) as caught:
        created(department, "K1")

    assert list(caught.value.message_dict) == ["code"]


def test_create_unit_refuses_the_twenty_first_level(region):
    unit = region
    for _level in range(19):
        unit = make_unit(unit)

    assert len(unit.path) == 120
    assert refused(created, unit) == "parent"


def test_create_unit_makes_the_sheets_of_rounds_already_set_up(region, department):
    make_campaign_indicator(make_campaign(region), make_indicator())
    set_up_rounds(2020)

    unit = created(department, established=DAY)

    quarters = Report.objects.filter(unit=unit).order_by("round__quarter").values_list("round__quarter", flat=True)
    assert list(quarters) == [3, 4]


# ── rename, correct ───────────────────────────────────────────────────────


def test_rename_unit_keeps_the_old_name_in_history_and_finds_the_new(administrator, depot):
    rename_unit(depot, name="Kho Vật tư", short_name="KVT", effective=DAY, by=administrator, decision="2/QĐ")

    depot = reload(depot)
    assert (depot.name, depot.short_name) == ("Kho Vật tư", "KVT")
    assert list(Unit.objects.found_by("vat tu")) == [depot]
    assert list(depot.changes.filter(kind="renamed").values_list("name_before", "name_after")) == [
        ("Unit K1", "Kho Vật tư")
    ]


def test_rename_unit_refuses_the_name_it_has(administrator, depot):
    assert (
        refused(rename_unit, depot, name="Unit  K1", short_name="", effective=DAY, by=administrator, decision="2")
        == "name"
    )


def test_rename_unit_refuses_a_day_before_the_last_renaming(administrator, depot):
    rename_unit(depot, name="A", short_name="", effective=DAY, by=administrator, decision="2")

    assert (
        refused(
            rename_unit, depot, name="B", short_name="", effective=date(2020, 6, 30), by=administrator, decision="3"
        )
        == "effective"
    )


@pytest.mark.parametrize("day", [date(2020, 7, 21), date(2014, 12, 31)], ids=["to come", "before it was established"])
def test_rename_unit_refuses_a_day_outside_the_units_life(administrator, region, day):
    unit = make_unit(region, established=date(2015, 1, 1))

    assert (
        refused(rename_unit, unit, name="B", short_name="", effective=day, by=administrator, decision="3")
        == "effective"
    )


def test_correct_unit_changes_the_sheets_with_the_kind(administrator, region, department, depot):
    workshop = make_unit_kind("workshop")
    row = make_campaign_indicator(make_campaign(region), make_indicator(), kinds=[workshop])
    set_up_rounds(2020)
    assert not Report.objects.filter(unit=depot).exists()

    correct_unit(depot, kind=workshop, order=3, short_name="X", by=administrator)

    assert (reload(depot).kind, reload(depot).order, reload(depot).short_name) == (workshop, 3, "X")
    assert Report.objects.filter(unit=depot).count() == len(row.asked_quarters)


def test_correct_unit_without_another_kind_touches_no_round(administrator, depot, announced):
    correct_unit(depot, kind=depot.kind, order=3, short_name="", by=administrator)

    assert announced == []


# ── move ──────────────────────────────────────────────────────────────────


def move(unit, parent, day=DAY):
    move_unit(unit, parent=parent, effective=day, by=root_administrator(), decision="3/QĐ", reason="Điều chuyển")


def test_move_unit_takes_the_branch_along_and_keeps_the_past(department, depot, elsewhere, announced):
    store = make_unit(depot)

    move(depot, elsewhere)

    depot, store = reload(depot), reload(store)
    assert depot.path == elsewhere.path + f"{depot.pk:06d}"
    assert store.path == depot.path + f"{store.pk:06d}"
    assert list(depot.placements.order_by("pk").values_list("parent", "since", "until")) == [
        (department.pk, None, DAY), (elsewhere.pk, DAY, None),
    ]  # fmt: skip
    assert superiors_on(depot, date(2020, 6, 30))[-2] == department.pk
    assert superiors_on(depot, DAY)[-2] == elsewhere.pk
    change = depot.changes.get(kind="moved")
    assert (change.parent_before, change.parent_after, change.effective) == (department, elsewhere, DAY)
    assert announced[-1] == TreeChange([depot.pk], DAY, {department.pk, elsewhere.pk})


def test_move_unit_moves_the_lineages_of_rounds_that_end_later(region, department, depot, elsewhere):
    make_campaign_indicator(make_campaign(region), make_indicator())
    set_up_rounds(2020)

    move(depot, elsewhere)

    parents = Lineage.objects.filter(unit=depot).order_by("round__quarter").values_list("parent", flat=True)
    assert list(parents) == [department.pk, department.pk, elsewhere.pk, elsewhere.pk]


@pytest.mark.parametrize("below", [0, 1, 2])
def test_move_unit_below_itself_is_refused(department, depot, below):
    target = [department, depot, make_unit(depot)][below]

    assert refused(move, department, target) == "parent"
    assert Placement.objects.filter(unit=department, until=None).count() == 1


def test_move_unit_below_what_stood_below_it_on_the_day_is_refused(region, department, depot, elsewhere):
    """Both moves would hold on 2 July, and the two units would be below each other."""
    move(depot, elsewhere, date(2020, 7, 10))

    assert refused(move, department, depot, date(2020, 7, 2)) == "parent"


def test_move_unit_to_where_it_stands_is_refused(department, depot):
    assert refused(move, depot, department) == "parent"


def test_move_unit_before_its_last_move_is_refused(department, depot, elsewhere):
    move(depot, elsewhere)

    assert refused(move, depot, department, DAY) == "effective"


def test_move_unit_under_a_superior_that_did_not_exist_is_refused(region, depot):
    young = make_unit(region, established=date(2020, 7, 10))

    assert refused(move, depot, young, DAY) == "effective"


def test_move_unit_of_the_root_is_refused(region, depot):
    assert refused(move, region, depot) is None


def test_move_unit_of_a_dissolved_unit_is_refused(administrator, depot, elsewhere):
    dissolve_unit(depot, effective=DAY, by=administrator, decision="1")

    assert refused(move, depot, elsewhere, date(2020, 7, 5)) == "effective"


def test_move_unit_deeper_than_twenty_levels_is_refused(region, department, depot):
    unit = make_unit(region)
    for _level in range(17):
        unit = make_unit(unit)  # the last stands on level 19
    make_unit(depot)  # would stand on level 21

    assert refused(move, depot, unit) == "parent"


def test_move_unit_writes_nothing_when_it_is_refused(department, depot, announced):
    before = list(Placement.objects.values())

    refused(move, depot, depot)

    assert list(Placement.objects.values()) == before
    assert announced == []
    assert not UnitChange.objects.filter(kind="moved").exists()


# ── dissolve ──────────────────────────────────────────────────────────────


def dissolve(unit, day=DAY):
    dissolve_unit(unit, effective=day, by=root_administrator(), decision="4/QĐ")


def test_dissolve_unit_ends_it_on_the_day(department, depot, announced):
    dissolve(depot)

    depot = reload(depot)
    assert (depot.dissolved, depot.ended) == (DAY, True)
    assert depot.changes.get(kind="dissolved").parent_before == department
    assert announced[-1] == TreeChange([depot.pk], DAY, {department.pk})


def test_dissolve_unit_with_subordinates_is_refused(department, depot):
    assert refused(dissolve, department) is None


def test_dissolve_unit_whose_subordinates_have_moved_away_is_allowed(department, depot, elsewhere):
    move(depot, elsewhere)

    dissolve(department)

    assert reload(department).ended


def test_dissolve_unit_on_a_day_when_a_subordinate_still_stood_below_it_is_refused(department, depot, elsewhere):
    move(depot, elsewhere)

    assert refused(dissolve, department, date(2020, 6, 30)) is None


def test_dissolve_unit_after_its_subordinates_is_allowed(department, depot):
    dissolve(depot)

    dissolve(department)

    assert reload(department).ended


def test_dissolve_unit_on_the_day_it_was_established_is_refused(region):
    unit = make_unit(region, established=DAY)

    assert refused(dissolve, unit) == "effective"


def test_dissolve_unit_of_the_root_is_refused(region):
    assert refused(dissolve, region) is None


def test_dissolve_unit_twice_is_refused(department, depot):
    dissolve(depot)

    assert refused(dissolve, depot) == "effective"


def test_dissolve_unit_takes_the_empty_sheets_of_later_rounds(region, depot):
    make_campaign_indicator(make_campaign(region), make_indicator())
    set_up_rounds(2020)

    dissolve(depot)

    rounds = Round.objects.filter(reports__unit=depot).order_by("quarter").values_list("quarter", flat=True)
    assert list(rounds) == [1, 2]


def test_dissolve_unit_ends_the_roles_there_with_it(depot):
    user, future = make_user("", (depot, Role.STAFF)), make_membership(make_user(), depot, since=date(2020, 7, 10))
    past = make_membership(make_user(), depot, until=date(2020, 1, 31))
    today = make_membership(make_user(), depot, since=TODAY)

    dissolve(depot)

    ends = dict(depot.memberships.values_list("pk", "until"))
    assert ends == {
        user.memberships.get().pk: date(2020, 6, 30), future.pk: date(2020, 7, 10), past.pk: date(2020, 1, 31),
        today.pk: date(2020, 7, 19),
    }  # fmt: skip


def test_dissolve_unit_leaves_the_roles_for_unfinished_sheets_on_request(depot):
    user = make_user("", (depot, Role.STAFF))

    dissolve_unit(depot, effective=DAY, by=root_administrator(), decision="4/QĐ", keep_roles=True)

    assert user.memberships.get().until is None


def test_history_is_newest_first_and_what_was_always_comes_last(administrator, depot, elsewhere):
    rename_unit(depot, name="A", short_name="", effective=date(2019, 1, 1), by=administrator, decision="2")
    move(depot, elsewhere)

    assert [change.kind for change in depot.changes.all()] == ["moved", "renamed", "created"]


# ── who ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "change",
    [
        lambda depot, by: create_unit(code="N", name="N", kind=depot.kind, parent=depot, by=by),
        lambda depot, by: rename_unit(depot, name="N", short_name="", effective=DAY, by=by, decision="1"),
        lambda depot, by: correct_unit(depot, kind=depot.kind, order=3, short_name="", by=by),
        lambda depot, by: move_unit(depot, parent=Unit.objects.get(code="CHC"), effective=DAY, by=by, decision="1"),
        lambda depot, by: dissolve_unit(depot, effective=DAY, by=by, decision="1"),
    ],
    ids=["create", "rename", "correct", "move", "dissolve"],
)
def test_who_does_not_administer_the_unit_changes_nothing(depot, department, elsewhere, outsider, staff, change):
    beside = make_user("beside", (elsewhere, Role.ADMINISTRATOR))
    for by in (outsider, staff, beside):
        with pytest.raises(PermissionDenied):
            change(depot, by)
    assert UnitChange.objects.filter(unit__code="N").count() == 0
    assert [kind for kind in depot.changes.values_list("kind", flat=True) if kind != "created"] == []


def test_administrator_leaves_their_own_top_in_its_place_and_moves_nothing_out_of_reach(depot, department, elsewhere):
    """Its place belongs to the superior, and the new superior has to be in the branch, too."""
    own, above = make_user("own", (depot, Role.ADMINISTRATOR)), make_user("above", (department, Role.ADMINISTRATOR))
    for by in (own, above):
        with pytest.raises(PermissionDenied):
            move_unit(depot, parent=elsewhere, effective=DAY, by=by, decision="1")
    with pytest.raises(PermissionDenied):
        dissolve_unit(depot, effective=DAY, by=own, decision="1")
