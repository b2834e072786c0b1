"""The values of targets: what one must be, its milestones, and how values are read, written and kept in traces.

No step of a registration is taken here and nobody's right is asked: `services.targets` does both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Campaign, Indicator, Target, TargetChange
from emulation.numbers import LIMIT, format_part
from emulation.relations import Doubt, Relative, doubts
from emulation.reports.places import asked_places, stored_targets
from units.errors import Refused
from units.models import Unit, User

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


# ── what a target must be ─────────────────────────────────────────────────────


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


# ── the three values ──────────────────────────────────────────────────────────


def targets_to_write(
    unit: Unit, year: int, chosen: Iterable[int], reader: User | None = None, *, drive: Campaign | None
) -> dict[int, Target]:
    """campaign indicator → the unit's target, new ones unsaved. Raises `Refused` for others.

    One at a time for a unit: its superior and its staff may write the first value of a target at once.
    """
    lock_targets(unit)
    rows = {place.row.pk: place.row for place in asked_places(unit, year, drive, reader)}
    stored = stored_targets(unit, year, drive).select_for_update(of=("self",)).filter(campaign_indicator__in=rows)
    known = {target.campaign_indicator_id: target for target in stored.order_by("pk")}
    found = {}
    for pk in chosen:
        row = rows.get(pk)
        if row is None:
            raise Refused(_("An indicator is not asked of this unit; load the page again."))
        fresh = Target(unit=unit, campaign_indicator=row, drive=drive, comparator=row.comparator)
        found[pk] = known.get(pk) or fresh
        found[pk].campaign_indicator = row
    return found


def lock_targets(unit: Unit) -> None:
    """Whoever writes a target of the unit, whichever of its values, waits until this transaction ends."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def as_assigned(values: Values, targets: Mapping[int, Target]) -> Values:
    """Values to register: those left empty become what was assigned (of `targets`), which nobody types again."""
    return {
        pk: targets[pk].as_set("assigned") if value is None and pk in targets else value
        for pk, value in values.items()
    }


def offered(target: Target) -> Value | None:
    """What the reviewer is offered to agree on: what is agreed; else what was registered, but never less than was
    assigned, which is the floor. Where exactly one value is best, it is the assigned one.
    """
    columns = (Field.AGREED, Field.ASSIGNED, Field.REGISTERED)
    agreed, assigned, registered = (target.as_set(column) for column in columns)
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


def write_values(targets: dict[int, Target], values: Values, field: str, *, by: User) -> int:
    """Set one of the three values of targets; returns how many changed."""
    changed: list[tuple[Target, Any, Any]] = []
    for pk, target in targets.items():
        before, after = target.as_set(field), values[pk]
        if before == after:
            continue
        if after is not None:
            refuse_wrong(target, wrong_value(target.campaign_indicator.indicator, after))
        setattr(target, field, None if after is None else plain(after, target.comparator))
        set_relation(target, field, after if isinstance(after, Relative) else None)
        changed.append((target, snapshot_of(before), snapshot_of(after)))
    save_changes(changed, field, by=by)
    return len(changed)


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


def snapshot_of(value: Value | None) -> dict[str, Any] | None:
    """An assigned or registered value as it stands in traces."""
    if value is None:
        return None
    relation = {"relation": value.as_json()} if isinstance(value, Relative) else {}
    return {"value": value_text(plain(value))} | relation


def value_text(value: Decimal) -> str:
    """A value as it stands in traces: plain, without trailing zeros."""
    return f"{value.normalize():f}"


# ── what is agreed ────────────────────────────────────────────────────────────


def differing(
    unit: Unit, year: int, lines: Mapping[int, Agreement | None], drive: Campaign | None = None
) -> list[tuple[Target, Any, Any]]:
    """Unsaved targets that `lines` change, with what was agreed before and after. Raises `Refused`."""
    changed = []
    for pk, target in targets_to_write(unit, year, lines, drive=drive).items():
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
