"""Files that go out to the user: saved, never opened inside the application; pictures alone are shown."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

# Should a browser open the file all the same: no script, no form, no request, an origin of its own.
SHUT = "default-src 'none'; sandbox"


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """`content` to be saved under `name`; `content_type` is our own finding, never what a sender said."""
    answer = HttpResponse(content, content_type=content_type)
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
