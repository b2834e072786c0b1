"""The life of an incident: reported, investigated, concluded, or withdrawn as none. Every step is an event.

An incident counts in fed figures from its report on; what the conclusion changes follows in open sheets, and those
handed in show the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Incident, IncidentEvent, IncidentGravity, IncidentPerson, IncidentStatement
from emulation.services.feeds import follow
from units import access, clock
from units.errors import Refused
from units.models import Person, Role, Unit, User
from units.paths import segment
from units.services.tree import superiors_on

State = Incident.State
Kind = IncidentEvent.Kind
Part = IncidentPerson.Part
FEEDS = ("incidents", "incidents.dead", "incidents.injured", "incidents.offenders")  # what this register feeds
LEAST_REASON = 15  # characters that say why something is no incident, or a conclusion is taken back
STATED_FROM = (11, 1)  # month and day of a year from which its register may be stated complete: the yearly review
TRACED = (
    "kind", "gravity", "happened_on", "reported_on", "place", "words", "dead", "injured", "offenders", "damage",
    "cause", "conclusion", "conclusion_number", "concluded_on",
)  # fmt: skip


# ── who ───────────────────────────────────────────────────────────────────


def may_report(user: User, unit: Unit) -> bool:
    """Staff of the very unit report and correct its incidents: its figures follow from them."""
    return access.works_at(user, unit, Role.STAFF)


def may_conclude(user: User, incident: Incident) -> bool:
    """Staff of the unit or of its direct superior record the investigation and its conclusion."""
    return access.keeps_discipline(user, incident.unit)


def may_withdraw(user: User, incident: Incident) -> bool:
    """That something was no incident is not said by who reported it: commander, or staff of the superior."""
    judges = access.works_at(user, incident.unit, Role.COMMANDER) or access.is_superior_staff(user, incident.unit)
    return judges and not reported(user, incident)


def reported(user: User, incident: Incident) -> bool:
    """Whether the user wrote the report. One query."""
    return incident.events.filter(kind=Kind.REPORTED, by=user).exists()


def may_state(user: User, unit: Unit) -> bool:
    """The unit's commander answers for its register."""
    return access.works_at(user, unit, Role.COMMANDER)


# ── its life ──────────────────────────────────────────────────────────────


@transaction.atomic
def report_incident(incident: Incident, *, by: User) -> Incident:
    """Keep a new incident. Raises `Refused` for days that cannot be."""
    access.require(may_report(by, incident.unit))
    incident.state = State.REPORTED
    _check(incident)
    incident.path = path_on(incident.unit, incident.happened_on)
    incident.full_clean(exclude=["search", "path"])
    incident.save()
    _trace(incident, Kind.REPORTED, by, after=_values(incident))
    follow(FEEDS, [incident.unit_id], [incident.happened_on], by=by)
    return incident


@transaction.atomic
def correct_incident(incident: Incident, *, by: User) -> Incident:
    """Keep corrected columns of an open incident. Raises `Refused` when it has been concluded."""
    before = _locked(incident)
    access.require(may_report(by, before.unit))
    if not before.is_open:
        raise Refused(_("The incident is no longer open: take its conclusion back first."))
    incident.state = before.state
    _check(incident)
    incident.path = path_on(incident.unit, incident.happened_on)
    incident.full_clean(exclude=["search", "path"])
    incident.save()
    if _changed(before, incident, Kind.CORRECTED, by):
        follow(FEEDS, [incident.unit_id], [before.happened_on, incident.happened_on], by=by)
    return incident


@transaction.atomic
def name_person(incident: Incident, person: Person, part: str, *, by: User) -> None:
    """Name somebody as at fault or as victim; an empty `part` takes the name away."""
    row = _locked(incident)
    access.require(may_conclude(by, row))
    if not row.is_open:
        raise Refused(_("The incident is no longer open: take its conclusion back first."))
    known = row.people.filter(person=person).first()
    before = {person.full_name: known.get_part_display() if known else ""}
    if not part:
        if known is None:
            raise Refused(_("This person is not named."))
        known.delete()
        _trace(row, Kind.PEOPLE, by, before=before, after={person.full_name: ""})
        return
    if known is not None:
        raise Refused(_("This person is named already."), "person")
    IncidentPerson.objects.create(incident=row, person=person, part=part)
    _trace(row, Kind.PEOPLE, by, before=before, after={person.full_name: str(Part(part).label)})


@transaction.atomic
def investigate(incident: Incident, *, by: User) -> Incident:
    """The investigation has begun."""
    row = _locked(incident)
    access.require(may_conclude(by, row))
    if row.state != State.REPORTED:
        raise Refused(_("The investigation of this incident has begun already, or it has ended."))
    return _step(row, Kind.INVESTIGATED, by, state=State.INVESTIGATED)


@transaction.atomic
def conclude(
    incident: Incident, *, number: str, on: date, words: str, gravity: IncidentGravity, cause: str = "", by: User
) -> Incident:
    """The conclusion: it may change the gravity. Figures of open sheets follow."""
    row = _locked(incident)
    access.require(may_conclude(by, row))
    if not row.is_open:
        raise Refused(_("The incident has been concluded or withdrawn already."))
    if on > clock.today():
        raise Refused(_("The day lies in the future."), "on")
    if on < row.reported_on:
        raise Refused(_("An incident is concluded on the day it was reported or later."), "on")
    if gravity.rank < row.gravity.rank and reported(by, row):
        raise Refused(
            _("Who reported an incident does not lower its gravity: somebody else concludes it."), "gravity"
        )
    before = _locked(incident)
    row.conclusion_number, row.concluded_on, row.conclusion, row.gravity = number, on, words, gravity
    row.cause = cause or row.cause
    row.state = State.CONCLUDED
    row.full_clean(exclude=["search", "path"])
    row.save()
    _changed(before, row, Kind.CONCLUDED, by)
    follow(FEEDS, [row.unit_id], [row.happened_on], by=by)
    return row


