"""Inspections: planned, findings recorded, carried out, concluded.

Planned and recorded by the staff and reviewers of the inspecting unit, in units below it; the commander of the
inspecting unit may conclude too. Findings reach the inspected units when the inspection has been carried out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import (
    InspectedUnit,
    Inspection,
    InspectionEvent,
    InspectionFinding,
    InspectionItem,
    Notice,
    WeakPoint,
    WeakPointEvent,
)
from emulation.services.notices import tell_inspected
from units import access, clock
from units.errors import Refused, reason_of, refuse_short
from units.locking import locked, refuse_unless
from units.models import Person, Role, Unit, User
from units.models.units import UnitQuerySet
from units.text import normal

MOST_ITEMS = 60
MOST_UNITS = 100
Kind = InspectionEvent.Kind
Result = InspectionFinding.Result
State = Inspection.State
Answer = tuple[str, str]  # result, words


# ── who ───────────────────────────────────────────────────────────────────


def planning_units(user: User) -> list[Unit]:
    """Units for which the user plans and records inspections."""
    mine = [m.unit for m in user.active_memberships if m.role in (Role.STAFF, Role.REVIEWER)]
    return list(dict.fromkeys(mine))


def keeps(user: User, inspection: Inspection) -> bool:
    """Staff and reviewers of the inspecting unit plan and record. No query."""
    return access.works_at(user, inspection.unit, Role.STAFF, Role.REVIEWER)


def keeps_finding(user: User, finding: InspectionFinding) -> bool:
    """Evidence of a finding is attached until the conclusion."""
    inspection = finding.item.inspection
    return inspection.state in (State.PLANNED, State.CARRIED_OUT) and keeps(user, inspection)


def concludes(user: User, inspection: Inspection) -> bool:
    """They, and the commander of the inspecting unit."""
    return access.works_at(user, inspection.unit, Role.STAFF, Role.REVIEWER, Role.COMMANDER)


def inspectable(unit: Unit) -> UnitQuerySet:
    """Units that `unit` may inspect: everything below it."""
    return Unit.objects.below(unit).filter(dissolved=None)


# ── plan ──────────────────────────────────────────────────────────────────


@transaction.atomic
def save_plan(
    inspection: Inspection, *, by: User, units: Collection[Unit], items: Sequence[str],
    people: Collection[Person] = (),
) -> Inspection:  # fmt: skip
    """Save a new or changed plan. `items` are its content in order; unsettled weak points of the units follow.

    Members are `people` of the register and those whom the plan names in words. Raises `Refused`, also for somebody
    who would inspect the unit they serve in; an item or a unit on which something has been found stays.
    """
    access.require(keeps(by, inspection))
    fresh = inspection.pk is None
    if not fresh:
        stored = locked(inspection, "unit")
        access.require(keeps(by, stored))
        refuse_unless(stored, State.PLANNED)
    _check_units(inspection, units)
    texts = list(dict.fromkeys(text for text in map(normal, items) if text))
    _check_items(texts)
    inspection.title, inspection.members = normal(inspection.title), inspection.members.strip()
    _check_people(inspection, units, people)
    inspection.full_clean()
    inspection.save()
    inspection.people.set(people)
    _fit_units(inspection, units)
    _fit_items(inspection, texts)
    _add_points(inspection)
    _log(inspection, Kind.PLANNED if fresh else Kind.CHANGED, by=by)
    return inspection


def _check_units(inspection: Inspection, units: Collection[Unit]) -> None:
    if not units:
        raise Refused(_("Choose at least one unit to inspect."), "units")
    if len(units) > MOST_UNITS:
        raise Refused(_("At most %(count)d units in one inspection.") % {"count": MOST_UNITS}, "units")
    keys = {unit.pk for unit in units}
    if inspectable(inspection.unit).filter(pk__in=keys).count() != len(keys):
        raise Refused(_("Only units below %(unit)s are inspected.") % {"unit": inspection.unit}, "units")


def _check_people(inspection: Inspection, units: Collection[Unit], people: Collection[Person]) -> None:
    if not people and not inspection.members:
        raise Refused(_("Name at least one member: of the register, or in words."), "people")
    for person in people:
        own = next((unit for unit in units if person.unit.path.startswith(unit.path)), None)
        if own is not None:
            raise Refused(
                _("%(person)s serves in %(unit)s and does not inspect it.") % {"person": person, "unit": own},
                "people",
            )


def _check_items(texts: Sequence[str]) -> None:
    if not texts:
        raise Refused(_("Write what is looked at, one item a line."), "items")
    if len(texts) > MOST_ITEMS:
        raise Refused(_("At most %(count)d items in one inspection.") % {"count": MOST_ITEMS}, "items")
    if long := [text for text in texts if len(text) > 300]:
        raise Refused(_("An item has at most 300 characters: “%(text)s…”") % {"text": long[0][:60]}, "items")


def _fit_units(inspection: Inspection, units: Collection[Unit]) -> None:
    wanted = {unit.pk: unit for unit in units}
    for row in inspection.inspected.select_related("unit"):
        if wanted.pop(row.unit_id, None) is None:
            found = InspectionFinding.objects.filter(item__inspection=inspection, unit=row.unit)
            if found.exists():
                raise Refused(_("Findings on %(unit)s are recorded; it stays.") % {"unit": row.unit}, "units")
            for item in inspection.items.filter(point__unit=row.unit):
                item.delete()
            row.delete()
    for unit in wanted.values():
        InspectedUnit(inspection=inspection, unit=unit).save()


def _fit_items(inspection: Inspection, texts: Sequence[str]) -> None:
    stored = {item.text: item for item in inspection.items.filter(point=None)}
    for order, text in enumerate(texts, start=1):
        item = stored.pop(text, None) or InspectionItem(inspection=inspection, text=text)
        item.order = order
        item.save()
    for item in stored.values():
        if item.findings.exists():
            raise Refused(_("Findings on “%(item)s” are recorded; the item stays.") % {"item": item.text}, "items")
        item.delete()


def _add_points(inspection: Inspection) -> None:
    """Unsettled weak points of the inspected units become items of re-inspection, behind the content."""
    known = set(inspection.items.exclude(point=None).values_list("point", flat=True))
    units = inspection.inspected.values("unit")
    rows = WeakPoint.objects.unsettled().filter(unit__in=units).exclude(pk__in=known).order_by("unit__order", "pk")
    for order, point in enumerate(rows, start=MOST_ITEMS + 1 + len(known)):
        InspectionItem(inspection=inspection, order=order, text=point.title, point=point).save()


# ── findings ──────────────────────────────────────────────────────────────


def refuse_unless_under_way(row: Inspection) -> None:
    """Raises `Refused` before the inspection begins, and where its findings stand still."""
    refuse_unless(row, State.PLANNED, State.CARRIED_OUT)
    if row.starts > clock.today():
        raise Refused(_("The inspection begins on %(day)s.") % {"day": date_format(row.starts, "SHORT_DATE_FORMAT")})


@transaction.atomic
def record(inspection: Inspection, unit: Unit, answers: Mapping[int, Answer], *, by: User) -> int:
    """Write what was found in `unit`: item (key) → result and words; an empty result takes a draft back.

    Returns how many findings changed. Raises `Refused`.
    """
    row = locked(inspection, "unit")
    access.require(keeps(by, row))
    refuse_unless_under_way(row)
    if not row.inspected.filter(unit=unit).exists():
        raise Refused(_("%(unit)s is not part of this inspection.") % {"unit": unit})
    items = {item.pk: item for item in items_for(row, unit)}
    known = {one.item_id: one for one in InspectionFinding.objects.filter(item__in=items, unit=unit)}
    count = 0
    for key, answer in answers.items():
        if key not in items:
            raise Refused(_("This item is not part of the inspection of the unit. Reload the page."))
        count += _write(items[key], unit, answer, known.get(key), by=by, draft=row.state == State.PLANNED)
    return count


def items_for(inspection: Inspection, unit: Unit) -> list[InspectionItem]:
    """Items that concern the unit: the content, and its own weak points. One query."""
    rows = inspection.items.select_related("point")
    return [item for item in rows if item.point is None or item.point.unit_id == unit.pk]


def _write(
    item: InspectionItem, unit: Unit, answer: Answer, known: InspectionFinding | None, *, by: User, draft: bool
) -> bool:
    result, words = answer[0], answer[1].strip()
    if not result:
        return known is not None and _take_back(known, draft=draft)
    if known is not None and (known.result, known.words) == (result, words):
        return False
    if known is not None and known.result == Result.SHORTCOMING != result and known.weak_points.exists():
        raise Refused(_("“%(item)s” is followed up by a weak point; it stays a shortcoming.") % {"item": item.text})
    if known is not None and result == Result.SHORTCOMING and _closed_a_point(known):
        raise Refused(_("“%(item)s”: a weak point was closed on this finding; it stays.") % {"item": item.text})
    found = known or InspectionFinding(item=item, unit=unit)
    found.result, found.words, found.by, found.at = result, words, by, timezone.now()
    found.full_clean()
    found.save()
    return True


def _closed_a_point(found: InspectionFinding) -> bool:
    return WeakPointEvent.objects.filter(finding=found, kind=WeakPointEvent.Kind.CLOSED).exists()


def _take_back(found: InspectionFinding, *, draft: bool) -> bool:
    if not draft or found.files.exists():
        raise Refused(_("“%(item)s”: a finding that is known stays; correct it.") % {"item": found.item.text})
    found.delete()
    return True


# ── steps ─────────────────────────────────────────────────────────────────


@transaction.atomic
def carry_out(inspection: Inspection, *, by: User) -> Inspection:
    """The findings are recorded: from now on the inspected units read what was found on them, and are told."""
    row = locked(inspection, "unit")
    access.require(keeps(by, row))
    refuse_unless(row, State.PLANNED)
    found = set(InspectionFinding.objects.filter(item__inspection=row).values_list("unit", flat=True))
    missing = [str(one.unit) for one in row.inspected.select_related("unit") if one.unit_id not in found]
    if missing:
        raise Refused(_("Nothing has been recorded yet on: %(units)s.") % {"units": ", ".join(missing)})
    row.state = State.CARRIED_OUT
    row.save(update_fields=["state"])
    _log(row, Kind.CARRIED_OUT, by=by)
    tell_inspected(Notice.Kind.INSPECTED, row, by=by)
    return row


@transaction.atomic
def conclude(inspection: Inspection, *, conclusion: str, number: str, day: date, by: User) -> Inspection:
    """Record the conclusion with number and date of its document; findings stand still from now on.

    The inspected units are told.
    """
    row = locked(inspection, "unit")
    access.require(concludes(by, row))
    refuse_unless(row, State.CARRIED_OUT)
    if day < row.starts or day > clock.today():
        raise Refused(
            _("The conclusion is dated on the day the inspection begins or later, and not in the future."), "day"
        )
    refuse_short(conclusion, "conclusion")
    if not number.strip():
        raise Refused(_("Write the number of the document."), "number")
    row.state, row.conclusion, row.number, row.concluded_on = (
        State.CONCLUDED, conclusion.strip(), normal(number), day,
    )  # fmt: skip
    row.full_clean()
    row.save(update_fields=["state", "conclusion", "number", "concluded_on"])
    _log(row, Kind.CONCLUDED, by=by, reason=row.number)
    tell_inspected(Notice.Kind.CONCLUDED, row, by=by, text=row.conclusion)
    return row


def refuse_unless_unbegun(row: Inspection) -> None:
    """Raises `Refused` for an inspection that has taken place or has been called off."""
    refuse_unless(row, State.PLANNED)
    if InspectionFinding.objects.filter(item__inspection=row).exists():
        raise Refused(_("Findings are recorded already; the inspection has taken place."))


@transaction.atomic
def call_off(inspection: Inspection, *, reason: str, by: User) -> Inspection:
    """The planned inspection does not take place."""
    row = locked(inspection, "unit")
    access.require(keeps(by, row))
    refuse_unless_unbegun(row)
    reason = reason_of(reason, most=1000)
    row.state = State.CALLED_OFF
    row.save(update_fields=["state"])
    _log(row, Kind.CALLED_OFF, by=by, reason=reason)
    return row


def _log(row: Inspection, kind: str, *, by: User, reason: str = "") -> None:
    InspectionEvent.objects.create(inspection=row, kind=kind, by=by, at=timezone.now(), reason=reason.strip())
