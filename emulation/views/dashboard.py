"""The commander's dashboard and «Vì sao có con số này?»."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from emulation.forms.dashboard import DashboardQueryForm, FigureQueryForm
from emulation.models import Breakthrough, Indicator
from emulation.periods import QUARTERS, period_short, period_text
from emulation.reports.dashboard import dashboard_of, default_period, latest_year
from emulation.reports.display import Links, Switch
from emulation.reports.explain import Explained, explain
from emulation.reports.exports import heat_table, parts_table
from emulation.reports.reach import readable_in
from emulation.reports.resting import issued_statistics
from emulation.reports.setup import setup_steps
from emulation.reports.weak_points import MISSED
from emulation.services.weak_points import may_raise
from units import access
from units.models import Unit
from units.views.downloads import asked_table, table_file
from units.views.pages import PartRequest

YEARS = 4  # shown in the switch, the newest
BASES = {False: "da-duyet", True: "gom-ca-da-trinh"}  # in the name of a file: what its figures are made of


@require_GET
def dashboard_home(request: HttpRequest) -> HttpResponse:
    """To the most senior unit whose figures the user reads."""
    units = [m.unit for m in request.user.active_memberships if m.role in access.READERS]
    access.require(bool(units))
    return _newest(min(units, key=lambda unit: (len(unit.path), unit.order, unit.code)))


def _newest(unit: Unit, year: int | None = None) -> HttpResponse:
    year = year or latest_year()
    links = Links(year, default_period(unit, year), handed_in=False)
    return redirect(links.dashboard(unit.pk))


@require_GET
def dashboard(request: PartRequest, unit: int) -> HttpResponseBase:
    """A unit's branch in a period. Without a (valid) period: the newest figures."""
    place = get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=unit)
    form = DashboardQueryForm(request.GET)
    if not form.is_valid():
        year = form.cleaned_data.get("year")
        return _newest(place, year)
    query = form.cleaned_data
    found = dashboard_of(place, query["year"], query["period"], handed_in=form.handed_in, trend=query["trend"])
    if request.htmx:  # another indicator was chosen for the trend
        return render(request, "emulation/dashboard/_trend.html", {"page": found, "trend": found.trend})
    if (kind := asked_table(request)) and found.heat:
        name = f"tong-hop-{place.code}-{found.year}-{found.period}-{BASES[form.handed_in]}"
        return table_file(kind, name, _("Units × indicators"), *heat_table(found.heat), about=[found.about])
    readable = found.superior is not None and access.can_read_figures(request.user, found.superior)
    return render(
        request,
        "emulation/dashboard/dashboard.html",
        {
            "page": found,
            "statistics": period_text(found.year, found.period),
            "issued": issued_statistics(place, found.year, found.period),
            "form": form,
            "superior_readable": readable,
            "setup": setup_steps(request.user) if found.empty else [],
            "raises": may_raise(request.user, place),
            "breakthroughs": Breakthrough.objects.filter(unit=place).of_year(found.year),
            "years": [(year, querystring(request, year=year), year == found.year) for year in found.years[-YEARS:]],
            "periods": period_switch(request, found.period),
            "bases": basis_switch(request, form.handed_in),
        },
    )


def querystring(request: HttpRequest, **changed: object) -> str:
    """The address of this page with some of its parameters changed."""
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"


def period_switch(request: HttpRequest, chosen: str) -> list[Switch]:
    return [(period_short(period), querystring(request, period=period), period == chosen) for period in QUARTERS]


def basis_switch(request: HttpRequest, handed_in: bool) -> list[Switch]:
    return [
        (_("Approved only"), querystring(request, basis="approved"), not handed_in),
        (_("With handed in"), querystring(request, basis="all"), handed_in),
    ]


@require_GET
def figure(request: HttpRequest, unit: int, indicator: str) -> HttpResponseBase:
    """«Vì sao có con số này?» A former subordinate is read for the periods in which it was one."""
    form = FigureQueryForm(request.GET)
    row = get_object_or_404(Indicator.objects.select_related("area", "feed"), code=indicator)
    if not form.is_valid():
        place = get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=unit)
        year = form.cleaned_data.get("year") or latest_year()
        return redirect(Links(year, default_period(place, year), handed_in=False).figure(place.pk, row))
    query = form.cleaned_data
    found = readable_in(request.user, unit, query["year"], query["period"])
    if found is None:
        raise Http404
    explained = explain(
        found,
        row,
        query["year"],
        query["period"],
        handed_in=form.handed_in,
        by_quarter=query["by"] == "quarter",
        reader=request.user,
    )
    if kind := asked_table(request):
        name = f"{row.code}-{found.code}-{explained.year}-{explained.period}-{BASES[form.handed_in]}"
        return table_file(kind, name, explained.label, *parts_table(explained), about=[explained.about])
    superior = explained.superior
    return render(
        request,
        "emulation/dashboard/figure.html",
        {
            "page": explained,
            "superior_readable": superior is not None and access.can_read_figures(request.user, superior),
            "readable": access.can_read_figures(request.user, found),
            "raises": _raises(request, found, explained),
            "periods": period_switch(request, explained.period),
            "bases": basis_switch(request, form.handed_in),
            "ways": [
                (_("By unit"), querystring(request, by="unit"), query["by"] != "quarter"),
                (_("By quarter"), querystring(request, by="quarter"), query["by"] == "quarter"),
            ],
        },
    )


def _raises(request: HttpRequest, unit: Unit, explained: Explained) -> bool:
    """Whether the user may raise a weak point of the target that was missed in approved figures."""
    figure = explained.figure
    missed = figure is not None and figure.outcome in MISSED and not explained.links.handed_in
    return missed and access.can_read_figures(request.user, unit) and may_raise(request.user, unit)
