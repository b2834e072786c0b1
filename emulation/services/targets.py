"""Targets: assigned by the superior, registered by the unit, agreed by the reviewer responsible.

Everything is compared with the agreed value alone; milestones and comparator belong to it. Every value
that changes leaves a `TargetChange`. All of it holds for a year, or for a peak drive (`drive`) within it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import (
    Campaign,
    Indicator,
    Registration,
    RegistrationEvent,
    Target,
    TargetChange,
)
from emulation.numbers import LIMIT, format_part
from emulation.relations import Doubt, Relative, doubts
from emulation.reports.bases import doubtful
from emulation.services.places import asked_places, stored_targets
from emulation.services.summaries import recompute
from emulation.services.versions import keep_first, keep_version
from units import access
from units.errors import LEAST_ORDER, Refused, order_of, reason_of
from units.locking import locked
from units.models import Role, Unit, User

State = Registration.State
Kind = RegistrationEvent.Kind
Field = TargetChange.Field
COLUMNS = [
    "comparator", "assigned", "registered", "agreed", "milestone_1", "milestone_2", "milestone_3", "relations",
]  # fmt: skip
Value = Decimal | Relative
Values = Mapping[int, Value | None]  # campaign indicator → value; None clears it


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is agreed for one campaign indicator; `milestones` are cumulative to the ends of quarters I–III.

    `relation` says how the value was set beside last year's figure, where it was.
    """

    value: Decimal
    comparator: str
    milestones: tuple[Decimal, Decimal, Decimal] | None = None
    relation: Relative | None = None


# ── who ───────────────────────────────────────────────────────────────────


def may_assign(user: User, unit: Unit) -> bool:
    return access.is_superior_staff(user, unit)


def may_register(user: User, unit: Unit) -> bool:
    return access.works_at(user, unit, Role.STAFF)


def may_hand_in(user: User, unit: Unit) -> bool:
    return access.works_at(user, unit, Role.COMMANDER)


def may_agree(user: User, registration: Registration) -> bool:
    """The reviewers responsible, but nobody judges a registration they typed or handed in."""
    return access.reviews(user, registration.unit) and not took_part(user, registration)


def took_part(user: User, registration: Registration) -> bool:
    """Whether the user registered a value of the unit and year or handed the registration in, ever."""
    return Registration.objects.filter(pk=registration.pk).made_by(user).exists()


# ── what a target must be ─────────────────────────────────────────────────


def wrong_value(indicator: Indicator, value: Value) -> Iterator[str]:
    """Why a number cannot be a target of the indicator; for grades it is the rank of a class.

    One that is relative to last year's figure is not held to the indicator's decimals.
    """
    exact = isinstance(value, Relative)
    value = plain(value)
    if indicator.grade_scale is not None:
        if value not in {grade.rank for grade in indicator.grade_scale.grades.all()}:
            yield _("Choose a grade.")
        return
    if value < 0:
        yield _("A target is not below zero.")
    if value >= LIMIT:
        yield _("Figures stay below 100 billion.")
    if not exact and -int(value.normalize().as_tuple().exponent) > indicator.target_decimals:
        yield _("At most %(decimals)d decimals are allowed.") % {"decimals": indicator.target_decimals}
    share = indicator.measure == Indicator.Measure.CHECKLIST or (indicator.capped and indicator.scale == 100)
    if share and value > 100:
        yield _("A share of a whole is at most 100 percent.")


def plain(value: Value, comparator: str = "") -> Decimal:
    """The number itself; with `comparator` as it is stored, to be compared with results."""
    return value.stored(comparator) if isinstance(value, Relative) else value


