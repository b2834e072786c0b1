"""Pages of advanced examples."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from emulation.models import Example
from tests.factories import (
    make_area,
    make_attachment,
    make_award,
    make_campaign,
    make_campaign_indicator,
    make_example,
    make_example_figure,
    make_grant,
    make_indicator,
    make_person,
    make_report,
    make_rounds,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.models import Role


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(date(2020, 7, 1))


@built_once
def example(depot, staff):
    return make_example(depot, staff)


def queries(client, address):
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_staff_record_a_person_or_the_unit(client, depot, staff):
    client.force_login(staff)
    person = make_person(depot)
    data = {"unit": depot.pk, "title": "Thủ kho giỏi", "area": make_area().pk, "day": "01/06/2020",
            "reason": "Được cả kho suy tôn trong quý II."}  # fmt: skip
    address = reverse("emulation:example-create")
    client.post(address, data | {"person": person.pk})
    client.post(address, data)
    assert set(Example.objects.values_list("person", "collective")) == {(person.pk, None), (None, depot.pk)}
    page = client.post(address, data | {"day": "02/07/2020"})
    assert (list(page.context["form"].errors), Example.objects.count()) == (["day"], 2)


def test_superior_recognises_on_the_page(client, depot, staff, reviewer):
    row = make_example(depot, staff, stage="fostered")
    client.force_login(reviewer)
    assert client.get(row.get_absolute_url()).context["following"][0] == "recognised"
    address = reverse("emulation:example-step", args=[row.pk, "recognised"])
    data = {"day": "01/06/2020", "level": "base", "reason": "Đã kiểm tra tại đơn vị, đủ tiêu chuẩn."}
    assert client.post(address, data)["Location"] == row.get_absolute_url()
    row.refresh_from_db()
    assert (row.stage, row.level) == ("recognised", "base")


def test_unit_beside_takes_over_but_follows_no_link_out_of_reach(client, depot, workshop, department, staff):
    person = make_person(depot, "Trần Văn Bình")
    row = make_example(depot, staff, person=person, stage="spread", level="base", spread_in=department)
    make_grant(make_award(), person)
    client.force_login(make_user("w", (workshop, Role.STAFF)))
    page = client.get(row.get_absolute_url())
    assert (page.context["person_readable"], page.context["awards"]) == (False, [])
    address = reverse("emulation:example-adoption", args=[row.pk, workshop.pk])
    client.post(address, {"day": "01/06/2020", "done": "Học cách lập sổ theo dõi", "result": ""})
    client.post(address, {"day": "01/06/2020", "done": "Học cách lập sổ theo dõi", "result": "Không còn nhầm lẫn"})
    assert list(row.adoptions.values_list("unit", "result")) == [(workshop.pk, "Không còn nhầm lẫn")]


def test_unit_beside_reads_neither_figures_nor_doings_of_the_others(client, depot, workshop, department, staff):
    row = make_example(depot, staff, stage="spread", level="base", spread_in=department)
    indicator = make_indicator("ratio", "HL_QS")
    make_campaign_indicator(make_campaign(depot), indicator)
    make_report(depot, make_rounds()[2], {indicator: (9, 10)}, state="approved")
    make_example_figure(row, indicator)
    for unit in (make_unit(department), workshop):
        row.adoptions.create(unit=unit, day=date(2020, 6, 1), done="Học cách lập sổ theo dõi")
    client.force_login(make_user("w", (workshop, Role.STAFF)))
    context = client.get(row.get_absolute_url()).context
    assert [(one.value, one.mark, one.url) for one in context["figures"]] == [("", None, "")]
    assert ([one.unit for one in context["adopted"]], context["beyond"]) == ([workshop], 1)


def test_figures_and_awards_are_read_where_they_stand(client, example, depot, staff):
    indicator = make_indicator("ratio", "HL_QS")
    make_campaign_indicator(make_campaign(depot), indicator)
    make_report(depot, make_rounds()[2], {indicator: (9, 10)}, state="approved")
    make_example_figure(example, indicator)
    make_grant(make_award(), depot)
    client.force_login(staff)
    page = client.get(example.get_absolute_url())
    figure = page.context["figures"][0]
    assert figure.value.startswith("90")
    assert figure.url == f"/dashboard/{depot.pk}/HL_QS/?year=2020&period=Q2"
    assert [line.url for line in page.context["awards"]] == [reverse("awards:grant-list", args=["unit", depot.pk])]


def test_list_takes_the_same_queries_for_one_and_three(client, example, depot, staff):
    make_attachment(example, staff)
    client.force_login(staff)
    address = reverse("emulation:example-list")
    assert queries(client, address) == 9
    for _number in range(2):
        make_attachment(make_example(depot, staff), staff)
    assert queries(client, address) == 9


@pytest.mark.parametrize(
    ("query", "count"),
    [("q=lam+tot+ben", 1), ("q=xau", 0), ("kind=person", 0), ("kind=unit", 1), ("stage=discovered", 1),
     ("stage=spread", 0), ("unit=K1", 1), ("level=base", 0)],
)  # fmt: skip
def test_filter(client, example, staff, query, count):
    client.force_login(staff)
    page = client.get(reverse("emulation:example-list") + "?" + query)
    assert page.context["page"].paginator.count == count


def test_withdrawn_examples_are_shown_only_when_asked_for(client, depot, staff):
    make_example(depot, staff, stage="withdrawn")
    client.force_login(staff)
    address = reverse("emulation:example-list")
    counts = [client.get(address + query).context["page"].paginator.count for query in ("", "?stage=withdrawn")]
    assert counts == [0, 1]


def test_export_holds_what_the_filter_shows(client, depot, staff):
    make_example(depot, staff, title="=1+1")
    client.force_login(staff)
    file = client.get(reverse("emulation:example-list"), {"export": "csv"})
    lines = file.getvalue().decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines[1:]] == ["'=1+1"]
