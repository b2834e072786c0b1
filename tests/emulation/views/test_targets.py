import re
from decimal import Decimal

import pytest
from django.urls import reverse

from emulation.models import Registration, Target
from emulation.reports.other_papers import target_list
from emulation.reports.targets import registration_of
from emulation.services import registrations, targets
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_membership,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.models import Role, Unit

REASON = "Giao lại theo tình hình thực tế của đơn vị."


@built_once
def movement(department):
    return make_campaign(department)


@built_once
def row(movement, depot):
    return make_campaign_indicator(movement, make_indicator(name="Sáng kiến"))


@built_once
def superior(department):
    return make_user("planner", (department, Role.STAFF), language="en")


@built_once
def english(staff, commander, reviewer):
    for user in (staff, commander, reviewer):
        user.language = "en"
        user.save()


@pytest.fixture
def submitted(row, depot, staff, commander):
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    return targets.hand_in_registration(depot, 2020, by=commander)


def url(unit, name="target-list", year=2020):
    return reverse(f"emulation:{name}", args=[unit.pk, year])


def agreed(row, value, comparator=">=", milestones=("", "", ""), reason=""):
    """A filled-in line of the reviewer's columns."""
    quarters = {f"m{quarter}-{row.pk}": value for quarter, value in enumerate(milestones, start=1)}
    line = {f"agreed-{row.pk}": value, f"comparator-{row.pk}": comparator}
    return line | {"reason": reason, "stand": stand(Unit.objects.get(code="K1"))} | quarters


def stand(unit, year=2020):
    """Of the page that the reviewer has just read."""
    return targets.stand_of(registration_of(unit, year))


def shown(response) -> dict[int, object]:
    """campaign indicator → line of the grid."""
    return {line.row.pk: line for _area, lines in response.context["grid"] for line, _cells in lines}


# ── writing ───────────────────────────────────────────────────────────────


def test_what_was_assigned_is_registered_where_nothing_was_typed(client, movement, row, depot, staff, english):
    typed, beside = (make_campaign_indicator(movement, make_indicator()) for _number in range(2))
    make_target(depot, row, None, assigned=12)
    make_target(depot, typed, None, assigned=12)
    client.force_login(staff)
    assert "Register what was assigned in the empty lines" in client.get(url(depot)).text
    data = {f"registered-{row.pk}": "", f"registered-{typed.pk}": "15", f"registered-{beside.pk}": ""}

    client.post(url(depot), data | {"as_assigned": "1"})

    found = dict(Target.objects.values_list("campaign_indicator", "registered"))
    assert found == {row.pk: 12, typed.pk: 15}


# ── reading ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 3])
def test_target_list_takes_the_same_queries_for_every_number_of_indicators(
    client, django_assert_num_queries, movement, depot, staff, count
):
    make_campaign(movement.launching_unit, year=2019)
    make_rounds(2019)
    for _ in range(count):
        make_target(depot, make_campaign_indicator(movement, make_indicator("grade")), 3)
    client.force_login(staff)

    with django_assert_num_queries(18):
        response = client.get(url(depot))

    assert response.context["sheet"].lines == count


@pytest.mark.parametrize("count", [1, 3])
def test_registration_list_takes_the_same_queries_for_every_number_of_units(
    client, django_assert_num_queries, department, row, reviewer, count
):
    for _ in range(count):
        unit = make_unit(department)
        make_target(unit, row, 3)
        Registration.objects.create(unit=unit, year=2020, state="submitted")
    client.force_login(reviewer)

    with django_assert_num_queries(11):
        response = client.get(url(department, "registration-list"))

    assert len(response.context["waiting"]) == count
    assert [below.state for below in response.context["rows"]] == ["draft", *["submitted"] * count]


def test_target_home_leads_to_the_own_unit_and_the_newest_year(client, row, depot, staff):
    make_campaign(depot, year=2019)
    client.force_login(staff)

    assert client.get(reverse("emulation:target-home")).url == url(depot)


def test_targets_are_not_for_administrators_and_not_beside_or_above(
    client, row, department, depot, administrator, staff, outsider, submitted
):
    client.force_login(administrator)
    assert client.get(reverse("emulation:target-home")).status_code == 403
    target = Target.objects.get()
    for user, unit in ((administrator, depot), (outsider, depot), (staff, department)):
        client.force_login(user)
        assert client.get(url(unit)).status_code == 404
        assert client.get(url(unit, "registration-list")).status_code == 404
    client.force_login(outsider)
    assert client.get(reverse("emulation:target-detail", args=[target.pk])).status_code == 404


def test_target_list_shows_what_was_reached_the_year_before(client, row, movement, department, depot, staff):
    before = make_campaign(department, year=2019)
    make_campaign_indicator(before, row.indicator)
    for quarter, round_ in make_rounds(2019).items():
        make_report(depot, round_, {row.indicator: quarter}, state="approved")
    client.force_login(staff)

    assert [(line.last, line.short) for line in shown(client.get(url(depot))).values()] == [("10", "")]


