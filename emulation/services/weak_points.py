"""Weak points: raised, given a measure, reported settled, re-inspected by the superior; breakthrough fields.

A unit never closes its own: the reviewers responsible for it do (process 3.11: inspectors check the list that
earlier inspections pointed out), and none of them closes what they reported as settled themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import (
    Breakthrough,
    Indicator,
    InspectionFinding,
    Notice,
    WeakPoint,
    WeakPointEvent,
)
from emulation.models.weak_points import WeakPointQuerySet
from emulation.services.feeds import follow, hold_sheets
from emulation.services.notices import tell_of_point
from units import access, clock
from units.errors import Refused, reason_of, refuse_short
from units.locking import locked, refuse_unless
from units.models import Person, Role, Unit, User
from units.models.units import UnitQuerySet
from units.paths import branches_q
from units.text import normal

FEEDS = ("weak-points",)  # what this register feeds
Kind = WeakPointEvent.Kind
Source = WeakPoint.Source
State = WeakPoint.State


# ── who ───────────────────────────────────────────────────────────────────


def _raising_paths(user: User) -> list[str]:
    """Branches for which the user raises weak points: of units whose staff or reviewers they are."""
    return [m.unit.path for m in user.active_memberships if m.role in (Role.STAFF, Role.REVIEWER)]


def works_on(user: User, unit: Unit) -> bool:
    """Staff and commander of the very unit settle its weak points. No query."""
    return access.works_at(user, unit, Role.STAFF, Role.COMMANDER)


def raises_from_above(user: User, unit: Unit) -> bool:
    """Staff and reviewers of a superior. No query."""
    return any(unit.path != path and unit.path.startswith(path) for path in _raising_paths(user))


def may_raise(user: User, unit: Unit) -> bool:
    """Staff and commander of the unit itself, staff and reviewers of its superiors. No query."""
    return works_on(user, unit) or any(unit.path.startswith(path) for path in _raising_paths(user))


def raising_units(user: User) -> UnitQuerySet:
    """Units for which the user raises weak points: what a form offers."""
    own = [m.unit_id for m in user.active_memberships if m.role == Role.COMMANDER]
    found = Unit.objects.filter(branches_q(_raising_paths(user))) | Unit.objects.filter(pk__in=own)
    return found.filter(dissolved=None)


def may_judge(user: User, point: WeakPoint) -> bool:
    """The reviewers responsible for the unit, but nobody who works in it or reported the point as settled."""
    return user.pk != point.reported_by_id and not works_on(user, point.unit) and access.reviews(user, point.unit)


def may_move(user: User, point: WeakPoint) -> bool:
    """A deadline is moved by the side that set the task: by superiors where they raised it, else by either."""
    return raises_from_above(user, point.unit) or (works_on(user, point.unit) and not point.from_above)


def may_attach(user: User, point: WeakPoint) -> bool:
    """Evidence comes from the unit, and from whoever may raise its points; a settled one is complete."""
    return not point.is_closed and may_raise(user, point.unit)


# ── the life of a weak point ──────────────────────────────────────────────


def earlier_points(unit: Unit, year: int, *, indicator: Indicator | None = None) -> WeakPointQuerySet:
    """Settled points of the unit that one of `year` may repeat: of `WEAK_POINT_YEARS` years, newest first."""
    rows = WeakPoint.objects.filter(
        unit=unit, state=State.CLOSED, year__lte=year, year__gte=year - settings.WEAK_POINT_YEARS
    )
    return (rows.filter(indicator=indicator) if indicator else rows).order_by("-year", "-pk")


@transaction.atomic
def raise_point(
    point: WeakPoint, *, by: User, repeats: WeakPoint | None = None, at: datetime | None = None
) -> WeakPoint:
    """Save a new weak point, with the earlier one it repeats: the given one, else the newest on the same indicator.

    `at` is for the demonstration alone. Raises `Refused`, `ValidationError` for what the columns do not allow.
    """
    access.require(may_raise(by, point.unit))
    hold_sheets(FEEDS, [point.unit_id], [timezone.localdate(at), clock.today()])
    Unit.objects.select_for_update(of=("self",)).get(pk=point.unit_id)  # two at once would not see each other
    _check_source(point)
    _check_owner(point)
    if point.deadline:
        _refuse_past(point.deadline, at)
    point.title, point.state = normal(point.title), State.OPEN
    point.from_above = not works_on(by, point.unit)
    point.raised_by, point.raised_at = by, at or timezone.now()
    _link(point, repeats)
    if _is_complete(point):
        point.state = State.PLANNED
    point.full_clean(exclude=["reported_by", "closed_by", "closed_at"])
    point.save()
    _log(point, Kind.RAISED, by=by, after=_shown(point), reason=point.grounds)
    _follow(point, point.raised_at, by)
    return point


def _follow(point: WeakPoint, at: datetime, by: User) -> None:
    """Figures of rounds whose days hold `at` or today; those of others follow with the next step of their sheets."""
    follow(FEEDS, [point.unit_id], [timezone.localdate(at), clock.today()], by=by)


def _check_source(point: WeakPoint) -> None:
    found = point.finding = _stored(point.finding)
    if found is None:
        return
    if found.unit_id != point.unit_id or found.result != InspectionFinding.Result.SHORTCOMING:
        raise Refused(_("Only a shortcoming found in this unit is followed up."))
    if not found.item.inspection.is_published:
        raise Refused(_("Say first that the inspection has been carried out; then its findings are followed up."))


def _stored(finding: InspectionFinding | None) -> InspectionFinding | None:
    """The finding as it is stored. Who records findings locks their inspection: so it stays as long."""
    if finding is None:
        return None
    inspection = locked(finding.item.inspection)
    found = locked(finding, "item")
    found.item.inspection = inspection
    return found


def _check_owner(point: WeakPoint) -> None:
    if point.owner and (point.owner.unit_id != point.unit_id or point.owner.left):
        raise Refused(_("Choose somebody who serves in this unit."), "owner")


def _is_complete(point: WeakPoint) -> bool:
    return bool(point.measure and point.deadline and point.in_charge)


def _link(point: WeakPoint, repeats: WeakPoint | None) -> None:
    """Tie the point to the earlier one that came back."""
    if repeats is not None and not earlier_points(point.unit, point.year).filter(pk=repeats.pk).exists():
        raise Refused(
            _("Choose a settled weak point of this unit from the last %(years)d years.")
            % {"years": settings.WEAK_POINT_YEARS}, "repeats",
        )  # fmt: skip
    if repeats is None and point.indicator:
        repeats = earlier_points(point.unit, point.year, indicator=point.indicator).first()
    point.repeats = repeats
    point.times = repeats.times + 1 if repeats else 1
    point.since_year = repeats.since_year if repeats else point.year


@transaction.atomic
def set_measure(
    point: WeakPoint, *, owner: Person | None, owner_post: str, measure: str, deadline: date | None, by: User
) -> WeakPoint:
    """The unit says who settles the point, how and until when. A deadline that stands is moved by `move_deadline`."""
    row = locked(point, "unit", "owner")
    access.require(works_on(by, row.unit))
    refuse_unless(row, *WeakPoint.WITH_UNIT)
    before = _shown(row)
    if row.deadline is None:
        if deadline is None:
            raise Refused(_("Say until when it will be settled."), "deadline")
        _refuse_past(deadline)
        row.deadline = deadline
    row.owner, row.owner_post, row.measure = owner, normal(owner_post), measure.strip()
    _check_owner(row)
    if not row.in_charge:
        raise Refused(_("Name who settles it: somebody of the unit, or a post."), "owner")
    refuse_short(row.measure, "measure")
    after = _shown(row)
    if row.state == State.OPEN:
        row.state = State.PLANNED
    elif after == before:
        raise Refused(_("Nothing has been changed."))
    row.save(update_fields=["owner", "owner_post", "measure", "deadline", "state"])
    _log(row, Kind.MEASURED, by=by, **_difference(before, after))
    return row


def refuse_unless_due(row: WeakPoint) -> None:
    """Raises `Refused` where the point has no deadline that can be moved."""
    refuse_unless(row, *WeakPoint.WITH_UNIT)
    if row.deadline is None:
        raise Refused(_("No deadline has been set yet; set the measure first."))


@transaction.atomic
def move_deadline(
    point: WeakPoint, *, deadline: date, reason: str, by: User, at: datetime | None = None
) -> WeakPoint:
    """Move a deadline; the old one stays in the history with the reason. `at` is for imported ones and demos."""
    row = locked(point, "unit", "owner")
    access.require(may_move(by, row))
    refuse_unless_due(row)
    if deadline == row.deadline:
        raise Refused(_("This is the deadline that stands already."), "deadline")
    _refuse_past(deadline, at)
    reason = reason_of(reason, most=1000)
    before, row.deadline = _shown(row), deadline
    row.save(update_fields=["deadline"])
    _log(row, Kind.MOVED, by=by, reason=reason, **_difference(before, _shown(row)))
    return row


@transaction.atomic
def report_settled(point: WeakPoint, *, words: str, by: User) -> WeakPoint:
    """The unit reports the point as settled, with what was done; evidence is attached to it."""
    row = locked(point, "unit", "owner")
    access.require(works_on(by, row.unit))
    refuse_unless(row, *WeakPoint.WORKED_ON)
    refuse_short(words, "reason")
    row.state, row.reported_by = State.REPORTED, by
    row.save(update_fields=["state", "reported_by"])
    _log(row, Kind.REPORTED, by=by, reason=words)
    return row


def refuse_unless_judged(row: WeakPoint, finding: InspectionFinding | None) -> None:
    """Raises `Refused` unless the point waits to be re-inspected, or an inspection has a `finding` on it."""
    refuse_unless(row, *([*WeakPoint.WITH_UNIT, State.REPORTED] if finding else [State.REPORTED]))


@transaction.atomic
def send_back(point: WeakPoint, *, reason: str, by: User, finding: InspectionFinding | None = None) -> WeakPoint:
    """Re-inspected and not settled: back to the unit with the reason, which its officers are told."""
    row = locked(point, "unit", "owner")
    _require_judge(row, by)
    refuse_unless(row, State.REPORTED)
    reason = reason_of(reason, most=1000)
    row.state = State.RETURNED
    row.save(update_fields=["state"])
    _log(row, Kind.SENT_BACK, by=by, reason=reason, finding=_finding_of(row, finding))
    tell_of_point(Notice.Kind.POINT_RETURNED, row, by=by, text=reason)
    return row


@transaction.atomic
def close(point: WeakPoint, *, reason: str, by: User, finding: InspectionFinding | None = None) -> WeakPoint:
    """Re-inspected and settled for good. Where an inspection found it settled, the unit need not have reported it."""
    hold_sheets(FEEDS, [point.unit_id], [timezone.localdate(), clock.today()])  # before finding, as `raise_point`
    row = locked(point, "unit", "owner")
    _require_judge(row, by)
    found = _finding_of(row, finding)
    refuse_unless_judged(row, found)
    if found and found.result == InspectionFinding.Result.SHORTCOMING:
        raise Refused(_("The re-inspection found a shortcoming; the weak point cannot be closed on it."))
    reason = reason_of(reason, most=1000)
    row.state, row.closed_by, row.closed_at = State.CLOSED, by, timezone.now()
    row.save(update_fields=["state", "closed_by", "closed_at"])
    _log(row, Kind.CLOSED, by=by, reason=reason, finding=found)
    _follow(row, row.closed_at, by)
    return row


def _finding_of(row: WeakPoint, finding: InspectionFinding | None) -> InspectionFinding | None:
    finding = _stored(finding)
    if finding is not None and (finding.item.point_id != row.pk or not finding.item.inspection.is_published):
        raise Refused(_("This finding is not of a re-inspection of this weak point that has been carried out."))
    return finding


def _require_judge(row: WeakPoint, by: User) -> None:
    access.require(access.reviews(by, row.unit))
    if works_on(by, row.unit):
        raise Refused(_("You work in this unit; a unit does not close its own weak points."))
    if by.pk == row.reported_by_id:
        raise Refused(_("You reported it as settled; somebody else has to re-inspect it."))


def _refuse_past(deadline: date, at: datetime | None = None) -> None:
    if deadline < (at.date() if at else clock.today()):
        raise Refused(_("The deadline has passed already. Choose today or a later day."), "deadline")


def _shown(row: WeakPoint) -> dict[str, str]:
    """What a superior looks for in the history, as it is read."""
    deadline = date_format(row.deadline, "SHORT_DATE_FORMAT") if row.deadline else ""
    return {"owner": row.in_charge, "measure": row.measure, "deadline": deadline}


def _difference(before: dict[str, str], after: dict[str, str]) -> dict[str, Any]:
    changed = [key for key in after if after[key] != before[key]]
    return {"before": {key: before[key] for key in changed}, "after": {key: after[key] for key in changed}}


def _log(row: WeakPoint, kind: str, *, by: User, reason: str = "", **more: Any) -> None:
    at = row.raised_at if kind == Kind.RAISED else timezone.now()
    WeakPointEvent.objects.create(point=row, kind=kind, by=by, at=at, reason=reason.strip(), **more)


# ── breakthroughs ─────────────────────────────────────────────────────────


@transaction.atomic
def save_breakthrough(row: Breakthrough, *, by: User, indicators: Iterable[Indicator]) -> Breakthrough:
    """Save a new or changed breakthrough field. The audit log keeps what stood there."""
    access.require(access.enters(by, row.unit))
    row.name, row.goal = normal(row.name), row.goal.strip()
    row.full_clean()
    row.save()
    row.indicators.set(indicators)
    return row
