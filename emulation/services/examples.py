"""The life of an advanced example, and what is written about it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Example, ExampleAdoption, ExampleFigure, ExamplePublicity, ExampleStep
from units import access, clock
from units.errors import LEAST_ORDER, Refused, reason_of
from units.locking import locked, not_now
from units.models import Role, Unit, User
from units.paths import path_ids
from units.text import fold, normal

Stage = Example.Stage
SHOWN = ("unit", "person", "collective", "spread_in")  # what is read of an example
OPEN = (Stage.DISCOVERED, Stage.FOSTERED)


# ── who may ───────────────────────────────────────────────────────────────


def may_write(user: User, row: Example) -> bool:
    """Staff of the unit of record, as long as the example has not been withdrawn."""
    return row.stage != Stage.WITHDRAWN and access.enters(user, row.unit)


def recognises(user: User, row: Example) -> bool:
    """Reviewers responsible for the unit, and commanders above it (of the root: its own), but not the recorder."""
    if user.pk == row.by_id:
        return False
    return superior_of(user, row) is not None


def superior_of(user: User, row: Example) -> Unit | None:
    """The nearest unit for which the user recognises and spreads the example."""
    above = path_ids(row.unit.path)[:-1] or [row.unit_id]
    reviews = access.reviews(user, row.unit)
    units = [
        m.unit
        for m in user.active_memberships
        if m.unit_id in above
        and (m.role == Role.COMMANDER or (m.role == Role.REVIEWER and not m.office_id and reviews))
    ]
    return max(units, key=lambda unit: len(unit.path), default=None)


def next_stage(row: Example) -> str | None:
    """The stage that follows, None at the end."""
    if row.stage not in Example.PATH[:-1]:
        return None
    return str(Example.PATH[Example.PATH.index(Stage(row.stage)) + 1])


def may_advance(user: User, row: Example) -> bool:
    """Whether the user takes the example to its next stage: the unit fosters, the superior recognises and spreads."""
    following = next_stage(row)
    if following is None:
        return False
    return may_write(user, row) if following == Stage.FOSTERED else recognises(user, row)


def may_withdraw(user: User, row: Example) -> bool:
    """The unit before it is recognised, the superior always."""
    if row.stage == Stage.WITHDRAWN:
        return False
    return (row.stage in OPEN and may_write(user, row)) or recognises(user, row)


def adopting_unit(user: User, row: Example) -> list[Unit]:
    """Units for which the user, as their staff, says that they have taken over an example that is being spread."""
    if row.stage != Stage.SPREAD or row.spread_in is None:
        return []
    mine = [m.unit for m in user.active_memberships if m.role == Role.STAFF]
    return [unit for unit in mine if unit.path.startswith(row.spread_in.path) and unit.pk != row.unit_id]


# ── what is written ───────────────────────────────────────────────────────


@transaction.atomic
def discover(row: Example, *, day: date, reason: str, by: User) -> Example:
    """The unit's staff write down an example: a person who serves there, or the unit itself."""
    row.unit = Unit.objects.select_for_update().get(pk=row.unit_id)
    access.require(access.enters(by, row.unit))
    _check_subject(row)
    _check_mentor(row)
    _check_day(day)
    reason = reason_of(
        reason, least=LEAST_ORDER, words=_("Say why it is an example, in at least %(count)d characters.")
    )
    row.by, row.stage = by, Stage.DISCOVERED
    row.full_clean(exclude=["search"])
    row.save()
    _step(row, Stage.DISCOVERED, day, reason, by)
    return row


@transaction.atomic
def update(row: Example, *, by: User) -> Example:
    """Change title, story, field, mentor, campaign. Who the example is stays; the stage has its own steps."""
    stored = locked(row, *SHOWN)
    access.require(may_write(by, stored))
    row.unit, row.person, row.collective = stored.unit, stored.person, stored.collective
    row.stage, row.level, row.spread_in, row.by = stored.stage, stored.level, stored.spread_in, stored.by
    _check_mentor(row)
    row.full_clean(exclude=["search"])
    row.save()
    return row


def _check_subject(row: Example) -> None:
    if (row.person is None) == (row.collective is None):
        raise Refused(_("Choose a person, or leave it empty for the unit itself."), "person")
    if row.person is not None and row.person.unit_id != row.unit_id:
        raise Refused(_("Choose somebody who serves in the unit."), "person")
    if row.collective is not None and row.collective.pk != row.unit_id:
        raise Refused(_("The unit of record is the exemplary unit itself."), "unit")


