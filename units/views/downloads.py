"""Files that go out to the user: saved, never opened inside the application; pictures alone are shown."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import content_disposition_header

from units.spreadsheets import CSV, XLSX, Value, csv_lines, xlsx_pieces

logger = logging.getLogger(__name__)
# Should a browser open the file all the same: no script, no form, no request, an origin of its own.
SHUT = "default-src 'none'; sandbox"


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """`content` to be saved under `name`; `content_type` is our own finding, never what a sender said."""
    return guarded(HttpResponse(content, content_type=content_type), name)


def content_of(file: FieldFile) -> bytes:
    """What is kept of a row's file; 404 where it is missing on the server, as after a restore without files.

    The log names it, as the command `check_files` does.
    """
    try:
        with file.open("rb") as kept:
            return kept.read()
    except FileNotFoundError as error:
        logger.error("A file is missing: %s of %s %s", file.name, file.instance._meta.label, file.instance.pk)
        raise Http404 from error


Answer = TypeVar("Answer", bound=HttpResponseBase)


def guarded(answer: Answer, name: str) -> Answer:
    """An answer that is saved under `name` and does nothing in the application."""
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["Content-Security-Policy"] = SHUT
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def picture(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A picture to be shown in a page; `content_type` is our own finding, of a format that runs no script."""
    answer = attachment(content, name, content_type)
    answer["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return answer


# ── tables ────────────────────────────────────────────────────────────────

TABLES = ("xlsx", "csv")


def asked_table(request: HttpRequest, table: str = "") -> str:
    """`xlsx` or `csv` where the address asks for the list as a file (`?export=csv`); else empty.

    `table` names one of a page's further tables (`?export=csv&table=caps`).
    """
    asked = request.GET.get("export", "")
    return asked if asked in TABLES and request.GET.get("table", "") == table else ""


def table_file(
    kind: str, name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], *,
    about: Sequence[str] = (),
) -> HttpResponseBase:  # fmt: skip
    """The list as filtered, safe against formulas, streamed however long it is; lines `about` it stand above."""
    if kind == "xlsx":
        pieces, content_type = xlsx_pieces(title, heads, rows, about=about), XLSX
    else:
        pieces, content_type = csv_lines(heads, rows, about=about), CSV
    return guarded(
        StreamingHttpResponse(spoken(pieces, translation.get_language()), content_type=content_type), f"{name}.{kind}"
    )


def spoken(pieces: Iterator[bytes], language: str) -> Iterator[bytes]:
    """Pieces made when the request is over, in the language that it was made in."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