def wrong_milestones(indicator: Indicator, agreement: Agreement) -> Iterator[tuple[int, str]]:
    """(quarter, why) of milestones that cannot be: of what adds up, they never fall and end within the year's; of
    everything else, they lead one way to it, up or down.
    """
    before = Decimal(0)
    for quarter, value in enumerate(agreement.milestones or (), start=1):
        for message in wrong_value(indicator, value):
            yield quarter, message
        if not adds_up(indicator):
            continue
        if value < before:
            yield (
                quarter,
                _("Counted from January: not below the milestone before, %(value)s.")
                % {"value": format_part(before)},
            )
        elif agreement.comparator in (">=", ">") and value > agreement.value:
            yield quarter, _("Not above the year's target, %(value)s.") % {"value": format_part(agreement.value)}
        before = max(before, value)
    if not adds_up(indicator):
        for quarter in _turning(agreement):
            yield quarter, _("The milestones lead one way to the year's target: this one turns back or goes past it.")


def _turning(agreement: Agreement) -> Iterator[int]:
    """Quarters whose milestone goes against the way from the first one to the year's value, or past that value."""
    path = [*(agreement.milestones or ()), agreement.value]
    way = path[-1] - path[0]
    for quarter, (before, value) in enumerate(pairwise(path), start=2):
        if (value - before) * way < 0 or (way == 0 and value != before):
            yield min(quarter, 3)
            return


def adds_up(indicator: Indicator) -> bool:
    """Whether quarters add up to the year, so that milestones are parts of the year's target."""
    flow = Indicator.Accrual.FLOW
    return indicator.accrual == Indicator.Accrual.FLOW_OVER_STOCK or (indicator.accrual == flow and indicator.is_sum)


# ── values ────────────────────────────────────────────────────────────────


@transaction.atomic
def assign(unit: Unit, year: int, values: Values, *, by: User, drive: Campaign | None = None) -> int:
    """Staff of the superior propose values; returns how many changed. What is agreed already stays as it is."""
    access.require(may_assign(by, unit))
    _refuse_closed(drive)
    targets = _targets(unit, year, values, by, drive=drive)
    for pk, target in targets.items():
        if target.agreed is not None and value_of(target, "assigned") != values[pk]:
            raise Refused(_("“%(indicator)s” has been agreed; only the reviewer changes it now.") % _named(target))
    return write_values(targets, values, "assigned", by=by)


@transaction.atomic
def register(unit: Unit, year: int, values: Values, *, by: User, drive: Campaign | None = None) -> int:
    """The unit's staff enter what it sets itself; returns how many changed."""
    access.require(may_register(by, unit))
    registration = lock(unit, year, drive)
    refuse_unless_open(registration)
    changed = write_values(_targets(unit, year, values, by, drive=drive), values, "registered", by=by)
    if changed:
        lapse(registration, by=by)
    return changed


def as_assigned(values: Values, targets: Mapping[int, Target]) -> Values:
    """Values to register: those left empty become what was assigned (of `targets`), which nobody types again."""
    return {
        pk: value_of(targets[pk], "assigned") if value is None and pk in targets else value
        for pk, value in values.items()
    }


def _targets(
    unit: Unit, year: int, chosen: Iterable[int], reader: User | None = None, *, drive: Campaign | None
) -> dict[int, Target]:
    """campaign indicator → the unit's target, new ones unsaved. Raises `Refused` for others.

    One at a time for a unit: its superior and its staff may write the first value of a target at once.
    """
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    rows = {place.row.pk: place.row for place in asked_places(unit, year, drive, reader)}
    stored = stored_targets(unit, year, drive).select_for_update(of=("self",)).filter(campaign_indicator__in=rows)
    known = {target.campaign_indicator_id: target for target in stored}
    found = {}
    for pk in chosen:
        row = rows.get(pk)
        if row is None:
            raise Refused(_("An indicator is not asked of this unit; load the page again."))
        fresh = Target(unit=unit, campaign_indicator=row, drive=drive, comparator=row.comparator)
        found[pk] = known.get(pk) or fresh
        found[pk].campaign_indicator = row
    return found


