"""What the pages of units and users show, in a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from units import clock
from units.models import Placement, Unit, User
from units.models.units import UnitQuerySet
from units.paths import outermost, path_ids

FOUND = 30  # units a search shows
LEVEL = 500  # units shown below one another at a time
FEW = 5  # so many subordinates are unfolded as well


@dataclass(frozen=True)
class Placed:
    """A unit with the superiors it has today, root first."""

    unit: Unit
    superiors: list[Unit]


@dataclass(frozen=True)
class Node:
    """A unit in the tree. `below` is filled where the page shows it; other levels come when asked for."""

    unit: Unit
    has_children: bool
    below: Level | None = None


@dataclass(frozen=True)
class Level:
    """Some units beside each other; `cut` says that there are more than are shown."""

    nodes: list[Node]
    cut: bool = False


@dataclass(frozen=True)
class Remark:
    """What a page of the tree says above everything else; `url` and `action` lead on, empty where they do not."""

    title: str
    text: str
    url: str
    action: str


def with_superiors(units: Iterable[Unit]) -> list[Placed]:
    """Each unit with its superiors. One query besides `units`."""
    units = list(units)
    above = {pk for unit in units for pk in path_ids(unit.path)[:-1]}
    known = Unit.objects.only("code", "name", "short_name", "path").in_bulk(above)
    return [Placed(unit, [known[pk] for pk in path_ids(unit.path)[:-1]]) for unit in units]


def find_units(units: UnitQuerySet, text: str) -> tuple[list[Placed], bool]:
    """Units found by `text`, at most `FOUND`, those that exist first; and whether there are more."""
    ended_last = F("dissolved").asc(nulls_first=True)
    found = [*units.found_by(text).select_related("kind").order_by(ended_last, "order", "code")[: FOUND + 1]]
    return with_superiors(found[:FOUND]), len(found) > FOUND


def tree_of(user: User, *, dissolved: bool) -> Level:
    """The tops of the user's branches with their subordinates, and theirs where those are few."""
    tops = outermost(m.unit.path for m in user.active_memberships)
    below, cut = _children({path_ids(path)[-1] for path in tops}, dissolved=dissolved)
    second = {unit.pk for units in below.values() for unit in units}
    if len(second) <= FEW:
        further, cut = _children(second, dissolved=dissolved)
        below |= further
    units = _with_kind(Unit.objects.filter(path__in=tops), dissolved)
    return Level([_node(unit, below) for unit in units], cut)


def level_below(unit: Unit, *, dissolved: bool) -> Level:
    """Direct subordinates of the unit today."""
    below, cut = _children({unit.pk}, dissolved=dissolved)
    return Level([_node(child, {}) for child in below.get(unit.pk, [])], cut)


def _with_kind(units: QuerySet[Unit], dissolved: bool) -> QuerySet[Unit]:
    under = Placement.objects.filter(parent=OuterRef("pk"), until=None)
    if not dissolved:
        under = under.filter(unit__dissolved=None)
    return units.select_related("kind").annotate(has_children=Exists(under))


def _children(parents: set[int], *, dissolved: bool) -> tuple[dict[int, list[Unit]], bool]:
    units = Unit.objects.filter(placements__parent__in=parents, placements__until=None)
    if not dissolved:
        units = units.existing_on(clock.today())
    rows = [*_with_kind(units, dissolved).annotate(parent=F("placements__parent"))[: LEVEL + 1]]
    below: dict[int, list[Unit]] = {}
    for unit in rows[:LEVEL]:
        below.setdefault(unit.parent, []).append(unit)
    return below, len(rows) > LEVEL


def _node(unit: Unit, below: dict[int, list[Unit]]) -> Node:
    children = [_node(child, below) for child in below.get(unit.pk, [])]
    return Node(unit, unit.has_children, Level(children) if children else None)  # type: ignore[attr-defined]
