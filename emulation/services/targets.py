"""Targets: assigned by the superior, registered by the unit, agreed by the reviewer responsible.

Everything is compared with the agreed value alone; milestones and comparator belong to it. Every value
that changes leaves a `TargetChange`. All of it holds for a year, or for a peak drive (`drive`) within it.
What a value must be, and how it is written, is said in `services.target_values`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import Campaign, Registration, RegistrationEvent, Target, TargetChange
from emulation.reports.bases import doubtful
from emulation.reports.places import stored_targets
from emulation.services.summaries import recompute
from emulation.services.target_values import (
    Agreement,
    Field,
    Values,
    differing,
    lock_targets,
    save_changes,
    targets_to_write,
    write_values,
)
from emulation.services.versions import keep_first, keep_version
from units import access
from units.errors import LEAST_ORDER, Refused, order_of, reason_of
from units.locking import locked
from units.models import Unit, User
from units.reports.seen import Change, changed_meanwhile

State = Registration.State
Kind = RegistrationEvent.Kind


# ── who ───────────────────────────────────────────────────────────────────────


def may_agree(user: User, registration: Registration) -> bool:
    """The reviewers responsible, but nobody judges a registration they typed or handed in."""
    return access.reviews(user, registration.unit) and not took_part(user, registration)


def took_part(user: User, registration: Registration) -> bool:
    """Whether the user registered a value of the unit and year or handed the registration in, ever."""
    return Registration.objects.filter(pk=registration.pk).made_by(user).exists()


# ── values ────────────────────────────────────────────────────────────────────


@transaction.atomic
def assign(unit: Unit, year: int, values: Values, *, by: User, drive: Campaign | None = None) -> int:
    """Staff of the superior propose values; returns how many changed. What is agreed already stays as it is."""
    access.require(access.is_superior_staff(by, unit))
    _refuse_closed(drive)
    targets = targets_to_write(unit, year, values, by, drive=drive)
    for pk, target in targets.items():
        if target.agreed is not None and target.as_set("assigned") != values[pk]:
            raise Refused(_("“%(indicator)s” has been agreed; only the reviewer changes it now.") % _named(target))
    return write_values(targets, values, "assigned", by=by)


@transaction.atomic
def register(unit: Unit, year: int, values: Values, *, by: User, drive: Campaign | None = None) -> int:
    """The unit's staff enter what it sets itself; returns how many changed."""
    access.require(access.enters(by, unit))
    registration = lock(unit, year, drive)
    refuse_unless_open(registration)
    changed = write_values(targets_to_write(unit, year, values, by, drive=drive), values, "registered", by=by)
    if changed:
        lapse(registration, by=by)
    return changed


# ── the registration ──────────────────────────────────────────────────────────


def hold(unit: Unit, year: int, drive: Campaign | None = None) -> None:
    """Nobody else changes the registration or a target of it until this transaction ends; none is made.

    Here and everywhere in one order, or two writers wait for each other: drive, registration, unit, superiors.
    """
    if drive is not None:
        locked(drive)
    list(Registration.objects.select_for_update().filter(unit=unit, year=year, drive=drive).values_list("pk"))
    lock_targets(unit)


def lock(unit: Unit, year: int, drive: Campaign | None = None) -> Registration:
    """The registration, made if need be, locked for the rest of the transaction, after its drive and before its unit.

    Raises `Refused` in a closed drive.
    """
    _refuse_closed(drive)
    Registration.objects.get_or_create(unit=unit, year=year, drive=drive)
    rows = Registration.objects.select_for_update(of=("self",)).select_related("unit", "drive")
    return rows.get(unit=unit, year=year, drive=drive)


def _refuse_closed(drive: Campaign | None) -> None:
    """Raise `Refused` when the drive has been closed, which waits for those who change its targets."""
    if drive is not None and locked(drive).state == Campaign.State.CLOSED:
        raise Refused(_("The campaign is closed; it can no longer be changed."))


