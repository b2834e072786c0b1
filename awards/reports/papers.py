"""Papers of the award council as files: Word from a template that officers may edit, PDF set by typst."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst
from docxtpl import DocxTemplate

from awards.reports.minutes import COLUMNS, Paper

FOLDER = Path(__file__).resolve().parent.parent / "data" / "documents"


def _data(paper: Paper) -> dict[str, Any]:
    """What the templates may use: the paper's own parts, and the heads of the columns."""
    heads = [{"text": text, "head": text.startswith(HEADS)} for text in paper.body]
    return asdict(paper) | {"body": heads, "columns": list(COLUMNS)}


HEADS = tuple(f"{number}." for number in range(1, 10))


def as_word(paper: Paper) -> bytes:
    """From the template `data/documents/council_paper.docx`."""
    document = DocxTemplate(FOLDER / "council_paper.docx")
    document.render(_data(paper), autoescape=True)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_pdf(paper: Paper) -> bytes:
    inputs = {"data": json.dumps(_data(paper), ensure_ascii=False)}
    return typst.compile(str(FOLDER / "council_paper.typ"), sys_inputs=inputs)


WRITERS = {"docx": as_word, "pdf": as_pdf}
