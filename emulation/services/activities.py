"""Writing activities: planned, held with their numbers, corrected, cancelled. Fed figures follow at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from emulation.models import Activity, ActivityGroup, ActivityKind, Campaign, CampaignScope
from emulation.models.campaigns import CampaignQuerySet
from emulation.services.feeds import follow, hold_sheets
from units import access, clock
from units.errors import Refused, reason_of
from units.locking import locked, refuse_twin
from units.models import PersonGroup, Unit, User
from units.paths import path_ids

State = Activity.State
Groups = Mapping[PersonGroup, int | None]  # group → people who took part; None: not told apart
FEEDS = ("activities", *(f"activities.{name}" for name in ActivityKind.NUMBERS))  # what this register feeds


def may_change(user: User, activity: Activity) -> bool:
    """Whether the user corrects it, or attaches files to it: what was cancelled stands still."""
    return activity.state != State.CANCELLED and access.enters(user, activity.unit)


@transaction.atomic
def plan_activity(activity: Activity, *, by: User) -> Activity:
    """Keep a new activity as planned. Raises `Refused` where it does not fit its unit or campaign."""
    access.require(access.enters(by, activity.unit))
    activity.state = State.PLANNED
    _check(activity)
    activity.full_clean(exclude=["search"])
    same = {name: getattr(activity, name) for name in ("kind", "title", "starts", "ends", "place")}
    refuse_twin(activity.unit, Activity.objects.exclude(state=State.CANCELLED).filter(**same))
    activity.save()
    return activity


@transaction.atomic
def record_activity(activity: Activity, groups: Groups, *, by: User) -> Activity:
    """Keep a new activity that has taken place already, with what came of it."""
    numbers = {name: getattr(activity, name) for name in (*activity.kind.NUMBERS, "outcome")}
    for name in numbers:
        setattr(activity, name, "" if name == "outcome" else None)
    hold_sheets(FEEDS, [activity.unit_id], [activity.ends])
    plan_activity(activity, by=by)
    for name, value in numbers.items():
        setattr(activity, name, value)
    return hold_activity(activity, groups, by=by)


def refuse_cancelled(row: Activity) -> None:
    """Raises `Refused` where nothing of the activity can be changed any more."""
    if row.state == State.CANCELLED:
        raise Refused(_("The activity has been cancelled; it can no longer be changed."))


@transaction.atomic
def change_activity(activity: Activity, groups: Groups, *, by: User) -> Activity:
    """Keep what was corrected of a planned or held activity: its columns are the new ones, its state the old."""
    before = locked(activity, "unit", "kind")
    access.require(access.enters(by, before.unit))
    refuse_cancelled(before)
    activity.state = before.state
    _check(activity)
    if before.is_held:
        if activity.kind_id != before.kind_id:
            raise Refused(_("The kind of an activity that has been held stays: its numbers belong to it."), "kind")
        _check_held(activity, groups)
    activity.full_clean(exclude=["search"])
    activity.save()
    if before.is_held:
        _write_groups(activity, groups)
        follow(FEEDS, [activity.unit_id], [before.ends, activity.ends], by=by)
    return activity


@transaction.atomic
def hold_activity(activity: Activity, groups: Groups, *, by: User) -> Activity:
    """A planned activity has taken place: its numbers are entered. Raises `Refused` while it lies in the future."""
    before = locked(activity, "unit", "kind")
    access.require(access.enters(by, before.unit))
    if before.state != State.PLANNED:
        raise Refused(_("It has been recorded already whether this activity was held."))
    activity.state = State.HELD
    _check(activity)
    _check_held(activity, groups)
    activity.full_clean(exclude=["search"])
    activity.save()
    _write_groups(activity, groups)
    follow(FEEDS, [activity.unit_id], [activity.ends], by=by)
    return activity


@transaction.atomic
def cancel_activity(activity: Activity, *, reason: str, by: User) -> Activity:
    """It does not take place, or was recorded by mistake: its numbers go, the audit log keeps them."""
    row = locked(activity, "unit", "kind")
    access.require(access.enters(by, row.unit))
    refuse_cancelled(row)
    reason = reason_of(reason, most=300)
    held = row.is_held
    row.state, row.why_cancelled, row.outcome = State.CANCELLED, reason, ""
    row.participants = row.amount = row.workdays = row.items = None
    row.save()
    for group in row.groups.all():
        group.delete()
    if held:
        follow(FEEDS, [row.unit_id], [row.ends], by=by)
    return row


def _check(activity: Activity) -> None:
    """Dates fit each other and the unit; the campaign is one in which the unit takes part."""
    if activity.ends < activity.starts:
        raise Refused(_("An activity ends on the day it begins or later."), "ends")
    if not activity.unit.exists_on(activity.starts):
        raise Refused(_("The unit does not exist on that day."), "starts")
    campaign = activity.campaign
    if campaign is not None and not date(campaign.year, 1, 1) <= activity.ends <= date(campaign.year, 12, 31):
        raise Refused(_("The campaign belongs to %(year)d, the activity does not.") % {"year": campaign.year},
                      "campaign")  # fmt: skip
    kept = Activity.objects.filter(
        pk=activity.pk, campaign=campaign
    )  # what stands stays, also when the scope changed
    if campaign and not _open_to(activity.unit).filter(pk=campaign.pk).exists() and not kept.exists():
        raise Refused(_("%(unit)s does not take part in this campaign.") % {"unit": activity.unit}, "campaign")


def _open_to(unit: Unit) -> CampaignQuerySet:
    """Campaigns in whose scope the unit lies, and those it launches."""
    through = Q(unit=unit) | Q(unit__in=path_ids(unit.path), with_branch=True)
    scopes = CampaignScope.objects.filter(through)
    return Campaign.objects.filter(Q(pk__in=scopes.values("campaign")) | Q(launching_unit=unit))


def _check_held(activity: Activity, groups: Groups) -> None:
    """It lies in the past, has every number that its kind asks for, and its groups fit the whole."""
    if activity.ends > clock.today():
        raise Refused(_("The activity has not ended yet: it can be recorded as held from its last day on."), "ends")
    for name in activity.kind.NUMBERS:
        if name not in activity.kind.numbers:
            setattr(activity, name, None)
        elif getattr(activity, name) is None:
            raise Refused(_("Enter the number; 0 where there was nothing."), name)
    told = sum(people or 0 for people in groups.values())
    if told > (activity.participants or 0):
        raise Refused(
            _("The groups have %(told)d people together, more than the %(all)d participants.")
            % {"told": told, "all": activity.participants or 0}, "participants",
        )  # fmt: skip


def _write_groups(activity: Activity, groups: Groups) -> None:
    known = {row.group_id: row for row in activity.groups.all()}
    for group, people in groups.items():
        row = known.get(group.pk)
        if people is None:
            if row is not None:
                row.delete()
        elif row is None:
            ActivityGroup.objects.create(activity=activity, group=group, people=people)
        elif row.people != people:
            row.people = people
            row.save()


def campaigns_for(user: User, unit: Unit) -> list[Campaign]:
    """Launched campaigns to which an activity of the unit may belong, the newest year first."""
    rows = _open_to(unit).visible_to(user).launched().exclude(state=Campaign.State.CLOSED)
    return list(rows.order_by("-year", "kind__order", "order", "pk"))
