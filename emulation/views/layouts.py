"""How a unit's papers look: profile of the layout, own Word templates with their versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.layouts import LayoutForm, TemplateForm
from emulation.models import LayoutProfile, PaperTemplate
from emulation.paper_templates import lacking
from emulation.reports.layouts import layout_of
from emulation.reports.paper_kinds import KINDS, PaperKind
from emulation.reports.papers import template_of
from emulation.services import layouts as service
from emulation.views.papers import TYPES, get_unit
from units.access import enters, require
from units.errors import Refused
from units.forms.fields import refusals
from units.models import Unit
from units.views.downloads import attachment
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]


def get_kind(key: str) -> PaperKind:
    if key not in KINDS:
        raise Http404
    return KINDS[key]


def crumbs_to(unit: Unit) -> list[Crumb]:
    return [(unit.short, unit.get_absolute_url()), (_("Layout of papers"), reverse("emulation:layout-detail",
                                                                                   args=[unit.pk]))]  # fmt: skip


@require_safe
def layout_detail(request: HttpRequest, unit: int) -> HttpResponse:
    """What stands in head and foot of the unit's papers, and which templates are used."""
    place = get_unit(request.user, unit)
    newest: dict[tuple[int, str], PaperTemplate] = {}
    own = PaperTemplate.objects.filter(unit=place).select_related("by").order_by("at", "pk")
    for row in own:
        newest[row.unit_id, row.kind] = row
    context = {
        "unit": place, "layout": layout_of(place), "own": LayoutProfile.objects.filter(unit=place).first(),
        "kinds": [(kind, newest.get((place.pk, kind.key))) for kind in KINDS.values()],
        "may_write": enters(request.user, place),
        "crumbs": [*crumbs_to(place)[:-1], (_("Layout of papers"), "")],
    }  # fmt: skip
    return render(request, "emulation/layouts/detail.html", context)


@require_http_methods(FORM)
def layout_update(request: HttpRequest, unit: int) -> HttpResponse:
    place = get_unit(request.user, unit)
    require(enters(request.user, place))
    row = LayoutProfile.objects.filter(unit=place).first() or LayoutProfile(unit=place)
    form = LayoutForm(request.POST or None, instance=row)
    heading = _("Change the layout")
    return form_step(
        request, form, lambda: service.change_layout(place, form.cleaned_data, by=request.user),
        done=_("The layout has been saved. Papers made from now on have it."),
        to=reverse("emulation:layout-detail", args=[unit]), crumbs=crumbs_to(place), heading=heading,
    )  # fmt: skip


@require_http_methods(FORM)
def template_detail(request: HttpRequest, unit: int, kind: str) -> HttpResponse:
    """The template of a kind of paper: its fields, its versions, a new one."""
    place, known = get_unit(request.user, unit), get_kind(kind)
    may_write = enters(request.user, place)
    form = TemplateForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        require(may_write)
        if form.is_valid():
            with refusals(form):
                service.upload_template(place, known, form.cleaned_data["file"], by=request.user)
            if not form.errors:
                messages.success(request, _("The template is used from now on."))
                return redirect("emulation:template-detail", unit, kind)
    versions = PaperTemplate.objects.filter(unit=place, kind=kind).select_related("by")[:50]
    context: dict[str, Any] = {
        "unit": place, "kind": known, "form": form if may_write else None, "versions": versions,
        "current": template_of(place, kind), "rows": list(_rows(known)), "may_write": may_write,
        "loops": _(
            "A field of a list stands inside its loop: “{%p for one in body %}” in a paragraph of its own, then the "
            "paragraph with “{{ one.text }}”, then “{%p endfor %}” in a paragraph of its own; in tables “{%tr” "
            "instead of “{%p”. The table stands alone in its paragraph."
        ),
        "needed": lacking([], known), "crumbs": [*crumbs_to(place), (str(known.label), "")],
    }  # fmt: skip
    return render(request, "emulation/layouts/template.html", context)


def _rows(kind: PaperKind) -> Any:
    """(how the field is written, what it stands for) of every field; those of a list below it."""
    for name, one in kind.fields.items():
        yield (f"{{%p for one in {name} %}}" if one.is_list else f"{{{{ {name} }}}}"), one.words, 0
        for key, part in one.each.items():
            path = f"one[{key}]" if key.isdecimal() else f"one.{key}" if key else "one"
            yield f"{{{{ {path} }}}}", part.words, 1


@require_POST
def template_drop(request: HttpRequest, unit: int, kind: str) -> HttpResponse:
    """Go back to the template of the unit above, or the shipped one."""
    place, known = get_unit(request.user, unit), get_kind(kind)
    require(enters(request.user, place))
    try:
        service.drop_template(place, known, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The unit's own template is no longer used; its versions stay here."))
    return redirect("emulation:template-detail", unit, kind)


@require_safe
def template_shipped(request: HttpRequest, unit: int, kind: str) -> HttpResponse:
    """The template that the application brings along: where one's own begins."""
    get_unit(request.user, unit)
    known = get_kind(kind)
    return attachment(known.word.read_bytes(), f"mau-{known.key}.docx", TYPES["docx"])


@require_safe
def template_version(request: HttpRequest, pk: int) -> HttpResponse:
    """A version of a unit's own template as it was sent."""
    rows = PaperTemplate.objects.visible_to(request.user).exclude(file="")
    row = get_object_or_404(rows, pk=pk)
    with row.file.open("rb") as file:
        return attachment(file.read(), row.name, TYPES["docx"])
