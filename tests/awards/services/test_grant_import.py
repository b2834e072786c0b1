"""Awards of past years from a file: every error at once, spellings, then all or nothing."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook
from xlsxwriter import Workbook as Writer

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
        [5, "15000001", "", "CSTT", 2016, "7/QĐ"],
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


def said(reading: GrantReading) -> list[tuple[str, str]]:
    return [(problem.address, problem.message) for problem in reading.problems]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("420.000", 420_000), ("1.490.000,00 đ", 1_490_000), ("1,490,000.00", 1_490_000), ("745000 đồng", 745_000),
     ("1 490 000", 1_490_000), (745000, 745_000), (0, 0), (None, None)],
)  # fmt: skip
def test_bonus_is_read_as_typed(reviewer, depot, award, typed, stored):
    make_person(depot, service_number="15000001")
    upload = kept(reviewer, [1, "15000001", "", "CSTT", 2018, "", "", "", typed])
    assert [line.columns["bonus"] for line in read(upload, reviewer).lines] == [stored]


@pytest.mark.parametrize("typed", [745000.5, 745.123, "745000.5", "1.49.000", "-5", "nhiều", "1000000000", "420 00"])
def test_bonus_that_is_no_amount_in_dong_is_refused_not_guessed(reviewer, depot, award, typed):
    make_person(depot, service_number="15000001")
    upload = kept(reviewer, [1, "15000001", "", "CSTT", 2018, "", "", "", typed])
    [(address, words)] = said(read(upload, reviewer))
    assert (address, str(typed) in words) == ("I2", True)


def test_month_alone_is_no_day_of_a_decision(reviewer, depot, award):
    make_person(depot, service_number="15000001")
    upload = kept(reviewer, [1, "15000001", "", "CSTT", 2016, "125/QĐ", "12/2016"])
    [(address, words)] = said(read(upload, reviewer))
    assert (address, "12/2016" in words) == ("G2", True)


def test_formulas_that_left_nothing_are_refused_in_every_column(reviewer, depot, award):
    make_person(depot, service_number="15000001")
    file = BytesIO()
    with Writer(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEAD, "Thành tích"])
        sheet.write_row(1, 0, [1, "15000001", "", "CSTT", 2018])
        for column, left in ((5, ""), (6, ""), (8, "#DIV/0!"), (10, "")):
            sheet.write_formula(1, column, '=A1&" B"', value=left)
    upload, _unread = keep_file("cu.xlsx", file, size=file.getbuffer().nbytes, by=reviewer)
    words = "Ô này là công thức không có giá trị. Hãy nhập chính nội dung."
    assert said(read(upload, reviewer)) == [(address, words) for address in ("F2", "G2", "I2", "K2")]
    upload, _unread = csv_kept(reviewer, "Số hiệu;Danh hiệu;Năm;Thành tích\n15000001;CSTT;2018;#N/A\n")
    assert said(read(upload, reviewer)) == [("D2", words)]


def test_decision_before_the_year_of_the_award_is_warned_of(reviewer, depot, award):
    make_person(depot, service_number="15000001")
    rows = [[1, "15000001", "", "CSTT", 2019, "", "20/12/2015"], [2, "15000001", "", "CSTT", 2018, "", "20/12/2018"]]
    reading = read(kept(reviewer, *rows), reviewer)
    assert ([p.address for p in reading.warnings], len(reading.lines)) == (["G2"], 2)


# ── awards that were taken back ───────────────────────────────────────────

TAKEN = [*HEAD, "Trạng thái", "Ngày thu hồi", "Lý do thu hồi"]


def taken_row(state="Đã thu hồi", on="05/06/2019", why="Khai không đúng") -> list:
    return [1, "15000001", "", "CSTT", 2018, "", "20/12/2018", "", "", "", state, on, why]


def test_revoked_award_comes_in_as_revoked(reviewer, depot, award):
    make_person(depot, service_number="15000001")
    upload = kept(reviewer, taken_row(), head=TAKEN)
    take_in(upload, read(upload, reviewer), by=reviewer)
    grant = Grant.objects.get()
    assert (grant.revoked_on, grant.revoked_why) == (date(2019, 6, 5), "Khai không đúng")
    again = read(kept(reviewer, taken_row(), taken_row(on=""), head=TAKEN), reviewer)
    assert (again.same, again.lines, again.problems) == (2, [], [])


@pytest.mark.parametrize(
    ("cells", "address"),
    [({"why": ""}, "M2"), ({"on": ""}, "L2"), ({"state": "", "why": ""}, "M2"), ({"state": "Còn hiệu lực"}, "K2"),
     ({"state": "Không rõ"}, "K2"), ({"on": "05/06/2018"}, "L2"), ({"on": "06/2019"}, "L2")],
)  # fmt: skip
def test_revocation_that_is_not_whole_is_refused_by_its_cell(reviewer, depot, award, cells, address):
    make_person(depot, service_number="15000001")
    reading = read(kept(reviewer, taken_row(**cells), head=TAKEN), reviewer)
    assert ([p.address for p in reading.problems], reading.lines) == ([address], [])


def test_award_in_force_and_the_same_revoked_do_not_stand_side_by_side(reviewer, depot, award):
    person = make_person(depot, service_number="15000001")
    make_grant(award, person, 2018)
    assert [p.address for p in read(kept(reviewer, taken_row(), head=TAKEN), reviewer).problems] == ["K2"]
    Grant.objects.update(revoked_on=date(2019, 6, 5), revoked_why="Khai không đúng")
    [problem] = read(kept(reviewer, [1, "15000001", "", "CSTT", 2018]), reviewer).problems
    assert (problem.address, "05/06/2019" in problem.message) == ("D2", True)


# ── which files, which sheet ──────────────────────────────────────────────


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_exported_book_of_honour_comes_back_with_nothing_new_and_nothing_wrong(
    client, reviewer, depot, award, kind, language
):
    person = make_person(depot, "Lê Văn An", service_number="15000001")
    make_person(depot, "Lê Văn An", service_number="15000002")
    make_grant(award, person, 2018, bonus=1_490_000, decided=date(2018, 12, 20), register="SV-1", name="Lê An",
               merit="=1+1, “xuất sắc”", decision="125/QĐ", signer="Trần B", rank="Đại úy",
               level=award.level)  # fmt: skip
    make_grant(award, person, 2017, revoked_on=date(2019, 6, 5), revoked_why="Khai không đúng", name="Lê Văn An")
    make_grant(make_award("GK", subject="unit"), depot, 2018, name="Kho K1 (tên cũ)", period="Đợt 1")
    reviewer.language = language
    reviewer.save()
    client.force_login(reviewer)
    content = client.get(reverse("awards:grant-book"), {"export": kind}).getvalue()
    client.post(reverse("awards:grant-import"), {"file": SimpleUploadedFile(f"so-vang.{kind}", content)})
    reading = client.get(reverse("awards:grant-import-preview")).context["reading"]
    assert (reading.lines, reading.problems, reading.warnings, reading.unknown) == ([], [], [], [])
    assert (reading.same, reading.known) == (3, 0)


@pytest.mark.parametrize(
    ("cells", "heads"),
    [
        ({}, ""), ({"decision": "126/QĐ"}, "Số quyết định"), ({"decision": "", "signer": ""}, ""),
        ({"bonus": "760.000", "decided": "21/12/2018"}, "Ngày quyết định, Tiền thưởng (đồng)"),
        ({"register": "SV-2"}, "Số sổ vàng"),
    ],
)  # fmt: skip
def test_award_recorded_otherwise_than_the_row_says_is_named_by_what_differs(reviewer, depot, award, cells, heads):
    make_grant(award, make_person(depot, "Lê Văn An", service_number="15000001"), 2018, decision="125/QĐ",
               decided=date(2018, 12, 20), signer="Trần B", bonus=420_000, register="SV-1")  # fmt: skip
    row = {"at": 1, "number": "15000001", "name": "Lê Văn An", "award": "CSTT", "year": 2018, "decision": "125/QĐ",
           "decided": "20/12/2018", "signer": "Trần B", "bonus": 420_000, "register": "SV-1"} | cells  # fmt: skip
    upload = kept(reviewer, list(row.values()))
    reading = read(upload, reviewer)
    words = "Khen thưởng này đã được ghi nhưng khác ở: {}."
    assert [p.message for p in reading.problems] == ([words.format(heads)] if heads else [])
    assert (reading.same, reading.known, reading.lines) == (int(not heads), int(bool(heads)), [])
    assert read(upload, reviewer, skip_known=True).problems == []


def test_exported_row_of_somebody_unknown_is_not_given_to_a_namesake(reviewer, depot, award):
    make_person(depot, "Lê Văn An", service_number="15000001")
    head = ["Số hiệu hoặc mã", "Họ và tên", "Danh hiệu", "Năm"]
    reading = read(kept(reviewer, ["90009999", "Lê Văn An", "CSTT", 2018], head=head), reviewer)
    assert ([p.address for p in reading.problems], reading.lines) == (["A2"], [])


def csv_kept(by, text: str) -> tuple[GrantImport, list[str]]:
    content = text.encode()
    return keep_file("cu.csv", BytesIO(content), size=len(content), by=by)


@pytest.mark.parametrize("between", ";,\t")
def test_title_with_commas_above_the_head_of_a_csv_file_is_passed_over(reviewer, depot, award, between):
    make_person(depot, service_number="15000001")
    head, row = (between.join(cells) for cells in (["Số hiệu", "Danh hiệu", "Năm"], ["15000001", "CSTT", "2018"]))
    upload, _unread = csv_kept(reviewer, f'Sổ vàng, Kho K1, "2018", quý I, II\n\n{head}\n{row}\n')
    assert [line.row for line in read(upload, reviewer).lines] == [4]


def book_of(**sheets: list) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return saved(book)


def test_list_is_found_on_whichever_sheet_and_what_is_left_out_is_named(reviewer, depot, award):
    make_person(depot, service_number="15000001")
    rows = [[*HEAD, "Ghi chú"], [1, "15000001", "", "CSTT", 2018]]
    content = book_of(Nháp=[["Số hiệu", "ghi tạm"]], Chính=rows, Trống=[], Danh_mục=[["Khen thưởng"], ["x"]])
    upload, unread = keep_file("cu.xlsx", BytesIO(content), size=len(content), by=reviewer)
    assert ([line.row for line in read(upload, reviewer).lines], unread) == (
        [2],
        ["cột “Ghi chú”", "trang tính “Nháp”"],
    )


def test_two_lists_in_one_file_are_refused_not_halved(reviewer, depot, award):
    one, two = ([HEAD, [1, "15000001", "", "CSTT", year]] for year in (2017, 2018))
    content = book_of(Một=one, Hai=two)
    with pytest.raises(Refused, match="“Một”, “Hai”"):
        keep_file("cu.xlsx", BytesIO(content), size=len(content), by=reviewer)
    content = book_of(Một=one, Hai=[HEAD])  # a head with nothing below it is no list
    assert keep_file("cu.xlsx", BytesIO(content), size=len(content), by=reviewer)[1] == ["trang tính “Hai”"]


def test_too_many_awards_are_refused_with_what_is_allowed(reviewer):
    content = book_of(Một=[HEAD, *([number] for number in range(5100))])
    with pytest.raises(Refused) as caught:
        keep_file("cu.xlsx", BytesIO(content), size=len(content), by=reviewer)
    assert caught.value.messages == [
        "“cu.xlsx” có 5101 hàng và 10 cột; chỉ đọc được nhiều nhất 5000 hàng và 100 cột."
    ]


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
