"""Checklists of their own with their versions, and the register of party cells."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.checklists import CellForm, TemplateForm, VersionForm, initial_of
from emulation.models import Assessment, Checklist, ChecklistTemplate, Indicator, PartyCell
from emulation.reports.assessment_feeds import unserved
from emulation.reports.exports import cells_table, checklists_table
from emulation.services import checklists as service
from emulation.views.registers import register_crumbs
from units import access
from units.forms.fields import refusals
from units.models import Role, User
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_page, form_step

FORM = ["GET", "HEAD", "POST"]
CELLS = 50


def crumbs_to(user: User, checklist: Checklist | None = None) -> list[Crumb]:
    """Administrators read checklists, but no assessments."""
    above = register_crumbs("checklists") if access.reads_figures(user) else []
    found = [*above, (_("Checklists"), reverse("emulation:assess-template-list"))]
    return [*found, (checklist.label, checklist.get_absolute_url())] if checklist else found


def _checklist(request: HttpRequest, pk: int) -> Checklist:
    rows = Checklist.objects.visible_to(request.user).select_related("owner")
    return get_object_or_404(rows, pk=pk)


def _seen_by(user: User) -> Count:
    """How many assessments by it the user sees."""
    return Count("assessments", filter=Q(assessments__in=Assessment.objects.visible_to(user).values("pk")))


@require_safe
def template_list(request: HttpRequest) -> HttpResponseBase:
    """Lists of their own, and those of indicators, which are filled in on the quarterly sheet."""
    rows = Checklist.objects.visible_to(request.user).select_related("owner")
    checklists = rows.prefetch_related("versions__items").annotate(count=_seen_by(request.user))
    if kind := asked_table(request):
        return table_file(kind, "bo-noi-dung", _("Checklists"), *checklists_table(checklists))
    indicators = Indicator.objects.filter(measure=Indicator.Measure.CHECKLIST, retired=False)
    context = {
        "checklists": checklists,
        "indicators": indicators.prefetch_related("templates__items"),
        "may_create": service.may_create(request.user),
        "crumbs": [*crumbs_to(request.user)[:-1], (_("Checklists"), "")],
    }  # fmt: skip
    return render(request, "emulation/assessments/templates.html", context)


@require_safe
def template_detail(request: HttpRequest, pk: int) -> HttpResponse:
    checklist = _checklist(request, pk)
    rows = checklist.versions.prefetch_related("items", "classes")
    versions = list(rows.annotate(used=Count("assessments"), count=_seen_by(request.user)))
    following = {row.pk: later.begins for later, row in zip(versions, versions[1:], strict=False)}
    context = {
        "checklist": checklist, "versions": [(row, following.get(row.pk)) for row in versions],
        "unserved": unserved(checklist),
        "may_write": service.may_write(request.user, checklist),
        "crumbs": [*crumbs_to(request.user), (checklist.label, "")],
    }  # fmt: skip
    return render(request, "emulation/assessments/template.html", context)


@require_http_methods(FORM)
def template_create(request: HttpRequest) -> HttpResponse:
    access.require(service.may_create(request.user))
    form = TemplateForm(request.POST or None, user=request.user)
    return _template_page(request, form, crumbs_to(request.user), _("New checklist"))


@require_http_methods(FORM)
def template_update(request: HttpRequest, pk: int) -> HttpResponse:
    checklist = _checklist(request, pk)
    access.require(service.may_write(request.user, checklist))
    form = TemplateForm(request.POST or None, instance=checklist, user=request.user)
    return _template_page(request, form, crumbs_to(request.user, _checklist(request, pk)), _("Change the checklist"))


def _template_page(request: HttpRequest, form: TemplateForm, crumbs: list[Crumb], heading: str) -> HttpResponse:
    if form.is_valid():
        form.instance.owner = form.cleaned_data["owner"]
        with refusals(form):
            service.save(form.instance, by=request.user)
        if not form.errors:
            messages.success(request, _("The checklist has been saved."))
            return redirect(form.instance)
    return form_page(request, form, crumbs=crumbs, heading=heading, submit=_("Save"))


@require_http_methods(FORM)
def template_version_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version, which begins as a copy of the newest one."""
    checklist = _checklist(request, pk)
    access.require(service.may_write(request.user, checklist))
    newest = checklist.versions.prefetch_related("items", "classes").first()
    template = ChecklistTemplate(checklist=checklist)
    if checklist.answers == Checklist.Answers.SCORE:
        template.rule = ChecklistTemplate.Rule.MEAN
    form = VersionForm(request.POST or None, instance=template, initial=_copy(newest) if newest else {})
    return _version_page(request, checklist, form, _("New version of the checklist"))


