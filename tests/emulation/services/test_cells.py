"""Saving cells: figures, their trace, and two people on one cell."""

from decimal import Decimal

import pytest

from emulation.checks import Entry
from emulation.models import Report, Result, ResultChange
from emulation.reports.plain_figures import snapshot
from emulation.services import sheets
from emulation.services.cells import CellChange, Conflict
from emulation.services.entry import save_cells
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_result,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role


@built_once
def prizes(region):
    indicator = make_indicator("count", "PRIZES")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@built_once
def report(depot, prizes):
    return make_rounds()[1].reports.select_related("round", "lineage", "unit").get(unit=depot)


def number(value):
    return Entry(numerator=Decimal(value))


def save(report, indicator, entry, user, seen=None):
    return save_cells(report, [CellChange(indicator.pk, entry, seen)], by=user)


def test_first_figure_makes_the_sheet_a_draft(report, prizes, staff):
    saved = save(report, prizes, number(5), staff, "")
    assert saved.state == Report.State.DRAFT
    assert report.results.get().numerator == 5


def test_same_figure_again_changes_nothing(report, prizes, staff):
    save(report, prizes, number(5), staff)
    mark = report.results.get().mark
    save(report, prizes, number(5), staff)
    assert report.results.get().mark == mark
    assert report.changes.count() == 1


def test_figure_is_cleared(report, prizes, staff):
    save(report, prizes, number(5), staff)
    save(report, prizes, None, staff)
    assert not report.results.exists()
    assert report.changes.get().after is None


def test_changes_of_one_person_in_a_draft_are_one_row(report, prizes, staff):
    for value in (5, 6, 7):
        save(report, prizes, number(value), staff)
    change = report.changes.get()
    assert (change.before, change.after["numerator"], change.by) == (None, "7", staff)


def test_changes_of_two_people_alternate(report, prizes, staff, depot):
    other = make_user("other", (depot, Role.STAFF))
    for user, value in ((staff, 5), (other, 6), (staff, 7), (staff, 8)):
        save(report, prizes, number(value), user)
    found = [(c.by, (c.before or {}).get("numerator"), c.after["numerator"]) for c in report.changes.order_by("pk")]
    assert found == [(staff, None, "5"), (other, "5", "6"), (staff, "6", "8")]


def test_change_after_hand_in_is_a_row_of_its_own(report, prizes, staff, commander, reviewer):
    save(report, prizes, number(5), staff)
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    sheets.send_back(report, by=reviewer, reason="Please count the prizes again.")
    save(report, prizes, number(6), staff)
    found = [
        (c.sealed, (c.before or {}).get("numerator"), c.after["numerator"]) for c in report.changes.order_by("pk")
    ]
    assert found == [(True, None, "5"), (False, "5", "6")]


def test_save_over_somebody_elses_figure_is_refused(report, prizes, staff, depot):
    other = make_user("other", (depot, Role.STAFF))
    save(report, prizes, number(5), other, "")
    with pytest.raises(Conflict) as refused:
        save(report, prizes, number(6), staff, "")
    assert refused.value.stored[prizes.pk].numerator == 5
    assert report.results.get().numerator == 5


def test_save_of_what_somebody_else_saved_is_no_conflict(report, prizes, staff, depot):
    other = make_user("other", (depot, Role.STAFF))
    save(report, prizes, number(5), other, "")
    save(report, prizes, number(5), staff, "")
    assert report.results.get().numerator == 5


def test_figure_cleared_and_typed_again_meanwhile_is_a_conflict(report, prizes, staff, depot):
    other = make_user("other", (depot, Role.STAFF))
    save(report, prizes, number(5), staff)
    seen = report.results.get().mark
    save(report, prizes, None, other)
    save(report, prizes, number(7), other)
    with pytest.raises(Conflict):
        save(report, prizes, number(6), staff, seen)


def test_nothing_is_written_when_one_of_several_cells_is_in_conflict(report, prizes, staff, depot):
    second = make_indicator("count", "HOUSES")
    other = make_user("other", (depot, Role.STAFF))
    save(report, prizes, number(5), other, "")
    with pytest.raises(Conflict) as refused:
        save_cells(report, [CellChange(second.pk, number(1), ""), CellChange(prizes.pk, number(6), "")], by=staff)
    assert list(refused.value.stored) == [prizes.pk]
    assert report.results.count() == 1


def test_checklist_counts_its_items(report, staff):
    checklist = make_indicator("checklist", "MODEL", items=4)
    items = list(checklist.templates.get().items.all())
    answers = dict(zip([item.pk for item in items], ["met", "met", "not_met", "not_applicable"], strict=True))
    save(report, checklist, Entry(items=answers), staff)
    result = report.results.get()
    assert (result.numerator, result.denominator, result.items.count()) == (2, 3, 4)
    save(report, checklist, Entry(status="nil", reason="No cell was formed."), staff)
    assert result.items.count() == 0


def test_edit_clears_the_stamp_of_readiness(report, prizes, staff):
    save(report, prizes, number(5), staff)
    sheets.mark_ready(report, by=staff)
    assert save(report, prizes, number(6), staff).ready_by is None


@pytest.mark.parametrize("state", ["submitted", "in_review", "approved"])
def test_sheet_that_was_handed_in_stands_still(depot, report, prizes, staff, state):
    make_report(depot, report.round, {prizes: 5}, state=state)
    with pytest.raises(Refused):
        save(report, prizes, number(6), staff)
    assert report.results.get().numerator == 5


def test_only_returned_and_missing_lines_are_open(report, prizes, staff, commander, reviewer):
    save(report, prizes, number(5), staff)
    houses = make_indicator("count", "HOUSES")
    save(report, houses, number(1), staff)
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    sheets.send_back(report, by=reviewer, lines={prizes.pk: "Please count the prizes again."})
    save(report, prizes, number(6), staff)
    with pytest.raises(Refused):
        save(report, houses, number(2), staff)
    assert sorted(report.results.values_list("numerator", flat=True)) == [1, 6]


def test_number_of_statements_does_not_grow_with_cells(report, prizes, staff, django_assert_num_queries):
    others = [make_indicator("count") for _i in range(4)]
    save(report, prizes, number(5), staff)
    with django_assert_num_queries(8):
        save_cells(report, [CellChange(pk.pk, number(2), "") for pk in others[:1]], by=staff)
    with django_assert_num_queries(8):
        save_cells(report, [CellChange(pk.pk, number(2), "") for pk in others[1:]], by=staff)


def test_snapshot_has_only_what_is_there(report, prizes):
    result = make_result(report, prizes, "2.50")
    assert snapshot(result) == {"status": "reported", "numerator": "2.5"}
    assert snapshot(None) is None
    assert Result.objects.count() == 1
    assert ResultChange.objects.count() == 0
