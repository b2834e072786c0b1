"""Awards of past years from a file: every error at once, spellings, then all or nothing."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import Workbook

from awards.grant_files import GrantReading
from awards.models import Grant, GrantImport
from awards.services.grant_import import discard, keep_file, take_in
from tests.factories import make_award, make_grant, make_person
from tests.layers import built_once
from tests.workbooks import saved
from units.errors import Refused

HEAD = ["TT", "Số hiệu", "Họ và tên", "Danh hiệu", "Năm", "Số quyết định", "Ngày quyết định", "Người ký",
        "Tiền thưởng", "Số sổ vàng"]  # fmt: skip


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(date(2020, 12, 22))


@built_once
def award(db):
    make_award("CSTDCS", name="Chiến sĩ thi đua cơ sở", subject="person")
    make_award("DVQT", name="Đơn vị quyết thắng", subject="unit")
    return make_award("CSTT", name="Chiến sĩ tiên tiến", subject="person")


def kept(by, *rows, head=HEAD) -> GrantImport:
    book = Workbook()
    for row in (head, *rows):
        book.active.append(row)
    content = saved(book)
    return keep_file("cu.xlsx", BytesIO(content), size=len(content), by=by)[0]


def read(upload, by, **options) -> GrantReading:
    return GrantReading(upload.rows, by, **options)


def test_rows_become_awards(reviewer, depot, award):
    person = make_person(depot, "Lê Văn An", service_number="15000001")
    upload = kept(
        reviewer,
        [1, "15000001", "Lê Văn An", "chiến sỹ tiên tiến", 2018, "125/QĐ", "20/12/2018", "Trần B", "420.000", "SV-1"],
        [2, "K1", "", "DVQT", "2017", "", "", "", "", ""],
    )
    assert take_in(upload, read(upload, reviewer), by=reviewer) == 2
    first, second = Grant.objects.order_by("-year")
    assert (first.person, first.award, first.year, first.decision, first.decided, first.signer, first.bonus) == (
        person, award, 2018, "125/QĐ", date(2018, 12, 20), "Trần B", 420_000,
    )  # fmt: skip
    assert (first.name, first.register, first.level, first.imported, first.by) == (
        "Lê Văn An", "SV-1", award.level, upload, reviewer,
    )  # fmt: skip
    assert (second.unit, second.year, second.bonus, second.name) == (depot, 2017, None, depot.name)


def test_every_error_is_named_by_its_cell_and_nothing_is_saved(reviewer, depot, elsewhere, department, award):
    person = make_person(depot, "Lê Văn An", service_number="15000001")
    make_person(elsewhere, service_number="15000009")
    make_grant(award, person, 2016)
    upload = kept(
        reviewer,
        [1, "15000001", "Vũ Bình", "CSTT", 2018],
        [2, "15000009", "", "CSTT", 2018],
        [3, "15000001", "", "Chiến sĩ giỏi", 2021, "", "31/02/2018", "", "nhiều"],
        [4, "15000001", "", "ĐVQT", 2018],
        [5, "15000001", "", "CSTT", 2016],
        [6, "CKT", "", "DVQT", 2018],
        [7, "15000001", "", "CSTT", 2017],
        [8, "15000001", "", "CSTT", 2017],
        [9, "", "", "", ""],
    )
    reading = read(upload, reviewer)
    found = [problem.address for problem in reading.problems]
    assert found == ["B2", "B3", "D4", "E4", "G4", "I4", "D5", "D6", "B7", "D9"]
    with pytest.raises(Refused):
        take_in(upload, reading, by=reviewer)
    assert Grant.objects.count() == 1
    skipping = read(upload, reviewer, skip_known=True)
    assert (skipping.known, "D6" in [problem.address for problem in skipping.problems]) == (1, False)


def test_unknown_spelling_is_suggested_and_settled(reviewer, depot, award):
    make_person(depot, service_number="15000001")
    upload = kept(reviewer, [1, "15000001", "", "Chiến sĩ thi đua cấp cơ sở", 2018])
    reading = read(upload, reviewer)
    [spelling] = reading.unknown
    assert (spelling.suggestions[0].code, [p.address for p in reading.problems]) == ("CSTDCS", ["D2"])
    settled = read(upload, reviewer, spellings={spelling.text: "CSTDCS"})
    assert (settled.problems, settled.lines[0].award.code) == ([], "CSTDCS")


def test_name_alone_is_enough_where_one_person_has_it(reviewer, depot, award):
    make_person(depot, "Lê Văn An")
    for _twice in range(2):
        make_person(depot, "Vũ Bình")
    upload = kept(reviewer, [1, "", "lê văn an", "CSTT", 2018], [2, "", "Vũ Bình", "CSTT", 2018])
    reading = read(upload, reviewer)
    assert ([p.address for p in reading.problems], [p.address for p in reading.warnings]) == (["C3"], ["C2"])


def test_award_of_a_year_before_service_is_warned_of(reviewer, depot, award):
    depot.established = date(2018, 1, 1)
    depot.save()
    make_person(depot, service_number="15000001", enlisted=date(2019, 2, 15))
    upload = kept(
        reviewer,
        [1, "15000001", "", "CSTT", 2018],
        [2, "15000001", "", "CSTT", 2019],
        [3, "K1", "", "DVQT", 2017],
    )
    reading = read(upload, reviewer)
    assert ([p.address for p in reading.warnings], reading.problems) == (["E2", "E4"], [])
    assert "15/02/2019" in reading.warnings[0].message


def test_csv_with_semicolons_is_read(reviewer, depot, award):
    make_person(depot, service_number="15000001")
    content = "\ufeffSố hiệu;Danh hiệu;Năm\r\n15000001;Chiến sĩ tiên tiến;2018\r\n".encode()
    upload, unknown = keep_file("cu.csv", BytesIO(content), size=len(content), by=reviewer)
    assert (unknown, len(read(upload, reviewer).lines)) == ([], 1)
    for wrong in (b"\xff\xfe\x00", b'a;"b'):
        with pytest.raises(Refused):
            keep_file("cu.csv", BytesIO(wrong), size=len(wrong), by=reviewer)


def test_file_is_taken_over_once_and_by_its_sender(reviewer, outsider, depot, award):
    make_person(depot, service_number="15000001")
    upload = kept(reviewer, [1, "15000001", "", "CSTT", 2018])
    reading = read(upload, reviewer)
    with pytest.raises(PermissionDenied):
        take_in(upload, reading, by=outsider)
    take_in(upload, reading, by=reviewer)
    with pytest.raises(Refused):
        take_in(upload, reading, by=reviewer)
    assert Grant.objects.count() == 1


def test_file_taken_over_meanwhile_is_not_discarded(reviewer, depot, award):
    make_person(depot, "Lê Văn An", service_number="15000001")
    upload = kept(reviewer, [1, "15000001", "Lê Văn An", "CSTT", 2018])
    old_page = GrantImport.objects.get(pk=upload.pk)
    take_in(upload, read(upload, reviewer), by=reviewer)
    with pytest.raises(Refused):
        discard(old_page, by=reviewer)
    assert Grant.objects.get().imported == upload
