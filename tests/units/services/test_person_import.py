"""People from a file: kept, then created all at once or not at all."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from xlsxwriter import Workbook

from tests.factories import make_person, make_user
from units.errors import Refused
from units.forms.persons import kept_units
from units.models import Person, PersonImport, Posting, RankChange, Role
from units.person_files import Reading
from units.services import person_import as service
from units.spreadsheets import Book

HEAD = ["Số hiệu", "Họ và tên", "Năm sinh", "Đối tượng", "Cấp bậc", "Chức vụ", "Đơn vị", "Giữ chức vụ từ ngày"]
ROWS = [
    ["15000001", "Nguyễn Văn Đức", "1985", "SQ", "Đại úy", "Trợ lý", "K1", date(2019, 5, 1)],
    ["15000002", "Trần Thị Dung", "1990", "CNVCQP", "", "Thợ", "K1", ""],
]


@pytest.fixture(autouse=True)
def _base(units_catalogue, set_today):
    set_today(date(2020, 7, 20))


def xlsx(*rows: list, head: list[str] = HEAD) -> BytesIO:
    book = Book()
    sheet = book.sheet("x")
    for at, row in enumerate([head, *rows]):
        for column, value in enumerate(row):
            book.put(sheet, at, column, value)
    return BytesIO(book.close())


def keep(user, *rows: list, **options) -> PersonImport:
    file = xlsx(*rows, **options)
    return service.keep_file("danh sach.xlsx", file, size=file.getbuffer().nbytes, by=user)[0]


def read(upload: PersonImport, user, **options) -> Reading:
    upload.refresh_from_db()
    return Reading(upload.rows, kept_units(user), user, **options)


def test_a_list_is_kept_and_then_taken_over(staff, depot):
    upload = keep(staff, *ROWS)
    assert not Person.objects.exists()

    assert service.take_in(upload, read(upload, staff), by=staff) == 2

    duc, dung = Person.objects.order_by("service_number")
    assert (duc.full_name, duc.unit, duc.post, duc.rank.code) == ("Nguyễn Văn Đức", depot, "Trợ lý", "off-cpt")
    assert (duc.imported, dung.imported, dung.rank) == (upload, upload, None)
    assert duc.postings.get().since == date(2019, 5, 1)
    assert list(Person.objects.found_by("tran thi dung tho")) == [dung]
    assert [person.given_name for person in Person.objects.all()] == ["Dung", "Đức"]
    assert RankChange.objects.get().person == duc
    upload.refresh_from_db()
    assert upload.taken is not None
    assert upload.rows[0][1]["number"] == "15000001"


def test_one_wrong_row_keeps_everybody_out(staff, depot):
    upload = keep(staff, *ROWS, ["15000003", "Lê An", "1990", "SQ", "Binh nhì", "", "K1", ""])

    with pytest.raises(Refused):
        service.take_in(upload, read(upload, staff), by=staff)

    assert (Person.objects.count(), Posting.objects.count()) == (0, 0)


def test_a_formula_without_a_value_is_called_one_not_an_empty_cell(staff, depot):
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("x")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["15000001", "", "1985", "SQ", "Đại úy", "Trợ lý", "K1", "05/2019"])
        sheet.write_formula(1, 1, '=A1&" B"', value="")
        sheet.write_formula(1, 5, '=A1&" C"', value="")
    upload, _unknown = service.keep_file("ds.xlsx", file, size=file.getbuffer().nbytes, by=staff)

    words = "Ô này là công thức không có giá trị. Hãy nhập chính nội dung."
    assert [(p.address, p.message) for p in read(upload, staff).problems] == [("B2", words), ("F2", words)]


def test_a_list_is_taken_over_once(staff, depot):
    upload = keep(staff, *ROWS)
    reading = read(upload, staff)
    service.take_in(upload, reading, by=staff)

    with pytest.raises(Refused):
        service.take_in(upload, reading, by=staff)

    assert Person.objects.count() == 2


def test_a_number_recorded_since_the_preview_keeps_everybody_out(staff, depot):
    upload = keep(staff, *ROWS)
    reading = read(upload, staff)
    make_person(depot, service_number="15000002")

    with pytest.raises(Refused):
        service.take_in(upload, reading, by=staff)

    upload.refresh_from_db()
    assert (Person.objects.count(), upload.taken) == (1, None)


def test_people_recorded_already_are_left_out_when_wished(staff, depot):
    make_person(depot, "Lê Văn An", service_number="15000001", post="Cũ")
    upload = keep(staff, *ROWS)

    assert service.take_in(upload, read(upload, staff, skip_known=True), by=staff) == 1

    assert Person.objects.get(service_number="15000001").post == "Cũ"


def test_units_of_others_are_unknown(staff, workshop):
    upload = keep(staff, [*ROWS[0][:6], "X1", ""])

    assert [problem.address for problem in read(upload, staff).problems] == ["G2"]


def test_only_staff_send_and_only_the_sender_confirms(staff, depot, department, commander):
    with pytest.raises(PermissionDenied):
        keep(commander, *ROWS)
    upload, other = keep(staff, *ROWS), make_user("", (department, Role.STAFF))

    with pytest.raises(PermissionDenied):
        service.take_in(upload, read(upload, other), by=other)
    with pytest.raises(PermissionDenied):
        service.discard(upload, by=other)


def test_a_file_taken_over_meanwhile_stays_as_the_trace_of_what_it_changed(staff, depot):
    first = keep(staff, ROWS[0])
    service.take_in(first, read(first, staff), by=staff)
    upload = keep(staff, [*ROWS[0][:2], "1986", *ROWS[0][3:]])
    old_page = PersonImport.objects.get(pk=upload.pk)
    reading = read(upload, staff, update_known=True)
    service.take_in(upload, reading, mark=service.mark_of(reading), by=staff)

    for act in (
        lambda: service.discard(old_page, by=staff),
        lambda: service.take_in(old_page, reading, mark=service.mark_of(reading), by=staff),
    ):
        with pytest.raises(Refused, match="Tệp này đã được nhập"):
            act()
    assert PersonImport.objects.get(pk=upload.pk).taken is not None


def test_a_file_discarded_meanwhile_is_neither_taken_over_nor_discarded_again(staff, depot):
    upload = keep(staff, ROWS[0])
    reading, old_page = read(upload, staff), PersonImport.objects.get(pk=upload.pk)
    service.discard(upload, by=staff)

    for act in (lambda: service.discard(old_page, by=staff), lambda: service.take_in(old_page, reading, by=staff)):
        with pytest.raises(Refused, match="Không có tệp nào đang chờ"):
            act()
    assert not Person.objects.exists()


def test_a_newer_file_takes_the_place_of_an_older_one_and_old_ones_are_forgotten(staff, depot, department):
    other = make_user("", (department, Role.STAFF))
    keep(staff, *ROWS)
    forgotten = keep(other, *ROWS)
    PersonImport.objects.filter(pk=forgotten.pk).update(at=timezone.now() - timedelta(hours=25))

    newest = keep(staff, ROWS[0])

    assert list(PersonImport.objects.all()) == [newest]


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.xlsx"), (b"hello", "a.xlsx"), (b"PK\x03\x04broken", "a.xlsx"), (b"<html>", "a.xls")],
)
def test_what_is_no_spreadsheet_is_refused(staff, content, name):
    with pytest.raises(Refused):
        service.keep_file(name, BytesIO(content), size=len(content), by=staff)

    assert not PersonImport.objects.exists()


def test_heads_that_are_not_understood_are_named(staff, depot):
    file = xlsx([*ROWS[0], "x"], head=[*HEAD, "Ghi chú"])

    _upload, unknown = service.keep_file("a.xlsx", file, size=file.getbuffer().nbytes, by=staff)

    assert unknown == ["cột “Ghi chú”"]
