"""Papers as files: Word by docxtpl from a template, PDF by typst. No database.

A table of any width and length does not pass through the template: `{{ table }}`, alone in its paragraph, marks
where it goes, and it is put there as finished XML. Three thousand rows so take a fraction of a second.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

import typst
from django.conf import settings
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment

from emulation.official import Layout

MARK = "\ue000table\ue000"  # private use: nobody types it
TWIPS = 635  # EMU in a twentieth of a point
SMALL = 22  # half points of the text in tables
MARGINS = 160  # twips left and right of the text in a cell, and its lines
BREADTHS = (("0123456789", 0.5), (".,:;/|'\u00a0ijlt()", 0.34), ("%MWmw", 0.9))  # shares of the size of the type
KEPT = 2  # rows that stand on one page with the signatures


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its share of the width, and where its text stands (left, center, right)."""

    text: str
    width: int = 10
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; with `section` a heading over all columns."""

    cells: tuple[str, ...] = ()
    section: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: Sequence[Row]

    @property
    def data(self) -> dict[str, Any]:
        """For the PDF."""
        return {
            "columns": [{"text": one.text, "width": one.width, "align": one.align} for one in self.columns],
            "rows": [{"section": row.section, "cells": row.cells} for row in self.rows],
        }


def environment() -> ImmutableSandboxedEnvironment:
    """Where templates are filled: names are escaped, nothing but the paper's data is reached."""
    return ImmutableSandboxedEnvironment(autoescape=True)


def word(
    template: Path | IO[bytes], data: Mapping[str, Any], layout: Layout | None = None, *, table: Table | None = None,
    landscape: bool = False, annex: bool = False, widths: Sequence[int] = (),
) -> bytes:  # fmt: skip
    """The template filled in. With `layout` its margins and size are set: an officer's template keeps its own.

    `landscape`: all of it lies; `annex`: its last section alone, behind the signature. `widths` are the shares of
    the width that the columns of its last table take.
    """
    filled = DocxTemplate(template)
    filled.render(dict(data) | {"table": MARK if table else ""}, environment())
    document: Document = filled.docx
    if layout:
        _lay_out(document, layout, landscape=landscape, annex=annex)
        if widths:
            _share_out(document.tables[-1]._tbl, widths)
    if table:
        _put(document, table)
    file = io.BytesIO()
    filled.save(file)
    return file.getvalue()


def _lay_out(document: Document, layout: Layout, *, landscape: bool, annex: bool) -> None:
    last = len(document.sections) - 1
    for number, section in enumerate(document.sections):
        lying = landscape or annex and number == last > 0
        section.page_width, section.page_height = (Mm(297), Mm(210)) if lying else (Mm(210), Mm(297))
        section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
        section.top_margin, section.bottom_margin = Mm(layout.top), Mm(layout.bottom)
        section.left_margin, section.right_margin = Mm(layout.left), Mm(layout.right)
    document.styles["Normal"].font.size = Pt(layout.size)
    at = 0
    for element in document.element.body:
        if element.tag == qn("w:tbl"):
            _stretch(element, _across(document, at))
        at += element.tag == qn("w:p") and element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None


def _across(document: Document, at: int = 0) -> int:
    """Twips between the margins of a section."""
    section = document.sections[at]
    return (section.page_width - section.left_margin - section.right_margin) // TWIPS  # type: ignore[operator]


