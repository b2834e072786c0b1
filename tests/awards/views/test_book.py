"""The book of honour, its numbers, and what the awards of a year add up to."""

import re
from datetime import date

import pytest

from awards.models import Grant
from tests.awards.views.test_papers import DAY, rows_of, url
from tests.factories import (
    make_dossier,
    make_grant,
    make_nomination,
    make_occasion,
    make_person,
    make_signed_decision,
)
from units.models import Person, Unit
from units.text import fold


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


def test_number_is_verified_within_the_branch(client, chief, outsider, department, passed, award):
    make_signed_decision(department, chief, *passed(award, "Lê An"))
    Grant.objects.update(register="CKT-2020-0001")
    client.force_login(chief)
    page = url("grant-verify")
    assert client.get(page, {"number": " ckt-2020-0001 "}).context["grant"] == Grant.objects.get()
    assert "Hợp lệ" in client.get(page, {"number": "CKT-2020-0001"}).content.decode()
    Grant.objects.update(revoked_on=DAY, revoked_why="Khai gian")
    assert "Đã thu hồi: khen thưởng này" in client.get(page, {"number": "CKT-2020-0001"}).content.decode()
    client.force_login(outsider)
    assert "Không rõ" in client.get(page, {"number": "CKT-2020-0001"}).content.decode()


def test_book_is_searched_without_diacritics_and_filtered(client, reviewer, depot, workshop, award, order):
    make_grant(award, make_person(depot, "Đỗ Văn Ánh"), 2018)
    make_grant(award, make_person(workshop, "Lê Bình"), 2019, revoked_on=DAY, revoked_why="Khai gian")
    make_grant(order, depot, 2020, decision="7/QĐ")
    client.force_login(reviewer)

    def found(**query):
        return [row.year for row in client.get(url("grant-book"), query).context["page"]]

    assert found() == [2020, 2019, 2018]
    assert [found(q="do anh"), found(q="7/QĐ"), found(unit="K1"), found(kind="unit"), found(state="revoked")] == [
        [2018], [2020], [2020, 2018], [2020], [2019],
    ]  # fmt: skip
    assert [found(award="CSTT", first=2019), found(last=2018), found(q="không ai")] == [[2019], [2018], []]
    assert client.get(url("grant-book"), {"award": "XYZ"}).status_code == 404


def test_export_holds_as_many_rows_as_the_screen_says(client, reviewer, depot, award):
    for number in range(60):
        make_grant(award, make_person(depot, f"Lê An {number}"), 2019, bonus=760_000)
    make_grant(award, make_person(depot, "Vũ Bình"), 2019)
    client.force_login(reviewer)
    said = client.get(url("grant-book"), {"q": "le"}).context["page"].paginator.count
    rows = rows_of(client.get(url("grant-book"), {"q": "le", "export": "xlsx"}))
    assert (said, len(rows) - 1, rows[1][14]) == (60, 60, 760_000)


def test_statistics_count_awards_in_force(client, reviewer, depot, workshop, award, order):
    for name, columns in (("Lê An", {"bonus": 760_000}), ("Vũ Bình", {}), ("Trần Chi", {"revoked_on": DAY})):
        extra = {"revoked_why": "Khai gian"} if columns.get("revoked_on") else {}
        make_grant(award, make_person(depot, name), 2020, **columns, **extra)
    make_grant(order, workshop, 2020, bonus=2_000_000)
    make_grant(award, make_person(depot), 2019)
    client.force_login(reviewer)
    page = client.get(url("award-statistics"))
    assert [(s.award.code, s.people, s.units, s.bonus, s.unknown, s.revoked) for s in page.context["stats"]] == [
        ("HC", 0, 1, 2_000_000, 0, 0), ("CSTT", 2, 0, 760_000, 1, 1),
    ]  # fmt: skip
    rows = rows_of(client.get(url("award-statistics"), {"unit": "K1", "year": "2020", "export": "xlsx"}))
    assert [row[1:] for row in rows[1:]] == [(2, 0, 760_000, 1, 1)] * 2


