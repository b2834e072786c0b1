"""Joining a campaign of the superior, confirming it, and taking the campaign over."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from emulation.forms.campaigns import JoinForm
from emulation.models import Campaign, CampaignJoin
from emulation.services import joins
from emulation.views.campaigns import crumbs_to, get_campaign
from units import access
from units.errors import Refused
from units.forms.fields import refusals
from units.models import Unit
from units.views.pages import form_page


def _unit(request: HttpRequest, pk: int) -> Unit:
    return get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_join(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    campaign, joining = get_campaign(request, pk), _unit(request, unit)
    access.require(joins.may_join(request.user, joining))
    form = JoinForm(request.POST or None, campaign=campaign)
    if form.is_valid():
        data, own = form.cleaned_data, None
        with refusals(form), transaction.atomic():  # refused to be taken over, it is not joined either
            joins.join_campaign(campaign, joining, joined_on=data["joined_on"], words=data["words"], by=request.user)
            own = joins.take_over(campaign, joining, by=request.user) if data["take_over"] else None
        if not form.errors:
            messages.success(request, _("%(unit)s joins “%(campaign)s”.") % {"unit": joining, "campaign": campaign})
            return redirect(own or campaign)
    heading = _("%(unit)s joins “%(campaign)s”") % {"unit": joining, "campaign": campaign}
    note = _("The commander of the unit confirms it. The superior sees who has joined.")
    return form_page(request, form, crumbs=crumbs_to(campaign), heading=heading, submit=_("Join"), note=note)


@require_POST
def join_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CampaignJoin.objects.filter(access.figures_q(request.user, "unit__path")).select_related(
        "unit", "campaign"
    )
    join = get_object_or_404(rows, pk=pk)
    access.require(joins.may_confirm(request.user, join.unit))
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
    access.require(joins.may_join(request.user, joining))
    target: Campaign = campaign
    try:
        target = joins.take_over(campaign, joining, by=request.user)
    except Refused as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The draft stands. Add own indicators and drives, then launch it."))
    return redirect(target)
