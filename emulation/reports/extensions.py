"""The days that count for a sheet: its round's calendar, with the extensions of its unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from emulation import terms as rule
from emulation.models import Extension, Lineage, Report, Round
from emulation.terms import Terms
from units import clock

# What can still be handed in for the first time; a returned sheet has no deadline.
BEGUN = (Report.State.NOT_STARTED, Report.State.DRAFT)


def terms_of(rows: Iterable[Report] | Iterable[Lineage]) -> dict[int, Terms]:
    """sheet (or place in a round) → the days that count: its round's calendar with its unit's extensions.

    One query; none without rows.
    """
    sheets: list[Report | Lineage] = [*rows]
    given: dict[tuple[int, int], list[rule.Extension]] = defaultdict(list)
    if sheets:
        rounds, units = {row.round_id for row in sheets}, {row.unit_id for row in sheets}
        for extension in Extension.objects.filter(round__in=rounds, unit__in=units):
            given[extension.round_id, extension.unit_id].append(_plain(extension))
    return {row.pk: _terms(row.round, given[row.round_id, row.unit_id]) for row in sheets}


def extended_in(round_: Round) -> dict[int, Terms]:
    """unit → the days that count for it, for the units that ever had an extension in the round. One query."""
    given: dict[int, list[rule.Extension]] = defaultdict(list)
    for row in Extension.objects.filter(round=round_):
        given[row.unit_id].append(_plain(row))
    return {unit: _terms(round_, rows) for unit, rows in given.items()}


def round_terms(round_: Round) -> Terms:
    """The days that count for units without an extension."""
    return _terms(round_, [])


def _plain(row: Extension) -> rule.Extension:
    return rule.Extension(row.until, timezone.localdate(row.ended_at) if row.ended_at else None)


def _terms(round_: Round, extensions: Iterable[rule.Extension]) -> Terms:
    return rule.terms(round_.opens, round_.due, round_.closes, extensions)


def made_late(round_: Round, due: date, closes: date | None) -> int:
    """How many sheets another calendar of the round would make late, or close, today: those not handed in.

    Those late or closed already, and those of units with more time, are not counted. Two queries at most.
    """
    today = clock.today()
    later = due < today <= round_.due
    shut = closes is not None and closes < today and not round_.closed
    if not later and not shut:
        return 0
    granted = Extension.objects.in_force().filter(round=round_, until__gte=today)
    return round_.reports.filter(state__in=BEGUN).exclude(unit__in=granted.values("unit")).count()
