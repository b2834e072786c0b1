"""The way of a registration: ready, handed in, returned, agreed, changed."""

from decimal import Decimal

import pytest
from django.urls import reverse

from emulation.models import Registration, Target
from emulation.services import registrations, targets
from tests.emulation.views.targets.steps import REASON, agreed, stand, url
from tests.factories import (
    make_campaign_indicator,
    make_indicator,
    make_membership,
    make_target,
    make_user,
)
from units.models import Role


def test_commander_sees_what_is_handed_in_and_then_hands_it_in(
    client, english, row, depot, staff, commander, reviewer
):
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    client.force_login(commander)

    asked = client.post(url(depot, "registration-hand-in"), follow=True)

    assert (asked.templates[0].name, Registration.objects.get().state) == ("emulation/targets/hand_in.html", "draft")
    [[line]] = [group.lines for group in asked.context["sheet"].groups]
    assert line.registered == "≥\u00a04"
    done = client.post(url(depot, "registration-hand-in"), {"confirmed": "1"}, follow=True)
    assert [str(said) for said in done.context["messages"]] == [
        "The registration has been handed in. It waits for Unit CKT and can be withdrawn until it is judged."
    ]
    assert Registration.objects.get().state == "submitted"


def test_hand_in_saves_what_the_same_user_typed(client, row, depot):
    client.force_login(make_user("both", (depot, Role.STAFF), (depot, Role.COMMANDER)))

    client.post(url(depot, "registration-hand-in"), {f"registered-{row.pk}": "7"})

    assert (Target.objects.get().registered, Registration.objects.get().state) == (7, "draft")
    client.post(url(depot, "registration-hand-in"), {"confirmed": "1"})
    assert (Target.objects.get().registered, Registration.objects.get().state) == (7, "submitted")


def test_hand_in_with_nothing_registered_says_so_and_keeps_nothing(client, english, row, depot, commander):
    client.force_login(commander)

    response = client.post(url(depot, "registration-hand-in"), {"confirmed": "1"})

    assert response.context["form"].non_field_errors() == ["Nothing is registered yet."]
    assert Registration.objects.count() == 0


def test_hand_in_of_less_asks_why_and_keeps_what_was_typed(client, english, row, depot, superior, staff, commander):
    targets.assign(depot, 2020, {row.pk: Decimal(9)}, by=superior)
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    client.force_login(commander)

    short = client.post(url(depot, "registration-hand-in"), {"confirmed": "1", "reason": "Ít người"})

    assert (list(short.context["form"].errors), "Ít người</textarea>" in short.text) == (["reason"], True)
    client.post(url(depot, "registration-hand-in"), {"confirmed": "1", "reason": REASON})
    assert Registration.objects.get().events.get().reason == REASON


def test_staff_report_the_registration_and_an_edit_takes_that_back(client, english, row, depot, staff, commander):
    def waiting(user):
        client.force_login(user)
        work = client.get(reverse("emulation:my-work")).context["work"]
        return [(task.state, task.action) for task in work.tasks if task.url == url(depot)]

    client.force_login(staff)
    empty = client.post(url(depot, "registration-ready"))
    assert empty.context["form"].non_field_errors() == ["Nothing is registered yet."]
    client.post(url(depot, "registration-ready"), {f"registered-{row.pk}": "4"})
    registration = Registration.objects.get()
    assert (registration.ready_by, registration.state) == (staff, "draft")
    assert [waiting(user) for user in (staff, commander)] == [[], [("ready", "Check and hand in")]]
    client.force_login(staff)
    client.post(url(depot), {f"registered-{row.pk}": "5"})
    assert Registration.objects.get().ready_at is None
    assert [waiting(user) for user in (staff, commander)] == [
        [("draft", "Continue")],
        [("draft", "Check and hand in")],
    ]


def test_staff_without_a_commander_read_before_and_after_that_nobody_can_hand_in(client, english, row, depot, staff):
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    depot.memberships.filter(role=Role.COMMANDER).delete()
    client.force_login(staff)
    assert "Nobody can hand in what it enters." in client.get(url(depot)).text

    after = client.post(url(depot, "registration-ready"), {f"registered-{row.pk}": "4"}, follow=True).text

    assert f"The registration is ready, but {depot} has no commander" in after


