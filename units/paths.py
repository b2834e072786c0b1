"""Materialised paths: one segment of digits for every unit from the root down.

Fixed width makes every collation order them alike; a branch is always a range of two constants,
the one form that stays fast at every size on both engines.
"""

from collections.abc import Iterable

from django.db.models import Q

WIDTH = 6  # digits of a segment: the key of the unit
MAX_DEPTH = 20


def segment(unit_id: int) -> str:
    return f"{unit_id:0{WIDTH}d}"


def path_ids(path: str) -> list[int]:
    """Keys of the units on `path`, root first, the unit itself last."""
    return [int(path[at : at + WIDTH]) for at in range(0, len(path), WIDTH)]


def depth(path: str) -> int:
    """1 for a root."""
    return len(path) // WIDTH


def parent_path(path: str) -> str:
    return path[:-WIDTH]


def branch_q(path: str, field: str = "path") -> Q:
    """The unit at `path` and everything below it."""
    end = path[:-WIDTH] + segment(int(path[-WIDTH:]) + 1)
    return Q(**{f"{field}__gte": path, f"{field}__lt": end})


def branches_q(paths: Iterable[str], field: str = "path") -> Q:
    """Rows in any of the branches; none when there is no path."""
    found = Q(pk__in=[])
    for path in outermost(paths):
        found |= branch_q(path, field)
    return found


def outermost(paths: Iterable[str]) -> list[str]:
    """`paths` without those that lie below another of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept
