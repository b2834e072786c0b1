from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from tests.factories import make_unit, make_unit_rating, make_user
from units.forms.unit_ratings import PastedRatingsForm
from units.models import Role, Unit, UnitRating


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


def confirm(client, text, **columns):
    """What the preview page shows, sent back as it stands."""
    form = paste(client, text, **columns).context["form"]
    return paste(client, text, mark=form["mark"].value(), **columns)


def pasted(form):
    return [(row.unit.code, row.before, row.after) for row in form.rows]


def test_ratings_are_pasted_from_excel_by_code_or_name_in_either_language(client, planner, depot, workshop):
    make_unit_rating(depot, 2019, "not")
    client.force_login(planner)
    text = "STT\tĐơn vị\tXếp loại\n1\tk1\tUNIT K1\tHOÀN THÀNH TỐT\n\n2\tunit x1\tCompleted excellently\n"
    form = paste(client, text, decision="5/QĐ").context["form"]
    assert (pasted(form), form.changing) == ([("K1", "not", "well"), ("X1", None, "excellent")], 2)
    assert [row.rating for row in UnitRating.objects.all()] == ["not"]
    assert confirm(client, text, decision="5/QĐ")["Location"] == address(year=2019)
    assert sorted(UnitRating.objects.values_list("unit__code", "year", "rating", "decision")) == [
        ("K1", 2019, "well", "5/QĐ"), ("X1", 2019, "excellent", "5/QĐ"),
    ]  # fmt: skip


def test_preview_shows_both_ratings_and_only_what_was_shown_is_saved(client, planner, depot, workshop):
    make_unit_rating(depot, 2019, "not")
    client.force_login(planner)
    answer = paste(client, "K1\tHTXS\nX1\tKHTNV")
    mark = answer.context["form"]["mark"].value()
    assert "Không hoàn thành" in answer.text and "Hoàn thành xuất sắc" in answer.text
    other = paste(client, "K1\tHTT\nX1\tKHTNV", mark=mark)  # typed anew below the preview
    assert pasted(other.context["form"]) == [("K1", "not", "well"), ("X1", None, "not")]
    UnitRating.objects.filter(unit=depot).update(rating="completed")
    again = paste(client, "K1\tHTXS\nX1\tKHTNV", mark=mark)
    assert pasted(again.context["form"])[0] == ("K1", "completed", "excellent")
    assert [row.rating for row in UnitRating.objects.all()] == ["completed"]


def test_names_are_read_in_any_case_and_without_diacritics(client, planner, department):
    make_unit(department, "K2", name="Kho Đạn K2")
    client.force_login(planner)
    form = paste(client, "kho dan k2\thoan thanh xuat sac nhiem vu").context["form"]
    assert pasted(form) == [("K2", None, "excellent")]


def test_pasted_lines_say_all_errors_at_once_and_save_nothing(
    client, planner, department, depot, workshop, elsewhere
):
    for code in ("K7", "K8"):
        make_unit(department, code, name="Kho chung")
    client.force_login(planner)
    lines = [
        "K1\twell", "X1\tgiỏi", "K1\tnot", f"{elsewhere.code}\twell", "?", "K1\tX1\tHoàn thành",
        "X1\tHoàn thành tốt\tKhông hoàn thành", "X1", "Kho chung\tHTT", "K7\tKho chung\tHTT", "X1\tHT\tghi chú",
    ]  # fmt: skip
    with override("en"):
        form = PastedRatingsForm(
            {"year": 2019, "text": "\n".join(lines)}, units=Unit.objects.exclude(pk=elsewhere.pk)
        )
        neither = "is neither a unit that you rate nor a rating. Copy only the columns of both."
        assert form.errors["text"] == [
            f"Line 2 “X1 | giỏi”: “giỏi” {neither}",
            "Line 3 “K1 | not”: Unit K1 stands there twice.",
            f"Line 4 “{elsewhere.code} | well”: none of the units that you rate has this code or name.",
            "Line 5 “?”: none of the units that you rate has this code or name.",
            "Line 6 “K1 | X1 | Hoàn thành”: these are several units: K1, X1.",
            "Line 7 “X1 | Hoàn thành tốt | Không hoàn thành”: two different ratings stand there; leave one.",
            "Line 8 “X1”: there is no rating.",
            "Line 9 “Kho chung | HTT”: these are several units: K7, K8.",
            f"Line 11 “X1 | HT | ghi chú”: “ghi chú” {neither}",
        ]
    answer = paste(client, "\n".join(lines))
    assert "giỏi" in answer.text and not UnitRating.objects.exists()


@pytest.mark.parametrize(
    ("text", "columns", "field"),
    [
        ("K1\twell", {"year": ""}, "year"), (" ", {}, "text"),
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


def test_pasted_rating_of_a_year_to_come_is_refused_beside_the_year(client, planner, depot):
    client.force_login(planner)
    assert list(confirm(client, "K1\twell", year=2021).context["form"].errors) == ["year"]
    assert not UnitRating.objects.exists()