def test_commander_gives_a_ready_registration_back_and_the_staff_read_why(
    client, english, row, depot, staff, commander
):
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    give_back = url(depot, "registration-give-back")
    client.force_login(commander)
    assert give_back not in client.get(url(depot)).text
    registrations.mark_ready(depot, 2020, by=staff)
    for page in (url(depot), url(depot, "registration-hand-in")):
        assert give_back in client.get(page).text
    assert list(client.post(give_back, {"reason": "Sai"}).context["form"].errors) == ["reason"]
    assert client.post(give_back, {"reason": REASON}).url == url(depot)
    client.force_login(staff)
    page = client.get(url(depot))
    assert (f"Given back to the staff by {commander}" in page.text, REASON in page.text) == (True, True)
    assert [(str(step.word), step.reason) for step in page.context["steps"]] == [
        ("Reported as ready", ""),
        ("Given back to the staff", REASON),
    ]
    work = client.get(reverse("emulation:my-work")).context["work"]
    assert [(task.state, task.hint) for task in work.tasks if task.url == url(depot)] == [
        ("draft", f"Given back to the staff by {commander}: “{REASON}”")
    ]
    registrations.mark_ready(depot, 2020, by=staff)
    assert f"Given back to the staff by {commander}" not in client.get(url(depot)).text


def test_a_registration_with_nothing_in_it_is_not_offered_to_be_handed_in(
    client, english, row, depot, staff, commander
):
    hand_in, button = url(depot, "registration-hand-in"), "Hand the registration in</button>"
    client.force_login(commander)
    grid = client.get(url(depot)).text
    assert (hand_in in grid, "Nothing is registered yet" in grid) == (False, True)
    page = client.get(hand_in).text
    assert (button in page, f'href="{url(depot)}">To the targets' in page) == (False, True)
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    assert [button in client.get(address).text for address in (url(depot), hand_in)] == [True, True]
    both = make_membership(commander, depot, Role.STAFF).user  # types and hands in at once
    Registration.objects.all().delete()
    Target.objects.update(registered=None)
    client.force_login(both)
    assert hand_in in client.get(url(depot)).text


def test_withdrawing_a_registration_asks_first_and_reaches_the_staff(
    client, english, depot, row, staff, commander, reviewer, submitted
):
    client.force_login(commander)
    assert url(depot, "registration-withdraw") in client.get(url(depot)).text
    assert client.get(url(depot, "registration-withdraw")).status_code == 200
    assert Registration.objects.get().state == "submitted"
    client.post(url(depot, "registration-withdraw"), {"reason": "Sửa sáng kiến."})
    registration = Registration.objects.get()
    assert (registration.state, registration.events.last().kind) == ("draft", "withdrawn")
    client.force_login(staff)
    page = client.get(url(depot)).text
    assert (f"Withdrawn by {commander}" in page, "Sửa sáng kiến." in page) == (True, True)
    work = client.get(reverse("emulation:my-work")).context["work"]
    assert [task.hint for task in work.tasks if task.hint] == [f"Withdrawn by {commander}: “Sửa sáng kiến.”"]
    client.force_login(reviewer)
    client.post(url(depot, "registration-agree"), agreed(row, "9"))
    assert Registration.objects.get().state == "draft"


def test_reviewer_returns_the_registration_with_a_reason_on_top(client, depot, staff, reviewer, submitted):
    client.force_login(reviewer)
    client.post(url(depot, "registration-return"), {"reason": REASON, "stand": stand(depot)})
    client.force_login(staff)

    page = client.get(url(depot))

    assert page.context["returned"].reason == REASON
    assert REASON in page.content.decode()


def test_return_with_a_short_reason_is_refused_beside_it(client, english, depot, reviewer, submitted):
    client.force_login(reviewer)

    response = client.post(url(depot, "registration-return"), {"reason": "Thấp quá", "stand": stand(depot)})

    assert list(response.context["form"].errors) == ["reason"]
    assert Registration.objects.get().state == "submitted"


