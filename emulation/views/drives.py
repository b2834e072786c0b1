"""A peak drive: its figures against its targets, and the targets of a unit."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.targets import AGREED, ASSIGNED, REGISTERED, TargetsForm
from emulation.models import Campaign
from emulation.reports.drives import drive_lines, drive_units
from emulation.services import drives
from emulation.services.launch import taking_part
from emulation.services.targets import may_assign, may_register
from emulation.views.campaigns import crumbs_to, get_campaign
from units import access
from units.forms.fields import refusals
from units.keys import key_of
from units.models import Unit

PAGE = 50


def get_drive(request: HttpRequest, pk: int) -> Campaign:
    drive = get_campaign(request, pk)
    if not drive.kind.is_drive or not access.read_paths(request.user):
        raise Http404
    return drive


def get_unit(request: HttpRequest, pk: int | None) -> Unit:
    return get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=pk)


@require_safe
def drive_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Of `?unit=`; else of the launching unit, or of the user's own where that lies above."""
    drive = get_drive(request, pk)
    if request.GET.get("unit"):
        unit = get_unit(request, key_of(request.GET["unit"]))
    else:
        unit = drive.launching_unit
        if not access.can_read_figures(request.user, unit):
            unit = next(
                m.unit for m in request.user.active_memberships if access.can_read_figures(request.user, m.unit)
            )
    rows = [place.row for place in drives.drive_places(drive, unit)]
    taking = taking_part(drive).filter(access.figures_q(request.user))
    page = Paginator(taking, PAGE).get_page(request.GET.get("page"))
    context = {
        "drive": drive,
        "unit": unit,
        "lines": [line for line in drive_lines(drive, unit, rows) if line.own or line.target],
        "page": page,
        "units": drive_units(drive, list(page.object_list)),
        "round": getattr(drive, "round", None),
        "crumbs": [*crumbs_to(drive), (_("Figures against targets"), "")],
    }
    return render(request, "emulation/campaigns/drive.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def drive_targets(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    """The unit's targets in the drive; POST saves the columns that are the user's."""
    drive, of = get_drive(request, pk), get_unit(request, unit)
    columns, places = _columns(request, drive, of), drives.drive_places(drive, of)
    stored = drives.targets_in(drive, [of])
    form = TargetsForm(
        request.POST if request.method == "POST" else None, places=places, columns=columns, milestones=False,
        targets={key: target for (_unit, key), target in stored.items()},
    )  # fmt: skip
    if request.method == "POST":
        access.require(bool(columns))
        if _save(request, drive, of, form, columns):
            messages.success(request, _("Saved."))
            return redirect(request.path)
    lines = drive_lines(drive, of, [place.row for place in places])
    context = {
        "drive": drive,
        "unit": of,
        "form": form,
        "grid": [(line, form.cells(line.row.pk)) for line in lines],
        "columns": columns,
        "agrees": AGREED in columns,
        "crumbs": [*crumbs_to(drive), (_("Targets of %(unit)s") % {"unit": of.short}, "")],
    }
    return render(request, "emulation/campaigns/drive_targets.html", context)


def _columns(request: HttpRequest, drive: Campaign, unit: Unit) -> frozenset[str]:
    if drive.state == Campaign.State.CLOSED:
        return frozenset()
    user = request.user
    may = {
        ASSIGNED: may_assign(user, unit),
        REGISTERED: may_register(user, unit),
        AGREED: drives.may_agree(user, drive, unit),
    }
    return frozenset(column for column, allowed in may.items() if allowed)


def _save(request: HttpRequest, drive: Campaign, unit: Unit, form: TargetsForm, columns: frozenset[str]) -> bool:
    """Save all columns of the user, or nothing."""
    if not form.is_valid():
        return False
    with refusals(form), transaction.atomic():
        for column in (ASSIGNED, REGISTERED):
            if column in columns:
                drives.propose(drive, unit, column, form.values(column), by=request.user)
        if AGREED in columns:
            reason = form.cleaned_data.get("reason", "")
            drives.agree_targets(drive, unit, form.agreements, by=request.user, reason=reason)
    return not form.errors
