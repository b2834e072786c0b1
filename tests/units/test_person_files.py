"""What the rows of a list of people say, and every error at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_person, make_unit
from units.errors import Refused
from units.lists import ROWS, day_of, letter, read_rows
from units.models import Unit
from units.person_files import COLUMNS, Reading

HEAD = ["TT", "Số hiệu", "Họ và tên", "Giới tính", "Năm sinh", "Đối tượng", "Cấp bậc", "Chức vụ", "Mã đơn vị",
        "Nhập ngũ", "Vào Đảng"]  # fmt: skip
GOOD = ["1", "15000001", "Nguyễn Văn Đức", "Nam", "1985", "SQ", "Đại úy", "Trợ lý", "K1", "09/2003", "19/5/2007"]


@pytest.fixture(autouse=True)
def _today(set_today):
    set_today(date(2020, 7, 20))


def changed(**cells: str) -> list[str]:
    """The good row with other cells, named by their head's first word."""
    words = {name.split()[0]: at for at, name in enumerate(HEAD)}
    row = list(GOOD)
    for name, text in cells.items():
        row[words[name]] = text
    return row


def reading(user, *rows: list, skip_known: bool = False) -> Reading:
    found, _unknown = read_rows([*enumerate([HEAD, *rows], start=1)], COLUMNS)
    return Reading(found, Unit.objects.all(), user, skip_known=skip_known)


def wrong(found: Reading) -> list[str]:
    return [problem.address for problem in found.problems]


# ── head ──────────────────────────────────────────────────────────────────


def test_a_title_above_the_head_and_empty_rows_are_passed_over():
    table = [(1, ["DANH SÁCH QUÂN NHÂN"]), (3, [*HEAD, "Ghi chú"]), (5, GOOD), (6, ["", " "]), (7, GOOD)]

    rows, unknown = read_rows(table, COLUMNS)

    assert [number for number, _cells in rows] == [5, 7]
    assert (rows[0][1]["name"], rows[0][1]["unit_code"]) == ("Nguyễn Văn Đức", "K1")
    assert unknown == ["Ghi chú"]


def test_the_head_is_understood_in_english_too():
    rows, _unknown = read_rows(
        [(1, ["Service number *", "Full name", "Group", "Unit"]), (2, ["1", "A B", "SQ", "K1"])], COLUMNS
    )

    assert {key: text for key, text in rows[0][1].items() if key[0] != "@"} == {
        "number": "1", "name": "A B", "group": "SQ", "unit": "K1",
    }  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        [],
        [(1, GOOD)],
        [(1, HEAD)],
        [(1, HEAD), (2, ["", ""])],
        [(1, [*HEAD, "Họ tên"]), (2, GOOD)],
        [(1, HEAD), *((row, GOOD) for row in range(2, ROWS + 3))],
    ],
    ids=["empty", "no head", "head alone", "empty rows", "column twice", "too many"],
)
def test_a_table_without_head_or_people_is_refused(table):
    with pytest.raises(Refused):
        read_rows(table, COLUMNS)


# ── cells ─────────────────────────────────────────────────────────────────


def test_a_good_row_becomes_a_line(units_catalogue, staff, depot):
    found = reading(staff, GOOD)

    assert (found.problems, found.warnings) == ([], [])
    line = found.lines[0]
    assert (line.row, line.full_name, line.unit, line.post) == (2, "Nguyễn Văn Đức", depot, "Trợ lý")
    assert (line.rank.code, line.columns["group"].code) == ("off-cpt", "officer")
    assert (line.columns["gender"], line.columns["birth_year"]) == ("male", 1985)
    assert (line.columns["enlisted"], line.columns["party_since"]) == (date(2003, 9, 1), date(2007, 5, 19))


@pytest.mark.parametrize(
    ("group", "rank", "code"),
    [
        ("SQ", "4/", "off-cpt"), ("Sĩ quan", "2//", "off-ltc"), ("sq", "thuong uý", "off-slt"),
        ("QNCN", "Thiếu tá", "pro-maj"), ("QNCN", "Thiếu tá QNCN", "pro-maj"), ("qncn", "3/CN", "pro-slt"),
        ("Quân nhân chuyên nghiệp", "Đại úy CN", "pro-cpt"), ("HSQ, BS", "Binh nhất", "nco-pv1"),
    ],
)  # fmt: skip
def test_groups_and_ranks_are_understood_as_people_write_them(units_catalogue, staff, group, rank, code):
    found = reading(staff, changed(Đối=group, Cấp=rank))

    assert [line.rank.code for line in found.lines] == [code]


