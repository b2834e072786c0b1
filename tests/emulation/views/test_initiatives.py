"""Pages of the register of initiatives."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from emulation.models import InitiativeWork, WorkAuthor
from emulation.reports.initiatives import RECOGNISED
from tests.factories import (
    make_feed,
    make_indicator,
    make_initiative,
    make_person,
    make_recognition,
    make_score_template,
    make_user,
    make_work,
)
from tests.layers import built_once
from units.models import Initiative, Role


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(date(2020, 12, 1))


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


def log_in(client, user):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


def titles(client, **query):
    page = client.get(reverse("emulation:initiative-list"), query)
    return [row.work.title for row in page.context["rows"]]


# ── list ──────────────────────────────────────────────────────────────────


@built_once
def works(depot, workshop, elsewhere, staff):
    """Two of the depot, one of the workshop, one of a department beside."""
    lifted = make_work(depot, staff, make_person(depot, "Ngô Thị Thảo"), title="Đồ gá tháo lắp")
    make_recognition(lifted, date(2020, 2, 1))
    make_recognition(lifted, date(2020, 8, 1), "region")
    make_work(depot, staff, title="Xe đẩy", state="submitted")
    make_work(workshop, staff, title="Bàn xoay", year=2019)
    make_work(elsewhere, staff, title="Other branch")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Xe đẩy", "Đồ gá tháo lắp", "Bàn xoay"]),
        ({"q": "do ga"}, ["Đồ gá tháo lắp"]),
        ({"q": "thao ngo"}, ["Đồ gá tháo lắp"]),
        ({"unit": "X1"}, ["Bàn xoay"]),
        ({"year": 2019}, ["Bàn xoay"]),
        ({"state": "waiting"}, ["Xe đẩy"]),
        ({"state": "recognised"}, ["Đồ gá tháo lắp"]),
        ({"state": "applied"}, []),
        ({"level": "region"}, ["Đồ gá tháo lắp"]),
        ({"level": "ministry"}, []),
    ],
)
def test_list_is_filtered(client, works, reviewer, query, found):
    assert titles(log_in(client, reviewer), **query) == found


@pytest.mark.parametrize("query", [{"year": "x"}, {"state": "king"}, {"since": "31/31/2020"}, {"by": "king"}])
def test_query_that_means_nothing_is_not_found(client, reviewer, query):
    client.force_login(reviewer)
    assert client.get(reverse("emulation:initiative-list"), query).status_code == 404


@pytest.mark.parametrize("only", ["9" * 40, "x", "-1"])
def test_unit_that_does_not_exist_leaves_an_empty_list(client, works, reviewer, only):
    assert titles(log_in(client, reviewer), only=only) == []


def test_address_of_a_fed_figure_lists_exactly_its_entries(client, works, depot, workshop, staff):
    make_recognition(make_work(depot, staff, title="Next quarter"), date(2020, 4, 1))
    days = date(2020, 1, 1), date(2020, 3, 31)
    client = log_in(client, staff)
    page = client.get(RECOGNISED.address(depot, *days, ()))
    assert [row.work.title for row in page.context["rows"]] == ["Đồ gá tháo lắp"]
    assert page.context["entries_of"] == depot
    assert RECOGNISED.take([depot.pk], *days, ())[depot.pk].entries == 1
    assert client.get(RECOGNISED.address(depot, *days, ("region",))).context["rows"] == []


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_the_list(client, depot, staff, reviewer, django_assert_num_queries, more):
    make_feed(make_indicator("count"), "initiatives")
    for _each in range(more):
        make_recognition(make_work(depot, staff, make_person(depot)))
    client.force_login(reviewer)
    with django_assert_num_queries(13):
        client.get(reverse("emulation:initiative-list"))


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_a_work(client, depot, staff, planner, django_assert_num_queries, more):
    template = make_score_template()
    people = [make_person(depot) for _each in range(more)]
    work = make_work(depot, staff, *people, template=template, state="scored")
    for number in range(more):
        sheet = work.sheets.create(member=f"Member {number}")
        for criterion in template.criteria.all():
            sheet.scores.create(criterion=criterion, points=number)
    client.force_login(planner)
    with django_assert_num_queries(16):
        client.get(work.get_absolute_url())


def test_export_holds_the_filtered_rows_and_no_formula(client, works, depot, staff):
    make_work(depot, staff, title="=1+1")
    address = reverse("emulation:initiative-list")
    page = load_workbook(
        BytesIO(log_in(client, staff).get(address, {"q": "do ga", "export": "xlsx"}).getvalue())
    ).active
    assert [cell.value for cell in page[2]][:9] == [
        "Unit K1", 2020, "Đồ gá tháo lắp", "Initiative", "Ngô Thị Thảo", "Recognised", "Military region",
        page["H2"].value, page["I2"].value,
    ]  # fmt: skip
    assert (page.max_row, page["I2"].value.date()) == (2, date(2020, 8, 1))
    text = client.get(address, {"export": "csv"}).getvalue().decode("utf-8-sig")
    assert ";'=1+1;" in text


# ── forms ─────────────────────────────────────────────────────────────────


def post_new(client, unit, **fields):
    data = {"unit": unit.pk, "title": "Work", "kind": "initiative", "year": 2020} | fields
    return client.post(reverse("emulation:initiative-create"), data)


def test_authors_are_found_by_number_or_name_or_come_from_outside(client, depot, staff):
    thao, binh = make_person(depot, "Ngô Thị Thảo"), make_person(depot, "Lê Văn Bình")
    authors = f"{thao.service_number}; 50\nle van binh ;30 %\n\nTrần Khách; 20"
    post_new(log_in(client, staff), depot, authors=authors)
    assert [(a.person, a.name, a.share) for a in InitiativeWork.objects.get().authors.all()] == [
        (thao, "Ngô Thị Thảo", 50), (binh, "Lê Văn Bình", 30), (None, "Trần Khách", 20),
    ]  # fmt: skip


def test_every_author_that_cannot_be_read_is_named_and_nothing_is_lost(client, depot, elsewhere, staff):
    make_person(depot, "Lê Văn Bình"), make_person(depot, "Lê Văn Bình")
    hidden = make_person(elsewhere, "Hidden Man")
    authors = f"Lê Văn Bình; 50\n{hidden.service_number}\nAn; all"
    page = post_new(log_in(client, staff), depot, authors=authors)
    assert page.context["form"].errors == {
        "authors": [
            "2 people are called Lê Văn Bình: type the service number.",
            f"Nobody whom you can see has the service number {hidden.service_number}.",
            "“all” is no share in per cent.",
        ]
    }
    assert page.context["form"]["authors"].value() == authors
    assert not InitiativeWork.objects.exists()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Nguyễn Văn A (150 %)", "is no name"),
        ("Nguyễn Văn A 60%", "is no name"),
        ("Nguyễn Văn A: 60", "is no name"),
        ("Nguyễn Văn A - 60", "is no name"),
        ("123", "is no name"),
        ("; 60", "is no name"),
        ("...", "is no name"),
        ("Nguyễn Văn A; 150", "a share is a percentage from 1 to 100"),
        ("Nguyễn Văn A; 0", "a share is a percentage from 1 to 100"),
    ],
)
def test_line_that_is_no_author_is_named_and_makes_nobody_from_outside(client, depot, staff, line, why):
    page = post_new(log_in(client, staff), depot, authors=f"Trần Khách\n{line}")
    [error] = page.context["form"].errors["authors"]
    assert error.startswith(f"“{line}”")
    assert why in error
    assert not InitiativeWork.objects.exists()


def test_a_name_that_the_work_has_already_does_not_bar_other_changes(client, depot, staff):
    work = make_work(depot, staff, title="Old")
    WorkAuthor.objects.create(work=work, name="Nhóm tác giả K1")
    data = {"title": "New", "kind": work.kind, "year": work.year, "authors": "Nhóm tác giả K1"}
    client = log_in(client, staff)
    address = reverse("emulation:initiative-update", args=[work.pk])
    client.post(address, data)
    work.refresh_from_db()
    assert (work.title, [author.name for author in work.authors.all()]) == ("New", ["Nhóm tác giả K1"])
    page = client.post(address, data | {"authors": "Nhóm tác giả K2"})
    assert "is no name" in page.context["form"].errors["authors"][0]


@pytest.mark.parametrize("name", ["Đỗ Ánh", "Jean-Pierre D'Arc", "Nguyễn Văn A (Viện Kỹ thuật)", "Ý Lan"])
def test_names_from_outside_stay_possible(client, depot, staff, name):
    post_new(log_in(client, staff), depot, authors=f"{name}; 100")
    assert [(a.person, a.name, a.share) for a in InitiativeWork.objects.get().authors.all()] == [(None, name, 100)]


def test_work_is_not_made_for_another_unit(client, workshop, staff):
    page = post_new(log_in(client, staff), workshop)
    assert page.context["form"].errors["unit"] == ["Choose a unit of your branch."]


def test_work_begins_from_a_record_of_the_own_unit_alone(client, depot, workshop, staff):
    own = make_initiative(make_person(depot), share=60, title="Old work")
    other = make_initiative(make_person(workshop))
    client = log_in(client, staff)
    page = client.get(reverse("emulation:initiative-records"))
    assert [row.pk for row in page.context["page"]] == [own.pk]
    address = reverse("emulation:initiative-create")
    initial = client.get(address, {"record": own.pk}).context["form"].initial
    assert (initial["title"], initial["authors"]) == ("Old work", f"{own.person.service_number}; 60")
    assert "title" not in client.get(address, {"record": other.pk}).context["form"].initial
    data = {"unit": depot.pk, "title": "Old work", "kind": "initiative", "year": 2020, "authors": initial["authors"]}
    alone = client.post(f"{address}?record={own.pk}", data)
    assert alone.context["form"].errors == {"authors": ["The shares of the authors make 60 %, not 100 %."]}
    data["authors"] += "\nTrần Khách; 40"
    client.post(f"{address}?record={own.pk}", data)
    assert WorkAuthor.objects.get(record=own).work.title == "Old work"
    assert not client.get(reverse("emulation:initiative-records")).context["page"].object_list


def test_a_work_walks_from_its_proposal_to_use(client, depot, staff, planner):
    template = make_score_template()
    person = make_person(depot)
    first, second = template.criteria.all()
    log_in(client, staff)
    post_new(client, depot, authors=person.service_number, problem="Slow.", solution="Fast.")
    work = InitiativeWork.objects.get()
    client.post(reverse("emulation:initiative-submit", args=[work.pk]))
    log_in(client, planner)
    scores = {"member": "Chairman", f"c{first.pk}": "40,5", f"c{second.pk}": "41"}
    wrong = client.post(reverse("emulation:score-create", args=[work.pk]), scores)
    assert wrong.context["form"].errors == {f"c{second.pk}": ["At most 40 points."]}
    client.post(reverse("emulation:score-create", args=[work.pk]), scores | {f"c{second.pk}": "30"})
    assert client.get(work.get_absolute_url()).context["scored"].mean == "70.5"
    given = {"level": "base", "decision": "12/QĐ", "day": "14/02/2020"}
    client.post(reverse("emulation:recognition-create", args=[work.pk]), given)
    again = client.post(reverse("emulation:recognition-create", args=[work.pk]), given)
    assert again.context["form"].non_field_errors() == [
        "The work is recognised at this level already; correct that row."
    ]
    log_in(client, staff)
    use = {"applied_where": "Shed 4", "applied_since": "01/03/2020", "saved": "38,5"}
    client.post(reverse("emulation:initiative-apply", args=[work.pk]), use)
    work.refresh_from_db()
    assert (work.stage, f"{work.saved}") == ("applied", "38.5")
    assert Initiative.objects.get(person=person).decision == "12/QĐ"


def test_score_sheet_of_another_work_is_not_found(client, depot, staff, planner):
    template = make_score_template()
    work, other = (make_work(depot, staff, template=template, state="scored") for _each in range(2))
    sheet = other.sheets.create(member="Chairman")
    client.force_login(planner)
    assert client.get(reverse("emulation:score-update", args=[work.pk, sheet.pk])).status_code == 404


def test_works_that_wait_stand_in_my_work_of_the_reviewer(client, depot, staff, reviewer):
    make_work(depot, staff, state="submitted")
    tasks = log_in(client, reviewer).get(reverse("emulation:my-work")).context["work"].tasks
    assert [(task.title, task.url) for task in tasks] == [
        ("1 initiative waits for the council", "/initiatives/?state=waiting")
    ]
    assert titles(client, state="waiting") == [InitiativeWork.objects.get().title]
