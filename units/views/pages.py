"""The page of one form, used by the administrator's screens."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Crumb = tuple[str, str]  # label, address


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    crumbs: list[Crumb],
    heading: str,
    submit: str,
    note: str = "",
    delete: str = "",
) -> HttpResponse:
    """`form` with the button `submit`; the last of `crumbs` is where «Cancel» leads, `delete` what deletes."""
    context = {"form": form, "heading": heading, "submit": submit, "note": note, "delete": delete}
    return render(request, "form_page.html", context | {"back": crumbs[-1][1], "crumbs": [*crumbs, (heading, "")]})
