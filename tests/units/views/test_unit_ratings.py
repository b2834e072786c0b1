from datetime import date

import pytest
from django.urls import reverse

from tests.factories import make_unit, make_unit_rating, make_user
from units.models import Role, UnitRating


@pytest.fixture
def planner(set_today, department):
    set_today(date(2020, 12, 20))
    return make_user("planner", (department, Role.STAFF))


def address(**query):
    return reverse("units:unit-ratings", query=query)


def typed(form, **values):
    """The page as it was shown, with some choices changed."""
    shown = {f"initial-rating-{unit.pk}": unit.rating or "" for unit in form.units.values()}
    return shown | {f"rating-{unit.pk}": unit.rating or "" for unit in form.units.values()} | values


def test_grid_rates_the_units_below_and_fills_the_rest(client, planner, department, depot, workshop):
    make_unit_rating(workshop, 2020, "completed")
    client.force_login(planner)
    form = client.get(address()).context["form"]
    assert [(unit.code, unit.rating) for unit, _field in form.rows()] == [("K1", None), ("X1", "completed")]
    client.post(address(), typed(form, fill="well", decision="12/QĐ"))
    assert sorted(UnitRating.objects.values_list("unit__code", "rating", "decision")) == [
        ("K1", "well", "12/QĐ"), ("X1", "completed", ""),
    ]  # fmt: skip
    form = client.get(address(q="x1")).context["form"]
    client.post(address(q="x1"), typed(form) | {f"rating-{workshop.pk}": "remove"})
    assert UnitRating.objects.count() == 2
    client.post(address(q="x1"), typed(form) | {f"rating-{workshop.pk}": "remove", "decision": "Nhầm"})
    assert [row.unit for row in UnitRating.objects.all()] == [depot]


def paste(client, text, **columns):
    return client.post(reverse("units:unit-ratings-paste"), {"year": 2019, "text": text} | columns)


def test_ratings_are_pasted_from_excel_by_code_or_name_in_either_language(client, planner, depot, workshop):
    make_unit_rating(depot, 2019, "not")
    client.force_login(planner)
    text = "1\tk1\tKho\tHOÀN THÀNH TỐT\n\n2\tUnit X1\tCompleted excellently\n"
    assert paste(client, text, decision="5/QĐ")["Location"] == address(year=2019)
    assert sorted(UnitRating.objects.values_list("unit__code", "year", "rating", "decision")) == [
        ("K1", 2019, "well", "5/QĐ"), ("X1", 2019, "excellent", "5/QĐ"),
    ]  # fmt: skip


def test_pasted_lines_say_all_errors_at_once_and_save_nothing(client, planner, depot, workshop, elsewhere):
    client.force_login(planner)
    lines = ["K1\twell", "X1\tgiỏi", "K1\tnot", f"{elsewhere.code}\twell", "?"]
    answer = paste(client, "\n".join(lines))
    assert answer.context["form"].errors["text"] == [
        "Dòng 2: thiếu xếp loại của Unit X1.",
        "Dòng 3: Unit K1 có hai dòng.",
        "Dòng 4: không có đơn vị nào do đồng chí xếp loại mang mã hoặc tên này.",
        "Dòng 5: không có đơn vị nào do đồng chí xếp loại mang mã hoặc tên này.",
    ]
    assert "giỏi" in answer.text and not UnitRating.objects.exists()


@pytest.mark.parametrize(
    ("text", "columns", "field"),
    [
        ("K1\twell", {"year": 2021}, "year"), ("K1\twell", {"year": ""}, "year"), (" ", {}, "text"),
        ("K1\twell\n" * 501, {}, "text"),
    ],
)  # fmt: skip
def test_impossible_pastes_are_refused_beside_the_field(client, planner, depot, text, columns, field):
    client.force_login(planner)
    assert list(paste(client, text, **columns).context["form"].errors) == [field]
    assert not UnitRating.objects.exists()


def test_year_to_come_is_refused_in_words(client, planner, depot):
    client.force_login(planner)
    form = client.get(address(year=2021)).context["form"]
    answer = client.post(address(year=2021), typed(form, fill="well"))
    assert answer.context["form"].errors and not UnitRating.objects.exists()


def test_unit_page_shows_ratings_to_readers_and_the_way_to_superiors(client, planner, administrator, staff, depot):
    make_unit_rating(depot, 2019, "excellent")
    seen = {}
    for user in (planner, staff, administrator):
        client.force_login(user)
        page = client.get(depot.get_absolute_url())
        seen[user.username] = (
            "Hoàn thành xuất sắc" in page.content.decode(),
            address(q="K1") in page.content.decode(),
        )
    assert seen == {"planner": (True, True), "staff": (True, False), "administrator": (False, False)}


@pytest.mark.parametrize("count", [1, 3])
def test_grid_runs_a_constant_number_of_queries(client, planner, department, count, django_assert_num_queries):
    for _number in range(count):
        make_unit_rating(make_unit(department))
    client.force_login(planner)
    with django_assert_num_queries(7):
        client.get(address())
