"""Units join the campaigns of their superior, and take them over in their own branch."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import Campaign, CampaignJoin
from emulation.reports.joins import takes_part
from emulation.services.campaigns import create_campaign
from units import access, clock
from units.errors import Refused
from units.locking import locked
from units.models import Unit, User


def may_attach(user: User, join: CampaignJoin) -> bool:
    """The unit's staff add papers to its joining as long as the campaign is not closed."""
    return join.campaign.state != Campaign.State.CLOSED and access.enters(user, join.unit)


def refuse_unless_joinable(campaign: Campaign, unit: Unit) -> None:
    """Raises `Refused` for a campaign that is not under way, or in which the unit takes no part."""
    if not takes_part(campaign, unit):
        raise Refused(_("%(unit)s does not take part in this campaign.") % {"unit": unit})
    if campaign.state not in Campaign.RUNNING:
        raise Refused(_("Only a campaign under way is joined; this one is “%(state)s”.") % _state(campaign))


@transaction.atomic
def join_campaign(campaign: Campaign, unit: Unit, *, joined_on: date, words: str, by: User) -> CampaignJoin:
    """Record that the unit joins. Raises `Refused` for a draft, a closed one, a day outside its time."""
    access.require(access.enters(by, unit))
    campaign = locked(campaign)
    refuse_unless_joinable(campaign, unit)
    if joined_on > clock.today():
        raise Refused(_("Record the joining on its day, not before."), "joined_on")
    if campaign.launched_on and joined_on < campaign.launched_on:
        day = date_format(campaign.launched_on)
        raise Refused(_("The campaign was launched on %(day)s; nobody joins before.") % {"day": day}, "joined_on")
    if joined_on > campaign.ends:
        day = date_format(campaign.ends)
        raise Refused(_("The campaign ended on %(day)s; nobody joins after.") % {"day": day}, "joined_on")
    if campaign.joins.filter(unit=unit).exists():
        raise Refused(_("%(unit)s has joined this campaign already.") % {"unit": unit})
    return CampaignJoin.objects.create(
        campaign=campaign, unit=unit, joined_on=joined_on, words=words.strip(), by=by, at=timezone.now()
    )


@transaction.atomic
def confirm_join(join: CampaignJoin, *, by: User) -> CampaignJoin:
    """The unit's commander confirms; once."""
    row = locked(join, "unit")
    access.require(access.commands(by, row.unit))
    if row.confirmed_at:
        raise Refused(_("The joining has been confirmed already."))
    row.confirmed_by, row.confirmed_at = by, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    return row


@transaction.atomic
def take_over(campaign: Campaign, unit: Unit, *, by: User) -> Campaign:
    """A draft of the unit's own below the superior's campaign, with its theme, content and documents.

    The superior's indicators stay asked by the superior's campaign: a unit is asked each by one alone.
    Raises `Refused` when the unit has not joined, or has taken it over before.
    """
    access.require(access.enters(by, unit))
    campaign = locked(campaign, "kind")
    if not campaign.joins.filter(unit=unit).exists():
        raise Refused(_("Record first that %(unit)s joins.") % {"unit": unit})
    if campaign.children.filter(takes_over=True, launching_unit=unit).exists():
        raise Refused(_("The unit has taken this campaign over already."))
    own = Campaign(
        year=campaign.year, parent=campaign, kind=campaign.kind, takes_over=True, launching_unit=unit,
        name=f"{campaign.name} – {unit.short}"[:200], theme=campaign.theme, content=campaign.content,
        starts=campaign.starts, ends=campaign.ends, order=campaign.order,
    )  # fmt: skip
    create_campaign(own, by=by, documents=campaign.documents.all(), scope={unit: True})
    own.organisations.set(campaign.organisations.all())
    return own


def _state(campaign: Campaign) -> dict[str, str]:
    return {"state": str(campaign.get_state_display())}
