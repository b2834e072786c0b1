"""Figures that a register feeds: written into open sheets, shown beside closed ones."""

from datetime import date
from decimal import Decimal
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulation.checks import Entry
from emulation.feeds import SOURCES
from emulation.models import Feed, Report, ResultChange
from emulation.reports.explain import explain
from emulation.reports.feeds import span_of
from emulation.reports.lines import SheetReading
from emulation.reports.review import read_review
from emulation.reports.sheets import read_sheet
from emulation.services import activities, assessments, incidents, initiatives, sheets, weak_points
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from emulation.services.feeds import follow, settle
from emulation.services.rounds import set_up_drive_round, set_up_rounds
from emulation.services.summaries import differences
from tests.emulation.services.feeds.steps import DAY, SAYS_NOTHING, again, record, remove, standing
from tests.emulation.services.test_locks import meanwhile
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_feed,
    make_indicator,
    make_initiative,
    make_person,
    make_report,
    plain_source,
)
from units.errors import Refused
from units.services import dissolve_unit

# ── following ─────────────────────────────────────────────────────────────


def test_entries_are_counted_on_the_open_sheet_with_their_trace(report, works, depot, reviewer, staff):
    record(depot, by=reviewer)
    second = record(depot, by=reviewer)
    record(depot, date(2020, 3, 31), by=staff)
    remove(second, by=staff)
    trace = [
        (c.way, c.by, (c.before or {}).get("numerator"), c.after["numerator"]) for c in report.changes.order_by("pk")
    ]
    way = ResultChange.Way.REGISTER
    assert trace == [
        (way, reviewer, None, "1"),
        (way, reviewer, "1", "2"),
        (way, staff, "2", "3"),
        (way, staff, "3", "2"),
    ]
    assert again(report).state == Report.State.DRAFT
    assert standing(report, works) == 2


def test_last_entry_that_goes_leaves_the_cell_missing_not_zero(report, works, depot, staff):
    row = record(depot, by=staff)
    remove(row, by=staff)
    assert standing(report, works) is None


@pytest.mark.parametrize("when", ["before the end", "after the end"])
def test_entries_of_a_unit_that_ended_inside_the_quarter_keep_its_sheet(
    works, depot, staff, administrator, set_today, when
):
    """Entered while the round was not open yet, or only when the unit had ended: the sheet takes them over."""
    set_today(date(2020, 3, 20))
    first, *_rest = set_up_rounds(2020)
    if when == "before the end":
        record(depot, by=staff)
    dissolve_unit(depot, effective=date(2020, 3, 18), by=administrator, decision="12/QĐ")
    if when == "after the end":
        record(depot, by=staff)
    [sheet] = Report.objects.with_last_step().filter(unit=depot)
    assert sheet.round == first
    set_today(date(2020, 4, 5))
    settle(sheet, None, by=staff)
    assert standing(sheet, works) == 1
    assert differences(2020)[1] == []


def test_unit_that_ended_keeps_no_sheet_of_quarters_without_entries(works, depot, staff, administrator, set_today):
    set_today(date(2020, 3, 20))
    set_up_rounds(2020)
    dissolve_unit(depot, effective=date(2020, 3, 18), by=administrator, decision="12/QĐ")
    follow(["plain"], [depot.pk], [DAY], by=staff)  # what stood on that day was taken back
    assert not Report.objects.filter(unit=depot).exists()


def test_entry_leaves_alone_what_other_registers_and_other_days_feed(
    report, works, rounds, region, depot, staff, monkeypatch
):  # fmt: skip
    """Figures typed while their feed was off stay, with their notes, when entries of something else come and go."""
    monkeypatch.setitem(SOURCES, "other", plain_source("other"))
    second = Report.objects.get(unit=depot, round=rounds[2])
    beside = make_indicator("count", "BESIDE")
    make_campaign_indicator(make_campaign(region), beside)
    make_feed(beside, register="other")
    Feed.objects.update(active=False)
    typed = Entry(numerator=Decimal(4), note="Counted in the stores.")
    for sheet, indicator in ((report, beside), (second, works)):
        save_cells(sheet, [CellChange(indicator.pk, typed, "")], by=staff)
    Feed.objects.update(active=True)
    remove(record(depot, by=staff), by=staff)
    kept = [sheet.results.get(indicator=row) for sheet, row in ((report, beside), (second, works))]
    assert [(row.numerator, row.note) for row in kept] == [(4, typed.note)] * 2