def _copy(newest: ChecklistTemplate) -> dict[str, object]:
    names = ("source", "wording", "rule", "least", "rule_group", "maximum", "mark")
    return {name: getattr(newest, name) for name in names} | initial_of(newest)


@require_http_methods(FORM)
def template_version_update(request: HttpRequest, pk: int) -> HttpResponse:
    rows = ChecklistTemplate.objects.filter(checklist__in=Checklist.objects.visible_to(request.user))
    template = get_object_or_404(rows.select_related("checklist__owner"), pk=pk)
    checklist = template.checklist
    assert checklist is not None
    access.require(service.may_write(request.user, checklist))
    form = VersionForm(request.POST or None, instance=template)
    return _version_page(request, checklist, form, _("Change the version"))


def _version_page(request: HttpRequest, checklist: Checklist, form: VersionForm, heading: str) -> HttpResponse:
    note = _("Once somebody has been assessed by a version, it stands still: new words are a new version.")
    return form_step(
        request, form,
        lambda: service.save_version(form.instance, items=form.items(), classes=form.class_rows, by=request.user),
        done=_("The version has been saved."), to=checklist, crumbs=crumbs_to(request.user, checklist),
        heading=heading, note=note,
    )  # fmt: skip


# ── party cells ───────────────────────────────────────────────────────────


def cell_crumbs() -> list[Crumb]:
    return [*register_crumbs("checklists"), (_("Party cells"), reverse("emulation:party-cell-list"))]


@require_safe
def party_cell_list(request: HttpRequest) -> HttpResponseBase:
    access.require(access.reads_figures(request.user))
    rows = PartyCell.objects.visible_to(request.user).select_related("unit").found_by(request.GET.get("q", ""))
    if kind := asked_table(request):
        return table_file(kind, "chi-bo", _("Party cells"), *cells_table(rows))
    page = Paginator(rows, CELLS).get_page(request.GET.get("page"))
    staffed = {m.unit_id for m in request.user.active_memberships if m.role == Role.STAFF}
    context = {"page": page, "staffed": staffed, "q": request.GET.get("q", ""),
               "crumbs": [*register_crumbs("checklists"), (_("Party cells"), "")]}  # fmt: skip
    return render(request, "emulation/assessments/cells.html", context)


@require_http_methods(FORM)
def party_cell_create(request: HttpRequest) -> HttpResponse:
    access.require(access.has_role(request.user, Role.STAFF))
    return _cell_page(request, CellForm(request.POST or None, user=request.user), _("New party cell"))


@require_http_methods(FORM)
def party_cell_update(request: HttpRequest, pk: int) -> HttpResponse:
    cell = get_object_or_404(PartyCell.objects.visible_to(request.user).select_related("unit"), pk=pk)
    access.require(access.enters(request.user, cell.unit))
    form = CellForm(request.POST or None, instance=cell, user=request.user)
    return _cell_page(request, form, _("Change the party cell"))


def _cell_page(request: HttpRequest, form: CellForm, heading: str) -> HttpResponse:
    return form_step(
        request, form, lambda: service.save_cell(form.instance, by=request.user),
        done=_("The party cell has been saved."), to=reverse("emulation:party-cell-list"), crumbs=cell_crumbs(),
        heading=heading,
    )  # fmt: skip
