"""What a campaign asks for: its indicators, one by one or several at once, and the comparators of their targets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from emulation.forms.campaigns import CampaignIndicatorForm, IndicatorsForm
from emulation.forms.corrections import ReasonForm
from emulation.models import Campaign, CampaignIndicator
from emulation.reports.campaigns import consequences
from emulation.reports.comparators import kept_targets
from emulation.services import campaigns, comparators
from emulation.services.placements import change_indicator, place_indicator, place_indicators, remove_indicator
from emulation.views.campaigns import crumbs_to, get_campaign
from units import access
from units.errors import Refused
from units.forms.fields import refusals
from units.views.pages import form_page, turned_away

FORM = ["GET", "HEAD", "POST"]


def get_indicator(request: HttpRequest, pk: int) -> CampaignIndicator:
    rows = CampaignIndicator.objects.filter(campaign__in=Campaign.objects.visible_to(request.user))
    rows = rows.select_related("indicator", "campaign__launching_unit", "campaign__kind")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(FORM)
def campaign_indicator_create(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_campaign(request, pk)
    access.require(campaigns.may_write(request.user, campaign))
    form = CampaignIndicatorForm(request.POST or None, instance=CampaignIndicator(campaign=campaign))
    return _edit_indicator(request, form, place_indicator, _("Add an indicator"))


@require_http_methods(FORM)
def campaign_indicators_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Several indicators of the catalogue at once, as it usually asks for them."""
    campaign = get_campaign(request, pk)
    access.require(campaigns.may_write(request.user, campaign))
    if away := turned_away(request, lambda: campaigns.refuse_closed(campaign), campaign):
        return away
    form = IndicatorsForm(request.POST if request.method == "POST" else None, campaign=campaign)
    if form.is_valid():
        count = 0
        with refusals(form):
            count = place_indicators(
                campaign, form.cleaned_data["indicators"], by=request.user, kinds=form.cleaned_data["kinds"]
            )
        if not form.errors:
            words = ngettext("%(count)d indicator has been added.", "%(count)d indicators have been added.", count)
            messages.success(request, words % {"count": count})
            return redirect(campaign)
    context = {
        "campaign": campaign,
        "form": form,
        "note": consequences(campaign),
        "crumbs": [*crumbs_to(campaign), (_("Choose indicators"), "")],
    }
    return render(request, "emulation/campaigns/choose.html", context)


@require_http_methods(FORM)
def campaign_indicator_update(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_indicator(request, pk)
    access.require(campaigns.may_write(request.user, row.campaign))
    form = CampaignIndicatorForm(request.POST or None, instance=row)
    return _edit_indicator(request, form, change_indicator, row.label)


@require_http_methods(FORM)
def campaign_indicator_comparators(request: HttpRequest, pk: int) -> HttpResponse:
    """Agreed targets with another comparator than the campaign indicator; its reviewers change theirs in one step."""
    row = get_indicator(request, pk)
    access.require(campaigns.may_write(request.user, row.campaign) or access.judges_whole_sheets(request.user))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        count = 0
        with refusals(form):
            count = comparators.change_agreed(row, by=request.user, reason=form.cleaned_data["reason"])
        if not form.errors:
            words = ngettext("%(count)d target has been changed.", "%(count)d targets have been changed.", count)
            messages.success(request, words % {"count": count})
            return redirect(request.path)
    lines = kept_targets(row, request.user)
    context = {
        "row": row,
        "campaign": row.campaign,
        "lines": lines,
        "mine": sum(line.mine for line in lines),
        "form": form,
        "crumbs": [*crumbs_to(row.campaign), (row.label, "")],
    }
    return render(request, "emulation/campaigns/comparators.html", context)


def _edit_indicator(request: HttpRequest, form: CampaignIndicatorForm, save: Any, heading: str) -> HttpResponse:
    campaign = form.instance.campaign
    if away := turned_away(request, lambda: campaigns.refuse_closed(campaign), campaign):
        return away
    if form.is_valid():
        with refusals(form):
            save(form.instance, by=request.user, kinds=form.cleaned_data["kinds"])
        if not form.errors:
            messages.success(request, _("“%(indicator)s” has been saved.") % {"indicator": form.instance.label})
            told = "comparator" in form.changed_data and comparators.kept(form.instance).exists()
            return (
                redirect("emulation:campaign-indicator-comparators", form.instance.pk) if told else redirect(campaign)
            )
    warned = bool(form.warning) and not form.is_bound  # of what was typed the field itself tells
    about = {"template": "emulation/campaigns/contradiction.html", "text": form.warning} if warned else None
    return form_page(
        request, form, crumbs=crumbs_to(campaign), heading=heading, submit=_("Save"), note=consequences(campaign),
        about=about,
    )  # fmt: skip


@require_http_methods(FORM)
def campaign_indicator_delete(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_indicator(request, pk)
    access.require(campaigns.may_write(request.user, row.campaign))
    if request.method == "POST":
        try:
            remove_indicator(row, by=request.user)
        except Refused as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("“%(indicator)s” is no longer asked.") % {"indicator": row.label})
        return redirect(row.campaign)
    context = {
        "heading": _("Stop asking for “%(indicator)s”?") % {"indicator": row.label},
        "text": _("It disappears from the sheets of this year. Nothing that has been entered is ever removed."),
        "submit": _("Stop asking"),
        "crumbs": crumbs_to(row.campaign),
        "back": row.campaign.get_absolute_url(),
    }
    return render(request, "emulation/campaigns/confirm.html", context)
