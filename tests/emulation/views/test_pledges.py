from decimal import Decimal

import pytest
from django.urls import reverse

from emulation.models import Amendment, Registration, RegistrationEvent, Result, Target
from emulation.services import targets
from emulation.services.target_values import Agreement
from tests.factories import (
    make_award,
    make_campaign,
    make_campaign_indicator,
    make_cluster,
    make_indicator,
    make_report,
    make_rounds,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.models import Role

REASON = "Được giao thêm nhiệm vụ, đề nghị điều chỉnh."
EMPTY = {"titles-TOTAL_FORMS": "3", "titles-INITIAL_FORMS": "0"}


@built_once
def row(department, depot):
    indicator = make_indicator(name="Tai nạn", direction="lower")
    return make_campaign_indicator(make_campaign(department), indicator, comparator="<=")


@built_once
def last_year(row, department, depot):
    """Three accidents in each quarter of 2019."""
    make_campaign_indicator(make_campaign(department, year=2019), row.indicator)
    rounds = make_rounds(2019)
    for quarter in (1, 2, 3, 4):
        make_report(depot, rounds[quarter], {row.indicator: 3}, state="approved")


@pytest.fixture
def agreed(row, depot, staff, commander, reviewer):
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    targets.hand_in_registration(depot, 2020, by=commander)
    return targets.agree(depot, 2020, {row.pk: Agreement(Decimal(4), "<=")}, by=reviewer)


@built_once
def english(staff, commander, reviewer):
    for user in (staff, commander, reviewer):
        user.language = "en"
        user.save()


def url(unit, name, year=2020) -> str:
    return reverse(f"emulation:{name}", args=[unit.pk, year])


# ── beside last year's result ─────────────────────────────────────────────


def test_a_percentage_is_computed_from_last_years_figure_and_shown_with_it(
    client, english, row, depot, staff, last_year
):
    client.force_login(staff)
    client.post(url(depot, "target-list"), {f"registered-{row.pk}": "−5 %"})

    page = client.get(url(depot, "target-list"))

    assert Target.objects.get().registered == Decimal("11.4")
    line = page.context["grid"][0][1][0][0]
    assert line.relations == ["Registered: −5 % on 2019 (12) = 11.4"]
    assert page.context["form"][f"registered-{row.pk}"].value() == "−5%"


def test_a_percentage_typed_again_keeps_its_base(client, english, row, depot, staff, last_year):
    client.force_login(staff)
    client.post(url(depot, "target-list"), {f"registered-{row.pk}": "-5%"})
    for result in Result.objects.all():
        result.numerator = 100
        result.save()

    client.post(url(depot, "target-list"), {f"registered-{row.pk}": "−5%"})
    assert Target.objects.get().registered == Decimal("11.4")


def test_a_percentage_of_nothing_is_refused_beside_the_field(client, english, row, depot, staff):
    client.force_login(staff)

    page = client.post(url(depot, "target-list"), {f"registered-{row.pk}": "-5%"})

    assert page.context["form"].errors[f"registered-{row.pk}"] == [
        "There is no result of 2019 to start from; enter the value itself."
    ]
    assert not Target.objects.exists()


def test_the_reviewer_agrees_to_the_percentage_that_was_registered(
    client, english, row, depot, staff, commander, reviewer, last_year
):
    client.force_login(staff)
    client.post(url(depot, "target-list"), {f"registered-{row.pk}": "-5%"})
    targets.hand_in_registration(depot, 2020, by=commander)
    client.force_login(reviewer)
    stand = client.get(url(depot, "target-list")).context["stand"]

    typed = {f"agreed-{row.pk}": "−5%", f"comparator-{row.pk}": "<=", "stand": stand}
    client.post(url(depot, "registration-agree"), typed)

    target = Target.objects.get()
    assert (target.agreed, target.relation("agreed")) == (Decimal("11.4"), target.relation("registered"))


# ── frozen ────────────────────────────────────────────────────────────────


def test_pages_from_before_the_agreement_change_nothing(client, english, row, depot, staff, reviewer, agreed):
    client.force_login(staff)
    assert client.post(url(depot, "target-list"), {f"registered-{row.pk}": "9"}).status_code == 403
    titles = EMPTY | {"titles-0-code": "-", "titles-0-words": "Đơn vị giỏi"}
    page = client.post(url(depot, "registration-titles"), titles)
    assert page.context["problems"] == ["The registration is “Agreed” and stands still."]
    client.force_login(reviewer)
    old = {f"agreed-{row.pk}": "9", f"comparator-{row.pk}": "<=", "reason": REASON}
    for stand in ({}, {"stand": RegistrationEvent.objects.earliest("pk").pk}):
        page = client.post(url(depot, "registration-agree"), old | stand)
        assert "after you had opened the page" in page.context["form"].non_field_errors()[0]
    assert (Target.objects.get().agreed, Registration.objects.get().titles.count()) == (4, 0)


# ── titles ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "words", "amount", "field", "message"),
    [
        ("CSTT", "", "", "amount", "Say for how many people."),
        ("DVQT", "", "3", "amount", "This title is for the unit: no number."),
        ("DVQT", "Khác", "", "words", "Choose a title of the list, or name another one, not both."),
        ("-", "", "", "words", "Say which title."),
        ("", "", "3", "code", "Say which title."),
        ("CSTT", "", "101%", "amount", "Enter a number of people, or a share such as 30 %."),
        ("CSTT", "", "99999", "amount", "Enter a number of people, or a share such as 30 %."),
        ("CSTT", "", "-3", "amount", "Enter a number of people, or a share such as 30 %."),
    ],
)
def test_what_is_wrong_with_a_title_is_said_beside_the_field(
    client, english, depot, staff, code, words, amount, field, message
):
    make_award("CSTT", subject="person")
    make_award("DVQT", subject="unit")
    client.force_login(staff)
    line = {"titles-0-code": code, "titles-0-words": words, "titles-0-amount": amount}

    page = client.post(url(depot, "registration-titles"), EMPTY | line)

    assert page.context["forms"].errors[0] == {field: [message]}
    assert not Registration.objects.filter(titles__isnull=False).exists()


