"""The page of the board and its exports."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from emulation.models import Report
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_extension,
    make_indicator,
    make_report,
    make_rounds,
    make_unit,
)
from units.reports.officers import Lack


@pytest.fixture
def round_(region, depot, workshop, set_today):
    set_today(date(2020, 4, 15))
    make_campaign_indicator(make_campaign(region), make_indicator())
    found = make_rounds()[1]
    found.due = date(2020, 4, 10)
    found.save()
    make_report(depot, found, state=Report.State.SUBMITTED)
    Report.objects.filter(unit=depot, round=found).update(handed_in_at="2020-04-12T03:00Z")
    make_extension(found.reports.get(unit=workshop), until=date(2020, 4, 30))
    return found


def board(client, user, of, name="board", **query):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client.get(reverse(f"emulation:{name}", args=[of.pk]), query)


def test_home_leads_to_the_most_senior_unit(client, reviewer, department):
    client.force_login(reviewer)
    assert client.get(reverse("emulation:board-home")).url == reverse("emulation:board", args=[department.pk])


def test_page_shows_the_round_asked_for_as_of_today(client, reviewer, department, round_):
    page = board(client, reviewer, department, round=round_.pk)
    assert (page.context["total"].sheets, page.context["total"].times["late"]) == (3, 1)
    assert "as of 15/04/2020" in page.text


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"when": "late"}, ["K1"]), ({"when": "pending"}, ["X1"]), ({"state": "submitted"}, ["K1"]),
        ({"unit": "unit x1"}, ["X1"]), ({"when": "nonsense", "state": "nonsense"}, ["CKT", "K1", "X1"]),
        ({"under": "999999"}, []), ({"page": "99"}, ["CKT", "K1", "X1"]),
    ],
)  # fmt: skip
def test_filter(client, reviewer, department, round_, query, codes):
    page = board(client, reviewer, department, round=round_.pk, **query)
    assert [line.report.unit.code for line in page.context["lines"]] == codes


def test_unit_without_place_in_the_round_says_so(client, reviewer, department, round_):
    page = board(client, reviewer, department, round="424242")
    assert page.context["board"] is None
    assert "Choose another round" in page.text


def test_units_beside_do_not_exist(client, reviewer, elsewhere, round_):
    assert board(client, reviewer, elsewhere).status_code == 404
    assert board(client, reviewer, elsewhere, export="csv").status_code == 404


def test_csv_has_every_sheet_of_the_filter_as_of_today(client, reviewer, department, round_):
    answer = board(client, reviewer, department, export="csv", round=round_.pk, when="late")
    assert b"".join(answer).decode("utf-8-sig").splitlines() == [
        "Code;Unit;Round;State;Due;Extended;Handed in on;On time or not;Days late;As of",
        "K1;Unit K1;quarter I/2020;Handed in;2020-04-10;;2020-04-12;Late;2;2020-04-15",
    ]


def test_xlsx_has_the_extended_due_date_and_no_formula(client, reviewer, department, workshop, round_, tmp_path):
    workshop.name = "=1+1"
    workshop.save()
    answer = board(client, reviewer, department, export="xlsx", round=round_.pk)
    file = tmp_path / "board.xlsx"
    file.write_bytes(answer.getvalue())
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    found = next(row for row in rows if row[0] == "X1")
    assert found[:6] == [
        "X1",
        "=1+1",
        "quarter I/2020",
        "Not started",
        date(2020, 4, 30),
        "yes",
    ]


def test_a_sheet_that_is_ready_says_so_and_who_is_missing(client, reviewer, department, workshop, staff, round_):
    Report.objects.filter(unit=workshop, round=round_).update(ready_by=staff, ready_at=timezone.now())
    (line,) = (
        row for row in board(client, reviewer, department, round=round_.pk).context["lines"]
        if row.report.unit_id == workshop.pk
    )  # fmt: skip
    assert (line.state, line.lack) == ("ready", Lack(staff=True, commander=True, reviewer=False))


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_the_board(client, reviewer, department, round_, django_assert_num_queries, more):
    for _unit in range(more):
        make_unit(department)
    client.force_login(reviewer)
    with django_assert_num_queries(18):
        client.get(reverse("emulation:board", args=[department.pk]), {"round": round_.pk})