def test_number_that_no_register_wrote_is_not_erased_with_an_entry(report, works, depot, staff):
    """Typed by hand, unlike one that came from the register and got a note by hand."""
    Feed.objects.update(active=False)
    save_cells(report, [CellChange(works.pk, Entry(numerator=Decimal(4)), "")], by=staff)
    row = make_initiative(make_person(depot), recognised=DAY)
    Feed.objects.update(active=True)
    remove(row, by=staff)
    assert standing(report, works) == 4
    row = record(depot, by=staff)
    noted = Entry(numerator=Decimal(1), note="Of the stores.")
    save_cells(report, [CellChange(works.pk, noted, report.results.get().mark)], by=staff)
    remove(row, by=staff)
    assert standing(report, works) is None


def test_registers_follow_by_the_keys_of_their_sources():
    known = {key for key in SOURCES if key != "plain"}
    assert {*activities.FEEDS, *incidents.FEEDS, *initiatives.FEEDS, *assessments.FEEDS, *weak_points.FEEDS} == known


def test_entry_counts_in_the_round_of_its_day_and_in_its_own_unit(report, works, rounds, depot, department, staff):
    record(depot, date(2020, 4, 1), by=staff)
    record(department, by=staff)
    own = Report.objects.get(unit=department, round=rounds[1])
    second = Report.objects.get(unit=depot, round=rounds[2])
    assert [standing(sheet, works) for sheet in (report, second, own)] == [None, 1, 1]


def test_entry_counts_in_a_peak_drive_by_the_days_of_the_drive(rounds, works, region, depot, staff):
    drive = make_drive(region)
    make_campaign_indicator(drive, works)
    days = {"opens": date(2020, 4, 1), "due": date(2020, 6, 1), "closes": None}
    of_drive = Report.objects.get(unit=depot, round=set_up_drive_round(drive, **days))
    for day in (date(2020, 5, 19), date(2020, 5, 20)):
        record(depot, day, by=staff)
    second = Report.objects.get(unit=depot, round=rounds[2])
    assert [standing(of_drive, works), standing(second, works)] == [1, 2]


def test_entry_overtakes_nil(report, works, depot, staff):
    save_cells(report, [CellChange(works.pk, Entry(status="nil", reason="None."), "")], by=staff)
    record(depot, by=staff)
    assert standing(report, works) == 1


@pytest.mark.parametrize("state", ["submitted", "in_review", "approved"])
def test_sheet_handed_in_stands_still_and_says_what_differs(report, works, depot, staff, state):
    make_report(depot, report.round, {works: 4}, state=state)
    record(depot, by=staff)
    assert standing(report, works) == 4
    row = next(row for row in read_sheet(again(report), editing=False).rows if row.key == works.pk)
    assert (row.unlike, row.fed.mark) == ("The register says 1, the sheet 4.", "from the register: Plain works (1)")
    assert row.fed.address == f"/plain/?unit={depot.pk}&since=2020-01-01&until=2020-03-31"
    reviewed = next(row for row in read_review(again(report)).rows if row.key == works.pk)
    assert reviewed.unlike == row.unlike
    assert f"Indicator WORKS: {row.unlike}" in read_review(again(report)).hindrances


def test_round_that_has_closed_stands_still(report, works, depot, staff):
    report.round.opens, report.round.due, report.round.closes = date(2020, 4, 1), date(2020, 4, 2), date(2020, 4, 3)
    report.round.save()
    record(depot, by=staff)
    assert standing(report, works) is None


def test_only_returned_lines_follow(report, works, depot, staff):
    make_report(depot, report.round, {works: 4}, state="returned")
    other = make_indicator("count")
    report.returned_lines.create(indicator=other, reason="Count again what was counted.")
    record(depot, by=staff)
    assert standing(report, works) == 4


def test_feed_takes_only_rounds_since_its_day_and_what_its_codes_name(report, works, rounds, depot, staff):
    Feed.objects.update(since=date(2020, 4, 1), codes="region nation")
    record(depot, by=staff)
    base = record(depot, date(2020, 5, 1), by=staff)
    second = Report.objects.get(unit=depot, round=rounds[2])
    assert [standing(report, works), standing(second, works)] == [None, None]
    base.level = "region"
    base.save()
    follow(["plain"], [depot.pk], [base.recognised], by=staff)
    assert standing(second, works) == 1


def test_register_of_a_judge_does_not_make_them_part_of_the_sheet(report, depot, reviewer):
    record(depot, by=reviewer)
    assert not sheets.took_part(reviewer, report)


def test_figure_that_changes_calls_the_sheet_back_from_the_commander(report, depot, staff):
    make_report(depot, report.round)
    report.ready_by, report.ready_at = staff, report.state_since
    report.save()
    record(depot, by=staff)
    assert again(report).ready_at is None


