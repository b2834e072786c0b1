"""A row of consolidated figures as it is stored: its columns, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulation.consolidation import Parts
from emulation.reports.book import SETS, Count, Row

PARTS = ("numerator", "denominator", "samples", "reported", "expected")
COUNTS = ("targeted", "met", "all_targeted", "all_met", "target", "comparator")
PLAIN = (*(name + column for name in SETS for column in PARTS), *COUNTS, "unsettled")
COLUMNS = (*PLAIN, "classes", "all_classes")
NO_CLASSES: tuple[dict, dict] = ({}, {})


def columns_of(row: Row) -> tuple[Any, ...]:
    """A row as it is stored, in the order of `COLUMNS`."""
    sums = (getattr(row.parts[name], column) for name in SETS for column in PARTS)
    classes = ({str(key): c for key, c in sorted(row.parts[name].classes.items())} for name in SETS)
    return *sums, *row.count, row.unsettled, *classes


def row_of(values: Sequence[Any]) -> Row:
    """The inverse of `columns_of`."""
    row = Row(parts_of(values), goal=values[14], comparator=values[15], unsettled=values[16])
    row.add_count(Count(*values[10:16]))
    for name, classes in zip(SETS, values[-2:], strict=True):
        row.parts[name].add_classes({int(key): counts for key, counts in classes.items()})
    return row


def parts_of(values: Sequence[Any]) -> dict[str, Parts]:
    """Both sets of parts from the sums in the order of `PLAIN`."""
    return {"": Parts(*values[:5]), "all_": Parts(*values[5:10])}