@pytest.mark.parametrize(
    ("cells", "address"),
    [
        ({"Số": ""}, "B2"), ({"Số": "9" * 21}, "B2"), ({"Họ": ""}, "C2"), ({"Họ": "Đức"}, "C2"),
        ({"Họ": "A " + "b" * 41}, "C2"), ({"Giới": "?"}, "D2"), ({"Năm": "85"}, "E2"), ({"Năm": "2010"}, "E2"),
        ({"Đối": "Cán sự"}, "F2"), ({"Cấp": "Binh nhì"}, "G2"), ({"Cấp": "4///"}, "G2"), ({"Chức": "x" * 121}, "H2"),
        ({"Mã": "X9"}, "I2"), ({"Nhập": "2003"}, "J2"), ({"Nhập": "31/02/2003"}, "J2"),
        ({"Nhập": "21/07/2020"}, "J2"), ({"Vào": "19/5/07"}, "K2"),
        ({"Số": "91000001.5"}, "B2"), ({"Số": "'91000004"}, "B2"), ({"Số": "91 000 003"}, "B2"),
        ({"Năm": "1989"}, "J2"), ({"Vào": "2/9/2002"}, "K2"), ({"Chức": "#N/A"}, "H2"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(units_catalogue, staff, depot, cells, address):
    found = reading(staff, changed(**cells))

    assert (wrong(found), found.lines) == ([address], [])


def test_every_error_of_every_row_is_said_at_once(units_catalogue, staff, depot):
    found = reading(staff, changed(Họ="", Năm="x"), GOOD, changed(Số="2", Mã="", Nhập="1/1"))

    assert wrong(found) == ["C2", "E2", "B3", "I4", "J4"]


def test_a_unit_is_found_by_its_name_unless_several_have_it(units_catalogue, staff, department, depot):
    depot.name = "Kho vật tư"
    depot.save()
    assert [line.unit for line in reading(staff, changed(Mã="kho vat tu")).lines] == [depot]

    make_unit(department, "K2", name="Kho vật tư")
    assert wrong(reading(staff, changed(Mã="Kho vật tư"))) == ["I2"]


LIFE = ["Số hiệu", "Họ và tên", "Đối tượng", "Cấp bậc", "Cấp bậc từ ngày", "Chức vụ", "Đơn vị", "Mã đơn vị",
        "Giữ chức vụ từ ngày", "Nhập ngũ", "Công tác đến"]  # fmt: skip


def lived(user, **cells: str) -> Reading:
    row = {"number": "15000001", "name": "Nguyễn Văn Đức", "group": "SQ", "rank": "Đại úy", "rank_since": "02/2015",
           "post": "Trợ lý", "unit": "Unit K1", "code": "K1", "since": "02/2015", "enlisted": "15/2/2015",
           "left": ""} | cells  # fmt: skip
    rows, _unknown = read_rows([(1, LIFE), (2, list(row.values()))], COLUMNS)
    return Reading(rows, Unit.objects.all(), user)


@pytest.mark.parametrize(
    ("cells", "address"),
    [
        ({}, []), ({"unit": ""}, []), ({"code": ""}, []), ({"unit": "K1"}, []),
        ({"unit": "Unit CKT"}, ["G2"]), ({"unit": "", "code": ""}, ["G2"]), ({"code": "X9"}, ["H2"]),
        ({"since": "01/2015"}, ["I2"]), ({"rank_since": "1/1/2015"}, ["E2"]), ({"enlisted": "2022"}, ["J2"]),
        ({"left": "1/6/2020"}, ["K2"]),
    ],
)  # fmt: skip
def test_what_cannot_be_true_of_one_life_is_refused_by_its_cell(units_catalogue, staff, depot, cells, address):
    assert wrong(lived(staff, **cells)) == address


# ── duplicates ────────────────────────────────────────────────────────────


def test_a_number_recorded_anywhere_is_an_error_or_left_out(units_catalogue, staff, depot, elsewhere):
    make_person(elsewhere, service_number="15000001")
    other = changed(Số="15000002", Họ="Lê Văn An")

    found = reading(staff, GOOD, other, other)
    assert (wrong(found), [line.row for line in found.lines]) == (["B2", "B4"], [3])
    found = reading(staff, GOOD, other, skip_known=True)
    assert (wrong(found), [line.row for line in found.lines], found.known) == ([], [3], 1)


def test_the_same_name_and_year_is_a_warning(units_catalogue, staff, depot, elsewhere):
    make_person(depot, "Lê Văn An", birth_year=1988, service_number="7")
    make_person(elsewhere, "Trần Văn Bách", birth_year=1988)
    found = reading(
        staff, GOOD, changed(Số="2"), changed(Số="3", Họ="LÊ VĂN AN", Năm="1988"),
        changed(Số="4", Họ="Trần Văn Bách", Năm="1988"), changed(Số="5", Năm="1986"), changed(Số="6", Năm=""),
    )  # fmt: skip

    assert [problem.address for problem in found.warnings] == ["C3", "C4"]
    assert (found.problems, len(found.lines)) == ([], 6)
    assert found.lines[2].full_name == "Lê Văn An"
    assert "7" in found.warnings[1].message


@pytest.mark.parametrize("rows", [1, 600])
def test_reading_asks_a_constant_number_of_queries(
    units_catalogue, staff, depot, django_assert_max_num_queries, rows
):
    many = [changed(Số=str(number)) for number in range(rows)]

    with django_assert_max_num_queries(7):
        assert len(reading(staff, *many).lines) == rows


# ── small rules ───────────────────────────────────────────────────────────


@given(st.dates(date(1930, 1, 1), date(2100, 12, 31)))
def test_days_are_read_in_every_notation(day):
    notations = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y-%m-%d 00:00:00")

    assert {day_of(day.strftime(notation)) for notation in notations} == {day}
    assert day_of(f"{day.day}/{day.month}/{day.year}") == day
    assert day_of(day.strftime("%m/%Y")) == day.replace(day=1)


@pytest.mark.parametrize("text", ["", "2003", "1/1/03", "13/2003", "32/1/2003", "hôm nay", "1/2/3/2003"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 – date() and day_of say different things
        day_of(text)


def test_columns_have_the_letters_of_excel():
    assert [letter(at) for at in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]


def test_a_day_still_to_come_is_named_as_people_write_it(units_catalogue, staff, depot):
    [problem] = reading(staff, changed(Nhập="2035-01-31")).problems
    assert "“31/01/2035”" in problem.message
