"""The life of an incident: reported, investigated, concluded, or withdrawn as none. Every step is an event.

The unit reports and corrects; what makes an incident lighter is for its superior alone (`mitigates`), with a reason,
and never for who reported it. The unit's commander concludes, or the superior.

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
from emulation.periods import quarter_of
from emulation.services.feeds import follow, hold_sheets
from units import access, clock
from units.errors import Refused, reason_of
from units.locking import locked, refuse_twin
from units.models import Person, Unit, User
from units.paths import segment
from units.reports.lineages import superiors_on

State = Incident.State
Kind = IncidentEvent.Kind
Part = IncidentPerson.Part
# What this register feeds.
FEEDS = ("incidents", "incidents.dead", "incidents.injured", "incidents.offenders", "incidents.share")
STATED_FROM = (11, 1)  # month and day of a year from which its register may be stated complete: the yearly review
TRACED = (
    "kind", "gravity", "happened_on", "reported_on", "place", "words", "dead", "injured", "offenders", "damage",
    "cause", "conclusion", "conclusion_number", "concluded_on",
)  # fmt: skip


# ── who ───────────────────────────────────────────────────────────────────


def is_superior(user: User, unit: Unit) -> bool:
    """Whether the user speaks for the unit's superior: staff of the direct one, or a reviewer responsible for it."""
    return access.is_superior_staff(user, unit) or access.reviews(user, unit)


def may_correct(user: User, incident: Incident) -> bool:
    """Staff of the very unit, and its superior."""
    return access.enters(user, incident.unit) or is_superior(user, incident.unit)


def may_mitigate(user: User, incident: Incident) -> bool:
    """What makes an incident lighter, or none at all, is for the superior, and not for who reported it."""
    return is_superior(user, incident.unit) and not reported(user, incident)


def may_investigate(user: User, incident: Incident) -> bool:
    """Staff of the unit record that the investigation has begun and who is involved; so do those who conclude."""
    return access.keeps_discipline(user, incident.unit) or may_conclude(user, incident)


def may_conclude(user: User, incident: Incident) -> bool:
    """The unit's commander, who answers for it, or its superior; never who reported the incident."""
    judges = access.commands(user, incident.unit) or is_superior(user, incident.unit)
    return judges and not reported(user, incident)


def reported(user: User, incident: Incident) -> bool:
    """Whether the user wrote the report. One query."""
    return incident.events.filter(kind=Kind.REPORTED, by=user).exists()


# ── its life ──────────────────────────────────────────────────────────────


@transaction.atomic
def report_incident(incident: Incident, *, by: User) -> Incident:
    """Keep a new incident. Raises `Refused` for days that cannot be."""
    access.require(access.enters(by, incident.unit))
    incident.state = State.REPORTED
    _check(incident)
    incident.path = path_on(incident.unit, incident.happened_on)
    incident.full_clean(exclude=["search", "path"])
    same = {name: getattr(incident, name) for name in ("kind", "happened_on", "place", "words")}
    hold_sheets(FEEDS, [incident.unit_id], [incident.happened_on])
    refuse_twin(incident.unit, Incident.objects.exclude(state=State.WITHDRAWN).filter(**same))
    incident.save()
    _trace(incident, Kind.REPORTED, by, after=_values(incident))
    follow(FEEDS, [incident.unit_id], [incident.happened_on], by=by)
    return incident


def refuse_unless_correctable(row: Incident) -> None:
    """Raises `Refused` once the incident has been concluded or withdrawn."""
    if not row.is_open:
        raise Refused(_("The incident is no longer open: take its conclusion back first."))


@transaction.atomic
def correct_incident(incident: Incident, *, reason: str = "", by: User) -> Incident:
    """Keep corrected columns of an open incident.

    Raises `Refused` when it has been concluded, or the correction makes it lighter: that is for the superior, who
    gives the `reason`.
    """
    before = locked(incident, "unit", "kind", "gravity")
    access.require(may_correct(by, before))
    refuse_unless_correctable(before)
    incident.state = before.state
    _check(incident)
    lighter = mitigates(before, incident)
    if lighter:
        _refuse_mitigation(before, lighter[0], by)
        reason = reason_of(reason)
    named = incident.people.filter(part=Part.AT_FAULT).count()
    if incident.offenders < named:
        raise Refused(
            _("Named as at fault: %(named)d. The number of people at fault cannot be less; take a name away first.")
            % {"named": named}, "offenders",
        )  # fmt: skip
    incident.path = path_on(incident.unit, incident.happened_on)
    incident.full_clean(exclude=["search", "path"])
    incident.save()
    if _changed(before, incident, Kind.CORRECTED, by, reason.strip()):
        follow(FEEDS, [incident.unit_id], [before.happened_on, incident.happened_on], by=by)
    return incident


