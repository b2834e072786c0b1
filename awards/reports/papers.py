"""Papers of the council as files: Word from a template that officers may change, PDF set by typst."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from awards.reports.minutes import COLUMNS, Paper
from emulation.reports.paper_kinds import KINDS
from emulation.reports.papers import word_file
from emulation.typesetting import Column, Row, Table, pdf

FOLDER = Path(__file__).resolve().parent.parent / "data" / "documents"
HEADS = tuple(f"{number}." for number in range(1, 10))
KIND = "minutes"
WIDTHS = (8, 37, 27, 13, 13, 15, 14, 16, 19)
AFTERWARDS = ("Các thành viên Hội đồng", "Lưu: VT, hồ sơ")  # who is sent minutes where the layout names nobody


def _data(paper: Paper) -> dict[str, Any]:
    """What the templates may use: see `PLAIN` of emulation/reports/paper_kinds.py."""
    body = [{"level": int(text.startswith(HEADS)), "text": text} for text in paper.body]
    return {
        "title": paper.title, "about": paper.about, "superior": paper.superior, "issuer": paper.issuer,
        "number": paper.number, "place_and_date": "", "body": body,
        "left_post": paper.left[0], "left_signer": paper.left[1], "signer_post": paper.right[0],
        "signer": paper.right[1], "recipients": paper.layout.sent_to(otherwise=AFTERWARDS),
    }  # fmt: skip


def _table(paper: Paper) -> Table:
    sides = ("center", "left", "left", *["center"] * 6)
    columns = tuple(Column(*one) for one in zip(COLUMNS, WIDTHS, sides, strict=True))
    return Table(columns, [Row(row) for row in paper.rows])


def _as_word(paper: Paper) -> bytes:
    """By the unit's own template, else the shipped one. Raises `Refused`."""
    return word_file(KINDS[KIND], paper.unit, _data(paper), paper.layout, table=_table(paper))


def _as_pdf(paper: Paper) -> bytes:
    return pdf(KINDS[KIND].typst, _data(paper), paper.layout, table=_table(paper))


WRITERS = {"docx": _as_word, "pdf": _as_pdf}
