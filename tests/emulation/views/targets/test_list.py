import re
from decimal import Decimal

import pytest
from django.urls import reverse

from emulation.models import Registration, Target
from emulation.reports.other_papers import target_list
from emulation.services import targets
from tests.emulation.views.targets.steps import REASON, url
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
)
from units.models import Role


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