@transaction.atomic
def name_person(incident: Incident, person: Person, part: str, *, reason: str = "", by: User) -> None:
    """Name somebody as at fault or as victim; an empty `part` takes the name away.

    Raises `Refused` where more people would be named as at fault than the report counts. Awards read who is at fault:
    taking such a name away makes the incident lighter, which is for the superior, with the `reason`.
    """
    row = locked(incident, "unit", "kind", "gravity")
    access.require(may_investigate(by, row))
    refuse_unless_correctable(row)
    known = row.people.filter(person=person).select_related("person").first()
    if not part:
        _take_away(row, known, reason, by)
        return
    if known is not None:
        raise Refused(_("This person is named already."), "person")
    if part == Part.AT_FAULT and row.people.filter(part=Part.AT_FAULT).count() >= row.offenders:
        raise Refused(
            _("People at fault in the report: %(count)d, and as many are named already. Correct the number first.")
            % {"count": row.offenders}, "part",
        )  # fmt: skip
    IncidentPerson.objects.create(incident=row, person=person, part=part)
    _trace(row, Kind.PEOPLE, by, before={person.full_name: ""}, after={person.full_name: part})


def _take_away(incident: Incident, named: IncidentPerson | None, reason: str, by: User) -> None:
    if named is None:
        raise Refused(_("This person is not named."))
    if named.part == Part.AT_FAULT:
        _refuse_mitigation(incident, "person", by)
        reason = reason_of(reason)
    name, part = named.person.full_name, named.part
    named.delete()
    _trace(incident, Kind.PEOPLE, by, reason.strip(), before={name: part}, after={name: ""})


@transaction.atomic
def investigate(incident: Incident, *, by: User) -> Incident:
    """The investigation has begun."""
    row = locked(incident, "unit", "kind", "gravity")
    access.require(may_investigate(by, row))
    if row.state != State.REPORTED:
        raise Refused(_("The investigation of this incident has begun already, or it has ended."))
    return _step(row, Kind.INVESTIGATED, by, state=State.INVESTIGATED)


def refuse_unless_open(row: Incident) -> None:
    """Raises `Refused` where the incident has been decided already."""
    if not row.is_open:
        raise Refused(_("The incident has been concluded or withdrawn already."))


def refuse_unless_concluded(row: Incident) -> None:
    """Raises `Refused` where no conclusion can be taken back."""
    if row.state != State.CONCLUDED:
        raise Refused(_("Only a concluded incident is taken up again."))


@transaction.atomic
def conclude(
    incident: Incident, *, number: str, on: date, words: str, gravity: IncidentGravity, cause: str = "", by: User
) -> Incident:
    """The conclusion: it may change the gravity. Figures of open sheets follow."""
    row = locked(incident, "unit", "kind", "gravity")
    access.require(may_conclude(by, row))
    refuse_unless_open(row)
    if on > clock.today():
        raise Refused(_("The day lies in the future."), "on")
    if on < row.reported_on:
        raise Refused(_("An incident is concluded on the day it was reported or later."), "on")
    if gravity.rank < row.gravity.rank:
        _refuse_mitigation(row, "gravity", by)
    before = locked(incident, "unit", "kind", "gravity")
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
    row = locked(incident, "unit", "kind", "gravity")
    access.require(may_conclude(by, row))
    refuse_unless_concluded(row)
    reason = reason_of(reason)
    before = locked(incident, "unit", "kind", "gravity")
    row.state = State.INVESTIGATED
    row.conclusion, row.conclusion_number, row.concluded_on = "", "", None
    row.save()
    _changed(before, row, Kind.REOPENED, by, reason)
    return row