@transaction.atomic
def reopen(incident: Incident, *, reason: str, by: User) -> Incident:
    """Take a conclusion back: it is investigated again."""
    row = _locked(incident)
    access.require(may_withdraw(by, row))
    if row.state != State.CONCLUDED:
        raise Refused(_("Only a concluded incident is taken up again."))
    reason = _reason(reason)
    before = _locked(incident)
    row.state = State.INVESTIGATED
    row.conclusion, row.conclusion_number, row.concluded_on = "", "", None
    row.save()
    _changed(before, row, Kind.REOPENED, by, reason)
    return row


@transaction.atomic
def withdraw(incident: Incident, *, reason: str, by: User) -> Incident:
    """It was no incident after all: it counts no more, and stays with the reason."""
    row = _locked(incident)
    access.require(may_withdraw(by, row))
    if not row.is_open:
        raise Refused(_("The incident has been concluded or withdrawn already."))
    reason = _reason(reason)
    _step(row, Kind.WITHDRAWN, by, reason, state=State.WITHDRAWN, withdrawn_why=reason)
    follow(FEEDS, [row.unit_id], [row.happened_on], by=by)
    return row


# ── statements ────────────────────────────────────────────────────────────


@transaction.atomic
def state_complete(unit: Unit, year: int, *, by: User) -> IncidentStatement:
    """The commander states that every incident of the unit in the year stands in the register.

    Raises `Refused` before the yearly review (`STATED_FROM`), and where it has been stated already.
    """
    access.require(may_state(by, unit))
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if clock.today() < date(year, *STATED_FROM):
        day = date(year, *STATED_FROM).strftime("%d/%m/%Y")
        raise Refused(_("The register of %(year)d can be stated complete from %(day)s on.")
                      % {"year": year, "day": day}, "year")  # fmt: skip
    if not Unit.objects.existed_in(year).filter(pk=unit.pk).exists():
        raise Refused(_("The unit did not exist in that year."), "year")
    if IncidentStatement.objects.filter(unit=unit, year=year, ended_at=None).exists():
        raise Refused(_("The register of this year has been stated complete already."), "year")
    return IncidentStatement.objects.create(unit=unit, year=year, by=by, at=timezone.now())


@transaction.atomic
def take_back(statement: IncidentStatement, *, reason: str, by: User) -> IncidentStatement:
    """The register is not complete after all."""
    row = IncidentStatement.objects.select_for_update(of=("self",)).select_related("unit").get(pk=statement.pk)
    access.require(may_state(by, row.unit))
    if row.ended_at is not None:
        raise Refused(_("The statement has been taken back already."))
    row.ended_why = _reason(reason)
    row.ended_by, row.ended_at = by, timezone.now()
    row.save()
    return row


# ── parts ─────────────────────────────────────────────────────────────────


def path_on(unit: Unit, day: date) -> str:
    """Where the unit stood on the day."""
    return "".join(map(segment, superiors_on(unit, day)))


def _locked(incident: Incident) -> Incident:
    rows = Incident.objects.select_for_update(of=("self",)).select_related("unit", "kind", "gravity")
    return rows.get(pk=incident.pk)


def _check(incident: Incident) -> None:
    for name in ("happened_on", "reported_on"):
        if getattr(incident, name) > clock.today():
            raise Refused(_("The day lies in the future."), name)
    if incident.reported_on < incident.happened_on:
        raise Refused(_("An incident is reported on the day it happened or later."), "reported_on")
    if not incident.unit.exists_on(incident.happened_on):
        raise Refused(_("The unit does not exist on that day."), "happened_on")


def _reason(text: str) -> str:
    if len(text.strip()) < LEAST_REASON:
        raise Refused(_("Say why, in at least %(count)d characters.") % {"count": LEAST_REASON}, "reason")
    return text.strip()


def _values(incident: Incident) -> dict[str, Any]:
    """What the trace keeps of the columns: text as a reader understands it."""
    found = {}
    for name in TRACED:
        value = getattr(incident, name)
        if value not in (None, ""):
            found[name] = value.code if name in ("kind", "gravity") else _text(value)
    return found


def _text(value: Any) -> str:
    return value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)


def _changed(before: Incident, after: Incident, kind: str, by: User, reason: str = "") -> bool:
    """Write the event with the columns that differ; whether any did."""
    old, new = _values(before), _values(after)
    names = [name for name in TRACED if old.get(name) != new.get(name)]
    if names or kind != Kind.CORRECTED:
        _trace(after, kind, by, reason, {name: old.get(name, "") for name in names},
               {name: new.get(name, "") for name in names})  # fmt: skip
    return bool(names)


def _step(row: Incident, kind: str, by: User, reason: str = "", **columns: Any) -> Incident:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
    _trace(row, kind, by, reason)
    return row


def _trace(
    row: Incident, kind: str, by: User, reason: str = "", before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    IncidentEvent.objects.create(
        incident=row, kind=kind, before=dict(before or {}), after=dict(after or {}), reason=reason, by=by,
        at=timezone.now(),
    )  # fmt: skip
