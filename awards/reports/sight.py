"""Of which lines a user may read what criteria say of discipline and of incidents."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from awards import access
from awards.criteria import Kind
from awards.models import Attestation, Criterion, Nomination
from awards.reports.snapshots import Side, asks_incidents, of_office, side_of
from emulation.models import IncidentPerson
from units.access import discipline_units, sees_discipline
from units.models import Posting, Unit, User
from units.paths import branches_q


def sides_shown(user: User, lines: Iterable[Nomination]) -> dict[int, Side | None]:
    """Line (key) → what the user may read of its findings. Four queries at most."""
    lines = list(lines)
    shown, told = discipline_shown(user, lines), incidents_shown(user, lines)
    return {
        line.pk: side_of(
            line.findings, discipline=line.pk in shown, incidents=line.pk in told, offices=judged_offices(user, line)
        )
        for line in lines
    }


def judged_offices(user: User, line: Nomination) -> set[int]:
    """Offices (keys) for which the line waits for the user's opinion: what it rests on there the user reads."""
    return access.speaks_for(user, line.holder) if line.stage == Nomination.Stage.SUBMITTED else set()


def judges_by(user: User, row: Attestation) -> bool:
    """Whether a line that waits for an office of the user rests on the attestation. One query at most."""
    if not access.has_desk(user):
        return False
    rows = Nomination.objects.filter(stage=Nomination.Stage.SUBMITTED, dossier__year=row.year)
    rows = rows.filter(person=row.person_id, unit=row.unit_id).select_related("holder")
    sides = [of_office(line.findings, office) for line in rows for office in judged_offices(user, line)]
    address = row.get_absolute_url()
    return any(address in leaf["sources"] for side in sides if side for leaf in side["leaves"])


def shows_discipline(user: User, line: Nomination) -> bool:
    return line.pk in discipline_shown(user, [line])


def shows_incidents(user: User, line: Nomination) -> bool:
    return line.pk in incidents_shown(user, [line])


def resting_on(user: User, row: Attestation) -> list[Nomination]:
    """Nominations that rest on the attestation, as far as the user reads them. One query."""
    rows = Nomination.objects.visible_to(user).filter(person=row.person_id, unit=row.unit_id, dossier__year=row.year)
    address = row.get_absolute_url()
    return [
        line
        for line in rows.select_related("award", "dossier__campaign").order_by("pk")
        if line.findings and any(address in leaf["sources"] for leaf in line.findings["full"]["leaves"])
    ]


def discipline_shown(user: User, lines: Iterable[Nomination]) -> set[int]:
    """Lines (keys) of whose findings discipline and incidents are shown: by the rule for the unit of the person, and
    to who concludes on the line. One query at most.

    What is found of a unit rests on its whole branch: who keeps discipline, but does not judge, has to see that of
    every unit in it, or the findings would tell of one further down.
    """
    shown: set[int] = set()
    asked: dict[int, str] = {}
    judged = tuple(access.judges_paths(user))
    for line in lines:
        place = access.unit_of(line.subject)
        if access.concludes(user, line.holder) or place.path.startswith(judged):
            shown.add(line.pk)
        elif sees_discipline(user, place):
            shown.add(line.pk)
            if line.unit_id:
                asked[line.pk] = place.path
    if asked:
        below = Unit.objects.filter(branches_q(asked.values())).exclude(pk__in=discipline_units(user).values("pk"))
        hidden = list(below.values_list("path", flat=True))
        shown -= {key for key, path in asked.items() if any(one.startswith(path) for one in hidden)}
    return shown


def incidents_shown(user: User, lines: Iterable[Nomination]) -> set[int]:
    """Lines (keys) whose incidents are shown, where discipline is: to who concludes on the line, and to who sees
    discipline in every unit where the person served in the years looked at, or was at fault. Three queries at most.

    An incident belongs to the unit where it happened, whatever has become of the people since. It does not matter
    whether there was any: else it would be told by what is hidden.
    """
    lines = list(lines)
    asked = {
        line.person_id: line.dossier.year
        for line in lines
        if line.person_id and asks_incidents(line.findings) and not access.concludes(user, line.holder)
    }
    hidden: set[int] = set()
    if asked:
        years = Criterion.objects.filter(kind=Kind.NO_INCIDENT).aggregate(most=Max("years"))["most"] or 1
        served = Posting.objects.filter(person__in=asked).values_list("person", "until__year", "unit", "unit__path")
        faults = IncidentPerson.objects.filter(person__in=asked, part=IncidentPerson.Part.AT_FAULT).values_list(
            "person", "incident__happened_on__year", "incident__unit", "incident__unit__path"
        )
        hidden = {
            person
            for person, last, unit, path in (*served, *faults)
            if (last is None or last > asked[person] - years) and not sees_discipline(user, Unit(pk=unit, path=path))
        }
    return {
        line.pk for line in lines if line.person_id not in hidden or access.concludes(user, line.holder)
    }  # fmt: skip
