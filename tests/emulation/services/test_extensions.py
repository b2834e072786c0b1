"""More time for single units: who gives it, what it opens, and how it ends."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from emulation.models import Extension, Notice, Report, Round
from emulation.reports.entry import entry_closed_reason
from emulation.reports.extensions import terms_of
from emulation.services import sheets
from emulation.services.extensions import end_extension, extend, extendable
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

State = Report.State
REASON = "The line to the depot was down."
AFTER = date(2020, 4, 22)  # the round has closed
UNTIL = date(2020, 4, 25)


@built_once
def prizes(region):
    indicator = make_indicator("count", "PRIZES")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@pytest.fixture
def round_(prizes, depot, workshop, set_today):
    """Due on the 10th, closed after the 20th."""
    found = make_rounds()[1]
    found.due, found.closes = date(2020, 4, 10), date(2020, 4, 20)
    found.save()
    set_today(AFTER)
    return found


def sheet(unit, round_):
    return Report.objects.select_related("unit", "round", "lineage").get(unit=unit, round=round_)


def closed(unit, round_):
    return entry_closed_reason(sheet(unit, round_))


def test_extension_opens_the_round_for_its_unit_alone(round_, depot, workshop, administrator, set_today):
    assert closed(depot, round_) != ""
    extend(round_, [depot], until=UNTIL, reason=REASON, by=administrator)
    assert closed(depot, round_) == ""
    assert closed(workshop, round_) != ""
    set_today(UNTIL)
    assert closed(depot, round_) == ""
    set_today(date(2020, 4, 26))
    assert "25" in closed(depot, round_)


def test_extended_unit_hands_in_after_closing_and_the_neighbour_does_not(
    round_, depot, workshop, prizes, administrator, commander
):
    make_report(depot, round_, {prizes: 5})
    other = make_report(workshop, round_, {prizes: 5})
    extend(round_, [depot], until=UNTIL, reason=REASON, by=administrator)
    assert sheets.hand_in(sheet(depot, round_), by=commander).state == State.SUBMITTED
    with pytest.raises(Refused):
        sheets.hand_in(other, by=make_user("", (workshop, Role.COMMANDER)))


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("administrator", True), ("reviewer", True), ("staff", False), ("commander", False), ("outsider", False),
        ("local", False), ("further", False),
    ],
)  # fmt: skip
def test_root_administrators_and_responsible_reviewers_give_time(
    request, round_, depot, department, region, reviewer, who, allowed
):
    own = {"local": (department, Role.ADMINISTRATOR), "further": (region, Role.REVIEWER)}
    user = make_user(who, own[who]) if who in own else request.getfixturevalue(who)
    assert extendable(user, round_).filter(unit=depot).exists() is allowed
    if allowed:
        (made,) = extend(round_, [depot], until=UNTIL, reason=REASON, by=user)
        assert (made.by, made.reason, made.until) == (user, REASON, UNTIL)
    else:
        with pytest.raises(PermissionDenied):
            extend(round_, [depot], until=UNTIL, reason=REASON, by=user)
        assert not Extension.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"until": date(2020, 4, 21)}, "until"),
        ({"reason": "  late   "}, "reason"),
        ({"units": []}, "units"),
    ],
)
def test_wrong_extension_is_refused_naming_the_field(round_, depot, administrator, change, field):
    with pytest.raises(Refused) as refused:
        extend(round_, **{"units": [depot], "until": UNTIL, "reason": REASON, "by": administrator} | change)
    assert refused.value.field == field
    assert not Extension.objects.exists()


def test_day_that_gives_no_time_is_refused(round_, depot, administrator, set_today):
    set_today(date(2020, 4, 1))
    with pytest.raises(Refused) as refused:
        extend(round_, [depot], until=round_.due, reason=REASON, by=administrator)
    assert refused.value.field == "until"


def test_all_units_or_none(round_, depot, workshop, prizes, elsewhere, administrator):
    make_report(workshop, round_, {prizes: 5}, state=State.SUBMITTED)
    with pytest.raises(Refused) as refused:
        extend(round_, [depot, workshop], until=UNTIL, reason=REASON, by=administrator)
    assert len(refused.value.messages) == 1
    assert not Extension.objects.exists()


def test_later_extension_replaces_the_earlier_one_with_its_trace(round_, depot, administrator, reviewer):
    extend(round_, [depot], until=UNTIL, reason=REASON, by=administrator)
    extend(round_, [depot], until=date(2020, 4, 30), reason="It is still down today.", by=reviewer)
    former, now = Extension.objects.order_by("pk")
    assert (former.ended_by, former.ended_reason, former.until) == (reviewer, "It is still down today.", UNTIL)
    assert terms_of([sheet(depot, round_)])[sheet(depot, round_).pk].closes == now.until == date(2020, 4, 30)


def test_ending_closes_at_once_and_names_who_and_why(round_, depot, administrator, reviewer):
    (made,) = extend(round_, [depot], until=UNTIL, reason=REASON, by=administrator)
    end_extension(made, reason="The line works again.", by=reviewer)
    made.refresh_from_db()
    assert (made.ended_by, made.ended_reason) == (reviewer, "The line works again.")
    assert made.ended_at is not None
    assert closed(depot, round_) != ""
    with pytest.raises(Refused):
        end_extension(made, reason="The line works again.", by=reviewer)


def test_ending_is_for_those_who_may_give(round_, depot, administrator, outsider):
    (made,) = extend(round_, [depot], until=UNTIL, reason=REASON, by=administrator)
    with pytest.raises(PermissionDenied):
        end_extension(made, reason="The line works again.", by=outsider)


def test_the_unit_is_told_and_nobody_else(round_, depot, workshop, administrator, staff, outsider):
    make_user("neighbour", (workshop, Role.STAFF))
    (made,) = extend(round_, [depot], until=UNTIL, reason=REASON, by=administrator)
    end_extension(made, reason="The line works again.", by=administrator)
    assert sorted(Notice.objects.values_list("user__username", "kind", "text")) == [
        ("staff", "extended", f"25/04/2020 – {REASON}"), ("staff", "extension_ended", "The line works again."),
    ]  # fmt: skip


def test_days_of_many_sheets_cost_one_query(round_, depot, workshop, administrator, django_assert_num_queries):
    extend(round_, [depot, workshop], until=UNTIL, reason=REASON, by=administrator)
    reports = list(Report.objects.select_related("round"))
    with django_assert_num_queries(1):
        found = terms_of(reports)
    assert {found[report.pk].extended for report in reports if report.round_id == round_.pk} >= {True}


def test_hand_in_that_counts_is_the_first_not_withdrawn(round_, depot, prizes, commander, reviewer, set_today):
    set_today(date(2020, 4, 8))
    report = make_report(depot, round_, {prizes: 5})
    sheets.hand_in(report, by=commander)
    assert sheets.withdraw(report, by=commander).handed_in_at is None
    first = sheets.hand_in(report, by=commander).handed_in_at
    sheets.take_up(report, by=reviewer)
    sheets.send_back(report, by=reviewer, reason="Please count the prizes again.")
    assert sheets.hand_in(report, by=commander).handed_in_at == first
    assert sheets.withdraw(report, by=commander).handed_in_at == first


def test_calendar_changed_meanwhile_decides_about_more_time(round_, depot, administrator):
    Round.objects.filter(pk=round_.pk).update(due=UNTIL, closes=date(2020, 4, 30))

    with pytest.raises(Refused) as caught:
        extend(round_, [depot], until=UNTIL, reason=REASON, by=administrator)
    assert (caught.value.field, Extension.objects.count()) == ("until", 0)