def test_forms_of_the_year_count_the_same_awards_otherwise(
    client, reviewer, department, depot, workshop, staff, award, order
):
    """Each form adds up to the awards in force; a person counts where they served then, whoever moved since."""
    moved = make_person(depot, "Lê An")
    moved.postings.update(until=date(2021, 2, 28))
    moved.postings.create(unit=workshop, since=date(2021, 3, 1))
    Person.objects.filter(pk=moved.pk).update(unit=workshop)
    occasion = make_occasion("drive", name="Theo đợt")
    line = make_nomination(make_dossier(depot, staff, occasion=occasion), award, moved, stage="decided")
    make_nomination(line.dossier, award, make_person(depot), stage="rejected")
    make_nomination(line.dossier, award, make_person(depot), stage="draft")
    make_grant(award, moved, 2020, nomination=line, bonus=760_000, decided=date(2020, 12, 20))
    make_grant(award, make_person(workshop, "Vũ Bình"), 2020)
    make_grant(award, make_person(department), 2020, revoked_on=DAY, revoked_why="Khai gian")
    make_grant(order, workshop, 2020, bonus=2_000_000)
    client.force_login(reviewer)
    forms = {form.key: form for form in client.get(url("award-statistics")).context["forms"]}
    assert {key: form.total[1:] for key, form in forms.items()} == dict.fromkeys(
        ("category", "occasion", "level", "group", "unit"), (2, 1, 2_760_000, 1, 1)
    ) | {"proposals": (2, 1, 1, 0, 0)}
    assert [row[:3] for row in forms["unit"].rows] == [
        (department.name, 0, 0), (depot.name, 1, 0), (workshop.name, 1, 1),
    ]  # fmt: skip
    assert [row[:3] for row in forms["occasion"].rows] == [
        ("Theo đợt", 1, 0), ("chưa ghi nhận (nhập tay hoặc nhập từ tệp)", 1, 1),
    ]  # fmt: skip
    for key, form in forms.items():
        rows = rows_of(client.get(url("award-statistics"), {"export": "xlsx", "table": key}))
        assert [row[0] for row in rows[1:]] == [row[0] for row in (*form.rows, form.total)]
    for text in ("K1", "unit k1"):  # code or name
        alone = client.get(url("award-statistics"), {"unit": text}).context
        assert (alone["place"], [form.total[1:3] for form in alone["forms"]][:1]) == (depot, [(0, 0)])


def test_statistics_bear_the_name_of_one_unit(client, reviewer, depot, workshop, award):
    """Where a text means several units nothing is counted before one is chosen; a whole name means its own."""
    Unit.objects.filter(pk=workshop.pk).update(name="Unit K1 B", search=fold("X1 Unit K1 B"))
    make_grant(award, make_person(depot), 2020)
    client.force_login(reviewer)
    page = client.get(url("award-statistics"), {"unit": "unit k1"})
    assert page.context["place"] == depot
    asked = client.get(url("award-statistics"), {"unit": "unit"})
    assert ("stats" in asked.context, f'href="?year=2020&amp;unit={depot.code}"' in asked.text) == (False, True)
    nothing = client.get(url("award-statistics"), {"unit": "không có", "export": "xlsx"})
    assert "không có đơn vị nào mang tên hoặc mã này" in nothing.text


def test_proposals_are_counted_before_the_first_award_of_their_year(client, reviewer, depot, staff, award):
    make_grant(award, make_person(depot), 2019)
    make_nomination(make_dossier(depot, staff, year=2021), award, make_person(depot), stage="submitted")
    client.force_login(reviewer)
    page = client.get(url("award-statistics"))
    assert (page.context["year"], [int(year) for year, _name in page.context["form"]["year"].field.choices]) == (
        2019, [2021, 2019],
    )  # fmt: skip
    page = client.get(url("award-statistics"), {"year": "2021"})
    assert [int(number) for number in re.findall(r"Biểu (\d+)", page.text)] == [7]
    Grant.objects.all().delete()
    assert client.get(url("award-statistics")).context["year"] == 2021
