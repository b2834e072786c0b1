"""Units from files. Messages are English: commands have no localisation."""

from datetime import date

import pytest
from django.utils import translation

from emulation.models import Lineage, Report
from emulation.services.rounds import set_up_rounds
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_unit,
    make_user,
    root_administrator,
)
from units.errors import Refused
from units.loading import COLUMNS, Loaded, load_units
from units.models import Placement, Role, Unit, UnitChange
from units.services import TreeChange, after_tree_change, dissolve_unit, move_unit

DAY = date(2020, 7, 1)


@pytest.fixture(autouse=True)
def _setting(units_catalogue, set_today):
    set_today(date(2020, 7, 20))
    with translation.override("en"):
        yield


def rows(text: str) -> list:
    """Lines `code,name,short_name,kind,parent,established,dissolved`; what is left out at the end is empty."""
    lines = [line.strip().split(",") for line in text.strip().splitlines()]
    return [
        (number, dict(zip(COLUMNS, [*line, *[""] * len(COLUMNS)], strict=False)))
        for number, line in enumerate(lines, start=2)
    ]


def errors(text: str, **options) -> list[str]:
    before = list(Unit.objects.order_by("pk").values()), list(Placement.objects.order_by("pk").values())
    with pytest.raises(Refused) as caught:
        load_units(rows(text), **{"by": None} | options)
    assert (list(Unit.objects.order_by("pk").values()), list(Placement.objects.order_by("pk").values())) == before
    return caught.value.messages


TREE = """
    K1,Kho K1,K1,depot,CKT,2015-01-01
    QK,Quân khu,QK,region,
    CKT,Cục  Kỹ thuật,,department,QK
"""


def test_load_units_builds_the_tree_of_an_empty_base():
    loaded = load_units(rows(TREE), by=None)

    units = {unit.code: unit for unit in Unit.objects.select_related("kind")}
    assert loaded == Loaded(created=3, changed=0, unchanged=0)
    assert units["QK"].path == f"{units['QK'].pk:06d}"
    assert units["K1"].path == units["CKT"].path + f"{units['K1'].pk:06d}"
    assert (units["CKT"].name, units["CKT"].kind.code) == ("Cục Kỹ thuật", "department")
    assert list(units["K1"].placements.values_list("parent", "since", "until")) == [
        (units["CKT"].pk, date(2015, 1, 1), None)
    ]
    assert list(Unit.objects.found_by("cuc ky thuat")) == [units["CKT"]]


def test_load_units_keeps_the_order_of_the_file():
    load_units(rows(TREE), by=None)

    assert list(Unit.objects.values_list("code", flat=True)) == ["K1", "QK", "CKT"]


def test_load_units_writes_the_history_of_each_unit(administrator):
    load_units(rows("K1,Kho K1,,depot,QK,2010-01-01,2019-01-01"), by=administrator)

    changes = UnitChange.objects.filter(unit__code="K1").values_list("kind", "effective", "by")
    assert list(changes) == [
        ("dissolved", date(2019, 1, 1), administrator.pk),
        ("created", date(2010, 1, 1), administrator.pk),
    ]


def test_load_units_stores_names_in_nfc():
    load_units(rows("QK,Qua\u0302n khu,,region,"), by=None)

    assert Unit.objects.get().name == "Quân khu"


def test_load_units_makes_the_sheets_of_rounds_already_set_up(region):
    make_campaign_indicator(make_campaign(region), make_indicator())
    set_up_rounds(2020)

    load_units(rows("A,A,,depot,QK\nB,B,,depot,A,2020-07-01"), by=None)

    sheets = Report.objects.order_by("unit__code", "round__quarter").values_list("unit__code", "round__quarter")
    assert [row for row in sheets if row[0] in "AB"] == [("A", 1), ("A", 2), ("A", 3), ("A", 4), ("B", 3), ("B", 4)]
    leaf = Lineage.objects.filter(unit__code="A").order_by("round__quarter").values_list("is_leaf", flat=True)
    assert list(leaf) == [True, True, False, False]


def test_load_units_tells_the_higher_apps_once():
    heard: list[TreeChange] = []
    after_tree_change.append(heard.append)
    try:
        load_units(rows(TREE), by=None)
    finally:
        after_tree_change.remove(heard.append)

    assert [(len(change.units), change.since) for change in heard] == [(3, None)]


def test_load_units_asks_as_often_for_one_unit_as_for_three(region, django_assert_num_queries):
    with django_assert_num_queries(11):
        load_units(rows("A,A,,depot,QK"), by=None)
    with django_assert_num_queries(11):
        load_units(rows("B,B,,depot,QK\nC,C,,depot,B\nD,D,,depot,C"), by=None)


