"""Catalogues: simple ones by one table of what they are, indicators with their checklists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import Model, PositiveIntegerField
from django.forms.models import ModelForm, model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.catalogue import ChecklistForm, IndicatorFilter, IndicatorForm, RowForm, row_form
from emulation.models import (
    ActivityKind,
    Area,
    CampaignKind,
    ChecklistTemplate,
    CheckRule,
    Feed,
    Grade,
    GradeScale,
    IncidentGravity,
    IncidentKind,
    Indicator,
    Organisation,
    ScoreCriterion,
    ScoreTemplate,
)
from emulation.numbers import format_number
from emulation.reports.exports import rows_table
from emulation.services import definitions
from units import access
from units.catalogue import load_catalogue
from units.counting import count_all
from units.errors import Refused
from units.keys import key_of
from units.models import DisciplineForm, Office, PersonGroup, Rank, UnitKind, User
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
PLACEMENTS = 8  # campaigns shown on an indicator's page
View = Callable[..., HttpResponseBase]


def _save_row(form: ModelForm, by: User) -> None:
    definitions.save_row(form.instance)


@dataclass(frozen=True)
class Catalogue:
    """A simple catalogue: its model, the columns that are edited, what it is for, and those listed (all).

    `page` names the address of a row that has a page of its own beside its form. `form` and `save` (form, who) stand
    where a row is more than its columns: what they refuse stands on the form.
    """

    model: type[Model]
    columns: tuple[str, ...]
    icon: str
    purpose: str | Promise
    listed: tuple[str, ...] = ()
    page: str = ""
    form: type[ModelForm] = RowForm
    save: Callable[[ModelForm, User], object] = _save_row

    @property
    def name(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))

    @property
    def shown(self) -> tuple[str, ...]:
        return self.listed or self.columns

    def row_name(self) -> str:
        return capfirst(str(self.model._meta.verbose_name))

    def row_form(self) -> type[ModelForm]:
        return row_form(self.model, self.columns, self.form)

    def heads(self) -> list[str]:
        names = {field.name: field.verbose_name for field in self.model._meta.fields}
        return [capfirst(str(names[name])) for name in self.shown]

    def written(self, row: Model) -> list[Any]:
        """The same as a page writes it: amounts with separators; years, places and other numbers as they are."""
        amounts = [isinstance(self.model._meta.get_field(name), PositiveIntegerField) for name in self.shown]
        return [
            format_number(cell, 0) if amount else cell for cell, amount in zip(self.cells(row), amounts, strict=True)
        ]

    def cells(self, row: Model) -> list[Any]:
        """What is shown of a row, column by column; choices in words."""
        return [getattr(row, f"get_{name}_display", lambda name=name: getattr(row, name))() for name in self.shown]


NAMED = ("code", "name", "name_en", "order")
CATALOGUES = {
    "areas": Catalogue(Area, NAMED, "bi-grid", gettext_lazy("Sheets and tables are grouped by them.")),
    "offices": Catalogue(Office, NAMED, "bi-briefcase", gettext_lazy("They answer for indicators and review lines.")),
    "unit-kinds": Catalogue(
        UnitKind, (*NAMED, "block"), "bi-diagram-3", gettext_lazy("They decide which indicators a unit is asked.")
    ),
    "grade-scales": Catalogue(GradeScale, NAMED, "bi-bar-chart-steps", gettext_lazy("Ordered classes of a result.")),
    "grades": Catalogue(
        Grade,
        ("scale", "code", "name", "name_en", "rank"),
        "bi-award",
        gettext_lazy("The classes of the scales; the highest rank is the best."),
    ),
    "check-rules": Catalogue(
        CheckRule,
        (
            *NAMED,
            "kind",
            "level",
            "indicator",
            "part",
            "comparator",
            "other",
            "other_part",
            "quarters",
            "share",
            "points",
            "active",
        ),
        "bi-clipboard-check",
        gettext_lazy("They look at several figures of a sheet or at the quarters before."),
        listed=("code", "name", "kind", "level", "indicator", "other", "active"),
    ),
    "feeds": Catalogue(
        Feed,
        ("indicator", "register", "codes", "since", "active"),
        "bi-box-arrow-in-right",
        gettext_lazy("Indicators whose figures come from a register and are not typed on the sheet."),
    ),
    "score-templates": Catalogue(
        ScoreTemplate,
        (*NAMED, "threshold", "active"),
        "bi-ui-checks",
        gettext_lazy("On them the initiative council scores; the first active one is used for new works."),
    ),
    "score-criteria": Catalogue(
        ScoreCriterion,
        ("template", "order", "name", "most"),
        "bi-list-ol",
        gettext_lazy("What members of the council give points for."),
    ),
    "campaign-kinds": Catalogue(
        CampaignKind,
        (*NAMED, "icon", "is_drive", "needs_indicators"),
        "bi-flag",
        gettext_lazy("Movement, peak drive, mobilisation …"),
    ),
    "organisations": Catalogue(
        Organisation, NAMED, "bi-people-fill", gettext_lazy("Mass organisations that take part in campaigns.")
    ),
    "activity-kinds": Catalogue(
        ActivityKind,
        (
            *NAMED,
            "icon",
            "asks_participants",
            "asks_amount",
            "asks_workdays",
            "asks_items",
            "thing",
            "thing_en",
            "asks_medium",
            "asks_product",
            "is_event",
            "retired",
        ),
        "bi-calendar-event",
        gettext_lazy("What takes place in a movement, and which numbers each kind asks for."),
        listed=("code", "name", "order", "thing", "is_event", "retired"),
    ),
    "incident-kinds": Catalogue(
        IncidentKind,
        (*NAMED, "field", "counted_as", "retired"),
        "bi-shield-exclamation",
        gettext_lazy("Kinds of incident, and as what the figures of safety and discipline count them."),
    ),
    "incident-gravities": Catalogue(
        IncidentGravity,
        ("code", "name", "name_en", "rank"),
        "bi-thermometer-half",
        gettext_lazy("Degrees of gravity of incidents; the highest rank is the gravest."),
    ),
    "person-groups": Catalogue(
        PersonGroup,
        ("code", "name", "name_en", "short_name", "order"),
        "bi-people",
        gettext_lazy("To which part of the personnel somebody belongs."),
    ),
    "ranks": Catalogue(
        Rank, ("group", *NAMED), "bi-chevron-double-up", gettext_lazy("The ranks of each group, from low to high.")
    ),
    "discipline-forms": Catalogue(
        DisciplineForm, NAMED, "bi-exclamation-triangle", gettext_lazy("Forms of discipline, from light to severe.")
    ),
}


@dataclass(frozen=True)
class CataloguePage:
    """A catalogue with pages of its own, listed after the simple ones: the name of its address, what it is for."""

    address: str
    name: str | Promise
    icon: str
    purpose: str | Promise


# Higher apps add theirs.
PAGES = [
    CataloguePage(
        "emulation:indicator-list",
        gettext_lazy("Indicators"),
        "bi-speedometer2",
        gettext_lazy("What is measured, how, and how it adds up."),
    )
]


def for_root_administrators(view: View) -> View:
    """403 for everybody who does not administer the root: catalogues and rounds belong there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        access.require(access.administers_root(request.user))
        return view(request, *args, **kwargs)

    return guarded