def _check_mentor(row: Example) -> None:
    """Nobody fosters themselves, neither by the register nor in words."""
    person = row.person
    if person is None:
        return
    if row.mentor_id == person.pk:
        raise Refused(_("Somebody else is the mentor: nobody fosters themselves."), "mentor")
    if fold(normal(row.mentor_words)) in {fold(person.full_name), person.service_number}:
        raise Refused(_("Somebody else is the mentor: nobody fosters themselves."), "mentor_words")


def _check_day(day: date, after: date | None = None) -> None:
    if day > clock.today():
        raise Refused(_("The day lies in the future."), "day")
    if after is not None and day < after:
        raise Refused(_("The stage before it was reached later than this day."), "day")


def refuse_unless_next(row: Example, to: str) -> None:
    """Raises `Refused` where `to` is not the stage that follows."""
    if to != next_stage(row):
        raise not_now(row.get_stage_display())


@transaction.atomic
def advance(row: Example, *, to: str, day: date, reason: str, level: str = "", by: User) -> Example:
    """Take the example to the stage `to`, which has to be its next one: two people at once make one step.

    Recognition says the level; the superior who spreads it opens it to every unit of their branch.
    """
    row = locked(row, *SHOWN)
    access.require(access.enters(by, row.unit) if to == Stage.FOSTERED else recognises(by, row))
    refuse_unless_next(row, to)
    _check_day(day, _last_day(row))
    reason = reason_of(reason, least=LEAST_ORDER)
    if to == Stage.RECOGNISED:
        if level not in Example.Level.values:
            raise Refused(_("Say at which level it is recognised."), "level")
        row.level = level
    if to == Stage.SPREAD:
        row.spread_in = superior_of(by, row)
    row.stage = to
    row.save()
    _step(row, to, day, reason, by)
    return row


def refuse_withdrawn(row: Example) -> None:
    """Raises `Refused` where the example stands for nothing any more."""
    if row.stage == Stage.WITHDRAWN:
        raise Refused(_("The example has been withdrawn already."))


def refuse_unless_withdrawable(row: Example, by: User) -> None:
    """Raises `Refused` for what has been withdrawn, or is the superior's to withdraw."""
    refuse_withdrawn(row)
    if not may_withdraw(by, row):
        raise Refused(_("A recognised example is withdrawn by the superior that recognised it."))


@transaction.atomic
def withdraw(row: Example, *, day: date, reason: str, by: User) -> Example:
    """What stands for nothing any more is withdrawn with its reason; the record stays with the unit's branch."""
    row = locked(row, *SHOWN)
    access.require(access.enters(by, row.unit) or recognises(by, row))
    refuse_unless_withdrawable(row, by)
    _check_day(day, _last_day(row))
    reason = reason_of(reason, least=LEAST_ORDER)
    row.stage = Stage.WITHDRAWN
    row.save()
    _step(row, Stage.WITHDRAWN, day, reason, by)
    return row


@transaction.atomic
def save_publicity(item: ExamplePublicity, *, by: User) -> None:
    """Write where an example was made known: the unit's staff, and who recognises."""
    row = locked(item.example, *SHOWN)
    access.require(row.stage != Stage.WITHDRAWN and (may_write(by, row) or recognises(by, row)))
    _check_day(item.day)
    if item.file is not None and not row.files.present().filter(pk=item.file.pk).exists():
        raise Refused(_("Choose a file of this example."), "file")
    item.full_clean()
    item.save()


@transaction.atomic
def save_adoption(item: ExampleAdoption, *, by: User) -> None:
    """A unit's staff write that it has taken the example over, or what came of it."""
    row = locked(item.example, *SHOWN)
    access.require(item.unit in adopting_unit(by, row))
    _check_day(item.day)
    item.full_clean()
    item.save()


@transaction.atomic
def link_figure(item: ExampleFigure, *, by: User) -> None:
    """Link a figure of the unit's branch to its example."""
    row = locked(item.example, *SHOWN)
    access.require(may_write(by, row))
    if not item.unit.path.startswith(row.unit.path):
        raise Refused(_("Choose a unit of the example's branch."), "unit")
    item.full_clean()
    item.save()


@transaction.atomic
def unlink_figure(item: ExampleFigure, *, by: User) -> None:
    access.require(may_write(by, locked(item.example, *SHOWN)))
    item.delete()


def _last_day(row: Example) -> date | None:
    last = row.steps.order_by("-at", "-pk").first()
    return last.day if last else None


def _step(row: Example, stage: str, day: date, reason: str, by: User) -> None:
    ExampleStep.objects.create(example=row, stage=stage, day=day, reason=reason, by=by, at=timezone.now())
