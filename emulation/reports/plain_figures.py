"""Figures as plain text: what traces, versions and verdicts keep of them, and compare."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from emulation.checks import Entry
from emulation.models import Result, ResultItem

Snapshot = dict[str, Any]


def snapshot(result: Result | None, items: dict[int, str] | None = None) -> Snapshot | None:
    """The figure as plain text for traces and versions; grades and items by key; None where there is none."""
    if result is None:
        return None
    if items is None:
        items = {item.item_id: item.state for item in result.items.all()}
    parts = (result.status, result.numerator, result.denominator, result.grade_id)
    return plain_figure(*parts, reason=result.reason, note=result.note, items=items)


def plain_figure(
    status: str,
    numerator: Decimal | None,
    denominator: Decimal | None,
    grade: int | None,
    *,
    reason: str,
    note: str,
    items: dict[int, str],
) -> Snapshot:
    """A figure as plain text, without what is empty."""
    found = {
        "status": status,
        "numerator": _plain(numerator),
        "denominator": _plain(denominator),
        "grade": grade,
        "items": {str(key): state for key, state in sorted(items.items())},
        "reason": reason,
        "note": note,
    }
    return {key: value for key, value in found.items() if value not in (None, "", {})}


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def entry_snapshot(entry: Entry | None) -> Snapshot | None:
    """The snapshot a saved entry will have."""
    if entry is None:
        return None
    return plain_figure(
        entry.status, *parts_of(entry), entry.grade, reason=entry.reason, note=entry.note, items=entry.items
    )


def entry_of(found: Snapshot) -> Entry:
    """The inverse of `entry_snapshot`."""
    numerator, denominator = (
        Decimal(found[name]) if name in found else None for name in ("numerator", "denominator")
    )
    items = {int(pk): state for pk, state in found.get("items", {}).items()}
    return Entry(
        found["status"], numerator, denominator, found.get("grade"), items, found.get("reason", ""),
        found.get("note", ""),
    )  # fmt: skip


def parts_of(entry: Entry) -> tuple[Decimal | None, Decimal | None]:
    """Numerator and denominator; those of a checklist follow from its items."""
    if not entry.items or entry.status != Result.Status.REPORTED:
        return entry.numerator, entry.denominator
    states = list(entry.items.values())
    met = states.count(ResultItem.State.MET)
    return Decimal(met), Decimal(len(states) - states.count(ResultItem.State.NOT_APPLICABLE))