def refuse_unless_open(registration: Registration) -> None:
    """Raise `Refused` unless the registration is the unit's own to change."""
    if registration.state not in Registration.OPEN:
        words = _("The registration is “%(state)s” and stands still.")
        raise Refused(words % {"state": registration.get_state_display()})


def no_longer_ready(registration: Registration) -> None:
    """What was reported to the commander has changed, or is out of the staff's hands."""
    if registration.ready_at is not None:
        registration.ready_by = registration.ready_at = None
        registration.save(update_fields=["ready_by", "ready_at"])


def lapse(registration: Registration, *, by: User) -> None:
    """Something of the locked registration has changed: it is no longer ready, and its timeline says so."""
    if registration.ready_at is not None:
        no_longer_ready(registration)
        enter(registration, registration.state, Kind.LAPSED, by=by)


def enter(registration: Registration, state: str, kind: str, *, by: User, reason: str = "") -> None:
    """Put the locked registration into `state` with an event. No check of the role."""
    registration.state = state
    registration.save(update_fields=["state"])
    RegistrationEvent.objects.create(registration=registration, kind=kind, by=by, at=timezone.now(), reason=reason)


@transaction.atomic
def hand_in_registration(
    unit: Unit, year: int, *, by: User, reason: str = "", drive: Campaign | None = None
) -> Registration:
    """The unit's commander hands its registration in. Raises `Refused` when nothing is registered.

    Where a value asks for less than was assigned or reached, only with a reason, which the reviewer reads.
    """
    access.require(access.commands(by, unit))
    registration = lock(unit, year, drive)
    refuse_unless_open(registration)
    registered = stored_targets(unit, year, drive).filter(registered__isnull=False)
    targets = list(registered.select_related("campaign_indicator__indicator"))
    if not targets:
        raise Refused(_("Nothing is registered yet."))
    doubted = len(doubtful(unit, year, targets, drive=drive))
    if doubted and len(reason.strip()) < LEAST_ORDER:
        words = ngettext(
            "%(lines)d registered value asks for less than was assigned, or than was reached last year. "
            "Say why in at least %(count)d characters, or change it.",
            "%(lines)d registered values ask for less than was assigned, or than was reached last year. "
            "Say why in at least %(count)d characters, or change them.",
            doubted,
        )
        raise Refused(words % {"lines": doubted, "count": LEAST_ORDER}, "reason")
    no_longer_ready(registration)
    enter(registration, State.SUBMITTED, Kind.SUBMITTED, by=by, reason=reason.strip() if doubted else "")
    return registration


@transaction.atomic
def return_registration(
    unit: Unit, year: int, *, by: User, reason: str, seen: str | None = None, drive: Campaign | None = None
) -> Registration:
    """The reviewer sends a registration back with a reason that says what is to be done. `seen` as in `agree`."""
    registration = _for_review(unit, year, drive, by=by)
    if registration.state != State.SUBMITTED:
        raise Refused(_("Only a registration that was handed in can be returned."))
    _refuse_unseen(registration, seen)
    enter(registration, State.RETURNED, Kind.RETURNED, by=by, reason=order_of(reason))
    return registration


@transaction.atomic
def agree(
    unit: Unit, year: int, lines: Mapping[int, Agreement | None], *, by: User, reason: str = "",
    seen: str | None = None, drive: Campaign | None = None,
) -> Registration:  # fmt: skip
    """The reviewer sets what holds, for a registration handed in or agreed before; both make a version.

    `lines` maps campaign indicators to what is agreed (None: no target); those not named stay. Once agreed,
    it changes with a reason only. `seen` is `stand_of` the registration that the reviewer read: raises `Refused`
    with what has changed since.
    """
    registration = _for_review(unit, year, drive, by=by)
    if registration.state not in (State.SUBMITTED, State.AGREED):
        raise Refused(_("The unit has not handed its registration in."))
    _refuse_unseen(registration, seen)
    changed = differing(unit, year, lines, drive)
    if registration.state == State.SUBMITTED:
        _refuse_gaps(unit, year, lines, drive)
    elif not changed:
        return registration
    if registration.state == State.AGREED or any(before for _target, before, _after in changed):
        reason = reason_of(reason, least=LEAST_ORDER)
    save_agreed(registration, changed, by=by, reason=reason)
    return registration


