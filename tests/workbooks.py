"""Workbooks as a user edits them between download and upload."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.test import Client
from openpyxl import Workbook, load_workbook

from emulation.models import Report, WorkbookUpload
from emulation.reports.workbook import sheet_workbook
from emulation.services.workbooks import keep_upload
from units.models import User

HEAD = 5  # the row of the form's head


def edited(content: bytes, cells: Mapping[str, Any]) -> bytes:
    """The file with some cells of its first sheet typed anew: address → value."""
    book = load_workbook(BytesIO(content))
    for address, value in cells.items():
        book.worksheets[0][address].value = value
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def row_of(content: bytes, code: str) -> int:
    """The row in which the code stands."""
    page = load_workbook(BytesIO(content)).worksheets[0]
    return next(row for row in range(1, page.max_row + 1) if page.cell(row, 1).value == code)


def post_seen(client: Client, preview: str, data: Mapping[str, str] | None = None, **options: Any) -> HttpResponse:
    """What somebody does who looks at the preview of a kept file (address) and presses a button there."""
    seen = client.get(preview).context["file_mark"]
    return client.post(preview, {"upload": seen, **(data or {})}, **options)


def send(report: Report, content: bytes, by: User, name: str = "phieu.xlsx") -> WorkbookUpload:
    return keep_upload(report, name, BytesIO(content), size=len(content), by=by)


def send_edited(report: Report, by: User, cells: Mapping[str, Any]) -> WorkbookUpload:
    """Download, type, upload. Addresses are a code and a column: {"PRIZES.F": 5}."""
    content = sheet_workbook(report, editing=True)
    typed = {}
    for place, value in cells.items():
        code, _dot, column = place.rpartition(".")
        typed[f"{column}{row_of(content, code)}"] = value
    return send(report, edited(content, typed), by)
