"""Joining a campaign of the superior, confirming it, and taking the campaign over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from emulation.forms.campaigns import JoinForm
from emulation.models import Campaign, CampaignJoin
from emulation.reports.joins import joined, joins_of
from emulation.services import joins
from emulation.services.attachments import attach
from emulation.services.stored_files import undoing_files
from emulation.views.attachments import files_context
from emulation.views.campaigns import crumbs_to, get_campaign
from units import access
from units.errors import Refused
from units.forms.fields import refusals
from units.models import Unit, User
from units.views.pages import form_page, turned_away


def _unit(request: HttpRequest, pk: int) -> Unit:
    return get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_join(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    """The form of who has not joined; of who has, when, in what words and with which papers."""
    campaign, joining = get_campaign(request, pk), _unit(request, unit)
    if request.method != "POST" and (join := joined(request.user, campaign, joining)):
        return _joined(request, campaign, join)
    access.require(access.enters(request.user, joining))
    if away := turned_away(request, lambda: joins.refuse_unless_joinable(campaign, joining), campaign):
        return away
    form = JoinForm(request.POST or None, request.FILES or None, campaign=campaign)
    if form.is_valid():
        target: Campaign | CampaignJoin = campaign
        # Where a file is refused, or taking over, it is not joined either.
        with refusals(form), undoing_files(), transaction.atomic():
            target = _join(request.user, campaign, joining, form.cleaned_data)
        if not form.errors:
            messages.success(request, _("%(unit)s joins “%(campaign)s”.") % {"unit": joining, "campaign": campaign})
            return redirect(target)
    heading = _("%(unit)s joins “%(campaign)s”") % {"unit": joining, "campaign": campaign}
    note = _("The commander of the unit confirms it. The superior sees who has joined.")
    return form_page(request, form, crumbs=crumbs_to(campaign), heading=heading, submit=_("Join"), note=note)


def _join(user: User, campaign: Campaign, unit: Unit, data: dict[str, Any]) -> Campaign | CampaignJoin:
    """Join with all that the form says; the draft of one's own where it is taken over, else the joining."""
    join = joins.join_campaign(campaign, unit, joined_on=data["joined_on"], words=data["words"], by=user)
    own = joins.take_over(campaign, unit, by=user) if data["take_over"] else None
    if data["files"]:
        attach(join, data["files"], by=user, may=joins.may_attach)
    return own or join


def _joined(request: HttpRequest, campaign: Campaign, join: CampaignJoin) -> HttpResponse:
    mine = joins_of(campaign, request.user)
    heading = _("%(unit)s has joined “%(campaign)s”") % {"unit": join.unit, "campaign": campaign}
    context = {
        "campaign": campaign, "join": join, "heading": heading, "crumbs": [*crumbs_to(campaign), (heading, "")],
        "confirms": join.confirmed_at is None and access.commands(request.user, join.unit),
        "takes": join.unit in mine.takes,
        "own": next((row.own for row in mine.rows if row.unit == join.unit), None),
        "files": files_context(request.user, "join", join),
    }  # fmt: skip
    return render(request, "emulation/campaigns/joined.html", context)


@require_POST
def join_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CampaignJoin.objects.visible_to(request.user).select_related("unit", "campaign")
    join = get_object_or_404(rows, pk=pk)
    access.require(access.commands(request.user, join.unit))
    try:
        joins.confirm_join(join, by=request.user)
    except Refused as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The joining of %(unit)s has been confirmed.") % {"unit": join.unit})
    return redirect(join.campaign)


@require_POST
def campaign_take_over(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    campaign, joining = get_campaign(request, pk), _unit(request, unit)
    access.require(access.enters(request.user, joining))
    target: Campaign = campaign
    try:
        target = joins.take_over(campaign, joining, by=request.user)
    except Refused as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The draft stands. Add own indicators and drives, then launch it."))
    return redirect(target)
