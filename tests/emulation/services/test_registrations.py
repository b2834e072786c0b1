"""A registration between staff and commander."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from emulation.models import Registration
from emulation.services import registrations, targets
from emulation.services.aims import Aim, set_titles
from emulation.services.target_values import Agreement
from tests.factories import make_campaign, make_campaign_indicator, make_indicator
from units.errors import Refused

REASON = "Đăng ký thấp hơn năm trước, cần xem lại."


@pytest.fixture
def row(department, depot, staff):
    row = make_campaign_indicator(make_campaign(department), make_indicator(name="Sáng kiến"))
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    return row


def kinds():
    return list(Registration.objects.get().events.values_list("kind", flat=True))


@pytest.mark.parametrize("who", ["commander", "reviewer", "administrator", "outsider"])
def test_only_the_staff_report_a_registration(request, row, depot, who):
    with pytest.raises(PermissionDenied):
        registrations.mark_ready(depot, 2020, by=request.getfixturevalue(who))


@pytest.mark.parametrize("who", ["staff", "reviewer", "administrator", "outsider"])
def test_only_the_commander_withdraws_a_registration(request, row, depot, commander, who):
    targets.hand_in_registration(depot, 2020, by=commander)
    with pytest.raises(PermissionDenied):
        registrations.withdraw(depot, 2020, by=request.getfixturevalue(who))


@pytest.mark.parametrize("who", ["staff", "reviewer", "administrator", "outsider"])
def test_only_the_commander_gives_a_registration_back(request, row, depot, staff, who):
    registrations.mark_ready(depot, 2020, by=staff)
    with pytest.raises(PermissionDenied):
        registrations.give_back(depot, 2020, by=request.getfixturevalue(who), reason=REASON)


def test_a_ready_registration_is_given_back_once_with_what_is_to_be_done(row, depot, staff, commander, reviewer):
    with pytest.raises(Refused, match="chưa báo"):
        registrations.give_back(depot, 2020, by=commander, reason=REASON)
    registrations.mark_ready(depot, 2020, by=staff)
    for reason in ("Sai", "x" * 501):
        with pytest.raises(Refused):
            registrations.give_back(depot, 2020, by=commander, reason=reason)
    back = registrations.give_back(depot, 2020, by=commander, reason=f" {REASON} ")
    assert (back.state, back.ready_by, back.ready_at) == ("draft", None, None)
    assert (back.events.last().kind, back.events.last().reason) == ("given_back", REASON)
    with pytest.raises(Refused):
        registrations.give_back(depot, 2020, by=commander, reason=REASON)
    targets.hand_in_registration(depot, 2020, by=commander)
    targets.return_registration(depot, 2020, by=reviewer, reason="Đăng ký đủ các chỉ tiêu được giao.")
    registrations.mark_ready(depot, 2020, by=staff)
    assert registrations.give_back(depot, 2020, by=commander, reason=REASON).state == "returned"
    found = Registration.objects.with_last_step().get()
    assert (found.last_by, found.last_reason) == (str(reviewer), "Đăng ký đủ các chỉ tiêu được giao.")
    assert (found.now_kind, found.now_by, found.now_reason) == ("given_back", str(commander), REASON)


def test_the_stamp_goes_with_an_edit_of_titles_and_with_the_hand_in(row, depot, staff, commander):
    for change in (
        lambda: set_titles(depot, 2020, [Aim("", "Đơn vị quyết thắng", "unit")], by=staff),
        lambda: targets.hand_in_registration(depot, 2020, by=commander),
    ):
        registrations.mark_ready(depot, 2020, by=staff)
        registrations.mark_ready(depot, 2020, by=staff)  # once more is no second step
        change()
        assert Registration.objects.get().ready_at is None
    assert kinds() == ["ready", "lapsed", "ready", "submitted"]


def test_what_is_typed_again_unchanged_leaves_the_stamp(row, depot, staff):
    registrations.mark_ready(depot, 2020, by=staff)
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    assert Registration.objects.get().ready_by == staff


def test_a_registration_is_withdrawn_until_it_is_judged_and_is_open_as_before(row, depot, staff, commander, reviewer):
    with pytest.raises(Refused):
        registrations.withdraw(depot, 2020, by=commander)
    targets.hand_in_registration(depot, 2020, by=commander)
    assert registrations.withdraw(depot, 2020, by=commander).state == "draft"
    targets.hand_in_registration(depot, 2020, by=commander)
    targets.return_registration(depot, 2020, by=reviewer, reason=REASON)
    targets.hand_in_registration(depot, 2020, by=commander)
    assert registrations.withdraw(depot, 2020, by=commander).state == "returned"
    targets.hand_in_registration(depot, 2020, by=commander)
    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(4), ">=")}, by=reviewer)
    for call in (registrations.withdraw, registrations.mark_ready):
        with pytest.raises(Refused):
            call(depot, 2020, by=commander if call is registrations.withdraw else staff)