@pytest.mark.parametrize(
    ("direction", "assigned", "registered", "offered"),
    [
        ("higher", 3, 5, "5"),
        ("higher", 5, 3, "5"),
        ("lower", 3, 5, "3"),
        ("lower", 5, 3, "3"),
        ("exact", 3, 5, "3"),
        ("higher", None, 5, "5"),
        ("lower", 3, None, "3"),
    ],
)
def test_reviewer_is_offered_the_better_of_both_with_the_assigned_value_as_floor(
    client, movement, depot, reviewer, direction, assigned, registered, offered
):
    row = make_campaign_indicator(movement, make_indicator(direction=direction))
    make_target(depot, row, None, assigned=assigned, registered=registered)
    Registration.objects.create(unit=depot, year=2020, state="submitted")
    client.force_login(reviewer)

    assert client.get(url(depot)).context["form"][f"agreed-{row.pk}"].value() == offered


def test_reviewer_agrees_with_comparator_and_milestones(client, row, depot, reviewer, submitted):
    client.force_login(reviewer)

    response = client.post(url(depot, "registration-agree"), agreed(row, "5", ">", ("1", "2", "4")))

    assert response.url == url(depot)
    target = Target.objects.get()
    assert (target.agreed, target.comparator, target.milestones) == (5, ">", [1, 2, 4])
    assert Registration.objects.get().state == "agreed"


@pytest.mark.parametrize(
    ("value", "milestones", "field", "message"),
    [
        ("5", ("1", "", "4"), "m2", "Fill in the milestones of all three quarters or of none."),
        ("5", ("3", "2", "4"), "m2", "Counted from January: not below the milestone before, 3."),
        ("5", ("1", "2", "6"), "m3", "Not above the year's target, 5."),
        ("", ("1", "2", "3"), "agreed", "Milestones belong to an agreed value."),
        ("-5", ("", "", ""), "agreed", "A target is not below zero."),
        ("98.60", ("", "", ""), "agreed", "“98.60”: enter a whole number."),
    ],
)
def test_what_cannot_be_agreed_is_said_beside_the_field(
    client, english, row, depot, reviewer, submitted, value, milestones, field, message
):
    client.force_login(reviewer)

    response = client.post(url(depot, "registration-agree"), agreed(row, value, milestones=milestones))

    assert response.context["form"].errors[f"{field}-{row.pk}"] == [message]
    assert Registration.objects.get().state == "submitted"


def test_a_change_of_what_is_agreed_needs_a_reason(client, english, row, depot, reviewer, submitted):
    client.force_login(reviewer)
    client.post(url(depot, "registration-agree"), agreed(row, "5"))

    refused = client.post(url(depot, "registration-agree"), agreed(row, "6"))
    client.post(url(depot, "registration-agree"), agreed(row, "6", reason=REASON))

    assert list(refused.context["form"].errors) == ["reason"]
    target = Target.objects.get()
    assert target.agreed == 6
    history = client.get(reverse("emulation:target-detail", args=[target.pk])).context["changes"]
    assert [(c.before, c.after, c.change.reason) for c in history] == [
        ("≥ 5", "≥ 6", REASON), ("–", "≥ 5", ""), ("–", "4", ""),
    ]  # fmt: skip


def test_judging_is_forbidden_to_others_and_to_who_took_part(
    client, english, row, department, depot, submitted, staff
):
    client.force_login(staff)
    for name in ("registration-agree", "registration-return"):
        assert client.post(url(depot, name), agreed(row, "5")).status_code == 403
    both = make_user("both", (department, Role.REVIEWER), language="en")
    submitted.events.update(by=both)
    client.force_login(both)

    response = client.post(url(depot, "registration-agree"), agreed(row, "5"))

    assert response.context["columns"] == frozenset()
    assert response.context["form"].non_field_errors() == [
        "You typed or handed in this registration; somebody else has to judge it."
    ]


def test_registration_does_not_wait_for_who_took_part(client, english, department, submitted):
    both = make_user("both", (department, Role.REVIEWER), language="en")
    client.force_login(both)
    address = reverse("emulation:registration-list", args=[department.pk, 2020])
    assert client.get(address).context["waiting"] == [submitted]
    submitted.events.update(by=both)
    assert client.get(address).context["waiting"] == []


def test_hand_in_is_forbidden_without_the_role(client, row, depot, staff):
    client.force_login(staff)

    assert client.post(url(depot, "registration-hand-in")).status_code == 403
