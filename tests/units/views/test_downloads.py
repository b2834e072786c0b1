"""Lists as files: one way for all, harmless to spreadsheet programs."""

import io

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from python_calamine import CalamineWorkbook

from tests.factories import make_indicator, make_unit, make_user
from units.models import Role
from units.views.downloads import table_file

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a\n=1", "＝1")


def csv_of(answer) -> str:
    return b"".join(answer).decode("utf-8-sig")


def rows_of(content: bytes) -> list:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_csv_is_streamed_and_holds_no_formula():
    taken = []

    def rows():
        for text in EVIL:
            taken.append(text)
            yield [text]

    answer = table_file("csv", "danh-sach", "x", ["Tên"], rows())
    assert (answer.streaming, taken) == (True, [])
    assert csv_of(answer).count("'") == len(EVIL) + 1  # the tab cuts: both pieces are harmless
    assert (answer["Content-Disposition"], answer["X-Content-Type-Options"]) == (
        'attachment; filename="danh-sach.csv"', "nosniff",
    )  # fmt: skip


def test_xlsx_keeps_text_as_text():
    answer = table_file("xlsx", "danh-sach", "x", ["Tên"], [[text] for text in EVIL])
    assert [row[0] for row in rows_of(answer.getvalue())[1:]] == list(EVIL)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_streamed_later_speaks_the_language_of_the_request(kind):
    with translation.override("vi"):
        answer = table_file(kind, "a", "a", ["a"], ([gettext("Unit")] for _once in range(1)))
    content = answer.getvalue()
    found = [[line] for line in content.decode("utf-8-sig").splitlines()] if kind == "csv" else rows_of(content)
    assert found == [["a"], ["Đơn vị"]]


@pytest.mark.parametrize("name", ["emulation:indicator-list", "awards:decision-list", "awards:submission-list"])
def test_lists_go_out_as_filtered(client, reviewer, name):
    client.force_login(reviewer)
    for kind in ("csv", "xlsx"):
        answer = client.get(reverse(name), {"export": kind})
        assert answer["Content-Disposition"].endswith(f'.{kind}"')
    assert client.get(reverse(name), {"export": "exe"})["Content-Type"].startswith("text/html")


def test_indicators_of_the_filter_alone(client, reviewer):
    make_indicator("count", "SK", name="Sáng kiến")
    make_indicator("count", "TN", name="=Tai nạn")
    client.force_login(reviewer)
    lines = csv_of(client.get(reverse("emulation:indicator-list"), {"export": "csv"})).splitlines()
    assert [line.split(";")[:2] for line in lines[1:]] == [["SK", "Sáng kiến"], ["TN", "'=Tai nạn"]]


def test_registrations_below_go_out_all(client, department, depot):
    for _number in range(60):
        make_unit(department, kind="depot")
    client.force_login(make_user("planner", (department, Role.STAFF)))
    answer = client.get(reverse("emulation:registration-list", args=[department.pk, 2020]), {"export": "csv"})
    assert len(csv_of(answer).splitlines()) == 62
