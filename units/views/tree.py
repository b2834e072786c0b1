"""The unit tree: reading it for everybody, changing it for administrators of the branch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from units import access, clock, services
from units.forms.persons import kept_units
from units.forms.tree import (
    DissolveForm,
    MoveForm,
    OptionsFilter,
    RenameForm,
    TakeBackForm,
    UnitCorrectForm,
    UnitCreateForm,
    UnitFilter,
    administered_units,
)
from units.models import Membership, Role, Unit, UnitChange, User
from units.reports import find_units, level_below, tree_of, with_superiors
from units.reports.dissolution import consequences, leftovers
from units.reports.exports import members_table, placements_table, unit_changes_table, units_table
from units.reports.tree import Remark
from units.services.taking_back import last_change, may_take_back
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, PartRequest, form_step

FORM = ["GET", "HEAD", "POST"]
BELOW = 25  # subordinates on a page
# What higher apps say above the tree (None) and on the page of a unit. They register here when Django starts.
REMARKS: list[Callable[[User, Unit | None], Iterable[Remark]]] = []


def get_unit(request: HttpRequest, pk: int) -> Unit:
    return get_object_or_404(Unit.objects.visible_to(request.user).select_related("kind"), pk=pk)


@require_safe
def unit_tree(request: PartRequest) -> HttpResponseBase:
    """The tree of the user's reach; with `q` the units found instead."""
    form = UnitFilter(request.GET)
    if not form.is_valid():
        raise Http404
    text, dissolved = form.cleaned_data["q"].strip(), form.cleaned_data["dissolved"]
    if kind := asked_table(request):
        found = form.filter(Unit.objects.visible_to(request.user))
        return table_file(kind, "don-vi", _("Units"), *units_table(found.found_by(text)))
    context: dict[str, Any] = {"text": text, "dissolved": dissolved}
    if text:
        context["found"], context["more"] = find_units(form.filter(Unit.objects.visible_to(request.user)), text)
    else:
        context["level"] = tree_of(request.user, dissolved=dissolved)
    if request.htmx:
        return render(request, "units/tree_body.html", context)
    context["may_create"] = access.has_role(request.user, Role.ADMINISTRATOR)
    context["rates"] = access.has_role(request.user, Role.STAFF)
    context["remarks"] = [row for source in REMARKS for row in source(request.user, None)]
    return render(request, "units/unit_tree.html", context)


@require_safe
def unit_branch(request: HttpRequest, pk: int) -> HttpResponse:
    """One level of the tree, loaded when a unit is unfolded."""
    unit = get_unit(request, pk)
    form = UnitFilter(request.GET)
    if not form.is_valid():
        raise Http404
    dissolved = form.cleaned_data["dissolved"]
    context = {"level": level_below(unit, dissolved=dissolved), "dissolved": dissolved}
    return render(request, "units/tree_level.html", context)


@require_safe
def unit_options(request: HttpRequest) -> HttpResponse:
    """Units found for a unit field while one types."""
    form = OptionsFilter(request.GET)
    if not form.is_valid():
        raise Http404
    name, scope = form.cleaned_data["field"], form.cleaned_data["scope"]
    units = Unit.objects.visible_to(request.user).filter(dissolved=None)
    if scope == "administered":
        access.require(access.has_role(request.user, Role.ADMINISTRATOR))
        units = administered_units(request.user)
    elif scope == "people":
        units = kept_units(request.user)
    found, more = find_units(units, request.GET.get(f"{name}_text", "")[:100])
    return render(request, "units/unit_options.html", {"name": name, "units": found, "more": more, "chosen": ""})


@require_safe
def unit_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    unit = get_unit(request, pk)
    below = Unit.objects.children_of(unit).select_related("kind").order_by("dissolved", "order", "code")
    administers = access.administers(request.user, unit)
    memberships = Membership.objects.none()
    if administers:
        memberships = unit.memberships.select_related("user", "office").order_by("until", "-since", "pk")
    changes = unit.changes.select_related("by", "undone_by", "parent_before", "parent_after")
    if (kind := asked_table(request, "members")) and administers:
        return table_file(kind, f"thanh-vien-{unit.code}", _("People with a role here"), *members_table(memberships))
    if kind := asked_table(request, "history"):
        return table_file(kind, f"lich-su-{unit.code}", _("History"), *unit_changes_table(changes))
    placements = unit.placements.select_related("parent").order_by("-pk")
    if kind := asked_table(request, "places"):
        return table_file(kind, f"cap-tren-{unit.code}", _("Superiors through time"), *placements_table(placements))
    (placed,) = with_superiors([unit])
    context = {
        "unit": unit,
        "superiors": placed.superiors,
        "crumbs": [*crumbs_to(None), *_reachable(request, placed.superiors), (unit.short, "")],
        "page": Paginator(below, BELOW).get_page(request.GET.get("page")),
        "memberships": memberships,
        "changes": changes,
        "undoable": _undoable(request.user, changes) if administers else None,
        "left": leftovers(unit),
        "remarks": [row for source in REMARKS for row in source(request.user, unit)],
        "placements": placements,
        "administers": administers,
        "reads": access.can_read_figures(request.user, unit),
        "ratings": unit.ratings.all(),
        "rates": access.rates(request.user, unit),
        "pilots": unit.pilots.all(),
        "may_take": administers and access.administers_superior(request.user, unit) and not unit.is_root,
    }
    return render(request, "units/unit_detail.html", context)


