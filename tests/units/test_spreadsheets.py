"""Whatever people type stays text in what we write; numbers and dates stay such."""

import csv
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.utils.translation import override
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from units.spreadsheets import Book, csv_lines, csv_text, starts_formula, xlsx_pieces
from units.written import Written

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", " =1", "\u200b=1"]
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff\r\u00a0", min_codepoint=9), max_size=80
)


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def cells(content: bytes):
    return list(load_workbook(BytesIO(content)).active.iter_rows())


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_could_be_a_formula_is_recognised(text: str) -> None:
    assert starts_formula(text)


@pytest.mark.parametrize("text", ["", "Quân số", "98,6", "a=b", "(=1)", "'=1"])
def test_plain_text_is_no_formula(text: str) -> None:
    assert not starts_formula(text)


@given(
    st.sampled_from(["", " ", "\t", "\u00a0", "\u200b", "\ufeff"]),
    st.sampled_from("=+-@＝＋－＠"),
    st.text(max_size=20).filter(lambda text: text[:1] != "\u00a0"),  # nobody types it: `plain` makes it a space
)
def test_csv_cell_never_begins_with_a_formula(before: str, sign: str, after: str) -> None:
    cell = csv_text(before + sign + after)
    assert (cell[0], cell.replace("'", "")) == ("'", (before + sign + after).replace("'", ""))


@given(st.lists(st.lists(XML_TEXT, min_size=2, max_size=2), max_size=5))
@example([['=cmd|"/c calc"!A1', 'x";=1\r\n=2'], ["a,=1", 'b,"=1']])
def test_csv_file_reads_back_and_no_cell_is_a_formula(rows: list[list[str]]) -> None:
    found = read_csv(b"".join(csv_lines(["a", "b"], rows)))
    assert [[cell.replace("'", "") for cell in row] for row in found[1:]] == [
        [text.replace("'", "") for text in row] for row in rows
    ]
    assert [cell for row in found for cell in row if starts_formula(cell)] == []


@given(st.lists(st.lists(XML_TEXT, min_size=2, max_size=2), max_size=5))
@example([["a,=1", 'b,"=1']])
def test_csv_file_has_no_formula_for_a_program_with_another_separator(rows: list[list[str]]) -> None:
    text = b"".join(csv_lines(["a", "b"], rows)).decode("utf-8-sig")
    cells = (cell.strip() for row in csv.reader(StringIO(text, newline=""), delimiter=",") for cell in row)
    assert [cell for cell in cells if starts_formula(cell)] == []


@settings(max_examples=40)
@given(XML_TEXT)
@example("=1+1")
@example('=HYPERLINK("http://x","y")')
@example("{=1}")
@example("http://example.org")
def test_xlsx_text_is_a_string_whatever_it_says(text: str) -> None:
    [[_head], [cell]] = cells(b"".join(xlsx_pieces("a", ["h"], [[text]])))
    assert (cell.data_type, cell.hyperlink) == ("s", None) or text == ""
    assert unescape(cell.value or "") == text


@pytest.mark.parametrize("text", DANGEROUS[:4])
def test_xlsx_text_does_not_become_a_formula_when_somebody_edits_it(text: str) -> None:
    book = Book()
    book.put(book.sheet("a"), 0, 0, text, book.format(bold=True, num_format="0"))
    [[cell]] = cells(book.close())
    assert (cell.quotePrefix, cell.number_format, cell.font.b) == (True, "@", True)


@pytest.mark.parametrize(("language", "written"), [("vi", "1098,60"), ("en", "1098.60")])
def test_a_csv_file_has_the_decimal_mark_of_its_reader(language: str, written: str) -> None:
    """As numbers that a page writes have it: two marks in one file make 24.125 of 24,125 one time in two."""
    with override(language):
        assert csv_text(Decimal("1098.60")) == written


def test_a_comparator_is_a_word_in_a_csv_file() -> None:
    with override("vi"):
        assert [csv_text(f"=\u00a0{text}") for text in ("100", "Giỏi", "5,=1")] == [
            "bằng 100",
            "bằng Giỏi",
            "bằng 5,'=1",
        ]


def test_numbers_and_dates_stay_what_they_are() -> None:
    rows = [[-5, Decimal("98.6"), date(2020, 3, 31), None]]
    with override("en"):
        assert read_csv(b"".join(csv_lines(["a", "b", "c", "d"], rows)))[1] == ["-5", "98.6", "2020-03-31", ""]
    found = cells(b"".join(xlsx_pieces("a", ["a", "b", "c", "d"], rows)))[1]
    assert [cell.data_type for cell in found] == ["n", "n", "d", "n"]
    assert [cell.value for cell in found[:2]] == [-5, 98.6]
    assert found[2].value.date() == date(2020, 3, 31)


def test_a_moment_is_one_of_our_place_and_stays_a_time() -> None:
    row = [datetime(2026, 11, 30, 10, 7, 5, tzinfo=UTC)]
    assert read_csv(b"".join(csv_lines(["a"], [row])))[1] == ["2026-11-30 17:07"]
    [[cell]] = cells(b"".join(xlsx_pieces("a", ["a"], [row])))[1:]
    assert (cell.value, cell.number_format) == (datetime(2026, 11, 30, 17, 7, 5), "dd/mm/yyyy hh:mm")


def test_a_written_number_is_a_number_in_a_workbook_and_its_text_in_a_csv_file() -> None:
    change = Written("-17,7", Decimal("-17.7"), "+{0};-{0};{0}")
    long = Written("1.234.567.890.123.456", Decimal(1234567890123456))
    row = [Written("23.671", Decimal(23671)), change, long, Written("=\u00a05", Decimal(5), '"=\u00a0"{}')]
    assert read_csv(b"".join(csv_lines("abcd", [row])))[1] == ["23.671", "-17,7", str(long), "bằng 5"]
    found = cells(b"".join(xlsx_pieces("a", "abcd", [row])))[1]
    assert [(cell.value, cell.number_format) for cell in found] == [
        (23671, "#,##0"), (-17.7, "+#,##0.0;-#,##0.0;#,##0.0"), (str(long), "@"), (5, '"=\u00a0"#,##0'),
    ]  # fmt: skip


def test_lines_above_the_head_are_harmless_and_the_filter_stands_below_them() -> None:
    options = {"about": ["=1+1", "Quý I"]}
    assert read_csv(b"".join(csv_lines(["a"], [["5"]], **options))) == [["'=1+1"], ["Quý I"], ["a"], ["5"]]
    sheet = load_workbook(BytesIO(b"".join(xlsx_pieces("t", ["a"], [["5"]], **options)))).active
    assert [cell.value for (cell,) in sheet.iter_rows()] == ["=1+1", "Quý I", "a", "5"]
    assert (sheet["A1"].data_type, sheet.auto_filter.ref, sheet.freeze_panes) == ("s", "A3:A4", "B4")


def test_a_written_number_survives_a_copy() -> None:
    again = deepcopy(Written("8,5", Decimal("8.5"), "x{}"))
    assert (again, again.number, again.form) == ("8,5", Decimal("8.5"), "x{}")


def test_names_of_sheets_are_made_fit_for_excel() -> None:
    content = b"".join(xlsx_pieces("Quý I/2020: [kho] *'" + "x" * 40, ["a"], []))
    assert load_workbook(BytesIO(content)).sheetnames == ["Quý I 2020   kho   'xxxxxxxxxxx"]
    assert load_workbook(BytesIO(b"".join(xlsx_pieces("", [], [])))).sheetnames == ["Sheet1"]