@pytest.mark.parametrize(
    ("quarter", "asked", "first"),
    [(2, (1, 2, 3, 4), date(2020, 4, 1)), (2, (2, 4), date(2020, 1, 1)), (4, (2, 4), date(2020, 7, 1)),
     (4, (4,), date(2020, 1, 1))],
)  # fmt: skip
def test_cell_speaks_of_the_days_since_it_was_asked_last(rounds, quarter, asked, first):
    assert span_of(rounds[quarter], asked) == (first, rounds[quarter].last_day)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(days=st.lists(st.tuples(st.booleans(), st.dates(date(2020, 1, 1), date(2020, 6, 30))), max_size=8))
def test_open_sheets_always_say_what_the_register_holds(rounds, works, depot, staff, days):
    """Whatever is recorded and removed in whatever order."""
    kept = []
    for adds, day in days:
        if adds or not kept:
            kept.append(record(depot, day, by=staff))
        else:
            remove(kept.pop(0), by=staff)
    for quarter in (1, 2):
        held = sum((row.recognised.month + 2) // 3 == quarter for row in kept)
        assert standing(Report.objects.get(unit=depot, round=rounds[quarter]), works) == (held or None)
    while kept:
        remove(kept.pop(), by=staff)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_writers_at_once_are_both_counted(transactional_db, report, works, depot, staff):
    make_person(depot)
    with meanwhile(lambda: record(depot, by=staff)):

        def second():
            record(depot, by=staff)
            connection.close()

        other = Thread(target=second)
        other.start()
    other.join()
    assert standing(report, works) == 2


# ── what came before the sheet ────────────────────────────────────────────


@pytest.fixture
def before(report, depot):
    """An entry of which no service told the sheet: recorded before the round, or before the feed."""
    return make_initiative(make_person(depot), recognised=DAY)


def test_first_save_takes_over_what_the_register_held_already(before, report, works, staff):
    typed = next(pk for pk in SheetReading(report).specs if pk != works.pk)
    save_cells(report, [CellChange(typed, Entry(numerator=Decimal(9)), "")], by=staff)
    assert standing(report, works) == 1


def test_open_sheet_shows_it_before_and_reading_writes_nothing(before, client, report, works, staff):
    row = next(row for row in read_sheet(report, editing=True).rows if row.key == works.pk)
    assert (row.typed.numerator, row.result, row.stored) == ("1", "1", True)
    client.force_login(staff)
    assert client.get(report.get_absolute_url()).status_code == 200
    assert standing(report, works) is None


def test_ready_and_hand_in_take_it_over(before, report, works, staff, commander):
    typed = next(pk for pk in SheetReading(report).specs if pk != works.pk)
    save_cells(report, [CellChange(typed, Entry(numerator=Decimal(9)), "")], by=staff)
    make_initiative(before.person, recognised=DAY)
    sheets.hand_in(report, by=commander)
    assert standing(report, works) == 2


def test_number_typed_before_the_register_fed_it_is_not_handed_in(report, works, staff, depot):
    typed = next(row for row in SheetReading(report).specs.values() if row.indicator != works).indicator
    make_report(depot, report.round, {works: 4, typed: 1})
    with pytest.raises(Refused) as caught:
        sheets.mark_ready(report, by=staff)
    assert caught.value.messages == [f"WORKS: {SAYS_NOTHING}"]
    assert standing(report, works) == 4


# ── catalogue, speed, the way down ────────────────────────────────────────


def test_feed_names_a_sum_and_codes_that_the_register_knows(works, region):
    with pytest.raises(ValidationError) as caught:
        Feed(indicator=make_indicator("ratio"), register="plain", codes="base sea", since=DAY).full_clean()
    assert caught.value.message_dict.keys() == {"register", "codes"}
    assert caught.value.message_dict["codes"][0].startswith("The register does not know “sea”. It knows: base – ")


def test_follow_costs_the_same_for_any_number_of_entries(report, works, depot, staff):
    record(depot, by=staff)
    counts = []
    for more in (1, 3):
        for _each in range(more):
            make_initiative(depot.people.first(), recognised=DAY)
        with CaptureQueriesContext(connection) as queries:
            follow(["plain"], [depot.pk], [DAY], by=staff)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_figure_opens_down_to_the_entries(report, works, depot, staff):
    record(depot, by=staff)
    page = explain(depot, works, 2020, "Q1", handed_in=True)
    assert (page.fed.entries, page.fed.address) == (1, f"/plain/?unit={depot.pk}&since=2020-01-01&until=2020-03-31")


def test_switched_off_feed_lets_figures_be_typed(report, works, staff):
    Feed.objects.update(active=False)
    save_cells(report, [CellChange(works.pk, Entry(numerator=Decimal(4)), "")], by=staff)
    assert SheetReading(report).specs[works.pk].fed is None