def write_values(targets: dict[int, Target], values: Values, field: str, *, by: User) -> int:
    """Set one of the three values of targets; returns how many changed."""
    changed: list[tuple[Target, Any, Any]] = []
    for pk, target in targets.items():
        before, after = value_of(target, field), values[pk]
        if before == after:
            continue
        if after is not None:
            refuse_wrong(target, wrong_value(target.campaign_indicator.indicator, after))
        setattr(target, field, None if after is None else plain(after, target.comparator))
        set_relation(target, field, after if isinstance(after, Relative) else None)
        changed.append((target, snapshot_of(before), snapshot_of(after)))
    save_changes(changed, field, by=by)
    return len(changed)


def value_of(target: Target, field: str) -> Value | None:
    """One of the three values as it was set: beside last year's figure, or as it stands."""
    return target.relation(field) or getattr(target, field)


def offered(target: Target) -> Value | None:
    """What the reviewer is offered to agree on: what is agreed; else what was registered, but never less than was
    assigned, which is the floor. Where exactly one value is best, it is the assigned one.
    """
    columns = (Field.AGREED, Field.ASSIGNED, Field.REGISTERED)
    agreed, assigned, registered = (value_of(target, column) for column in columns)
    if agreed is not None or registered is None or assigned is None:
        return next((value for value in (agreed, assigned, registered) if value is not None), None)
    asked, floor = target.exact(Field.REGISTERED), target.exact(Field.ASSIGNED)
    assert asked is not None
    direction = target.campaign_indicator.indicator.direction
    return assigned if Doubt.ASSIGNED in doubts(asked, floor, None, direction) else registered


def set_relation(target: Target, field: str, relation: Relative | None) -> None:
    """Put how a value was set into an unsaved target."""
    rest = {key: found for key, found in target.relations.items() if key != field}
    target.relations = rest | ({field: relation.as_json()} if relation else {})


def snapshot_of(value: Value | None) -> dict[str, Any] | None:
    """An assigned or registered value as it stands in traces."""
    if value is None:
        return None
    relation = {"relation": value.as_json()} if isinstance(value, Relative) else {}
    return {"value": value_text(plain(value))} | relation


def value_text(value: Decimal) -> str:
    """A value as it stands in traces: plain, without trailing zeros."""
    return f"{value.normalize():f}"


def refuse_wrong(target: Target, messages: Iterable[str]) -> None:
    """Raise `Refused` with the messages, each naming the indicator."""
    found = list(messages)
    if found:
        raise Refused([f"{target.campaign_indicator.label}: {message}" for message in found])


def save_changes(changed: list[tuple[Target, Any, Any]], field: str, *, by: User, reason: str = "") -> None:
    """Write targets with a trace row each (before, after)."""
    fresh = [target for target, _before, _after in changed if target.pk is None]
    known = [target for target, _before, _after in changed if target.pk is not None]
    Target.objects.bulk_create(fresh)
    Target.objects.bulk_create(known, update_conflicts=True, unique_fields=["pk"], update_fields=COLUMNS)
    now = timezone.now()
    TargetChange.objects.bulk_create(
        TargetChange(target=target, field=field, before=before, after=after, by=by, at=now, reason=reason)
        for target, before, after in changed
    )


# ── the registration ──────────────────────────────────────────────────────


def registration_of(unit: Unit, year: int, drive: Campaign | None = None) -> Registration:
    """The unit's registration of the year or drive, unsaved where nothing has been done yet."""
    rows = Registration.objects.filter(unit=unit, year=year, drive=drive).order_by()
    found = rows.first() or Registration(year=year)
    found.unit, found.drive = unit, drive
    return found


def lock(unit: Unit, year: int, drive: Campaign | None = None) -> Registration:
    """The registration, made if need be, locked for the rest of the transaction. `Refused` in a closed drive."""
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
    access.require(may_hand_in(by, unit))
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
    unit: Unit, year: int, *, by: User, reason: str, drive: Campaign | None = None
) -> Registration:
    """The reviewer sends a registration back with a reason that says what is to be done."""
    registration = _for_review(unit, year, drive, by=by)
    if registration.state != State.SUBMITTED:
        raise Refused(_("Only a registration that was handed in can be returned."))
    enter(registration, State.RETURNED, Kind.RETURNED, by=by, reason=order_of(reason))
    return registration