def test_titles_of_the_catalogue_and_others_are_kept(client, english, depot, staff):
    award = make_award("CSTT", subject="person")
    client.force_login(staff)
    lines = {"titles-0-code": "CSTT", "titles-0-amount": "70 %", "titles-1-words": "Kho kiểu mẫu"}

    client.post(url(depot, "registration-titles"), EMPTY | lines)

    found = Registration.objects.get().titles.values_list("code", "title", "subject", "number", "share")
    assert sorted(found) == [("", "Kho kiểu mẫu", "unit", None, None), ("CSTT", award.name, "people", None, 70)]


# ── amendments ────────────────────────────────────────────────────────────


def test_an_amendment_goes_from_staff_to_reviewer_by_their_pages(
    client, english, row, depot, staff, commander, reviewer, agreed
):
    client.force_login(staff)
    typed = {f"agreed-{row.pk}": "3", f"comparator-{row.pk}": "<=", "reason": REASON}
    wrong = client.post(
        url(depot, "amendment-create"), EMPTY | typed | {name: "²" for name in typed if "comparator" in name}
    )
    assert wrong.context["form"].errors
    client.post(url(depot, "amendment-create"), EMPTY | typed)
    made = Amendment.objects.get()
    for user, name, data in (
        (commander, "amendment-send", {}), (reviewer, "amendment-decide", {"decision": "accept"}),
    ):  # fmt: skip
        client.force_login(user)
        work = client.get(reverse("emulation:my-work")).context["work"]
        assert [task.url for task in work.tasks if task.kind == "amendment"] == [made.get_absolute_url()]
        client.post(reverse(f"emulation:{name}", args=[made.pk]), data)

    assert client.get(url(depot, "pledge-detail")).context["paper"].about == "Năm 2020 (sửa đổi, bổ sung lần thứ 1)"
    page = client.get(url(depot, "version-list"))
    assert [(line.before, line.after) for line in page.context["lines"]] == [("≤ 4", "≤ 3")]
    assert [(version.number, version.reason) for version in page.context["versions"]] == [(1, ""), (2, REASON)]


# ── pledge, clusters ──────────────────────────────────────────────────────


def test_the_pledge_is_a_draft_until_it_is_agreed(client, row, depot, staff, commander, reviewer):
    client.force_login(staff)
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    assert client.get(url(depot, "pledge-detail")).context["paper"].mark == "DỰ THẢO"
    targets.hand_in_registration(depot, 2020, by=commander)
    targets.agree(depot, 2020, {row.pk: Agreement(Decimal(3), "<=")}, by=reviewer)

    paper = client.get(url(depot, "pledge-detail")).context["paper"]

    assert (paper.mark, paper.rows[1].cells[1:4]) == ("", ("Tai nạn", row.indicator.unit_label, "≤ 3"))
    address = reverse("emulation:paper-file", args=[depot.pk, "pledge", "2020", "pdf"])
    assert client.get(address).content.startswith(b"%PDF")


def test_a_cluster_signs_what_all_its_members_have_agreed(client, row, depot, workshop, department, staff, agreed):
    cluster = make_cluster(department, depot, workshop)
    client.force_login(staff)

    paper = client.get(cluster.get_absolute_url()).context["paper"]

    assert (paper.mark, [line.cells[3:] for line in paper.rows]) == ("DỰ THẢO", [("≤ 4", "chưa thống nhất")])
    assert [signer.unit for signer in paper.signers] == [depot.name, workshop.name]
    assert client.get(url(workshop, "target-list")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_cost_of_the_lists(client, department, reviewer, depot, row, agreed, django_assert_num_queries, count):
    for number in range(count):
        make_cluster(department, make_unit(department), name=f"Cụm {number}")
        lines = {row.pk: Agreement(Decimal(9 - number), "<=")}
        targets.agree(depot, 2020, lines, by=reviewer, reason=REASON)
    client.force_login(reviewer)
    with django_assert_num_queries(7):
        client.get(reverse("emulation:cluster-list"))
    with django_assert_num_queries(9):
        client.get(url(depot, "version-list"))


def test_cluster_is_made_by_staff_of_the_superior(client, department, depot, workshop):
    client.force_login(make_user("", (department, Role.STAFF)))
    data = {"name": "Cụm kho", "year": "2020", "keeper": department.pk, "members": [depot.pk, workshop.pk]}

    page = client.post(reverse("emulation:cluster-create"), data | {"lead": depot.pk})

    cluster = depot.clusters.get()
    assert page.url == cluster.get_absolute_url()
    assert set(cluster.members.all()) == {depot, workshop}
