"""Files that are looked through before they are taken over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from units.errors import Refused
from units.locking import refuse_other_file


def keep_upload(request: HttpRequest, form: forms.Form, keep: Callable[..., tuple[Any, list[str]]]) -> list[str]:
    """Keep the file of the form for the preview by `keep`; why that is not possible, or nothing.

    `keep` answers what it kept and what of the file is not read: columns and sheets, which are named to the user.
    """
    if not form.is_valid():
        return [str(message) for errors in form.errors.values() for message in errors]
    file = form.cleaned_data["file"]
    try:
        _kept, unread = keep(file.name, file, size=file.size, by=request.user)
    except Refused as refused:
        return refused.messages
    if unread:
        messages.warning(request, _("Not read: %(names)s.") % {"names": ", ".join(unread)})
    return []


def other_file(request: HttpRequest, upload: Any) -> list[str]:
    """Why nothing that was sent holds: its page showed another file than `upload`, which waits now; or nothing.

    The page of a kept file carries the hidden field `upload`: somebody who sends a second file in another tab must
    not confirm, settle or discard it by the page of the first.
    """
    if request.method != "POST":
        return []
    try:
        refuse_other_file(upload, request.POST.get("upload", ""))
    except Refused as refused:
        return refused.messages
    return []
