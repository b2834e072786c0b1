"""People from Excel, page by page."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories import make_person
from tests.units.services.test_person_import import ROWS, xlsx
from tests.workbooks import post_seen
from units.models import Person, PersonGroup, PersonImport, Rank, RankChange
from units.services.persons import save_record
from units.workbooks import MB, read_workbook

IMPORT, PREVIEW = "units:person-import", "units:person-import-preview"


@pytest.fixture(autouse=True)
def _base(units_catalogue, set_today, client, staff, depot):
    set_today(date(2020, 7, 20))
    client.force_login(staff)


def upload(client, *rows, name: str = "danh sách.xlsx"):
    file = SimpleUploadedFile(name, xlsx(*rows).read())
    return client.post(reverse(IMPORT), {"file": file})


def test_a_list_goes_through_the_preview_to_exactly_its_rows(client):
    assert upload(client, *ROWS).url == reverse(PREVIEW)
    assert not Person.objects.exists()
    preview = client.get(reverse(PREVIEW))
    assert [line.full_name for line in preview.context["shown"]] == ["Nguyễn Văn Đức", "Trần Thị Dung"]

    response = post_seen(client, reverse(PREVIEW))

    rows = client.get(response.url).context["page"]
    assert [person.full_name for person in rows] == ["Trần Thị Dung", "Nguyễn Văn Đức"]
    assert client.get(reverse(PREVIEW)).url == reverse(IMPORT)  # nothing waits any more


def test_errors_are_listed_by_cell_and_nothing_is_saved(client):
    upload(client, *ROWS, ["15000001", "Lê", "85", "?", "", "", "K9", ""])

    preview = client.get(reverse(PREVIEW))
    assert [problem.address for problem in preview.context["reading"].problems] == ["A4", "B4", "C4", "D4", "G4"]
    again = post_seen(client, reverse(PREVIEW))

    assert again.context["refusals"] != []
    assert not Person.objects.exists()


def test_people_recorded_already_are_left_out_on_request(client):
    upload(client, ROWS[0])
    post_seen(client, reverse(PREVIEW))
    upload(client, [*ROWS[0][:2], "1986", *ROWS[0][3:]], ROWS[1])
    assert client.get(reverse(PREVIEW)).context["reading"].known == 1
    assert post_seen(client, reverse(PREVIEW)).status_code == 200

    post_seen(client, reverse(PREVIEW), {"skip": "1"})

    assert Person.objects.count() == 2


def test_a_file_is_discarded(client):
    upload(client, *ROWS)

    post_seen(client, reverse(PREVIEW), {"discard": "1"})

    assert not PersonImport.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.parametrize("act", [{}, {"discard": "1"}])
def test_what_is_done_on_the_page_of_another_file_holds_for_none(client, act):
    upload(client, ROWS[0])
    seen = client.get(reverse(PREVIEW)).context["file_mark"]
    upload(client, ROWS[1], name="khác.xlsx")

    answer = client.post(reverse(PREVIEW), {"upload": seen, **act})

    assert "khác.xlsx" in answer.context["refusals"][0]
    assert [line.full_name for line in answer.context["shown"]] == ["Trần Thị Dung"]
    assert (Person.objects.exists(), PersonImport.objects.get().taken) == (False, None)
    client.post(reverse(PREVIEW), {"upload": answer.context["file_mark"], **act})
    assert [person.full_name for person in Person.objects.all()] == ([] if act else ["Trần Thị Dung"])


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_a_wrong_file_is_refused_in_words(client, content):
    response = client.post(reverse(IMPORT), {"file": SimpleUploadedFile("a.xlsx", content)})

    assert len(response.context["problems"]) == 1
    assert not PersonImport.objects.exists()


def test_no_file_is_refused(client):
    assert len(client.post(reverse(IMPORT)).context["problems"]) == 1


def test_the_empty_list_can_be_filled_in_and_sent(client):
    content = client.get(reverse("units:person-import-template")).content
    file = SimpleUploadedFile("mau.xlsx", content)

    book = read_workbook("mau.xlsx", file, size=len(content), limit=MB)
    people, lists = book.sheets.values()

    assert people[0][1][:2] == ["Số hiệu *", "Họ và tên *"]
    assert "K1" in [cells[3] for _row, cells in lists]
    file.seek(0)
    assert len(client.post(reverse(IMPORT), {"file": file}).context["problems"]) == 1  # nobody in it


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_exported_list_comes_back_with_nothing_new_and_nothing_wrong(client, staff, depot, kind, language):
    staff.language = language
    staff.save()
    group = PersonGroup.objects.get(code="officer")
    make_person(depot, "Nguyễn Văn Đức", service_number="15000001", birth_year=1985, group=group.code, gender="male",
                post="Trợ lý", enlisted=date(2003, 9, 15), party_since=date(2007, 5, 19))  # fmt: skip
    rank = RankChange(person=Person.objects.get(), rank=Rank.objects.get(code="off-cpt"), since=date(2016, 1, 1))
    save_record(rank, by=staff)
    gone = make_person(depot, "Lê An", service_number="15000002")
    posting = gone.postings.get()
    posting.until = date(2019, 6, 30)
    save_record(posting, by=staff)

    content = client.get(reverse("units:person-list"), {"export": kind, "serving": "all"}).getvalue()
    client.post(reverse(IMPORT), {"file": SimpleUploadedFile(f"quan-nhan.{kind}", content)})
    for asked, same in (({}, 2), ({"update": "1"}, 0)):
        reading = client.get(reverse(PREVIEW), asked).context["reading"]
        found = (reading.lines, reading.updates, reading.problems, reading.warnings)
        assert (found, reading.same, reading.known) == (([], [], [], []), same, 2 - same)


def test_the_preview_shows_everything_that_would_be_stored(client):
    said = {
        "Số hiệu": "15000001", "Họ và tên": "Nguyễn Văn Đức", "Giới tính": "Nam", "Năm sinh": "1985",
        "Đối tượng": "SQ", "Cấp bậc": "Đại úy", "Cấp bậc từ ngày": "02/03/2016", "Chức vụ": "Trợ lý",
        "Đơn vị": "K1", "Giữ chức vụ từ ngày": "04/05/2019", "Số quyết định": "17/QĐ", "Nhập ngũ": "05/09/2003",
        "Vào Đảng": "19/05/2007",
    }  # fmt: skip
    content = "\n".join(";".join(cells) for cells in (said, said.values())).encode()
    client.post(reverse(IMPORT), {"file": SimpleUploadedFile("ds.csv", content)})

    page = client.get(reverse(PREVIEW))

    shown = page.text[page.text.index("<tbody>") :]
    assert (page.context["reading"].problems, [text for text in said.values() if text not in shown]) == ([], [])
