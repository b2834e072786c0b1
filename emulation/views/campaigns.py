"""Campaigns: the tree of a year, a campaign, and what staff and commander of the launching unit do with it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.campaigns import (
    AdvanceForm,
    CampaignForm,
    CopyYearForm,
    DocumentForm,
    LaunchForm,
    usual_day,
)
from emulation.models import Campaign, CampaignIndicator, Document
from emulation.periods import YEARS
from emulation.readiness import Point, advice, missing
from emulation.reports.activities import events_of
from emulation.reports.campaigns import campaign_page, consequences, year_tree, years_of
from emulation.reports.exports import asked_indicators_table, campaigns_table, joins_table
from emulation.reports.joins import joins_of, takes_part
from emulation.reports.launch import from_above, launch_points
from emulation.services import campaigns, years
from emulation.services.documents import save_document
from emulation.views.attachments import files_context
from units import access, clock
from units.errors import Refused
from units.forms.fields import refusals
from units.keys import key_of
from units.models import Role, Unit, User
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_page, turned_away

FORM = ["GET", "HEAD", "POST"]


def get_campaign(request: HttpRequest, pk: int) -> Campaign:
    campaigns_ = Campaign.objects.visible_to(request.user).select_related("kind", "launching_unit", "parent")
    return get_object_or_404(campaigns_, pk=pk)


def read_parent(campaign: Campaign, user: User) -> Campaign | None:
    """The campaign above, unless that is a draft which the user does not read."""
    if campaign.parent is None or campaign.parent.state != Campaign.State.DRAFT:
        return campaign.parent
    return Campaign.objects.visible_to(user).filter(pk=campaign.parent.pk).first()


def crumbs_to(campaign: Campaign | None, year: int | None = None) -> list[Crumb]:
    found: list[Crumb] = [(_("Campaigns"), reverse("emulation:campaign-tree"))]
    year = campaign.year if campaign else year
    if year:
        found.append((str(year), reverse("emulation:campaign-tree") + f"?year={year}"))
    if campaign:
        found.append((campaign.name, campaign.get_absolute_url()))
    return found


def _year_in(text: str) -> int:
    """The year of an address; 404 for anything else."""
    year = key_of(text)
    if year is None or year not in YEARS:
        raise Http404
    return year


# ── reading ───────────────────────────────────────────────────────────────


@require_safe
def campaign_tree(request: HttpRequest) -> HttpResponseBase:
    """The tree of `?year=`, else of the newest year that has campaigns."""
    visible = Campaign.objects.visible_to(request.user)
    known = years_of(visible)
    year = _year_in(request.GET["year"]) if request.GET.get("year") else next(iter(known), clock.today().year)
    tree = year_tree(visible, year)
    if kind := asked_table(request):
        title = _("Campaigns of %(year)s") % {"year": year}
        return table_file(kind, f"phong-trao-{year}", title, *campaigns_table(tree))
    root = tree.root.campaign if tree.root else None
    context = {
        "tree": tree,
        "years": sorted({*known, year}),
        "events": events_of(request.user, year),
        "may_create": bool(_own_units(request)),
        "may_copy": root is not None and campaigns.may_write(request.user, root),
        "drafts": [c for c in tree.drafts if campaigns.may_launch(request.user, c)],
    }
    return render(request, "emulation/campaigns/campaign_tree.html", context)


@require_safe
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    campaign = get_campaign(request, pk)
    page = campaign_page(campaign, Campaign.objects.visible_to(request.user).filter(parent=campaign))
    if kind := asked_table(request):
        return table_file(kind, f"chi-tieu-{campaign.pk}", _("Indicators asked"), *asked_indicators_table(page))
    joins = None if campaign.state == Campaign.State.DRAFT else joins_of(campaign, request.user)
    if joins and (kind := asked_table(request, "joins")):
        return table_file(kind, f"huong-ung-{campaign.pk}", _("Units that joined"), *joins_table(joins))
    open_ = campaign.state != Campaign.State.CLOSED
    writes = open_ and campaigns.may_write(request.user, campaign)
    launches = open_ and campaigns.may_launch(request.user, campaign)
    below = next((unit for unit in _own_units(request) if writes or takes_part(campaign, unit)), None)
    points = _points(request, campaign) if writes or launches else []
    context = {
        "campaign": campaign,
        "page": page,
        "documents": campaign.documents.visible_to(request.user),
        "crumbs": [*crumbs_to(None, campaign.year), (campaign.name, "")],
        "files": files_context(request.user, "campaign", campaign),
        "reads_unit": access.can_read_figures(request.user, campaign.launching_unit),
        "writes": writes,
        "compares": writes or access.judges_whole_sheets(request.user),
        "judges": campaign.kind.is_drive and access.reads_figures(request.user),
        "below": below if open_ else None,
        "points": points,
        "waits": bool(points) and not launches and not missing(points),
        "parent": read_parent(campaign, request.user),
        "joins": joins,
        "above": _above(request, campaign),
        "organisations": campaign.organisations.all(),
        "launches": launches,
    }
    return render(request, "emulation/campaigns/campaign_detail.html", context)


def _points(request: HttpRequest, campaign: Campaign) -> list[Point]:
    """What stands before the launch of a draft; nothing for others."""
    if campaign.state != Campaign.State.DRAFT:
        return []
    return launch_points(campaign, usual_day(campaign), request.user)


def _above(request: HttpRequest, campaign: Campaign) -> list[CampaignIndicator]:
    """What campaigns taken over ask, as far as the user reads these."""
    if not campaign.takes_over:
        return []
    rows = from_above(campaign).filter(campaign__in=Campaign.objects.visible_to(request.user))
    return list(rows.select_related("indicator", "campaign"))


# ── writing a campaign ────────────────────────────────────────────────────


def _own_units(request: HttpRequest) -> list[Unit]:
    """Units for which the user writes campaigns."""
    return [m.unit for m in request.user.active_memberships if m.role == Role.STAFF]


@require_http_methods(FORM)
def campaign_create(request: HttpRequest) -> HttpResponse:
    """A draft launched by `?unit=` (default: the user's own), part of `?parent=` or the movement of `?year=`."""
    own = _own_units(request)
    access.require(bool(own))
    unit = next((u for u in own if str(u.pk) == request.GET.get("unit", str(own[0].pk))), None)
    if unit is None:
        raise Http404
    parent = get_campaign(request, _key_in(request.GET["parent"])) if request.GET.get("parent") else None
    year = parent.year if parent else _year_in(request.GET.get("year") or str(clock.today().year))
    campaign = Campaign(year=year, parent=parent, launching_unit=unit)
    if parent is None:
        campaign.starts, campaign.ends = date(year, 1, 1), date(year, 12, 31)
    heading = _("New campaign in %(year)d") % {"year": year} if parent else _("Movement of %(year)d") % {"year": year}
    return _edit(request, campaign, heading=heading, crumbs=crumbs_to(parent, year), units=own)


def _key_in(text: str) -> int:
    key = key_of(text)
    if key is None:
        raise Http404
    return key


@require_http_methods(FORM)
def campaign_update(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    access.require(campaigns.may_write(request.user, campaign))
    if away := turned_away(request, lambda: campaigns.refuse_closed(campaign), campaign):
        return away
    heading = _("Change %(campaign)s") % {"campaign": campaign}
    return _edit(request, campaign, heading=heading, crumbs=crumbs_to(campaign))


def _edit(
    request: HttpRequest, campaign: Campaign, *, heading: str, crumbs: list[Crumb], units: list[Unit] | None = None
) -> HttpResponse:
    is_new = campaign.pk is None
    readable = Document.objects.visible_to(request.user)
    form = CampaignForm(request.POST or None, instance=campaign, documents=readable)
    added = bool(request.POST.get("new-title") or request.POST.get("new-number"))
    named = Document(unit=campaign.launching_unit)
    document = DocumentForm(request.POST if added else None, prefix="new", instance=named)
    if form.is_valid() and (not added or document.is_valid()):
        save = campaigns.create_campaign if is_new else campaigns.update_campaign
        with refusals(form), transaction.atomic():
            documents = [
                *form.cleaned_data["documents"],
                *([save_document(document.instance, by=request.user)] if added else []),
            ]
            save(
                form.instance,
                by=request.user,
                documents=documents,
                scope=form.scope,
                organisations=form.cleaned_data["organisations"],
            )
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect(campaign)
    context = {
        "form": form,
        "document": document,
        "heading": heading,
        "crumbs": [*crumbs, (heading, "")],
        "back": crumbs[-1][1],
        "note": "" if is_new else consequences(campaign),
        "unit": campaign.launching_unit,
        "units": units or [],
    }
    return render(request, "emulation/campaigns/campaign_form.html", context)


@require_http_methods(FORM)
def campaign_delete(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    access.require(campaigns.may_write(request.user, campaign))
    if request.method == "POST":
        try:
            campaigns.delete_campaign(campaign, by=request.user)
        except Refused as error:
            messages.error(request, " ".join(error.messages))
            return redirect(campaign.get_absolute_url())
        messages.success(request, _("The draft “%(campaign)s” has been deleted.") % {"campaign": campaign})
        return redirect(f"{reverse('emulation:campaign-tree')}?year={campaign.year}")
    context = {
        "heading": _("Delete the draft “%(campaign)s”?") % {"campaign": campaign},
        "text": _(
            "The draft, the indicators placed in it and targets only assigned for them are deleted. "
            "Launched campaigns end by their state."
        ),
        "submit": _("Delete the draft"),
        "crumbs": crumbs_to(campaign),
        "back": campaign.get_absolute_url(),
    }
    return render(request, "emulation/campaigns/confirm.html", context)


# ── its life ──────────────────────────────────────────────────────────────


@require_http_methods(FORM)
def campaign_launch(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    access.require(campaigns.may_launch(request.user, campaign))
    if away := turned_away(request, lambda: campaigns.refuse_launched(campaign), campaign):
        return away
    points = _points(request, campaign)
    parts = campaigns.draft_parts(campaign)
    form = LaunchForm(request.POST or None, campaign=campaign, advised=bool(advice(points)), parts=parts)
    if form.is_valid():
        day, despite = form.cleaned_data["on"], form.cleaned_data.get("despite", False)
        with refusals(form):
            launch = campaigns.launch_with_parts if form.cleaned_data.get("parts") else campaigns.launch_campaign
            done = launch(campaign, by=request.user, on=day, despite=despite)
        if not form.errors:
            messages.success(request, _("“%(campaign)s” has been launched.") % {"campaign": campaign})
            if isinstance(done, tuple):
                _tell_parts(request, *done)
            return redirect(campaign)
    page = campaign_page(campaign, Campaign.objects.none())
    note = _launch_words(page.asked if page.indicators else page.units, page.indicators)
    context = {
        "campaign": campaign,
        "form": form,
        "points": points,
        "writes": campaigns.may_write(request.user, campaign),
        "parent": read_parent(campaign, request.user),
        "barred": bool(missing(points)),
        "note": note,
        "crumbs": [*crumbs_to(campaign), (_("Launch"), "")],
    }
    return render(request, "emulation/campaigns/launch.html", context)


def _tell_parts(request: HttpRequest, launched: int, left: list[Campaign]) -> None:
    words = ngettext(
        "With it %(count)d part was launched.", "With it %(count)d parts were launched.", launched
    )  # fmt: skip
    messages.success(request, words % {"count": launched})
    if left:
        names = "; ".join(str(part) for part in left)
        messages.warning(
            request, _("Still drafts, as they lack something or begin later: %(names)s") % {"names": names}
        )


def _launch_words(units: int, indicators: int) -> str:
    """What the launch brings about."""
    if not indicators:
        words = ngettext(
            "From the launch on, %(units)d unit takes part. It has no indicators of its own: no figures are asked.",
            "From the launch on, %(units)d units take part. It has no indicators of its own: no figures are asked.",
            units,
        )
        return words % {"units": units}
    return _(
        "From the launch on, %(units)d units are asked for %(indicators)d indicators; their sheets are made at once."
    ) % {"units": units, "indicators": indicators}


@require_http_methods(FORM)
def campaign_advance(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    access.require(campaigns.may_launch(request.user, campaign))
    if away := turned_away(request, lambda: campaigns.refuse_unless_next(campaign), campaign):
        return away
    form = AdvanceForm(request.POST or None, campaign=campaign)
    if form.is_valid():
        with refusals(form):
            campaigns.advance_campaign(campaign, by=request.user, state=form.cleaned_data["state"])
        if not form.errors:
            campaign.refresh_from_db()
            messages.success(
                request,
                _("“%(campaign)s”: %(state)s.") % {"campaign": campaign, "state": campaign.get_state_display()},
            )
            return redirect(campaign)
    note = _("A campaign only goes forward. A closed one can no longer be changed.")
    heading = _("Carry “%(campaign)s” on") % {"campaign": campaign}
    return form_page(
        request, form, crumbs=crumbs_to(campaign), heading=heading, submit=_("Record the new state"), note=note
    )


# ── a new year ────────────────────────────────────────────────────────────


@require_http_methods(FORM)
def campaign_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy the movement of a year into a new one: what is chosen, what will be made of it, then the copy.

    The first POST shows it, the second (`confirmed`) makes it.
    """
    root = get_campaign(request, pk)
    access.require(campaigns.may_write(request.user, root))
    if root.parent_id is not None:
        raise Http404
    form, year, extent = CopyYearForm(request.POST or None, initial={"year": root.year + 1}), root.year + 1, None
    if form.is_valid():
        year = form.cleaned_data["year"]
        with refusals(form):
            years.refuse_year(root, year)
            extent = form.extent
            if "confirmed" in request.POST:
                copy = years.copy_year(root, year=year, by=request.user, extent=extent)
        if not form.errors and "confirmed" in request.POST:
            messages.success(request, _("The movement of %(year)d stands as a draft.") % {"year": copy.year})
            return redirect(f"{reverse('emulation:campaign-tree')}?year={copy.year}")
    context = {
        "form": form,
        "root": root,
        "confirms": extent is not None,
        "year": year,
        "copy": years.year_copy(root, year, extent or years.Extent()),
        "crumbs": [*crumbs_to(root), (_("Copy the year"), "")],
    }
    return render(request, "emulation/campaigns/campaign_copy.html", context)
