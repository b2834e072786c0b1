"""The page of one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from units.errors import Refused
from units.forms.fields import refusals

Crumb = tuple[str, str]  # label, address


class PartRequest(HttpRequest):
    """A request of a page of which a part may be asked alone; for annotations (`django_htmx`)."""

    htmx: HtmxDetails


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    crumbs: list[Crumb],
    heading: str,
    submit: str,
    note: str = "",
    delete: str = "",
    about: dict[str, Any] | None = None,
) -> HttpResponse:
    """`form` with the button `submit`; the last of `crumbs` is where «Cancel» leads, `delete` what deletes.

    `about` is what is decided upon, shown above the form by its `template`.
    """
    context = {"form": form, "heading": heading, "submit": submit, "note": note, "delete": delete, "about": about}
    return render(request, "form_page.html", context | {"back": crumbs[-1][1], "crumbs": [*crumbs, (heading, "")]})


def form_step(
    request: HttpRequest,
    form: forms.BaseForm,
    act: Callable[[], Any],
    *,
    done: str | Callable[[Any], str],
    to: Any = None,
    submit: str = "",
    first: Callable[[], object] | None = None,
    **page: Any,
) -> HttpResponse:
    """The page of a form, and what it does: once it is valid, `act` is called, `done` said, and `to` shown.

    What `act` refuses stands on the form, and nothing typed is lost. Its result is where it goes unless `to` says so,
    and what `done` speaks of where that is a function. `page`: crumbs, heading, note, delete, about of `form_page`.

    `first` refuses what `act` would refuse whatever is typed: then no form is opened (`turned_away`).
    """
    if first is not None and (away := turned_away(request, first, to or page["crumbs"][-1][1])):
        return away
    if form.is_valid():
        row = None
        with refusals(form):
            row = act()
        if not form.errors:
            messages.success(request, done(row) if callable(done) else done)
            return redirect(to or row)
    return form_page(request, form, submit=submit or _("Save"), **page)


def turned_away(request: HttpRequest, check: Callable[[], object], to: Any) -> HttpResponse | None:
    """The way back, with the sentence, where a form is asked for although `check` refuses what it is for; else None.

    What was sent is answered by the form itself: nothing typed is lost.
    """
    if request.method == "POST":
        return None
    try:
        check()
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(to)
    return None
