"""Clusters of units, and the pledge their members sign together."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.pledges import ClusterForm, YearFilter
from emulation.models import Cluster
from emulation.reports.exports import clusters_table, paper_table
from emulation.reports.pledges import as_pdf, cluster_pledge, pledge_parts
from emulation.services import clusters as service
from units import access, clock
from units.access import enters, has_role, reads_figures
from units.models import Role
from units.text import fold
from units.views.downloads import asked_table, attachment, table_file
from units.views.pages import Crumb, form_step

PAGE = 50


def crumbs_to() -> list[Crumb]:
    return [
        (_("Targets"), reverse("emulation:target-home")),
        (_("Clusters"), reverse("emulation:cluster-list")),
    ]


def get_cluster(request: HttpRequest, pk: int) -> Cluster:
    return get_object_or_404(Cluster.objects.visible_to(request.user).select_related("keeper", "lead"), pk=pk)


@require_safe
def cluster_list(request: HttpRequest) -> HttpResponseBase:
    access.require(reads_figures(request.user))
    form = YearFilter(request.GET)
    rows = Cluster.objects.visible_to(request.user).select_related("keeper", "lead").annotate(count=Count("members"))
    rows = rows.order_by("-year", "keeper__order", "name", "pk")
    if not form.is_valid():
        rows = rows.none()
    elif year := form.cleaned_data["year"]:
        rows = rows.filter(year=year)
    if kind := asked_table(request):
        return table_file(kind, "cum-thi-dua", _("Clusters"), *clusters_table(rows))
    context = {
        "form": form,
        "filtered": bool(request.GET.get("year")),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "may_create": has_role(request.user, Role.STAFF),
        "crumbs": [(_("Targets"), reverse("emulation:target-home")), (_("Clusters"), "")],
    }
    return render(request, "emulation/targets/cluster_list.html", context)


@require_safe
def cluster_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The pledge of the cluster to be read and printed."""
    cluster = get_cluster(request, pk)
    if kind := asked_table(request, "parts"):
        name = slugify(fold(f"giao uoc thi dua {cluster.name} {cluster.year} theo don vi"))
        return table_file(kind, name, _("Pledges of the members"), *pledge_parts(cluster))
    paper = cluster_pledge(cluster)
    if kind := asked_table(request):
        name = slugify(fold(f"giao uoc thi dua {cluster.name} {cluster.year}"))
        return table_file(kind, name, _("Pledge"), *paper_table(paper.columns, paper.rows))
    context = {
        "paper": paper,
        "file": reverse("emulation:cluster-file", args=[pk]),
        "update": reverse("emulation:cluster-update", args=[pk]) if enters(request.user, cluster.keeper) else "",
        "crumbs": [*crumbs_to(), (str(cluster), "")],
    }
    return render(request, "emulation/targets/pledge.html", context)


@require_safe
def cluster_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The pledge of the cluster as PDF."""
    cluster = get_cluster(request, pk)
    name = slugify(fold(f"giao uoc thi dua {cluster.name} {cluster.year}"))
    return attachment(as_pdf(cluster_pledge(cluster)), f"{name}.pdf", "application/pdf")


@require_http_methods(["GET", "HEAD", "POST"])
def cluster_create(request: HttpRequest) -> HttpResponse:
    access.require(has_role(request.user, Role.STAFF))
    return _form(request, Cluster(year=clock.today().year), _("New cluster"))


@require_http_methods(["GET", "HEAD", "POST"])
def cluster_update(request: HttpRequest, pk: int) -> HttpResponse:
    cluster = get_cluster(request, pk)
    access.require(enters(request.user, cluster.keeper))
    return _form(request, cluster, _("Change the cluster"))


def _form(request: HttpRequest, cluster: Cluster, heading: str) -> HttpResponse:
    form = ClusterForm(request.POST if request.method == "POST" else None, instance=cluster, user=request.user)
    return form_step(
        request, form,
        lambda: service.save_cluster(form.filled(), list(form.cleaned_data["members"]), by=request.user),
        done=_("Saved."), crumbs=crumbs_to(), heading=heading,
    )  # fmt: skip
