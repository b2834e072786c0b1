"""Papers of awards as files: Word from a template that officers may edit, PDF set by typst."""

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


def word(template: str, data: dict[str, Any]) -> bytes:
    """From the template of this name in `data/documents`."""
    document = DocxTemplate(FOLDER / f"{template}.docx")
    document.render(data, autoescape=True)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(template: str, data: dict[str, Any]) -> bytes:
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    return typst.compile(str(FOLDER / f"{template}.typ"), sys_inputs=inputs)


WRITERS = {
    "docx": lambda paper: word("council_paper", _data(paper)),
    "pdf": lambda paper: pdf("council_paper", _data(paper)),
}
