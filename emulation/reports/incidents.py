"""Incidents in lists, on their page and in files; statements of complete registers; and what feeds take."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from emulation.feeds import Codes, Source, Taken
from emulation.models import (
    Incident,
    IncidentEvent,
    IncidentGravity,
    IncidentKind,
    IncidentPerson,
    IncidentStatement,
)
from emulation.models.incidents import OPEN_DAYS, IncidentQuerySet
from emulation.reports.timeline import Changed, Step, step_of
from emulation.reports.work import Task
from units import access, clock
from units.counting import count_all
from units.models import Unit, User
from units.spreadsheets import Value

TASKS = 10
STATED = 10  # years of which a unit says whether its register is complete
FROM = "from:"  # before the code of the least gravity that a feed takes
BELOW = "below:"  # before the code of the gravity under which it takes all


def summary(user: User) -> str:
    """ "3 incidents · 1 open" of what the user sees. One query."""
    mine = Incident.objects.visible_to(user)
    count, waiting, late = count_all(mine.counting(), mine.open(), mine.overdue())
    words = [
        ngettext("%(count)d incident", "%(count)d incidents", count) % {"count": count},
        _("%(count)d open") % {"count": waiting},
    ]
    return " · ".join([*words, _("%(count)d overdue") % {"count": late}] if late else words)


def tasks(user: User) -> Iterator[Task]:
    """Incidents without conclusion after thirty days, for those who see them. One query; none for the others."""
    if not access.sees_anybodys_discipline(user):
        return
    rows = Incident.objects.visible_to(user).overdue().select_related("unit", "kind").order_by("reported_on", "pk")
    for row in rows[:TASKS]:
        hint = _("Reported more than %(days)d days ago and not concluded yet.") % {"days": OPEN_DAYS}
        yield Task(
            _("Incident: %(incident)s") % {"incident": row}, str(row.unit), row.get_absolute_url(), _("View"),
            row.state, "incident", None, None, hint=hint,
        )  # fmt: skip


# ── its page ──────────────────────────────────────────────────────────────


STEPS = {  # kind of event → icon, colour
    IncidentEvent.Kind.REPORTED: ("flag-fill", "near"),
    IncidentEvent.Kind.CONCLUDED: ("patch-check-fill", "met"),
    IncidentEvent.Kind.WITHDRAWN: ("x-octagon-fill", "miss"),
}


def steps_of(incident: Incident) -> list[Step]:
    """What was done to it, the oldest first. Three queries."""
    catalogues = {
        "kind": {row.code: row.label for row in IncidentKind.objects.all()},
        "gravity": {row.code: row.label for row in IncidentGravity.objects.all()},
    }
    return [
        step_of(
            row,
            *STEPS.get(IncidentEvent.Kind(row.kind), ("check2", "info")),
            changes=[] if row.kind == IncidentEvent.Kind.REPORTED else list(_changes(row, catalogues)),
        )
        for row in incident.events.select_related("by")
    ]


def _changes(row: IncidentEvent, catalogues: Mapping[str, Mapping[str, str]]) -> Iterator[Changed]:
    columns = {field.name: field for field in Incident._meta.concrete_fields}
    for name in dict.fromkeys([*row.before, *row.after]):
        label = capfirst(str(columns[name].verbose_name)) if name in columns else name
        known = catalogues.get(name, {}) if name in columns else dict(IncidentPerson.Part.choices)
        before, after = (str(side.get(name, "")) for side in (row.before, row.after))
        yield label, str(known.get(before, before)), str(known.get(after, after))


# ── statements ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Stated:
    """A year and the statement in force for it, None where there is none. `renewable`: one until a later day may
    follow; `spent`: the year is over, and the statement does not speak of its last days.
    """

    year: int
    statement: IncidentStatement | None
    renewable: bool = False
    spent: bool = False


def statements_of(unit: Unit) -> list[Stated]:
    """The last `STATED` years of a unit, the newest first. One query."""
    today = clock.today()
    this = today.year
    rows = IncidentStatement.objects.filter(unit=unit, ended_at=None, year__gt=this - STATED).select_related("by")
    found = {row.year: row for row in rows}
    return [_stated(year, found.get(year), today) for year in range(this, this - STATED, -1)]


def _stated(year: int, row: IncidentStatement | None, today: date) -> Stated:
    renewable = row is not None and row.until < min(today, date(year, 12, 31))
    return Stated(year, row, renewable, renewable and year < today.year)


# ── export ────────────────────────────────────────────────────────────────


def export_heads() -> list[str]:
    return [
        _("Unit code"), _("Unit"), _("Kind"), _("Gravity"), _("State"), _("Happened on"), _("Reported on"),
        _("Place"), _("What happened"), _("Dead"), _("Injured"), _("People at fault"), _("Damage (million VND)"),
        _("Cause"), _("Conclusion"), _("Number of the conclusion"), _("Concluded on"),
    ]  # fmt: skip


def export_rows(rows: QuerySet[Incident]) -> Iterator[list[Value]]:
    for row in rows.select_related("unit", "kind", "gravity"):
        yield [
            row.unit.code, row.unit.name, row.kind.label, row.gravity.label, row.get_state_display(), row.happened_on,
            row.reported_on, row.place, row.words, row.dead, row.injured, row.offenders, row.damage, row.cause,
            row.conclusion, row.conclusion_number, row.concluded_on,
        ]  # fmt: skip


# ── feeds ─────────────────────────────────────────────────────────────────


def narrowing() -> Mapping[str, str]:
    """Codes that narrow a feed: what kinds are counted as, and gravities («from:serious», «below:serious»)."""
    gravities = IncidentGravity.objects.all()
    known: dict[str, str] = {str(value): str(label) for value, label in IncidentKind.CountedAs.choices}
    known |= {f"{FROM}{row.code}": _("from “%(gravity)s” on") % {"gravity": row.label} for row in gravities}
    return known | {
        f"{BELOW}{row.code}": _("lighter than “%(gravity)s”") % {"gravity": row.label} for row in gravities
    }


def fed_rows(first: date, last: date, codes: Codes) -> IncidentQuerySet:
    """Incidents of the days that count, of what is named, of the gravities named."""
    rows = Incident.objects.counting().filter(happened_on__gte=first, happened_on__lte=last)
    named = [code for code in codes if not code.startswith((FROM, BELOW))]
    if named:
        rows = rows.filter(kind__counted_as__in=named)
    for code in codes:
        if code.startswith(FROM):
            rows = rows.filter(gravity__rank__gte=_ranks(code.removeprefix(FROM)))
        if code.startswith(BELOW):
            rows = rows.filter(gravity__rank__lt=_ranks(code.removeprefix(BELOW)))
    return rows


def _ranks(code: str) -> QuerySet[IncidentGravity, Any]:
    return IncidentGravity.objects.filter(code=code).values("rank")


def takes(codes: Codes, incident: Incident) -> bool:
    """Whether a feed narrowed to `codes` takes the incident; what was withdrawn may have been taken before. One query
    at most.
    """
    named = [code for code in codes if not code.startswith((FROM, BELOW))]
    if named and incident.kind.counted_as not in named:
        return False
    rank = incident.gravity.rank
    least, under = ([code.removeprefix(one) for code in codes if code.startswith(one)] for one in (FROM, BELOW))
    wrong = Q(code__in=least, rank__gt=rank) | Q(code__in=under, rank__lte=rank)
    return not IncidentGravity.objects.filter(wrong).exists()


def complete_until(unit: int, first: date, last: date) -> date | None:
    """The day until which the register of the year is stated complete, where the days lie before it."""
    rows = IncidentStatement.objects.in_force().filter(unit=unit, year=last.year, until__gte=last)
    return rows.values_list("until", flat=True).first() if first.year == last.year else None


def _source(key: str, label: str | Promise, column: str, **more: Any) -> Source:
    def take(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
        rows = fed_rows(first, last, codes).filter(unit__in=list(units)).order_by()
        value = Sum(F(column)) if column else Count("pk")
        found = rows.values_list("unit").annotate(value=value, entries=Count("pk"))
        return {unit: Taken(Decimal(total), entries) for unit, total, entries in found}

    def address(unit: Unit, first: date, last: date, codes: Codes) -> str:
        asked: list[tuple[str, object]] = [
            ("very", unit.pk),
            ("since", first),
            ("until", last),
            ("state", "counting"),
        ]
        return f"{reverse('emulation:incident-list')}?{urlencode([*asked, *(('of', code) for code in codes)])}"

    return Source(key, label, take, address, narrowing, access.sees_discipline, stated=complete_until, **more)


FEEDS = (
    _source("incidents", gettext_lazy("Incidents (cases)"), ""),
    _source("incidents.dead", gettext_lazy("Incidents (dead)"), "dead"),
    _source("incidents.injured", gettext_lazy("Incidents (injured)"), "injured"),
    _source("incidents.offenders", gettext_lazy("Incidents (people at fault)"), "offenders"),
    _source(
        "incidents.share", gettext_lazy("Incidents (cases, of a whole that is typed)"), "", measures=("ratio",),
        typed_until=True, halved=True,
    ),
)  # fmt: skip