def _undoable(user: User, changes: Iterable[UnitChange]) -> UnitChange | None:
    """The change that the user may take back."""
    last = last_change(changes)
    return last if last is not None and may_take_back(user, last) else None


def _reachable(request: HttpRequest, superiors: list[Unit]) -> list[Crumb]:
    """Superiors within the user's reach; the others have no page for them."""
    tops = [m.unit.path for m in request.user.active_memberships]
    return [(s.short, s.get_absolute_url()) for s in superiors if any(s.path.startswith(top) for top in tops)]


def crumbs_to(unit: Unit | None) -> list[Crumb]:
    tree = (_("Units"), reverse("units:unit-tree"))
    return [tree] if unit is None else [tree, (unit.short, unit.get_absolute_url())]


@require_http_methods(FORM)
def unit_create(request: HttpRequest) -> HttpResponse:
    """A new unit below `?parent=`, or below the superior chosen in the form."""
    access.require(access.has_role(request.user, Role.ADMINISTRATOR))
    form = UnitCreateForm(request.POST or None, user=request.user, initial={"parent": request.GET.get("parent")})
    return form_step(
        request, form, lambda: services.create_unit(**form.cleaned_data, by=request.user),
        done=lambda unit: _("%(unit)s has been created.") % {"unit": unit}, crumbs=crumbs_to(None),
        heading=_("New unit"), submit=_("Create the unit"),
    )  # fmt: skip


@require_http_methods(FORM)
def unit_update(request: HttpRequest, pk: int) -> HttpResponse:
    unit = get_unit(request, pk)
    access.require(access.administers(request.user, unit))
    form = UnitCorrectForm(request.POST or None, instance=unit)
    note = _("The kind decides which figures are asked: changing it changes the sheets not yet filled in.")
    return form_step(
        request, form, lambda: services.correct_unit(unit, **form.cleaned_data, by=request.user),
        done=_("The data of the unit have been corrected."), to=unit, crumbs=crumbs_to(unit),
        heading=_("Correct %(unit)s") % {"unit": unit}, note=note,
    )  # fmt: skip


@require_http_methods(FORM)
def unit_rename(request: HttpRequest, pk: int) -> HttpResponse:
    unit = get_unit(request, pk)
    access.require(access.administers(request.user, unit))
    form = RenameForm(request.POST or None, row=unit)
    return form_step(
        request, form, lambda: services.rename_unit(unit, **form.cleaned_data, by=request.user),
        done=_("The unit has been renamed."), to=unit, crumbs=crumbs_to(unit),
        heading=_("Rename %(unit)s") % {"unit": unit}, submit=_("Rename the unit"),
    )  # fmt: skip


@require_http_methods(FORM)
def unit_move(request: HttpRequest, pk: int) -> HttpResponse:
    unit = get_unit(request, pk)
    access.require(access.administers_superior(request.user, unit))
    form = MoveForm(request.POST or None, user=request.user)
    note = _("All units below move along. Figures of rounds that ended before stay under the former superior.")
    return form_step(
        request, form, lambda: services.move_unit(unit, **form.cleaned_data, by=request.user),
        done=_("The unit has been moved."), to=unit, crumbs=crumbs_to(unit),
        heading=_("Move %(unit)s") % {"unit": unit}, submit=_("Move the unit"), note=note,
    )  # fmt: skip


@require_http_methods(FORM)
def unit_dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    """What the dissolution means on the day, and the form that confirms having read it."""
    unit = get_unit(request, pk)
    access.require(access.administers_superior(request.user, unit))
    form = DissolveForm(request.POST or None)
    day = _day_asked(form)
    rows = consequences(unit, day)
    means = {"template": "units/dissolution.html", "rows": rows, "day": day}
    form.foresee(day, unfinished=any(row.unfinished for row in rows))
    return form_step(
        request, form, lambda: services.dissolve_unit(unit, **form.decided, by=request.user),
        done=_("The unit has been dissolved."), to=unit, crumbs=crumbs_to(unit),
        heading=_("Dissolve %(unit)s") % {"unit": unit}, submit=_("Dissolve the unit"),
        note=_("The unit keeps its figures and its history; from that day on nothing is asked of it."),
        about=None if "effective" in form.errors else means,
    )  # fmt: skip


def _day_asked(form: DissolveForm) -> date:
    """The day that was typed, or today."""
    if not form.is_bound:
        return clock.today()
    form.is_valid()
    return form.cleaned_data.get("effective") or clock.today()


@require_http_methods(FORM)
def change_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """A dissolution, a move or a new name is taken back, with a reason."""
    reached = UnitChange.objects.filter(unit__in=Unit.objects.visible_to(request.user))
    change = get_object_or_404(reached.select_related("unit", "parent_before", "parent_after"), pk=pk)
    access.require(may_take_back(request.user, change))
    form = TakeBackForm(request.POST or None)
    note = _("%(change)s on %(day)s is undone: the unit is what it was before. The entry stays in the history.") % {
        "change": change.get_kind_display(),
        "day": date_format(change.effective, "SHORT_DATE_FORMAT") if change.effective else "–",
    }
    return form_step(
        request, form, lambda: services.take_back_change(change, **form.cleaned_data, by=request.user),
        done=_("The change has been taken back."), to=change.unit, crumbs=crumbs_to(change.unit),
        heading=_("Take back a change of %(unit)s") % {"unit": change.unit}, submit=_("Take back the change"),
        note=note,
    )  # fmt: skip
