"""A cancelled paper as it goes out: as it was issued, and stamped on every page. What is kept stays unchanged."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from django.utils.timezone import localdate
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import _Header
from docx.shared import Pt, RGBColor

from emulation.models import IssuedPaper
from emulation.official import day_words
from emulation.reports.paper_kinds import FOLDER

RED = RGBColor(0xB3, 0x26, 0x1E)
PAGES = re.compile(rb"/Type\s*/Pages\s*/Count\s+([0-9]+)")
SIDES = ("top", "left", "bottom", "right")
FRAME = "".join(f'<w:{side} w:val="single" w:sz="12" w:space="2" w:color="B3261E"/>' for side in SIDES)


def stamp_of(paper: IssuedPaper) -> tuple[str, str]:
    """«ĐÃ HỦY ngày 05 tháng 7 năm 2020» and the reason, in Vietnamese. The paper is a cancelled one."""
    assert paper.cancelled_at is not None
    return f"ĐÃ HỦY ngày {day_words(localdate(paper.cancelled_at))}", f"Lý do: {paper.cancelled_why.rstrip('. ')}."


def stamped_pdf(content: bytes, lines: tuple[str, str]) -> bytes:
    """The PDF with the stamp at the head of every page. Raises `ValueError` when it is none of our own making."""
    found = PAGES.search(content)
    if found is None:
        raise ValueError("a PDF without a plain page tree")
    data = json.dumps({"pages": int(found[1]), "lines": lines}, ensure_ascii=False)
    with TemporaryDirectory() as folder:
        Path(folder, "paper.pdf").write_bytes(content)
        template = Path(folder, "cancelled.typ")
        template.write_bytes((FOLDER / "cancelled.typ").read_bytes())
        return typst.compile(str(template), root=folder, sys_inputs={"data": data})


def stamped_word(content: bytes, lines: tuple[str, str]) -> bytes:
    """The Word file with the stamp in the head of every page, also where the first page has a head of its own.

    Sections may share a head, which is stamped once.
    """
    document = Document(io.BytesIO(content))
    stamped = set()
    for section in document.sections:
        heads = [section.header]
        if section.different_first_page_header_footer:
            heads.append(section.first_page_header)
        if document.settings.odd_and_even_pages_header_footer:
            heads.append(section.even_page_header)
        for head in heads:
            if head.part.partname not in stamped:
                stamped.add(head.part.partname)
                _stamp(head, lines)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _stamp(head: _Header, lines: tuple[str, str]) -> None:
    """One framed paragraph before what stands in the head."""
    paragraph = head.paragraphs[0].insert_paragraph_before()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{FRAME}</w:pBdr>"))
    for text, size, bold in ((lines[0], 13, True), (f"\n{lines[1]}", 9, False)):
        run = paragraph.add_run(text)
        run.bold, run.font.size, run.font.color.rgb = bold, Pt(size), RED


STAMPED = {"docx": stamped_word, "pdf": stamped_pdf}