def test_load_units_takes_full_width_letters_for_usual_ones_and_names_those_that_only_look_like_them(region):
    load_units(rows("Ｋ１,Kho,,depot,ＱＫ"), by=None)
    assert Unit.objects.get(code="K1").path.startswith(region.path)
    assert errors("К2,Kho,,depot,QK") == [
        "Row 2: “К2” is not a code. Character 1, “К” (CYRILLIC CAPITAL LETTER KA), is no usual letter or digit,"
        " though it may look like one. Type it anew."
    ]


@pytest.mark.parametrize("code", ["K 1", "K" * 33, "Khố", ""])
def test_load_units_refuses_a_wrong_code(region, code):
    assert errors(f"{code},Kho,,depot,QK") == [
        f"Row 2: “{code}” is not a code: up to 32 letters, digits, full stops, hyphens and underscores."
    ]


KINDS = (
    "Known are: region (Region), department (Department), office (Office), section (Section),"
    " depot (Depot), workshop (Workshop), station (Station), battalion (Battalion), company (Company)."
)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("K1,,,depot,QK", "Row 2: The name is missing."),
        (f"K1,{'x' * 201},,depot,QK", f"Row 2: “{'x' * 201}” is longer than 200 characters."),
        (f"K1,Kho,{'x' * 41},depot,QK", f"Row 2: “{'x' * 41}” is longer than 40 characters."),
        ("K1,Kho,,kho,QK", f"Row 2: There is no kind of unit “kho”. {KINDS}"),
        ("K1,Kho,,depot,XX", "Row 2: There is no unit “XX”."),
        ("K1,Kho,,depot,", "Row 2: The tree has one root, “QK”; name the superior."),
        ("K1,Kho,,depot,K1", "Row 2: The unit “K1” would stand below itself."),
        ("K1,Kho,,depot,QK,01/07/2020", "Row 2: “01/07/2020” is not a date; write it as 2020-07-31."),
        ("K1,Kho,,depot,QK,2020-07-21", "Row 2: Record a change of the tree on the day it takes effect, not before."),
        ("K1,Kho,,depot,QK,2020-01-01,2020-01-01", "Row 2: A unit is dissolved after it was established."),
        ("QK,Quân khu,,region,", "Row 2: There is a unit “QK” already."),
        ("qk,Quân khu,,region,QK", "Row 2: There is a unit “QK” already; write its code like that."),
    ],
)  # fmt: skip
def test_load_units_refuses_a_wrong_row(region, line, message):
    assert errors(line) == [message]


def test_load_units_lists_every_error_in_the_order_of_the_rows(region):
    assert errors("K1,,,depot,QK\nK2,Kho,,x,QK,y\nK3,Kho,,depot,K4\nK1,Kho,,depot,QK") == [
        "Row 2: The name is missing.",
        f"Row 3: There is no kind of unit “x”. {KINDS}",
        "Row 3: “y” is not a date; write it as 2020-07-31.",
        "Row 4: There is no unit “K4”.",
        "Row 5: The unit “K1” stands in row 2 already.",
    ]
    assert errors("K1,Kho,,depot,QK\nk1,Kho,,depot,QK") == ["Row 3: The unit “k1” stands in row 2 already."]


def test_load_units_refuses_a_second_root_of_an_empty_base():
    assert errors("QK,Quân khu,,region,\nR2,Quân khu 2,,region,") == [
        "Row 3: The tree has one root, “QK”; name the superior."
    ]


def test_load_units_refuses_units_in_a_ring(region):
    assert errors("A,A,,depot,B\nB,B,,depot,C\nC,C,,depot,A\nD,D,,depot,A") == [
        f"Row {row}: The unit “{code}” would stand below itself." for row, code in enumerate("ABCD", start=2)
    ]


def test_load_units_refuses_the_twenty_first_level():
    levels = [f"L{level},Level,,depot,{f'L{level - 1}' if level else ''}" for level in range(21)]

    assert errors("\n".join(levels)) == ["Row 22: The tree is at most 20 levels deep."]


def test_load_units_takes_twenty_levels():
    levels = [f"L{level},Level,,depot,{f'L{level - 1}' if level else ''}" for level in range(20)]

    assert load_units(rows("\n".join(levels)), by=None).created == 20


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("P,P,,depot,QK,2015-01-01\nK1,Kho,,depot,P,2014-01-01",
         "Row 3: Its superior “P” was established later, on 2015-01-01."),
        ("P,P,,depot,QK,,2019-01-01\nK1,Kho,,depot,P", "Row 3: Its superior “P” was dissolved on 2019-01-01."),
        ("P,P,,depot,QK,,2019-01-01\nK1,Kho,,depot,P,,2019-01-02",
         "Row 3: Its superior “P” was dissolved on 2019-01-01."),
    ],
)  # fmt: skip
def test_load_units_refuses_a_superior_that_does_not_exist_then(region, lines, message):
    assert errors(lines) == [message]


