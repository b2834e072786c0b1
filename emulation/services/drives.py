"""Targets of a peak drive: on its own indicators, and on indicators of the year's movement.

The latter are judged on the quarter in which the drive ends: nothing is typed again. A drive is short, so its
targets are assigned, registered and agreed line by line, without a registration that is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from emulation.models import Campaign, Target, TargetChange
from emulation.periods import quarter_of
from emulation.services.campaigns import scope_q
from emulation.services.summaries import recompute
from emulation.services.targets import (
    Agreement,
    Field,
    Place,
    Values,
    agreed_snapshot,
    agreement_of,
    may_assign,
    may_register,
    need_reason,
    places_for,
    refuse_wrong,
    save_changes,
    set_agreement,
    write_values,
    wrong_value,
)
from units import access
from units.errors import Refused
from units.models import Unit, User


def drive_places(drive: Campaign, unit: Unit) -> list[Place]:
    """Indicators on which the unit may have a target of the drive: its own first, then those of the year.

    Of the year only what is asked in the quarter in which the drive ends. None outside the drive's scope,
    but for the units above, whose branch takes part. Six queries.
    """
    if not reaches(drive, unit):
        return []
    own = drive.indicators.select_related("indicator__area", "indicator__grade_scale", "campaign")
    rows = [Place(row, own=True) for row in own.prefetch_related("kinds", "indicator__grade_scale__grades")]
    kinds = set(Unit.objects.in_branch(unit).order_by().values_list("kind", flat=True).distinct())
    rows = [row for row in rows if not (of := {kind.pk for kind in row.row.kinds.all()}) or of & kinds]
    quarter = quarter_of(drive.ends)
    return [*rows, *(row for row in places_for(unit, drive.year) if quarter in row.row.asked_quarters)]


def reaches(drive: Campaign, unit: Unit) -> bool:
    """Whether the unit takes part, launched the drive, or has a branch of which somebody takes part."""
    if unit.pk == drive.launching_unit_id:
        return True
    return Unit.objects.in_branch(unit).filter(scope_q(drive)).exists()


def targets_in(drive: Campaign, units: Iterable[Unit]) -> dict[tuple[int, int], Target]:
    """(unit, campaign indicator) → target of the drive. One query."""
    rows = Target.objects.filter(Q(drive=drive) | Q(drive=None, campaign_indicator__campaign=drive), unit__in=units)
    return {(row.unit_id, row.campaign_indicator_id): row for row in rows}


def took_part(user: User, drive: Campaign, unit: Unit) -> bool:
    """Whether the user registered a value of the unit for this drive."""
    changes = TargetChange.objects.filter(by=user, field=Field.REGISTERED, target__unit=unit, target__drive=drive)
    return changes.exists()


def may_agree(user: User, drive: Campaign, unit: Unit) -> bool:
    """The reviewers responsible, but nobody judges what they registered."""
    return access.reviews(user, unit) and not took_part(user, drive, unit)


@transaction.atomic
def propose(drive: Campaign, unit: Unit, column: str, values: Values, *, by: User) -> int:
    """Set assigned (staff of the superior) or registered values (the unit's staff); returns how many changed.

    What is agreed already stays: raises `Refused`.
    """
    access.require(may_assign(by, unit) if column == Field.ASSIGNED else may_register(by, unit))
    targets = _locked(drive, unit, values)
    for pk, target in targets.items():
        if target.agreed is not None and getattr(target, column) != values[pk]:
            words = _("“%(indicator)s” has been agreed; only the reviewer changes it now.")
            raise Refused(words % {"indicator": target.campaign_indicator.label})
    return write_values(targets, values, column, by=by)


@transaction.atomic
def agree_targets(
    drive: Campaign, unit: Unit, lines: Mapping[int, Agreement | None], *, by: User, reason: str = ""
) -> int:
    """The reviewer sets what holds; returns how many lines changed. A change of what was agreed needs a reason."""
    access.require(access.reviews(by, unit))
    if took_part(by, drive, unit):
        raise Refused(_("You registered these targets; somebody else has to judge them."))
    changed = []
    for pk, target in _locked(drive, unit, lines).items():
        before, after = agreement_of(target), lines[pk]
        if before == after:
            continue
        reason = need_reason(reason) if before is not None else reason
        if after is not None:
            refuse_wrong(target, wrong_value(target.campaign_indicator.indicator, after.value))
        set_agreement(target, after)
        changed.append((target, agreed_snapshot(before), agreed_snapshot(after)))
    save_changes(changed, Field.AGREED, by=by, reason=reason)
    own = {
        t.campaign_indicator.indicator_id for t, *_values in changed if t.campaign_indicator.campaign_id == drive.pk
    }
    if own:
        recompute([unit.pk], year=drive.year, drive=drive, indicators=own)
    return len(changed)


def _locked(drive: Campaign, unit: Unit, chosen: Iterable[int]) -> dict[int, Target]:
    """campaign indicator → target of the drive, new ones unsaved. Raises `Refused` for others, or when closed."""
    locked = Campaign.objects.select_for_update(of=("self",)).get(pk=drive.pk)
    if locked.state == Campaign.State.CLOSED:
        raise Refused(_("The campaign is closed; it can no longer be changed."))
    rows = {place.row.pk: place.row for place in drive_places(drive, unit)}
    known = targets_in(drive, [unit])
    found = {}
    for pk in chosen:
        row = rows.get(pk)
        if row is None:
            raise Refused(_("An indicator is not asked of this unit; load the page again."))
        fresh = Target(unit=unit, campaign_indicator=row, drive=drive, comparator=row.comparator)
        found[pk] = known.get((unit.pk, pk)) or fresh
        found[pk].campaign_indicator = row
    return found