def test_target_list_and_hand_in_say_how_much_of_last_year_is_reported(
    client, row, movement, department, depot, staff, commander
):
    make_campaign_indicator(make_campaign(department, year=2019), row.indicator)
    for quarter, round_ in make_rounds(2019).items():
        if quarter < 4:
            make_report(depot, round_, {row.indicator: quarter}, state="approved")
    client.force_login(staff)
    page = client.get(url(depot))
    assert [(line.last, line.short) for line in shown(page).values()] == [("6", "3/4")]
    partly = re.compile(
        r'<td class="n qt-ink2"[^>]*>6 <small [^>]*title="Đã báo cáo/phải báo cáo">.*3/4</small>\s*</td>'
    )
    assert partly.search(page.text)
    table = client.get(url(depot), {"export": "csv"}).getvalue().decode("utf-8-sig").splitlines()
    assert table[0].split(";")[3:5] == ["Kết quả 2019", "Đã báo cáo/phải báo cáo"]
    assert table[1].split(";")[3:5] == ["6", "đã báo cáo 3/4"]
    paper = target_list(staff, depot, "2020")
    assert [line.cells[3] for line in paper.table.rows if line.cells] == ["6 (3/4)"]
    client.force_login(commander)
    assert partly.search(client.post(url(depot, "registration-hand-in"), follow=True).text)


def test_target_list_writes_values_in_words(client, movement, depot, staff):
    grade = make_campaign_indicator(movement, make_indicator("grade"))
    amount = make_campaign_indicator(movement, make_indicator("amount"))
    make_target(depot, grade, 3, assigned=4)
    make_target(depot, amount, "1275.5", comparator=">", milestones=("1", "2", "3"))
    client.force_login(staff)

    lines = shown(client.get(url(depot)))

    assert (lines[grade.pk].assigned, lines[grade.pk].agreed, lines[grade.pk].registered) == (
        "≥\u00a0Excellent", "≥\u00a0Good", "–",
    )  # fmt: skip
    assert (lines[amount.pk].agreed, lines[amount.pk].milestones) == (">\u00a01.275,5", ["1", "2", "3"])


def test_each_role_has_inputs_in_its_own_columns(client, row, depot, staff, commander, reviewer, superior):
    def columns(user):
        client.force_login(user)
        return set(client.get(url(depot)).context["columns"])

    assert columns(superior) == {"assigned"}
    assert columns(staff) == {"registered"}
    assert columns(commander) == columns(reviewer) == set()
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    targets.hand_in_registration(depot, 2020, by=commander)
    assert columns(staff) == set()
    assert columns(reviewer) == {"agreed"}


# ── assigning and registering ─────────────────────────────────────────────


def test_superior_assigns_and_staff_register(client, row, depot, staff, superior):
    client.force_login(superior)
    client.post(url(depot), {f"assigned-{row.pk}": "3", f"registered-{row.pk}": "9"})
    client.force_login(staff)
    response = client.post(url(depot), {f"assigned-{row.pk}": "9", f"registered-{row.pk}": "1.275"})

    assert response.url == url(depot)
    target = Target.objects.get()
    assert (target.assigned, target.registered, target.agreed) == (3, 1275, None)


def test_errors_are_listed_as_their_lines_stand_on_the_page(
    client, english, row, movement, depot, superior, reviewer
):
    other = make_campaign_indicator(movement, make_indicator("count", "OTHER", name="Giải thưởng"))
    for one in (row, other):
        make_target(depot, one, None, registered=5)
    targets.hand_in_registration(depot, 2020, by=make_user("chief", (depot, Role.COMMANDER)), reason=REASON)
    client.force_login(reviewer)
    lines = [line.row.pk for group in client.get(url(depot)).context["sheet"].groups for line in group.lines]
    first, second = lines
    typed = {f"comparator-{pk}": ">=" for pk in lines}
    typed |= {
        f"agreed-{first}": "5",
        f"m1-{first}": "2",
        f"agreed-{second}": "x",
        "reason": "x" * 501,
    }  # refused last, first
    found = client.post(url(depot, "registration-agree"), typed).context["form"].wrong_lines()
    assert [where for where, _label, _error in found] == [f"id_m2-{first}", f"id_agreed-{second}", "id_reason"]


def test_a_wrong_number_stays_in_place_with_its_error(client, english, row, depot, staff):
    client.force_login(staff)

    response = client.post(url(depot), {f"registered-{row.pk}": "12,5"})

    form = response.context["form"]
    assert form.errors == {f"registered-{row.pk}": ["“12,5”: enter a whole number."]}
    assert list(form.wrong_lines()) == [(f"id_registered-{row.pk}", "Sáng kiến", "“12,5”: enter a whole number.")]
    assert 'value="12,5"' in response.content.decode()
    assert Target.objects.count() == 0


def test_target_list_post_is_forbidden_to_those_who_fill_nothing(client, row, depot, commander, reviewer):
    for user in (commander, reviewer):
        client.force_login(user)
        assert client.post(url(depot), {f"registered-{row.pk}": "3"}).status_code == 403


# ── the registration's way ────────────────────────────────────────────────


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


def test_target_list_of_a_year_without_campaigns_says_what_comes(client, english, depot, staff):
    client.force_login(staff)

    response = client.get(url(depot, year=2031))

    assert "No campaign of this year asks this unit" in response.content.decode()
    assert "qt-st" not in response.content.decode()  # a registration of nothing is in no state
    assert client.get(url(depot, year=1900)).status_code == 404


@pytest.mark.parametrize(("value", "saves"), [(None, True), (3, False)])
def test_save_is_offered_only_where_something_can_be_typed(client, row, depot, superior, value, saves):
    make_target(depot, row, value, assigned=3)
    client.force_login(superior)

    assert client.get(url(depot)).context["saves"] is saves
