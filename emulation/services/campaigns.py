"""Campaigns of a year: write, launch, carry on. Their indicators are placed in `services.placements`.

Whatever changes what is asked of whom brings sheets and consolidated figures along in the same
transaction (`services.asked`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import PROTECT, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import (
    Campaign,
    CampaignIndicator,
    CampaignScope,
    Document,
    Organisation,
)
from emulation.readiness import advice, missing
from emulation.reports.launch import launch_points
from emulation.services.asked import drop_proposals, follow_asked, move_drive_round, refuse_double, refuse_referenced
from units import access, clock
from units.errors import Refused
from units.locking import locked
from units.models import Unit, User
from units.paths import path_ids

State = Campaign.State
Scope = Mapping[Unit, bool]  # unit → with its whole branch


# ── who ───────────────────────────────────────────────────────────────────


def may_write(user: User, campaign: Campaign) -> bool:
    """Staff of the launching unit write a campaign and what it asks for."""
    return access.enters(user, campaign.launching_unit)


def may_launch(user: User, campaign: Campaign) -> bool:
    """The commander of the launching unit launches a campaign and carries it on."""
    return access.commands(user, campaign.launching_unit)


# ── campaigns ─────────────────────────────────────────────────────────────


@transaction.atomic
def create_campaign(
    campaign: Campaign,
    *,
    by: User,
    documents: Iterable[Document],
    scope: Scope,
    organisations: Iterable[Organisation] | None = None,
) -> Campaign:
    """Save a new campaign as a draft. Raises `Refused` for dates or units outside those it belongs to."""
    access.require(may_write(by, campaign))
    _lock_parent(campaign)
    campaign.state, campaign.launched_on = State.DRAFT, None
    _save(campaign, documents, scope, organisations)
    return campaign


@transaction.atomic
def update_campaign(
    campaign: Campaign,
    *,
    by: User,
    documents: Iterable[Document],
    scope: Scope,
    organisations: Iterable[Organisation] | None = None,
) -> Campaign:
    """Save a changed campaign and who takes part. Under way, sheets and figures follow at once."""
    _lock_parent(campaign)
    before = locked_open(campaign)
    access.require(may_write(by, before) and may_write(by, campaign))
    campaign.state, campaign.launched_on = before.state, before.launched_on
    rows = list(campaign.indicators.select_related("indicator").order_by("indicator"))  # locked in this order
    if rows and before.kind.is_drive != campaign.kind.is_drive:
        raise Refused(
            _("It already asks for indicators: a peak drive stays one, and nothing else becomes one."), "kind"
        )
    if _save(campaign, documents, scope, organisations):
        for row in rows:
            refuse_double(row, row.kinds.all())
        follow_asked(campaign, {row.indicator_id for row in rows})
    if campaign.ends != before.ends:
        move_drive_round(campaign, before)
    return campaign


def _save(
    campaign: Campaign, documents: Iterable[Document], scope: Scope, organisations: Iterable[Organisation] | None
) -> bool:
    """Whether the units that take part have changed. Without `organisations` those it has stay."""
    _check_place(campaign)
    _check_scope(campaign, scope)
    campaign.save()
    campaign.documents.set(documents)
    if organisations is not None:
        campaign.organisations.set(organisations)
    return _write_scope(campaign, scope)


@transaction.atomic
def delete_campaign(campaign: Campaign, *, by: User) -> None:
    """Delete a draft to which nothing refers but targets that were only assigned, as those a copied year brings.

    Raises `Refused` otherwise: a launched campaign ends by its state.
    """
    access.require(may_write(by, campaign))
    campaign = locked_open(campaign)
    if campaign.state != State.DRAFT:
        raise Refused(_("A launched campaign is kept and cannot be deleted; close it instead."))
    if campaign.children.exists():
        raise Refused(_("Other campaigns hang below it; delete those first."))
    drop_proposals(campaign.drive_targets.all())
    _refuse_entries(campaign)
    for row in campaign.indicators.all():
        refuse_referenced(row)
        row.delete()
    for scope in campaign.scopes.all():
        scope.delete()
    campaign.delete()


def _refuse_entries(campaign: Campaign) -> None:
    """Raise `Refused` when entries of registers, joinings, dossiers or targets of the drive name the draft."""
    for relation in Campaign._meta.related_objects:
        if relation.on_delete is not PROTECT or relation.related_model in (Campaign, CampaignIndicator):
            continue
        rows = relation.related_model._default_manager.filter(**{relation.field.name: campaign})
        if count := rows.count():
            words = ngettext(
                "The draft cannot be deleted: %(count)d entry names it (%(kind)s).",
                "The draft cannot be deleted: %(count)d entries name it (%(kind)s).",
                count,
            )
            raise Refused(words % {"kind": relation.related_model._meta.verbose_name, "count": count})


def locked_open(campaign: Campaign) -> Campaign:
    """The stored campaign, locked. Raises `Refused` when it is closed."""
    found = locked(campaign, "kind", "launching_unit")
    refuse_closed(found)
    return found


def _lock_parent(campaign: Campaign) -> None:
    """The campaign above as it is stored; it is not closed meanwhile. Raises `Refused` when it is already.

    Before the campaign itself: a launch with its parts locks from the top down, too.
    """
    if campaign.parent_id is None:
        return
    parent = campaign.parent = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.parent_id)
    if parent.state == State.CLOSED:
        raise Refused(_("“%(campaign)s” is closed; nothing can be added to it.") % {"campaign": parent}, "parent")


def refuse_closed(campaign: Campaign) -> None:
    """Raises `Refused` where the campaign stands still."""
    if campaign.state == State.CLOSED:
        raise Refused(_("The campaign is closed; it can no longer be changed."))


def _check_place(campaign: Campaign) -> None:
    """Dates lie in the year, in those of the campaign above, and around those of the campaigns below."""
    parent = campaign.parent
    if parent is None and Campaign.objects.filter(year=campaign.year, parent=None).exclude(pk=campaign.pk).exists():
        raise Refused(_("This year already has its movement; hang the new campaign below it."))
    if parent is None and len(path_ids(campaign.launching_unit.path)) > 2:
        raise Refused(
            _("The year's movement is launched by the unit at the top or one directly below it."), "launching_unit"
        )
    if parent is not None and parent.year != campaign.year:
        raise Refused(_("A campaign belongs to the year of the campaign above it."), "parent")
    first, last = (parent.starts, parent.ends) if parent else (date(campaign.year, 1, 1), date(campaign.year, 12, 31))
    for day, field in ((campaign.starts, "starts"), (campaign.ends, "ends")):
        if not first <= day <= last:
            raise Refused(
                _("The day lies between %(first)s and %(last)s.")
                % {"first": date_format(first), "last": date_format(last)},
                field,
            )
    below = campaign.children if campaign.pk else Campaign.objects.none()
    outside = below.filter(Q(starts__lt=campaign.starts) | Q(ends__gt=campaign.ends)).first()
    if outside is not None:
        raise Refused(
            _("“%(campaign)s” is part of it and lasts from %(first)s to %(last)s.")
            % {"campaign": outside, "first": date_format(outside.starts), "last": date_format(outside.ends)},
            "ends",
        )


def _check_scope(campaign: Campaign, scope: Scope) -> None:
    for unit in scope:
        if not unit.path.startswith(campaign.launching_unit.path):
            raise Refused(
                _("%(unit)s does not belong to %(launching)s, which launches the campaign.")
                % {"unit": unit, "launching": campaign.launching_unit},
                "scope",
            )
    if not scope and campaign.state != State.DRAFT:
        raise Refused(_("A campaign under way needs at least one unit that takes part."), "scope")


def _write_scope(campaign: Campaign, scope: Scope) -> bool:
    """Bring the rows of `CampaignScope` to `scope`; returns whether anything changed."""
    wanted = {unit.pk: with_branch for unit, with_branch in scope.items()}
    changed = False
    for row in campaign.scopes.all():
        with_branch = wanted.pop(row.unit_id, None)
        if with_branch is None:
            row.delete()
            changed = True
        elif with_branch != row.with_branch:
            row.with_branch = with_branch
            row.save(update_fields=["with_branch"])
            changed = True
    for unit, with_branch in wanted.items():
        CampaignScope.objects.create(campaign=campaign, unit_id=unit, with_branch=with_branch)
    return changed or bool(wanted)


# ── its life ──────────────────────────────────────────────────────────────


def refuse_launched(campaign: Campaign) -> None:
    """Raises `Refused` for a campaign that is no draft."""
    if campaign.state != State.DRAFT:
        raise Refused(
            _("The campaign was launched on %(date)s.")
            % {"date": date_format(campaign.launched_on or campaign.starts)}
        )


@transaction.atomic
def launch_campaign(campaign: Campaign, *, by: User, on: date, despite: bool = False) -> Campaign:
    """The commander launches a draft: from now on it asks for figures, and sheets are there for everybody asked.

    Raises `Refused` with what is missing; with what is only recommended too, unless the commander has read it
    and launches `despite` it (see `emulation.readiness`).
    """
    access.require(may_launch(by, campaign))
    _lock_parent(campaign)
    campaign = locked_open(campaign)
    refuse_launched(campaign)
    if on > clock.today():
        raise Refused(_("Record the launch on its day, not before."), "on")
    if on.year < campaign.year - 1:
        raise Refused(_("Check the year: this is a campaign of %(year)d.") % {"year": campaign.year}, "on")
    points = launch_points(campaign, on, by)
    if lacking := missing(points):
        raise Refused([point.words for point in lacking])
    if advice(points) and not despite:
        raise Refused(
            _("Some points are open. Complete them, or tick that you have read them and launch all the same."),
            "despite",
        )
    rows = list(campaign.indicators.select_related("indicator").order_by("indicator"))  # locked in this order
    for row in rows:
        refuse_double(row, row.kinds.all())
    campaign.state, campaign.launched_on = State.LAUNCHED, on
    campaign.save(update_fields=["state", "launched_on"])
    follow_asked(campaign, {row.indicator_id for row in rows})
    return campaign


def draft_parts(campaign: Campaign) -> list[Campaign]:
    """Drafts of the same unit below the campaign, those above first, without peak drives, which have their own day.

    A query for each level.
    """
    found: list[Campaign] = []
    level = [campaign]
    while level:
        rows = Campaign.objects.filter(parent__in=level, launching_unit=campaign.launching_unit_id)
        rows = rows.filter(state=State.DRAFT, kind__is_drive=False)
        level = list(rows.select_related("kind", "launching_unit", "parent").order_by("starts", "pk"))
        found += level
    return found


@transaction.atomic
def launch_with_parts(campaign: Campaign, *, by: User, on: date, despite: bool = False) -> tuple[int, list[Campaign]]:
    """Launch a campaign and, on the same day, its draft parts that have begun by then.

    Returns how many parts were launched, and those that stay drafts as something is missing or their day is to come.
    Raises `Refused` for the campaign itself alone.
    """
    launch_campaign(campaign, by=by, on=on, despite=despite)
    launched, left = 0, []
    for part in draft_parts(campaign):
        try:
            if part.starts > on:
                raise Refused(_("Record the launch on its day, not before."), "on")
            launch_campaign(part, by=by, on=on, despite=True)
            launched += 1
        except Refused:
            left.append(part)
    return launched, left


def next_states(campaign: Campaign) -> list[State]:
    """States to which a campaign under way may go on: only forward."""
    if campaign.state == State.DRAFT:
        return []
    states = list(State)
    return states[states.index(State(campaign.state)) + 1 :]


def refuse_unless_next(campaign: Campaign, *states: str) -> None:
    """Raises `Refused` where the campaign goes on to none of the `states`; without them, to none at all."""
    coming = next_states(campaign)
    if not set(states or coming) & set(coming):
        raise Refused(
            _("The campaign is “%(state)s”; it only goes forward.") % {"state": campaign.get_state_display()}, "state"
        )


@transaction.atomic
def advance_campaign(campaign: Campaign, *, by: User, state: str) -> Campaign:
    """Carry a campaign under way on: preliminary review, final review, closed."""
    access.require(may_launch(by, campaign))
    campaign = locked_open(campaign)
    refuse_unless_next(campaign, state)
    running = campaign.children.exclude(state__in=[State.DRAFT, State.CLOSED]).first()
    if state == State.CLOSED and running is not None:
        raise Refused(_("Close “%(campaign)s” first, which is part of it.") % {"campaign": running}, "state")
    campaign.state = state
    campaign.save(update_fields=["state"])
    return campaign