def test_load_units_takes_what_ended_with_its_superior(region):
    assert load_units(rows("P,P,,depot,QK,,2019-01-01\nK1,Kho,,depot,P,,2019-01-01"), by=None).created == 2


# ── by ────────────────────────────────────────────────────────────────────


def test_load_units_outside_the_administrators_branch_is_refused(department, elsewhere):
    user = make_user("", (department, Role.ADMINISTRATOR))

    assert errors("A,A,,depot,CHC\nB,B,,depot,CKT", by=user) == ["Row 2: The unit “A” is not in your branch."]


def test_load_units_does_not_draw_units_into_the_administrators_branch(department, elsewhere):
    user = make_user("", (department, Role.ADMINISTRATOR))

    assert errors("CHC,Elsewhere,,department,CKT", by=user, update=True) == [
        "Row 2: The unit “CHC” is not in your branch."
    ]


def test_load_units_below_a_new_unit_of_the_branch_is_allowed(department):
    user = make_user("", (department, Role.ADMINISTRATOR))

    assert load_units(rows("B,B,,depot,A\nA,A,,depot,CKT"), by=user).created == 2


def test_load_units_needs_the_administrator_role(staff):
    assert errors("A,A,,depot,K1", by=staff) == ["Row 2: The unit “A” is not in your branch."]


# ── update ────────────────────────────────────────────────────────────────


def test_update_twice_changes_nothing():
    load_units(rows(TREE), by=None)

    assert load_units(rows(TREE), by=None, update=True) == Loaded(created=0, changed=0, unchanged=3)


def test_update_corrects_names_and_kinds_with_a_trace():
    load_units(rows(TREE), by=None)

    loaded = load_units(rows("K1,Xưởng X1,X1,workshop,CKT,2015-01-01"), by=None, update=True)

    unit = Unit.objects.get(code="K1")
    assert loaded == Loaded(created=0, changed=1, unchanged=0)
    assert (unit.name, unit.short_name, unit.kind.code) == ("Xưởng X1", "X1", "workshop")
    assert list(Unit.objects.found_by("xuong")) == [unit]


def test_update_corrects_the_superior_from_the_beginning_with_the_whole_branch():
    load_units(rows(f"{TREE.rstrip()}\nCHC,Cục Hậu cần,,department,QK\nK1.1,Kho K1.1,,depot,K1"), by=None)

    load_units(rows("K1,Kho K1,K1,depot,CHC,2015-01-01"), by=None, update=True)

    units = {unit.code: unit for unit in Unit.objects.all()}
    assert units["K1.1"].path.startswith(units["CHC"].path)
    assert list(units["K1"].placements.values_list("parent", "since")) == [(units["CHC"].pk, date(2015, 1, 1))]
    assert units["K1"].changes.filter(kind="moved").count() == 1


def test_update_corrects_the_day_of_establishment_and_the_rounds_follow(region):
    make_campaign_indicator(make_campaign(region), make_indicator())
    set_up_rounds(2020)
    load_units(rows("A,A,,depot,QK,2020-07-01"), by=None)

    load_units(rows("A,A,,depot,QK,2020-04-01"), by=None, update=True)

    assert Placement.objects.get(unit__code="A").since == date(2020, 4, 1)
    assert Report.objects.filter(unit__code="A").count() == 3


def test_update_dissolves():
    load_units(rows(TREE), by=None)

    load_units(rows("K1,Kho K1,K1,depot,CKT,2015-01-01,2020-07-01"), by=None, update=True)

    assert Unit.objects.get(code="K1").dissolved == DAY


def test_update_does_not_dissolve_what_has_subordinates():
    load_units(rows(TREE), by=None)

    assert errors("CKT,Cục Kỹ thuật,,department,QK,,2020-07-01", update=True) == [
        "Row 2: Units still stand under it on that day; move or dissolve them first."
    ]


def test_update_does_not_undo_a_decision(region, department, depot, elsewhere):
    move_unit(depot, parent=elsewhere, effective=DAY, by=root_administrator(), decision="1")
    other = make_unit(region, "K2")
    dissolve_unit(other, effective=DAY, by=root_administrator(), decision="2")

    assert errors("K1,Kho K1,,depot,CKT\nK2,Kho K2,,depot,QK", update=True) == [
        "Row 2: The unit has been moved since; change its place on its page.",
        "Row 3: The unit was dissolved on 2020-07-01; a mistaken dissolution is taken back on the unit's page.",
    ]


def test_update_does_not_put_the_root_below_its_own_branch(region, department):
    assert errors("QK,Quân khu,,region,CKT", update=True) == ["Row 2: The unit “QK” would stand below itself."]


def test_update_does_not_make_a_second_root(department):
    assert errors("CKT,Cục,,department,", update=True) == ["Row 2: The tree has one root, “QK”; name the superior."]
