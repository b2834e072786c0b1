from datetime import date

from emulation.models import Unfed, UnfedItem
from tests.constraints import assert_refused
from tests.factories import make_indicator, make_report, make_rounds


def test_what_a_register_holds_for_a_cell_is_kept_once(depot):
    cell = {"report": make_report(depot, make_rounds()[1]), "indicator": make_indicator("count", "COUNT"),
            "first": date(2020, 1, 1), "last": date(2020, 3, 31)}  # fmt: skip
    Unfed.objects.create(**cell)
    assert_refused(Unfed(**cell), "unfed_once_a_cell")


def test_what_a_register_says_of_an_item_is_kept_once(depot):
    line = make_indicator("checklist", "FOUR")
    report = make_report(depot, make_rounds()[1])
    row = Unfed.objects.create(report=report, indicator=line, first=date(2020, 1, 1), last=date(2020, 3, 31))
    answer = {"unfed": row, "item": line.templates.get().items.first(), "state": "met"}
    UnfedItem.objects.create(**answer)
    assert_refused(UnfedItem(**answer), "unfeditem_once")