def _stretch(table: Any, across: int) -> None:
    """Head, foot and tables of a shipped template as wide as the page, their columns in the same proportion."""
    grid = table.tblGrid.findall(qn("w:gridCol"))
    whole = sum(int(one.get(qn("w:w"))) for one in grid)
    cells = [width for width in table.iter(qn("w:tcW")) if width.get(qn("w:type")) == "dxa"]
    for one in (*grid, *cells):
        one.set(qn("w:w"), str(int(one.get(qn("w:w"))) * across // whole))


def _share_out(table: Any, widths: Sequence[int]) -> None:
    """The width of the table among its columns; rows that are one cell across stay so."""
    grid = table.tblGrid.findall(qn("w:gridCol"))
    across, whole = sum(int(one.get(qn("w:w"))) for one in grid), sum(widths)
    columns = [str(across * width // whole) for width in widths]
    rows = (row.findall(f"{qn('w:tc')}/{qn('w:tcPr')}/{qn('w:tcW')}") for row in table.iter(qn("w:tr")))
    for cells in (grid, *(row for row in rows if len(row) == len(columns))):
        for one, width in zip(cells, columns, strict=True):
            one.set(qn("w:w"), width)


def _put(document: Document, table: Table) -> None:
    """The table instead of every paragraph that holds the mark; what follows it stays with its last rows."""
    across = _across(document)
    for paragraph in list(document.element.body.iter(qn("w:p"))):
        if any(MARK in (text.text or "") for text in paragraph.iter(qn("w:t"))):
            paragraph.addprevious(parse_xml(_table_xml(table, across)))
            after = paragraph.getnext()
            if after is not None and after.tag == qn("w:p"):
                after.get_or_add_pPr().get_or_add_keepNext()
            paragraph.getparent().remove(paragraph)


def _table_xml(table: Table, across: int) -> str:
    widths = fitted(table, across)
    sides = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
                    for side in ("top", "left", "bottom", "right", "insideH", "insideV"))  # fmt: skip
    head = "".join(
        _cell(one.text, width, "center", bold=True) for one, width in zip(table.columns, widths, strict=True)
    )
    last = len(table.rows) - KEPT
    rows = "".join(
        _row(row, table.columns, widths, across, keep=number >= last) for number, row in enumerate(table.rows)
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{across}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
    )


def fitted(table: Table, across: int) -> list[int]:
    """Twips of the columns by their shares, but none narrower than a figure in it or a word of its head.

    Word breaks what is wider than its cell anywhere: «1.275.000» became «1.275.00» and «0» below it.
    """
    whole = sum(one.width for one in table.columns) or 1
    shares = [across * one.width // whole for one in table.columns]
    least = [min(across // 4, _least(table, at)) for at in range(len(shares))]
    if sum(least) > across:
        return [across * one // sum(least) for one in least]
    spare = [max(0, share - one) for share, one in zip(shares, least, strict=True)]
    lacking = sum(max(0, one - share) for share, one in zip(shares, least, strict=True))
    return [
        max(share, one) - (lacking * more // sum(spare) if lacking else 0)
        for share, one, more in zip(shares, least, spare, strict=True)
    ]


def _least(table: Table, at: int) -> int:
    """Twips of the widest piece of a column that may not be broken, with the margins of its cell."""
    heads = (_breadth(word) * 106 // 100 for word in table.columns[at].text.split())  # bold
    texts = {row.cells[at] for row in table.rows if at < len(row.cells) and not row.section}
    words = {word for text in texts for word in re.split("[ \t\n]+", text) if any(map(str.isdigit, word))}
    return MARGINS + max([*heads, *map(_breadth, words)], default=0)


def _breadth(text: str) -> int:
    """Twips of a text in Times New Roman of that size, a little more rather than less."""
    ems = sum(next((width for chars, width in BREADTHS if char in chars), 0.75 if char.isupper() else 0.55)
              for char in text)  # fmt: skip
    return round(ems * SMALL * 10)


def _row(row: Row, columns: Sequence[Column], widths: Sequence[int], across: int, *, keep: bool) -> str:
    """A heading stays with the row below it; with `keep` so does the row, so that no signature stands alone."""
    if row.section:
        cells = _cell(row.section, across, "left", bold=True, span=len(columns), keep=True)
    else:
        filled = (*row.cells, *[""] * len(columns))
        cells = "".join(
            _cell(text, width, one.align, keep=keep)
            for text, width, one in zip(filled, widths, columns, strict=False)
        )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _cell(
    text: str, width: int, align: str, *, bold: bool = False, span: int = 0, keep: bool = False
) -> str:  # fmt: skip
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{_clean(line)}</w:t>' for line in text.split("\n"))
    weight, kept = "<w:b/>" if bold else "", "<w:keepNext/>" if keep else ""
    over = f'<w:gridSpan w:val="{span}"/>' if span else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{over}'
        f'<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>{kept}'
        f'<w:spacing w:before="20" w:after="20"/><w:jc w:val="{align}"/></w:pPr>'
        f'<w:r><w:rPr>{weight}<w:sz w:val="{SMALL}"/></w:rPr>{lines}</w:r></w:p></w:tc>'
    )


def _clean(text: str) -> str:
    """Escaped, without control characters, which XML does not allow."""
    return escape("".join(char for char in text if char >= " " or char == "\t"))


def pdf(
    template: Path, data: Mapping[str, Any], layout: Layout | None = None, *, table: Table | None = None,
    landscape: bool = False,
) -> bytes:  # fmt: skip
    """Set by typst in the fonts of the machine: Times New Roman, else Liberation Serif, else typst's own."""
    around = {"page": layout.page if layout else {}, "landscape": landscape}
    words = dict(data) | around | {"table": table.data if table else None}
    inputs = {"data": json.dumps(words, ensure_ascii=False)}
    return typst.compile(str(template), root=str(settings.BASE_DIR), sys_inputs=inputs)