def get_catalogue(key: str) -> Catalogue:
    if key not in CATALOGUES:
        raise Http404
    return CATALOGUES[key]


def crumbs_to(key: str = "") -> list[Crumb]:
    top = (_("Catalogues"), reverse("emulation:catalogue-list"))
    return [top, (CATALOGUES[key].name, reverse("emulation:catalogue-rows", args=[key]))] if key else [top]


@require_safe
@for_root_administrators
def catalogue_list(request: HttpRequest) -> HttpResponse:
    counts = count_all(*(one.model._default_manager.all() for one in CATALOGUES.values()))
    rows = [(key, one, count) for (key, one), count in zip(CATALOGUES.items(), counts, strict=True)]
    return render(request, "emulation/catalogue/list.html", {"catalogues": rows, "pages": PAGES})


@require_POST
@for_root_administrators
def catalogue_load(request: HttpRequest) -> HttpResponse:
    """Add what the application brings along, on a base that was set up without it. Rows that are there stay."""
    load_catalogue()
    messages.success(request, _("The catalogues that the application brings along are complete."))
    return redirect("emulation:indicator-list")


@require_safe
@for_root_administrators
def catalogue_rows(request: HttpRequest, key: str) -> HttpResponseBase:
    catalogue = get_catalogue(key)
    related = [name for name in catalogue.shown if catalogue.model._meta.get_field(name).is_relation]
    rows = catalogue.model._default_manager.select_related(*related) if related else catalogue.model._default_manager
    if kind := asked_table(request):
        cells = (catalogue.cells(row) for row in rows.all())
        return table_file(kind, key, catalogue.name, *rows_table(catalogue.heads(), cells))
    context = {
        "catalogue": catalogue,
        "key": key,
        "crumbs": [*crumbs_to(), (catalogue.name, "")],
        "rows": [(row, catalogue.written(row)) for row in rows.all()],
    }
    return render(request, "emulation/catalogue/rows.html", context)


@require_http_methods(FORM)
@for_root_administrators
def catalogue_create(request: HttpRequest, key: str) -> HttpResponse:
    catalogue = get_catalogue(key)
    form = catalogue.row_form()(request.POST or None)
    heading = _("New row: %(what)s") % {"what": catalogue.row_name()}
    return form_step(
        request, form, lambda: catalogue.save(form, request.user),
        done=lambda _row: _("“%(row)s” has been added.") % {"row": form.instance},
        to=reverse("emulation:catalogue-rows", args=[key]), crumbs=crumbs_to(key), heading=heading,
    )  # fmt: skip