@transaction.atomic
def withdraw(incident: Incident, *, reason: str, by: User) -> Incident:
    """It was no incident after all: it counts no more, and stays with the reason."""
    row = locked(incident, "unit", "kind", "gravity")
    access.require(may_mitigate(by, row))
    refuse_unless_open(row)
    reason = reason_of(reason)
    _step(row, Kind.WITHDRAWN, by, reason, state=State.WITHDRAWN, withdrawn_why=reason)
    follow(FEEDS, [row.unit_id], [row.happened_on], by=by)
    return row


# ── statements ────────────────────────────────────────────────────────────


@transaction.atomic
def state_complete(unit: Unit, year: int, *, by: User) -> IncidentStatement:
    """The commander states that every incident of the unit in the year, until today, stands in the register.

    On the year's last day or later it speaks of the whole year and takes the place of an earlier one. Raises
    `Refused` before the yearly review (`STATED_FROM`), and where it has been stated already.
    """
    access.require(access.commands(by, unit))
    unit = locked(unit)
    until = min(clock.today(), date(year, 12, 31))
    if until < date(year, *STATED_FROM):
        day = date(year, *STATED_FROM).strftime("%d/%m/%Y")
        raise Refused(_("The register of %(year)d can be stated complete from %(day)s on.")
                      % {"year": year, "day": day}, "year")  # fmt: skip
    if not Unit.objects.existed_in(year).filter(pk=unit.pk).exists():
        raise Refused(_("The unit did not exist in that year."), "year")
    known = IncidentStatement.objects.filter(unit=unit, year=year, ended_at=None).first()
    if known is not None and known.until >= until:
        raise Refused(_("The register of this year has been stated complete already."), "year")
    if known is not None:
        _end(known, _("Replaced by the statement until %(day)s.") % {"day": _text(until)}, by)
    return IncidentStatement.objects.create(unit=unit, year=year, until=until, by=by, at=timezone.now())


@transaction.atomic
def take_back(statement: IncidentStatement, *, reason: str, by: User) -> IncidentStatement:
    """The register is not complete after all."""
    row = locked(statement, "unit")
    access.require(access.commands(by, row.unit))
    if row.ended_at is not None:
        raise Refused(_("The statement has been taken back already."))
    return _end(row, reason_of(reason), by)


def _end(row: IncidentStatement, why: str, by: User) -> IncidentStatement:
    row.ended_why, row.ended_by, row.ended_at = why, by, timezone.now()
    row.save()
    return row


# ── parts ─────────────────────────────────────────────────────────────────


def path_on(unit: Unit, day: date) -> str:
    """Where the unit stood on the day."""
    return "".join(map(segment, superiors_on(unit, day)))


def _check(incident: Incident) -> None:
    for name in ("happened_on", "reported_on"):
        if getattr(incident, name) > clock.today():
            raise Refused(_("The day lies in the future."), name)
    if incident.reported_on < incident.happened_on:
        raise Refused(_("An incident is reported on the day it happened or later."), "reported_on")
    if not incident.unit.exists_on(incident.happened_on):
        raise Refused(_("The unit does not exist on that day."), "happened_on")


def mitigates(before: Incident, after: Incident) -> list[str]:
    """Columns by which an incident became lighter: a lower gravity, fewer people, another kind of figure, or a day in
    another quarter, whose figures and year it then burdens no more. No query.
    """
    fewer = [name for name in ("dead", "injured", "offenders") if getattr(after, name) < getattr(before, name)]
    found = ["gravity"] if after.gravity.rank < before.gravity.rank else []
    found += ["kind"] if after.kind.counted_as != before.kind.counted_as else []
    moved = _quarter(after.happened_on) != _quarter(before.happened_on)
    return [*found, *fewer, *(["happened_on"] if moved else [])]


def _quarter(day: date) -> tuple[int, int]:
    return day.year, quarter_of(day)


def _refuse_mitigation(incident: Incident, field: str, by: User) -> None:
    if not may_mitigate(by, incident):
        raise Refused(
            _("This makes the incident lighter. Only the superior may do it, with a reason, and not who reported it: "
              "ask the staff of the superior or the reviewer responsible for the unit."), field,
        )  # fmt: skip


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
