"""Who acts for a unit that has been dissolved: its last direct superior. The one place that says so."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Length, Substr

from units import clock
from units.models import Unit
from units.paths import WIDTH, path_ids


def acting_for(unit: Unit) -> set[int]:
    """Keys of the units that act for `unit`: itself and, once it is dissolved, its direct superior. No query."""
    ended = unit.dissolved is not None and unit.dissolved <= clock.today()
    return {unit.pk, *path_ids(unit.path)[-2:-1]} if ended else {unit.pk}


def superior_path(unit: str = "") -> Case:
    """As a column of rows that name a unit (`unit`: the way to it, "" where the rows are units): the path of the
    superior that acts for it, "" where it acts itself.
    """
    way = f"{unit}__" if unit else ""
    above = Substr(f"{way}path", 1, Length(f"{way}path") - WIDTH)
    return Case(When(**{f"{way}dissolved__lte": clock.today()}, then=above), default=Value(""))


def succeeded(units: Iterable[Unit]) -> QuerySet[Unit]:
    """The dissolved units for which `units` act, with `superior` (path)."""
    paths = [unit.path for unit in units]
    return Unit.objects.annotate(superior=superior_path()).filter(superior__in=paths).order_by()
