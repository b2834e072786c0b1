"""Advanced examples: list, story, stages, publicity, units that take them over, linked figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.examples import (
    AdoptionForm,
    DiscoverForm,
    ExampleFilter,
    ExampleForm,
    FigureForm,
    PublicityForm,
    StepForm,
)
from emulation.models import Example, ExampleAdoption, ExampleFigure, ExamplePublicity
from emulation.models.examples import ExampleQuerySet
from emulation.reports import examples as report
from emulation.services import examples as service
from emulation.views.attachments import files_context
from emulation.views.registers import register_crumbs
from units import access
from units.models import Person, Role
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
CARDS = 24
Stage = Example.Stage


def crumbs_to(row: Example | None = None) -> list[Crumb]:
    found = register_crumbs("examples")
    return [*found, (row.name, row.get_absolute_url())] if row else found


def _example(request: HttpRequest, pk: int) -> Example:
    related = ("unit", "person__unit", "collective", "area", "campaign", "mentor", "spread_in", "by")
    return get_object_or_404(Example.objects.visible_to(request.user).select_related(*related), pk=pk)


def _filtered(request: HttpRequest) -> tuple[ExampleFilter, ExampleQuerySet]:
    access.require(access.reads_figures(request.user))
    form = ExampleFilter(request.GET, user=request.user)
    if not form.is_valid():
        raise Http404
    return form, report.for_list(form.filter(Example.objects.visible_to(request.user)))


@require_safe
def example_list(request: HttpRequest) -> HttpResponseBase:
    form, rows = _filtered(request)
    if kind := asked_table(request):
        heads, lines = report.export_heads(), report.export_rows(rows)
        return table_file(kind, "dien-hinh-tien-tien", _("Advanced examples"), heads, lines)
    page = Paginator(rows, CARDS).get_page(request.GET.get("page"))
    context = {
        "form": form, "page": page, "cards": [(row, report.picture_of(row)) for row in page],
        "filtered": any(v for k, v in request.GET.items() if k != "page"),
        "discovers": access.has_role(request.user, Role.STAFF),
    }  # fmt: skip
    return render(request, "emulation/examples/list.html", context)


@require_safe
def example_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The story on one page, with its stages and what is linked to it."""
    row, user = _example(request, pk), request.user
    following = service.next_stage(row)
    adoptions = list(row.adoptions.select_related("unit"))
    adopted = [
        one for one in adoptions if access.can_read_figures(user, one.unit)
    ]  # what units beside do stays theirs
    context = {
        "row": row, "steps": report.steps_of(row), "crumbs": [*crumbs_to(), (row.name, "")],
        "publicity": row.publicity.select_related("file"), "adopted": adopted,
        "beyond": len(adoptions) - len(adopted),
        "figures": report.figures_shown(row, user), "awards": report.awards_shown(row, user),
        "files": files_context(user, "example", row), "writes": service.may_write(user, row),
        "publishes": row.stage != Stage.WITHDRAWN and (service.may_write(user, row) or service.recognises(user, row)),
        "following": (following, Stage(following).label) if following and service.may_advance(user, row) else None,
        "withdraws": service.may_withdraw(user, row), "adopts": service.adopting_unit(user, row),
        "person_readable": row.person and Person.objects.visible_to(user).filter(pk=row.person.pk).exists(),
    }  # fmt: skip
    return render(request, "emulation/examples/detail.html", context)


@require_http_methods(FORM)
def example_create(request: HttpRequest) -> HttpResponse:
    access.require(access.has_role(request.user, Role.STAFF))
    form = DiscoverForm(request.POST or None, user=request.user, instance=Example(by=request.user))

    def discover() -> Example:
        data = form.cleaned_data
        return service.discover(form.instance, day=data["day"], reason=data["reason"], by=request.user)

    return form_step(
        request, form, discover, done=_("The example has been recorded. Add pictures and papers below."),
        crumbs=crumbs_to(), heading=_("New example"), submit=_("Record the example"),
    )  # fmt: skip


def _saved(
    request: HttpRequest, row: Example, form: BaseForm, save: Callable[[], Any], *, heading: str, note: str = "",
    submit: str = "", first: Callable[[], object] | None = None,
) -> HttpResponse:  # fmt: skip
    """A form of an example: shown unless `first` refuses, or saved by `save` and back to the story."""
    return form_step(
        request, form, save, done=_("Saved."), to=row, first=first, crumbs=crumbs_to(row), heading=heading,
        submit=submit, note=note,
    )  # fmt: skip