@require_http_methods(FORM)
@for_root_administrators
def catalogue_update(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    catalogue = get_catalogue(key)
    row = get_object_or_404(catalogue.model, pk=pk)
    name = str(row)
    form = catalogue.row_form()(request.POST or None, instance=row)
    delete = reverse("emulation:catalogue-delete", args=[key, pk])
    return form_step(
        request, form, lambda: catalogue.save(form, request.user),
        done=lambda _row: _("“%(row)s” has been changed.") % {"row": form.instance},
        to=reverse("emulation:catalogue-rows", args=[key]), crumbs=crumbs_to(key), heading=name, delete=delete,
    )  # fmt: skip


@require_POST
@for_root_administrators
def catalogue_delete(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    catalogue = get_catalogue(key)
    row = get_object_or_404(catalogue.model, pk=pk)
    try:
        definitions.delete_row(row)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("emulation:catalogue-update", key, pk)
    messages.success(request, _("“%(row)s” has been deleted.") % {"row": row})
    return redirect("emulation:catalogue-rows", key)


# ── indicators ────────────────────────────────────────────────────────────


def indicator_crumbs(indicator: Indicator | None = None) -> list[Crumb]:
    top = (_("Indicators"), reverse("emulation:indicator-list"))
    return [top, (indicator.code, indicator.get_absolute_url())] if indicator else [top]


@require_safe
def indicator_list(request: HttpRequest) -> HttpResponseBase:
    form = IndicatorFilter(request.GET)
    if not form.is_valid():
        raise Http404
    rows = form.filter(Indicator.objects.select_related("area", "office"))
    if kind := asked_table(request):
        heads = [_("Code"), _("Name"), _("Area"), _("Office"), _("Unit of measure")]
        table = ([row.code, row.label, row.area.label, str(row.office or ""), row.unit_label] for row in rows)
        return table_file(kind, "chi-tieu", _("Indicators"), heads, table)
    context = {"form": form, "indicators": rows, "may_write": access.administers_root(request.user)}
    return render(request, "emulation/catalogue/indicator_list.html", context)


@require_safe
def indicator_detail(request: HttpRequest, pk: int) -> HttpResponse:
    related = ("area", "office", "grade_scale", "predecessor")
    indicator = get_object_or_404(Indicator.objects.select_related(*related), pk=pk)
    placements = indicator.placements.select_related("campaign").filter(campaign__launched_on__isnull=False)
    context = {
        "indicator": indicator,
        "crumbs": [*indicator_crumbs(), (indicator.code, "")],
        "checklists": indicator.templates.prefetch_related("items"),
        "successors": indicator.indicator_set.all(),
        "placements": placements.order_by("-campaign__year", "campaign")[:PLACEMENTS],
        "fixed": indicator.results.exists(),
        "may_write": access.administers_root(request.user),
    }
    return render(request, "emulation/catalogue/indicator_detail.html", context)


@require_http_methods(FORM)
@for_root_administrators
def indicator_create(request: HttpRequest) -> HttpResponse:
    """A new indicator; with `?predecessor=` it begins as a copy of that one."""
    earlier = Indicator.objects.filter(pk=key_of(request.GET.get("predecessor", "")) or 0).first()
    initial = model_to_dict(earlier, exclude=["code", "retired"]) | {"predecessor": earlier.pk} if earlier else {}
    form = IndicatorForm(request.POST or None, initial=initial)
    return form_step(
        request, form, lambda: definitions.save_indicator(form.instance),
        done=lambda _row: _("“%(row)s” has been added.") % {"row": form.instance}, to=form.instance,
        crumbs=indicator_crumbs(), heading=_("New indicator"),
    )  # fmt: skip


@require_http_methods(FORM)
@for_root_administrators
def indicator_update(request: HttpRequest, pk: int) -> HttpResponse:
    indicator = get_object_or_404(Indicator, pk=pk)
    name, note = str(indicator), ""
    if indicator.results.exists():
        note = _(
            "Figures have been reported for it: measure, scale, decimals, grade scale "
            "and the way of adding up are fixed."
        )
    form = IndicatorForm(request.POST or None, instance=indicator)
    return form_step(
        request, form, lambda: definitions.save_indicator(form.instance),
        done=lambda _row: _("“%(row)s” has been changed.") % {"row": form.instance}, to=indicator,
        crumbs=[*indicator_crumbs(), (name, reverse("emulation:indicator-detail", args=[pk]))],
        heading=_("Change the indicator"), note=note,
    )  # fmt: skip


@require_http_methods(FORM)
@for_root_administrators
def checklist_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version of a checklist's items, from a year on."""
    indicator = get_object_or_404(Indicator, pk=pk, measure=Indicator.Measure.CHECKLIST)
    return _checklist_page(request, ChecklistTemplate(indicator=indicator), _("New version of the checklist"))


@require_http_methods(FORM)
@for_root_administrators
def checklist_update(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(ChecklistTemplate.objects.select_related("indicator"), pk=pk)
    return _checklist_page(request, template, _("Checklist from %(year)d on") % {"year": template.since})


def _checklist_page(request: HttpRequest, template: ChecklistTemplate, heading: str) -> HttpResponse:
    form = ChecklistForm(request.POST or None, instance=template)
    return form_step(
        request, form, lambda: definitions.save_checklist(form.instance, items=form.items()),
        done=_("The checklist has been saved."), to=template.indicator, crumbs=indicator_crumbs(template.indicator),
        heading=heading,
    )  # fmt: skip