def save_agreed(
    registration: Registration, changed: list[tuple[Target, Any, Any]], *, by: User, reason: str,
    kind: str = Kind.CHANGED, titles: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Write what was agreed, keep it as a version, and bring the figures up to date.

    `titles` changes the titles aimed at. `kind` is the step by which an agreed registration changes.
    """
    first = registration.state == State.SUBMITTED
    if not first:
        keep_first(registration)
    save_changes(changed, Field.AGREED, by=by, reason=reason)
    if titles is not None:
        titles()
    enter(registration, State.AGREED, Kind.AGREED if first else kind, by=by, reason="" if first else reason)
    keep_version(registration, by=by, reason=reason)
    _bring_up_to_date(registration, [target for target, _before, _after in changed])


def _bring_up_to_date(registration: Registration, changed: Iterable[Target]) -> None:
    """Figures know the targets of the period they stand for: of a drive its own indicators alone."""
    drive, rows = registration.drive, [target.campaign_indicator for target in changed]
    touched = {row.indicator_id for row in rows if drive is None or row.campaign_id == drive.pk}
    if touched or drive is None:
        recompute([registration.unit_id], year=registration.year, drive=drive, indicators=touched)


def stand_of(registration: Registration) -> str:
    """Another one after every step of the registration and every change of a value, also of one that the superior
    assigns while it waits to be judged: so a page that is out of date is known.
    """
    step = registration.events.order_by("-pk").first() if registration.pk else None
    change = _changes(registration).order_by("-pk").first()
    return f"{step.pk if step else 0}-{change.pk if change else 0}"


def _changes(registration: Registration) -> QuerySet[TargetChange]:
    targets = stored_targets(registration.unit, registration.year, registration.drive)
    return TargetChange.objects.filter(target__in=targets)


def _refuse_unseen(registration: Registration, seen: str | None) -> None:
    """Raises `Refused` where the locked registration is not as it was `seen`: who changed it, when, and what."""
    lock_targets(registration.unit)
    if seen is None or seen == stand_of(registration):
        return
    known = seen.rpartition("-")[2]
    changes = _changes(registration).filter(pk__gt=int(known) if known.isdecimal() and len(known) < 19 else 0)
    rows = list(changes.select_related("by", "target__campaign_indicator__indicator").order_by("at", "pk"))
    step = registration.events.select_related("by").order_by("-at", "-pk").first()
    newest = max((row for row in (step, *rows[-1:]) if row), key=lambda row: row.at, default=None)
    told = changed_meanwhile(Change(newest.by, newest.at) if newest else None)
    lines = dict.fromkeys(f"“{row.target.campaign_indicator.label}” ({row.get_field_display()})" for row in rows)
    what = [_("Changed since: %(what)s.") % {"what": "; ".join(lines)}] if lines else []
    raise Refused([*told.messages, *what])


def _for_review(unit: Unit, year: int, drive: Campaign | None, *, by: User) -> Registration:
    access.require(access.reviews(by, unit))
    registration = lock(unit, year, drive)
    if took_part(by, registration):
        raise Refused(_("You typed or handed in this registration; somebody else has to judge it."))
    return registration


def _refuse_gaps(unit: Unit, year: int, lines: Mapping[int, Agreement | None], drive: Campaign | None) -> None:
    """What the unit registered is agreed with some value, or the registration goes back."""
    registered = stored_targets(unit, year, drive).filter(registered__isnull=False)
    for target in registered.select_related("campaign_indicator__indicator"):
        if lines.get(target.campaign_indicator_id) is None:
            raise Refused(_("“%(indicator)s” was registered: agree on a value, or return it.") % _named(target))


def _named(target: Target) -> dict[str, str]:
    return {"indicator": target.campaign_indicator.label}
