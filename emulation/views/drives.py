"""A peak drive: its figures against its targets. The targets themselves are set as those of a year are."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from emulation.models import Campaign
from emulation.reports.drives import drive_lines, drive_units
from emulation.reports.exports import drive_lines_table, drive_units_table
from emulation.reports.launch import taking_part
from emulation.reports.places import drive_places
from emulation.views.campaigns import crumbs_to, get_campaign
from units import access
from units.keys import key_of
from units.models import Unit
from units.views.downloads import asked_table, table_file

PAGE = 50


def get_drive(request: HttpRequest, pk: int) -> Campaign:
    drive = get_campaign(request, pk)
    if not drive.kind.is_drive or not access.read_paths(request.user):
        raise Http404
    return drive


def get_unit(request: HttpRequest, pk: int | None) -> Unit:
    return get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=pk)


@require_safe
def drive_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
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
    rows = [place.row for place in drive_places(drive, unit)]
    taking = taking_part(drive).filter(access.figures_q(request.user))
    lines = [line for line in drive_lines(drive, unit, rows) if line.own or line.target]
    if kind := asked_table(request):
        return table_file(kind, f"dot-{pk}-{unit.code}", _("Figures against targets"), *drive_lines_table(lines))
    if kind := asked_table(request, "units"):
        units = drive_units(drive, list(taking))
        return table_file(kind, f"dot-{pk}-don-vi", _("Units that take part"), *drive_units_table(units))
    page = Paginator(taking, PAGE).get_page(request.GET.get("page"))
    context = {
        "drive": drive,
        "unit": unit,
        "lines": lines,
        "page": page,
        "units": drive_units(drive, list(page.object_list)),
        "round": getattr(drive, "round", None),
        "crumbs": [*crumbs_to(drive), (_("Figures against targets"), "")],
    }
    return render(request, "emulation/campaigns/drive.html", context)
