"""Papers as files: what stays together on a page, and what is as wide as it."""

import io

import docx
import pytest
from docx.oxml.ns import qn

from emulation.official import Layout
from emulation.reports.paper_kinds import FOLDER, KINDS
from emulation.typesetting import MARGINS, Column, Row, Table, fitted, word

DATA = {
    "title": "T",
    "about": "A",
    "recipients": ["Lưu: VT."],
    "body": [],
    "signer_post": "CỤC TRƯỞNG",
    "signer": "B",
}
ROWS = [Row(section="Khối một"), *[Row((str(number), "x")) for number in range(1, 5)]]


def made(*, landscape=False, left=30):
    layout = Layout("Quân khu", "Cục Kỹ thuật", "CKT", left=left)
    table = Table((Column("TT", 5), Column("Tên", 20)), ROWS)
    content = word(FOLDER / "paper.docx", DATA, layout, table=table, landscape=landscape)
    return docx.Document(io.BytesIO(content))


def keeps(table) -> list[bool]:
    """Of each row, whether it stays on the page of what follows."""
    found = [{p.paragraph_format.keep_with_next for cell in row.cells for p in cell.paragraphs} for row in table.rows]
    return [one == {True} for one in found]


def test_the_last_rows_stay_with_the_signatures_and_a_heading_with_its_row():
    document = made()
    [_head, table, foot] = document.tables
    assert keeps(table) == [False, True, False, False, True, True]
    after = [p for p in document.paragraphs if p._p.getprevious() is table._tbl]
    assert [p.paragraph_format.keep_with_next for p in after] == [True]
    assert foot._tbl.find(qn("w:tr")).trPr.find(qn("w:cantSplit")) is not None


@pytest.mark.parametrize(("landscape", "left", "across"), [(False, 30, 162), (False, 35, 157), (True, 30, 249)])
def test_head_and_foot_are_as_wide_as_the_page(landscape, left, across):
    head, _table, foot = made(landscape=landscape, left=left).tables
    for table in (head, foot):
        assert round(sum(column.width for column in table.columns) / 36000) == across
        assert round(sum(cell.width for cell in table.rows[0].cells) / 36000) == across
    assert 0.39 < head.columns[0].width / sum(column.width for column in head.columns) < 0.42


@pytest.mark.parametrize("stem", sorted({kind.stem for kind in KINDS.values()}))
def test_a_rule_stands_under_the_title_of_every_shipped_template(stem):
    """Decree 30/2020, annex I: under the subject of a paper; in the PDF it is a line, in Word a row of strokes."""
    texts = [p.text for p in docx.Document(str(stem.with_suffix(".docx"))).paragraphs if p.text.strip()]
    last = max(texts.index(field) for field in ("{{ title }}", "{{ about }}") if field in texts[:3])
    assert set(texts[last + 1]) == {"_"}
    assert "rule(30mm)" in stem.with_suffix(".typ").read_text()


def wide(*columns: Column, rows: list[Row], across: int = 9000) -> list[int]:
    return fitted(Table(columns, rows), across)


def test_columns_have_their_shares_where_everything_fits():
    assert wide(Column("TT", 10), Column("Tên", 20), rows=[Row(("1", "x"))]) == [3000, 6000]


def test_no_column_is_narrower_than_a_figure_in_it_or_a_word_of_its_head():
    """A digit takes half of 11 points, 110 twips; other columns give what they have to spare."""
    target = "≥\u00a01.275.000"
    rows = [Row(section="Khối một, dài hơn mọi cột"), Row(("1", "Vật tư bảo đảm", target, target))]
    found = wide(Column("TT", 5), Column("Tên", 70), Column("Giao", 6), Column("Nghiêm", 6), rows=rows)
    assert sum(found) <= 9000
    assert min(found[2:]) >= 7 * 110 + 3 * 55 + 110 + MARGINS
    assert found[1] == max(found)
    [_head, table, _foot] = docx.Document(io.BytesIO(word(
        FOLDER / "paper.docx", DATA, Layout("Q", "C", "CKT"),
        table=Table((Column("Tên", 95), Column("Giao", 5)), [Row(("x", target))]),
    ))).tables  # fmt: skip
    assert table.columns[1].width / 635 >= 7 * 110 + MARGINS


def test_too_many_figures_share_the_page():
    columns = [Column("1.000.000.000", 1) for _at in range(20)]
    found = wide(*columns, rows=[Row(("1.000.000.000",) * 20)])
    assert sum(found) <= 9000
    assert max(found) - min(found) <= 1