@require_http_methods(FORM)
def example_update(request: HttpRequest, pk: int) -> HttpResponse:
    row = _example(request, pk)
    access.require(service.may_write(request.user, row))
    form = ExampleForm(request.POST or None, instance=_example(request, pk), user=request.user)
    return _saved(
        request, row, form, lambda: service.update(form.instance, by=request.user), heading=_("Change the example")
    )


@require_http_methods(FORM)
def example_step(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Take the example to its next stage."""
    row = _example(request, pk)
    if to not in Example.PATH[1:]:
        raise Http404
    unit_step = to == Stage.FOSTERED
    access.require(service.may_write(request.user, row) if unit_step else service.recognises(request.user, row))
    form = StepForm(request.POST or None, levelled=to == Stage.RECOGNISED)
    note = _("Every unit of your branch will read the story and may take it over.") if to == Stage.SPREAD else ""
    return _saved(
        request, row, form, lambda: service.advance(row, to=to, **form.cleaned_data, by=request.user),
        heading=_("New stage: %(stage)s") % {"stage": Stage(to).label}, note=note,
        first=lambda: service.refuse_unless_next(row, to),
    )  # fmt: skip


@require_http_methods(FORM)
def example_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _example(request, pk)
    access.require(access.enters(request.user, row.unit) or service.recognises(request.user, row))
    form = StepForm(request.POST or None, levelled=False)
    note = _("The record stays with its reason; other units no longer see it.")
    return _saved(
        request, row, form, lambda: service.withdraw(row, **form.cleaned_data, by=request.user),
        heading=_("Withdraw the example"), submit=_("Withdraw"), note=note,
        first=lambda: service.refuse_unless_withdrawable(row, request.user),
    )  # fmt: skip


@require_http_methods(FORM)
def example_publicity_create(request: HttpRequest, pk: int) -> HttpResponse:
    row = _example(request, pk)
    return _publicity(request, row, ExamplePublicity(example=row), _("Made known"))


@require_http_methods(FORM)
def example_publicity_update(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    row = _example(request, pk)
    return _publicity(request, row, get_object_or_404(row.publicity, pk=item), _("Change the publicity"))


def _publicity(request: HttpRequest, row: Example, item: ExamplePublicity, heading: str) -> HttpResponse:
    access.require(service.may_write(request.user, row) or service.recognises(request.user, row))
    item.example = row
    form = PublicityForm(request.POST or None, instance=item)
    save = lambda: service.save_publicity(form.instance, by=request.user)  # noqa: E731
    return _saved(request, row, form, save, heading=heading, first=lambda: service.refuse_withdrawn(row))


@require_http_methods(FORM)
def example_adoption(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    """What a unit of the user's did with an example, written the first time or changed."""
    row = _example(request, pk)
    units = {one.pk: one for one in service.adopting_unit(request.user, row)}
    access.require(unit in units)
    item = row.adoptions.filter(unit=unit).first() or ExampleAdoption(example=row, unit=units[unit])
    item.example, item.unit = row, units[unit]
    form = AdoptionForm(request.POST or None, instance=item)
    return _saved(
        request, row, form, lambda: service.save_adoption(form.instance, by=request.user),
        heading=_("Taken over by %(unit)s") % {"unit": units[unit].short},
    )  # fmt: skip


@require_http_methods(FORM)
def example_figure_create(request: HttpRequest, pk: int) -> HttpResponse:
    row = _example(request, pk)
    access.require(service.may_write(request.user, row))
    form = FigureForm(request.POST or None, instance=ExampleFigure(example=row))
    save = lambda: service.link_figure(form.instance, by=request.user)  # noqa: E731
    return _saved(request, row, form, save, heading=_("Link a figure"), note=_("The figure is read as it stands."))


@require_POST
def example_figure_remove(request: HttpRequest, pk: int, figure: int) -> HttpResponse:
    row = _example(request, pk)
    access.require(service.may_write(request.user, row))
    service.unlink_figure(get_object_or_404(row.figures, pk=figure), by=request.user)
    messages.success(request, _("The link has been removed."))
    return redirect(row)
