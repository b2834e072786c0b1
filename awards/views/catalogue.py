"""The award catalogue: read by everybody, changed by administrators of the root."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.forms import BaseModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from awards.forms.catalogue import BELONGINGS, AwardForm, DayForm, WhyForm, belonging_form
from awards.models import Award
from awards.reports.catalogue import Span, award_rows, belongings_of, dossiers_judged_by, is_judging
from awards.reports.exports import awards_table
from awards.services import catalogue
from emulation.views.catalogue import for_root_administrators
from units import access, clock
from units.models import User
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]


def crumbs_to(award: Award | None = None) -> list[Crumb]:
    top = (_("Award catalogue"), reverse("awards:award-list"))
    return [top, (award.label, award.get_absolute_url())] if award else [top]


@require_safe
def award_list(request: HttpRequest) -> HttpResponseBase:
    found, writes = award_rows(clock.today()), access.administers_root(request.user)
    if kind := asked_table(request):
        return table_file(kind, "danh-muc", _("Award catalogue"), *awards_table(found, certainty=writes))
    context = {"rows": found, "may_write": writes, "reads": access.reads_figures(request.user)}
    return render(request, "awards/catalogue/list.html", context)


@require_safe
def award_detail(request: HttpRequest, code: str) -> HttpResponse:
    award = get_object_or_404(Award.objects.select_related("category", "level"), code=code)
    form = DayForm({"day": request.GET.get("day", "") or date_format(clock.today(), "d/m/Y")})
    day = form.chosen
    context = {
        "award": award,
        "crumbs": [*crumbs_to(), (award.label, "")],
        "form": form,
        "parts": belongings_of(award, day),
        "may_write": access.administers_root(request.user),
    }
    return render(request, "awards/catalogue/detail.html", context)


def save_row(form: BaseModelForm, by: User) -> Model:
    """Save the row of a form with what it chooses, from the day on that was typed, or as a slip."""
    many = {field.name for field in form.instance._meta.many_to_many}
    chosen = {name: form.cleaned_data[name] for name in many if name in form.cleaned_data}
    life = {name: form.cleaned_data[name] for name in ("since", "slip") if name in form.cleaned_data}
    catalogue.save_row(form.instance, chosen=chosen, **life, by=by)
    return form.instance


def step(request: HttpRequest, form: BaseModelForm, *, to: Award | None = None, **page: Any) -> HttpResponse:
    """The page of a row that is saved with what it chooses; then `to` is shown, or the row itself."""

    def done(row: Model) -> str:
        return _("“%(row)s” has been saved.") % {"row": row}

    return form_step(request, form, lambda: save_row(form, request.user), done=done, to=to, **page)


@require_http_methods(FORM)
@for_root_administrators
def award_create(request: HttpRequest) -> HttpResponse:
    return step(request, AwardForm(request.POST or None), crumbs=crumbs_to(), heading=_("New award"))


@require_http_methods(FORM)
@for_root_administrators
def award_update(request: HttpRequest, code: str) -> HttpResponse:
    award = get_object_or_404(Award, code=code)
    form = AwardForm(request.POST or None, instance=award)
    return step(request, form, crumbs=crumbs_to(award), heading=_("Change the award"))


def model_of(part: str) -> type[Model]:
    if part not in BELONGINGS:
        raise Http404
    return BELONGINGS[part][0]


def name_of(part: str) -> str:
    return capfirst(str(model_of(part)._meta.verbose_name))


@require_http_methods(FORM)
@for_root_administrators
def row_create(request: HttpRequest, code: str, part: str) -> HttpResponse:
    award = get_object_or_404(Award, code=code)
    row: Any = model_of(part)(award=award)
    form = belonging_form(part)(request.POST or None, instance=row)
    heading = _("New row: %(what)s") % {"what": name_of(part)}
    return step(request, form, to=award, crumbs=crumbs_to(award), heading=heading)


@require_http_methods(FORM)
@for_root_administrators
def row_update(request: HttpRequest, part: str, pk: int) -> HttpResponse:
    row: Any = get_object_or_404(model_of(part)._default_manager.select_related("award"), pk=pk)
    award = row.award
    form = belonging_form(part)(request.POST or None, instance=row)
    note = _judged(row)
    delete = "" if catalogue.why_kept(row) else reverse("awards:row-delete", args=[part, pk])
    return step(request, form, to=award, crumbs=crumbs_to(award), heading=str(row), note=note, delete=delete)


def _judged(row: Any) -> str:
    """What is judged by the row, so that nobody changes the past unknowingly."""
    words = _("What held until now goes on for the past: say below from which day the change holds.")
    count = dossiers_judged_by(row, [Span(row.valid_from, row.valid_until)]) if is_judging(row) else 0
    if not count:
        return words
    judged = ngettext(
        "%(count)d dossier that was received is judged by this row.",
        "%(count)d dossiers that were received are judged by this row.", count,
    )  # fmt: skip
    return f"{judged % {'count': count}} {words}"


@require_http_methods(FORM)
@for_root_administrators
def row_delete(request: HttpRequest, part: str, pk: int) -> HttpResponse:
    """Ask for the reason first: the button beside the row posts none."""
    row: Any = get_object_or_404(model_of(part)._default_manager.select_related("award"), pk=pk)
    if kept := catalogue.why_kept(row):
        messages.error(request, kept)
        return redirect("awards:row-update", part, pk)
    form = WhyForm(request.POST if "reason" in request.POST else None)
    words = _("“%(row)s” disappears from the catalogue; the audit log keeps what it said, and your reason.")
    here = [*crumbs_to(row.award), (str(row), reverse("awards:row-update", args=[part, pk]))]
    return form_step(
        request, form, lambda: catalogue.delete_row(row, reason=form.cleaned_data["reason"], by=request.user),
        done=_("“%(row)s” has been deleted.") % {"row": row}, to=row.award, crumbs=here,
        heading=_("Delete this row?"), note=words % {"row": row}, submit=_("Delete"),
    )  # fmt: skip