@transaction.atomic
def agree(
    unit: Unit, year: int, lines: Mapping[int, Agreement | None], *, by: User, reason: str = "",
    seen: int | None = None, drive: Campaign | None = None,
) -> Registration:  # fmt: skip
    """The reviewer sets what holds, for a registration handed in or agreed before; both make a version.

    `lines` maps campaign indicators to what is agreed (None: no target); those not named stay. Once agreed,
    it changes with a reason only. `seen` is `stand_of` the registration that the reviewer read.
    """
    registration = _for_review(unit, year, drive, by=by)
    if registration.state not in (State.SUBMITTED, State.AGREED):
        raise Refused(_("The unit has not handed its registration in."))
    if seen is not None and seen != stand_of(registration):
        raise Refused(_("Somebody else has changed this registration meanwhile. Load the page again."))
    changed = differing(unit, year, lines, drive)
    if registration.state == State.SUBMITTED:
        _refuse_gaps(unit, year, lines, drive)
    elif not changed:
        return registration
    if registration.state == State.AGREED or any(before for _target, before, _after in changed):
        reason = reason_of(reason, least=LEAST_ORDER)
    save_agreed(registration, changed, by=by, reason=reason)
    return registration


def differing(
    unit: Unit, year: int, lines: Mapping[int, Agreement | None], drive: Campaign | None = None
) -> list[tuple[Target, Any, Any]]:
    """Unsaved targets that `lines` change, with what was agreed before and after. Raises `Refused`."""
    changed = []
    for pk, target in _targets(unit, year, lines, drive=drive).items():
        before, after = agreement_of(target), lines[pk]
        if after == before:
            continue
        if after is not None:
            indicator = target.campaign_indicator.indicator
            refuse_wrong(target, [*wrong_value(indicator, after.relation or after.value)])
            refuse_wrong(target, [message for _quarter, message in wrong_milestones(indicator, after)])
        set_agreement(target, after)
        changed.append((target, agreed_snapshot(before), agreed_snapshot(after)))
    return changed


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


def stand_of(registration: Registration) -> int:
    """Grows with every step of the registration, so that a page that is out of date is known."""
    last = registration.events.order_by("-pk").values_list("pk", flat=True).first() if registration.pk else None
    return last or 0


def agreement_of(target: Target) -> Agreement | None:
    """What is agreed now."""
    if target.agreed is None:
        return None
    milestones = target.milestones
    first_to_third = tuple(milestones) if milestones else None
    return Agreement(target.agreed, target.comparator, first_to_third, target.relation("agreed"))


def set_agreement(target: Target, agreement: Agreement | None) -> None:
    """Put what is agreed into the columns of an unsaved target."""
    target.agreed = agreement.value if agreement else None
    set_relation(target, "agreed", agreement.relation if agreement else None)
    if agreement:
        target.comparator = agreement.comparator
    first, second, third = (agreement.milestones if agreement else None) or (None, None, None)
    target.milestone_1, target.milestone_2, target.milestone_3 = first, second, third


def agreed_snapshot(agreement: Agreement | None) -> dict[str, Any] | None:
    """What is agreed as it stands in traces."""
    if agreement is None:
        return None
    found: dict[str, Any] = {"value": value_text(agreement.value), "comparator": agreement.comparator}
    if agreement.milestones:
        found["milestones"] = [value_text(value) for value in agreement.milestones]
    if agreement.relation:
        found["relation"] = agreement.relation.as_json()
    return found


def agreement_from(snapshot: dict[str, Any] | None) -> Agreement | None:
    """The inverse of `agreed_snapshot`."""
    if snapshot is None:
        return None
    milestones = None
    if "milestones" in snapshot:
        first, second, third = (Decimal(text) for text in snapshot["milestones"])
        milestones = first, second, third
    relation = Relative.from_json(snapshot.get("relation"))
    return Agreement(Decimal(snapshot["value"]), snapshot["comparator"], milestones, relation)


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
