"""Pages of the register of people."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from tests.factories import make_person, make_user
from tests.layers import built_once
from units.models import Discipline, DisciplineForm, Initiative, Person, Rank, RankChange, Role, TaskRating
from units.workbooks import MB, read_workbook

TODAY = date(2020, 7, 20)


@pytest.fixture(autouse=True)
def _today(units_catalogue, set_today):
    set_today(TODAY)


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def person(depot):
    return make_person(depot, "Ngọ Quang Trinh", service_number="15000001", post="Thủ kho")


def page(client, user, name: str, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"units:{name}", args=args), query)


def send(client, user, name: str, *args, data: dict):
    client.force_login(user)
    return client.post(reverse(f"units:{name}", args=args), data)


def wrong(response) -> list[str]:
    assert response.status_code == 200
    return list(response.context["form"].errors)


# ── list ──────────────────────────────────────────────────────────────────


@built_once
def some(depot, workshop, elsewhere):
    """An and Ánh at the depot, Ân at the workshop, Bách elsewhere, Cường who left the depot."""
    an = make_person(depot, "Lê Văn An", post="Thủ kho")
    make_person(depot, "Phạm Thị Ánh", group="defence")
    make_person(workshop, "Đỗ Văn Ân")
    make_person(elsewhere, "Trần Văn Bách")
    make_person(depot, "Vũ Văn Cường", left=date(2020, 1, 1))
    TaskRating.objects.create(person=an, year=2019, rating="excellent")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["An", "Ánh", "Ân"]),
        ({"q": "an thu kho"}, ["An"]),
        ({"unit": "k1"}, ["An", "Ánh"]),
        ({"unit": "ckt"}, ["An", "Ánh", "Ân"]),
        ({"unit": "unit x1"}, ["Ân"]),
        ({"unit": "CHC"}, []),
        ({"serving": "left"}, ["Cường"]),
        ({"serving": "all", "unit": "K1"}, ["An", "Ánh", "Cường"]),
        ({"year": "2019", "rating": "excellent"}, ["An"]),
        ({"year": "2019", "rating": "none"}, ["Ánh", "Ân"]),
        ({"rating": "none"}, ["An", "Ánh", "Ân"]),
    ],
)
def test_the_list_filters_the_branch_in_the_order_of_given_names(client, reviewer, some, query, names):
    rows = page(client, reviewer, "person-list", **query).context["page"]

    assert [person.given_name for person in rows] == names


def test_the_list_filters_by_group_and_shows_the_rating_of_the_year(client, reviewer, some):
    an = Person.objects.get(given_name="An")
    rows = page(client, reviewer, "person-list", group=an.group_id, year="2019").context["page"]

    assert [(person.given_name, person.rating) for person in rows] == [("An", "excellent"), ("Ân", None)]


@pytest.mark.parametrize("query", [{"year": "19"}, {"rating": "best"}, {"serving": "x"}, {"group": "0"}])
def test_the_list_with_an_impossible_filter_is_not_found(client, reviewer, query):
    assert page(client, reviewer, "person-list", **query).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_and_person_ask_a_constant_number_of_queries(client, django_assert_num_queries, staff, depot, number):
    captain = Rank.objects.get(code="off-cpt")
    for _place in range(number):
        person = make_person(depot, rank=captain)
    for year in range(number):
        TaskRating.objects.create(person=person, year=2015 + year, rating="well")
        Initiative.objects.create(person=person, year=2015 + year, title="Giá kê", level="base")
        RankChange.objects.create(person=person, rank=captain, since=date(2010 + year, 1, 1))
    client.force_login(staff)

    with django_assert_num_queries(8):
        client.get(reverse("units:person-list"))
    with django_assert_num_queries(11):
        client.get(person.get_absolute_url())


def test_pages_hold_fifty_people(client, staff, depot):
    for _place in range(51):
        make_person(depot)

    assert len(page(client, staff, "person-list").context["page"]) == 50
    assert len(page(client, staff, "person-list", page="2").context["page"]) == 1


# ── export ────────────────────────────────────────────────────────────────


def test_the_export_has_exactly_the_rows_of_the_filter_on_all_pages(client, staff, depot, workshop):
    for place in range(53):
        make_person(depot, post="Thủ kho" if place else "Trợ lý")
    make_person(workshop)

    body = b"".join(page(client, staff, "person-list", export="csv", q="thu kho")).decode("utf-8-sig")

    shown = page(client, staff, "person-list", q="thu kho").context["page"].paginator
    assert len(body.splitlines()) - 1 == shown.count == 52
    assert [line.split(";")[0] for line in body.splitlines()[1:]] == [p.service_number for p in shown.object_list]


def test_the_export_to_excel_says_the_rating_and_runs_no_formula(client, staff, depot, tmp_path):
    person = make_person(depot, "Lê Văn An", post="=1+1", birth_year=1990, enlisted=date(2009, 2, 1))
    TaskRating.objects.create(person=person, year=2019, rating="well")

    content = page(client, staff, "person-list", export="xlsx", year="2019").getvalue()

    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with path.open("rb") as file:
        book = read_workbook("a.xlsx", file, size=len(content), limit=MB)
    head, row = (cells for _number, cells in next(iter(book.sheets.values())))
    assert head[:2] == ["Số hiệu", "Họ và tên"]
    assert (row[1], row[6], row[-1]) == ("Lê Văn An", "=1+1", "Hoàn thành tốt")
    assert book.formulas[next(iter(book.sheets))] == frozenset()


# ── person ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("language", "title"), [("vi", "Quá trình công tác"), ("en", "Postings")])
def test_the_page_shows_what_is_recorded_in_both_languages(client, staff, person, language, title):
    staff.language = language
    staff.save()
    Initiative.objects.create(person=person, year=2019, title="Giá kê <b>", level="base", share=60)

    response = page(client, staff, "person-detail", person.pk)

    assert [section.kind for section in response.context["sections"]] == [
        "postings", "ranks", "ratings", "initiatives", "discipline",
    ]  # fmt: skip
    with translation.override(language):
        assert response.context["sections"][0].title == title
    assert "Giá kê &lt;b&gt;" in response.content.decode()


def test_discipline_is_shown_and_reached_only_by_who_may_see_it(client, staff, commander, region, person):
    row = Discipline.objects.create(
        person=person, form=DisciplineForm.objects.first(), decided=date(2020, 1, 1), reason="Vắng mặt"
    )
    far = make_user("", (region, Role.STAFF))

    texts = {
        u.username: page(client, u, "person-detail", person.pk).content.decode() for u in (staff, commander, far)
    }

    assert {name: "Vắng mặt" in text for name, text in texts.items()} == {
        "staff": True, "commander": True, far.username: False,
    }  # fmt: skip
    addresses = [("person-record-create", person.pk, "discipline"),
                 ("person-record-update", person.pk, "discipline", row.pk),
                 ("person-record-remove", person.pk, "discipline", row.pk)]  # fmt: skip
    for user, status in ((staff, 200), (commander, 403), (far, 404)):
        assert [page(client, user, *address).status_code for address in addresses] == [status] * 3


def test_records_of_other_people_are_not_reached_through_ones_own(client, staff, person, workshop):
    other = make_person(workshop)

    for name in ("person-record-update", "person-record-remove"):
        assert page(client, staff, name, person.pk, "postings", other.postings.get().pk).status_code == 404
    assert page(client, staff, "person-record-create", person.pk, "awards").status_code == 404
    assert page(client, staff, "person-detail", other.pk).status_code == 404


# ── forms ─────────────────────────────────────────────────────────────────


WORK = {"title": "Giá kê", "kind": "initiative", "year": "2019", "level": "base"}


def new_person(depot, **fields):
    group = Rank.objects.get(code="off-cpt").group_id
    defaults = {"full_name": "Đặng Thị Ngọc Ánh", "service_number": "15000009", "group": group, "unit": depot.pk}
    return defaults | fields


def test_a_person_is_added_with_posting_and_rank(client, staff, depot):
    captain = Rank.objects.get(code="off-cpt")
    data = new_person(depot, birth_year="1990", since="01/05/2019", rank=captain.pk, rank_since="02/09/2018")

    response = send(client, staff, "person-create", data=data)

    person = Person.objects.get()
    assert response.url == person.get_absolute_url()
    assert (person.family_name, person.middle_name, person.given_name) == ("Đặng", "Thị Ngọc", "Ánh")
    assert (person.rank, person.ranks.get().since, person.postings.get().since) == (
        captain, date(2018, 9, 2), date(2019, 5, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"full_name": "Ánh"}, "full_name"), ({"full_name": ""}, "full_name"), ({"birth_year": "19"}, "birth_year"),
        ({"service_number": ""}, "service_number"), ({"service_number": "15 000 009"}, "service_number"),
        ({"service_number": "15000001"}, "service_number"),
        ({"since": "21/07/2020"}, "since"), ({"since": "hôm nay"}, "since"), ({"unit": "0"}, "unit"),
        ({"group": ""}, "group"),
    ],
)  # fmt: skip
def test_a_person_with_a_wrong_field_is_refused(client, staff, depot, person, fields, field):
    assert wrong(send(client, staff, "person-create", data=new_person(depot, **fields))) == [field]
    assert Person.objects.count() == 1


def test_a_person_is_not_added_to_a_unit_of_others(client, staff, depot, workshop):
    assert wrong(send(client, staff, "person-create", data=new_person(workshop))) == ["unit"]


def test_the_data_are_corrected(client, staff, person):
    data = {"service_number": "15000007", "family_name": "Ngọ", "middle_name": "", "given_name": "Trình",
            "group": person.group_id, "birth_year": "1991"}  # fmt: skip

    send(client, staff, "person-update", person.pk, data=data)

    person.refresh_from_db()
    assert (person.full_name, person.service_number, person.birth_year) == ("Ngọ Trình", "15000007", 1991)
    assert person in Person.objects.found_by("ngo trinh")


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("ratings", {"year": "2019", "rating": "well"}, None),
        ("ratings", {"year": "2021", "rating": "well"}, "year"),
        ("ratings", {"year": "2019", "rating": "best"}, "rating"),
        ("initiatives", WORK | {"share": "60"}, None),
        ("initiatives", WORK | {"share": "101"}, "__all__"),
        ("initiatives", WORK | {"title": ""}, "title"),
        ("discipline", {"decided": "01/02/2020", "form": "1", "cleared": "01/02/2020"}, "__all__"),
        ("discipline", {"decided": "01/02/2020", "form": "1", "cleared": "01/02/2021"}, None),
        ("ranks", {"rank": "1", "since": "21/07/2020"}, "since"),
    ],
)  # fmt: skip
def test_rows_are_added_or_refused_with_the_field(client, staff, person, kind, data, field):
    for name, model in (("form", DisciplineForm), ("rank", Rank)):
        if name in data:
            data = data | {name: model.objects.first().pk}

    response = send(client, staff, "person-record-create", person.pk, kind, data=data)

    if field is None:
        assert (response.status_code, getattr(person, kind).count()) == (302, 1)
    else:
        assert wrong(response) == [field]
        assert not getattr(person, kind).exists()


def test_a_transfer_beyond_ones_reach_leads_to_the_list(client, planner, person, depot, workshop):
    client.force_login(planner)
    data = {"unit": workshop.pk, "post": "Thợ", "since": "01/07/2020"}

    response = send(client, planner, "person-record-create", person.pk, "postings", data=data)

    assert response.url == person.get_absolute_url()
    person.refresh_from_db()
    assert (person.unit, person.postings.count()) == (workshop, 2)
    assert page(client, planner, "person-detail", person.pk).status_code == 200


def test_a_present_posting_is_corrected_in_place(client, staff, person, depot):
    posting = person.postings.get()
    data = {"unit": depot.pk, "post": "Kho trưởng", "since": "01/01/2016", "decision": "5/QĐ"}

    send(client, staff, "person-record-update", person.pk, "postings", posting.pk, data=data)

    person.refresh_from_db()
    posting = person.postings.get()
    assert (person.post, posting.since, posting.decision) == ("Kho trưởng", date(2016, 1, 1), "5/QĐ")


def test_a_row_is_removed_only_with_a_reason(client, staff, person):
    rating = TaskRating.objects.create(person=person, year=2019, rating="well")
    address = ("person-record-remove", person.pk, "ratings", rating.pk)

    assert wrong(send(client, staff, *address, data={"why": " "})) == ["why"]
    assert page(client, staff, *address).status_code == 200
    assert person.ratings.exists()
    send(client, staff, *address, data={"why": "Nhập nhầm"})
    assert not person.ratings.exists()


def test_who_leaves_is_marked(client, staff, person):
    send(client, staff, "person-release", person.pk, data={"until": "30/06/2020"})

    person.refresh_from_db()
    assert person.left == date(2020, 6, 30)


# ── ratings of many ───────────────────────────────────────────────────────


def test_ratings_are_entered_for_many_and_filled_up(client, planner, some):
    an, anh, an_of_workshop = Person.objects.serving().exclude(given_name="Bách")
    shown = {f"rating-{person.pk}": "" for person in (an, anh, an_of_workshop)}
    shown |= {f"initial-{name}": "" for name in shown} | {
        f"rating-{an.pk}": "excellent", f"initial-rating-{an.pk}": "excellent",
    }  # fmt: skip

    client.force_login(planner)
    address = reverse("units:person-ratings") + "?year=2019"
    response = client.post(address, shown | {f"rating-{anh.pk}": "not", "fill": "well", "decision": "BB 12"})

    assert response.url == address
    found = {row.person: (row.rating, row.decision) for row in TaskRating.objects.filter(year=2019)}
    assert found == {an: ("excellent", ""), anh: ("not", "BB 12"), an_of_workshop: ("well", "BB 12")}


def test_a_rating_changed_by_somebody_else_meanwhile_stays(client, staff, person):
    TaskRating.objects.create(person=person, year=2019, rating="excellent")
    stale = {f"rating-{person.pk}": "well", f"initial-rating-{person.pk}": "well", "fill": "completed"}
    client.force_login(staff)

    client.post(reverse("units:person-ratings") + "?year=2019", stale)

    assert person.ratings.get().rating == "excellent"


def test_ratings_of_people_whom_others_keep_are_neither_shown_nor_taken(client, staff, some, workshop):
    other = Person.objects.get(unit=workshop)
    client.force_login(staff)

    client.post(reverse("units:person-ratings") + "?year=2019", {f"rating-{other.pk}": "well"})

    assert not other.ratings.exists()
    names = [person.given_name for person in page(client, staff, "person-ratings", year="2019").context["page"]]
    assert names == ["An", "Ánh"]


def test_ratings_of_a_year_to_come_are_refused(client, staff, person):
    client.force_login(staff)

    response = client.post(reverse("units:person-ratings") + "?year=2021", {f"rating-{person.pk}": "well"})

    assert response.context["form"].errors != {}
    assert not person.ratings.exists()
