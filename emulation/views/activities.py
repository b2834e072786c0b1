"""Activities and events: the list by month with its totals, an activity with its pictures, forms, export."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.activities import ActivityFilter, ActivityForm, CancelForm, clean_year
from emulation.models import Activity, ActivityKind
from emulation.models.activities import ActivityQuerySet
from emulation.reports.activities import by_month, export_heads, export_rows, months_of, totals_of
from emulation.reports.unfed import missed_by
from emulation.services import activities as service
from emulation.views.attachments import files_context
from emulation.views.registers import register_crumbs
from units import access, clock
from units.forms.fields import is_slip, refusals
from units.models import Role, Unit
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_page, form_step

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 50


def get_activity(request: HttpRequest, pk: int) -> Activity:
    rows = Activity.objects.visible_to(request.user).select_related("unit", "kind", "campaign")
    return get_object_or_404(rows, pk=pk)


def crumbs_to(activity: Activity | None = None) -> list[Crumb]:
    found = register_crumbs("activities")
    return [*found, (activity.title, activity.get_absolute_url())] if activity else found


def _filtered(request: HttpRequest) -> tuple[ActivityFilter, ActivityQuerySet]:
    access.require(access.reads_figures(request.user))
    form = ActivityFilter(request.GET, viewer=request.user)
    if not form.is_valid():
        if not is_slip(form):
            raise Http404
        return form, Activity.objects.none()
    return form, form.filter(Activity.objects.visible_to(request.user))


@require_safe
def activity_list(request: HttpRequest) -> HttpResponseBase:
    form, rows = _filtered(request)
    if kind := asked_table(request):
        return table_file(kind, "hoat-dong", _("Activities"), export_heads(), export_rows(rows))
    page = Paginator(rows.select_related("unit", "kind", "campaign"), PER_PAGE).get_page(request.GET.get("page"))
    newest = next((row.starts for row in page), clock.today())
    year = clean_year(request.GET.get("year", ""), form.cleaned_data.get("since") or newest)
    everything = Activity.objects.visible_to(request.user).exclude(state=Activity.State.CANCELLED)
    context = {
        "form": form, "page": page, "months": by_month(page.object_list), "totals": totals_of(rows), "year": year,
        "strip": months_of(everything, year),
        "filtered": any(value for name, value in request.GET.items() if name not in ("page", "year")),
        "writes": access.has_role(request.user, Role.STAFF),
    }  # fmt: skip
    return render(request, "emulation/activities/list.html", context)


@require_safe
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_activity(request, pk)
    user, state = request.user, activity.state
    context = {
        "activity": activity, "crumbs": [*crumbs_to(), (activity.title, "")],
        "groups": activity.groups.select_related("group"),
        "may_change": service.may_change(user, activity),
        "may_hold": state == Activity.State.PLANNED and access.enters(user, activity.unit),
        "files": files_context(user, "activity", activity),
        "unfed": missed_by(
            activity.unit, service.FEEDS, [activity.ends], user,
            lambda feed: not feed.wanted or activity.kind.code in feed.wanted,
        ),
    }  # fmt: skip
    return render(request, "emulation/activities/detail.html", context)


def _own_unit(request: HttpRequest) -> Unit:
    """The unit of `?unit=` whose staff the user is, by default the first."""
    own = [m.unit for m in request.user.active_memberships if m.role == Role.STAFF]
    access.require(bool(own))
    unit = next((u for u in own if str(u.pk) == request.GET.get("unit", str(own[0].pk))), None)
    if unit is None:
        raise Http404
    return unit


@require_http_methods(FORM)
def activity_create(request: HttpRequest) -> HttpResponse:
    """First the kind, which says what numbers are asked; then the activity, planned or (`?held=1`) held already."""
    unit = _own_unit(request)
    code, held = request.GET.get("kind", ""), bool(request.GET.get("held"))
    kinds = ActivityKind.objects.filter(retired=False)
    kind = kinds.filter(code=code).first()
    if kind is None:
        own = [m.unit for m in request.user.active_memberships if m.role == Role.STAFF]
        context = {"kinds": kinds, "unit": unit, "units": own, "crumbs": [*crumbs_to(), (_("New activity"), "")]}
        return render(request, "emulation/activities/choose.html", context)
    form = ActivityForm(
        request.POST or None, instance=Activity(unit=unit, kind=kind), viewer=request.user, held=held
    )  # fmt: skip
    if form.is_valid():
        with refusals(form):
            if held:
                service.record_activity(form.instance, form.chosen_groups(), by=request.user)
            else:
                service.plan_activity(form.instance, by=request.user)
        if not form.errors:
            messages.success(request, _("“%(title)s” has been recorded.") % {"title": form.instance})
            return redirect(form.instance)
    heading = _("New activity: %(kind)s") % {"kind": kind}
    note = _("For %(unit)s. It has been held: enter what came of it as well.") if held else _(
        "For %(unit)s, as planned. What came of it is entered once it has been held."
    )  # fmt: skip
    return form_page(
        request, form, crumbs=crumbs_to(), heading=heading, submit=_("Save"), note=note % {"unit": unit}
    )  # fmt: skip


@require_http_methods(FORM)
def activity_update(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_activity(request, pk)
    access.require(access.enters(request.user, activity.unit))
    return _edit(request, activity, service.change_activity, held=activity.is_held, heading=_("Correct the activity"))


@require_http_methods(FORM)
def activity_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """A planned activity has taken place: its numbers."""
    activity = get_activity(request, pk)
    access.require(access.enters(request.user, activity.unit))
    if activity.is_held:
        return redirect("emulation:activity-update", pk)
    return _edit(request, activity, service.hold_activity, held=True, heading=_("Record what came of it"))


def _edit(request: HttpRequest, activity: Activity, save: Any, *, held: bool, heading: str) -> HttpResponse:
    form = ActivityForm(request.POST or None, instance=activity, viewer=request.user, held=held)
    return form_step(
        request, form, lambda: save(form.instance, form.chosen_groups(), by=request.user), done=_("Saved."),
        to=activity, first=lambda: service.refuse_cancelled(activity), crumbs=crumbs_to(activity), heading=heading,
    )  # fmt: skip


@require_http_methods(FORM)
def activity_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    activity = get_activity(request, pk)
    access.require(access.enters(request.user, activity.unit))
    form = CancelForm(request.POST or None)
    note = _("For what does not take place, or was recorded by mistake. It stays in the list with the reason; its "
             "numbers count no more.")  # fmt: skip
    heading = _("Cancel the activity")
    return form_step(
        request, form,
        lambda: service.cancel_activity(activity, reason=form.cleaned_data["reason"], by=request.user),
        done=lambda _row: _("“%(title)s” has been cancelled.") % {"title": activity}, to=activity,
        first=lambda: service.refuse_cancelled(activity), crumbs=crumbs_to(activity), heading=heading,
        submit=_("Cancel the activity"), note=note,
    )  # fmt: skip
