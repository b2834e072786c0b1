"""Units that stood under a superior for a part of a period alone: what counts there of theirs, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation import periods
from emulation.consolidation import Parts, over_rounds
from emulation.models import Lineage
from emulation.reports.figures import Figure, Reading, rule_of
from units.models import Placement, Unit


def quarters_under(reading: Reading, superior: int, unit: int, year: int, period: str) -> list[int]:
    """The quarters of the period in which the unit stood directly under the superior."""
    places = ((q, reading.places.get((unit, year, q))) for q in periods.QUARTERS[period])
    return [quarter for quarter, place in places if place is not None and place.parent_id == superior]


def is_partly(reading: Reading, superior: int, unit: int, year: int, period: str) -> bool:
    """Whether in a quarter of the period the unit stood elsewhere."""
    places = (reading.places.get((unit, year, q)) for q in periods.QUARTERS[period])
    return any(place is not None and place.parent_id != superior for place in places)


def partly_below(
    reading: Reading, superior: int, below: Iterable[Lineage], year: int, period: str
) -> tuple[int, ...]:
    """Those of the places `below` whose units stood elsewhere in a quarter of the period."""
    return tuple(row.unit_id for row in below if is_partly(reading, superior, row.unit_id, year, period))


def parts_in(reading: Reading, place: Lineage, indicator: int, year: int, period: str, quarter: int) -> Parts | None:
    """What a unit that stood elsewhere in the period brings from one quarter; None where the quarter makes no figure.

    Its figures of the period's quarters have to be loaded.
    """
    unit, rule = place.unit_id, rule_of(reading.indicators[indicator])
    if place.is_leaf:
        book = reading.own.get(year)
        if book is None or indicator not in book.rules or quarter not in book.making(unit, indicator, period):
            return None
        return book.unit_parts(unit, quarter, indicator, reading.name)
    if not rule.flow and reading.is_split(indicator, year, period):
        return reading.split_parts(unit, indicator, year, quarter)
    if not rule.flow and quarter != periods.QUARTERS[period][-1]:
        return None
    figure = reading.figure(unit, indicator, year, f"Q{quarter}")
    return figure.parts if figure else None


def figure_under(reading: Reading, superior: int, unit: int, indicator: int, year: int, period: str) -> Figure | None:
    """The unit's figure as it counts under the superior: without result for a part of the period alone."""
    if not is_partly(reading, superior, unit, year, period):
        return reading.figure(unit, indicator, year, period)
    if indicator not in reading.indicators:
        return None
    found = []
    for quarter in quarters_under(reading, superior, unit, year, period):
        place = reading.places[unit, year, quarter]
        found.append(parts_in(reading, place, indicator, year, period, quarter))
    parts = over_rounds(rule_of(reading.indicators[indicator]), (part for part in found if part is not None))
    if not (parts.expected or parts.reported):
        return None
    return reading.unjudged(unit, indicator, year, period, parts)


def spans_under(superior: Unit, units: Iterable[int], year: int) -> dict[int, str]:
    """unit → «until 14/08/2020», «from 15/08/2020 on»: when in the year it came under the superior and left it.

    One query; none for no units.
    """
    units = list(units)
    if not units:
        return {}
    found: dict[int, list[str]] = {}
    rows = Placement.objects.filter(unit__in=units, parent=superior).order_by("since")
    for unit, since, until in rows.values_list("unit_id", "since", "until"):
        words = found.setdefault(unit, [])
        if since is not None and since.year == year:
            words.append(_("from %(day)s on") % {"day": date_format(since, "SHORT_DATE_FORMAT")})
        if until is not None and until.year == year:
            last = date_format(until - timedelta(days=1), "SHORT_DATE_FORMAT")
            words.append(_("until %(day)s") % {"day": last})
    return {unit: " ".join(words) for unit, words in found.items()}
