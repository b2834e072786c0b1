"""Upheld objections to nominees: what they said, and which of them nothing of the line has met yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Max, QuerySet

from awards.models import Nomination, NominationEvent, NominationFile, Objection


def upheld(lines: Collection[Nomination]) -> QuerySet[Objection]:
    """Upheld objections to the lines, the first answered first; with the unit of their notice."""
    rows = Objection.objects.filter(line__in=[line.pk for line in lines], upheld=True)
    return rows.select_related("notice__unit").order_by("answered_at", "pk")


def unmet(lines: Collection[Nomination]) -> dict[int, Objection]:
    """Line (key) → the last upheld objection to it, where its unit has changed nothing of the line since.

    A file attached or removed is a change, too. One query; four where there are upheld objections.
    """
    last = {one.line_id: one for one in upheld(lines)}
    if not last:
        return {}
    events = NominationEvent.objects.filter(
        line__in=last, kind=NominationEvent.Kind.CHANGED, stage__in=Nomination.EDITABLE
    )
    files = NominationFile.objects.filter(line__in=last)
    changes: dict[int, list[datetime]] = {}
    for rows, column in ((events, "at"), (files, "at"), (files.exclude(removed_at=None), "removed_at")):
        for line, at in rows.order_by().values_list("line").annotate(Max(column)):
            changes.setdefault(line, []).append(at)
    return {
        line: one
        for line, one in last.items()
        if not any(one.answered_at is not None and at > one.answered_at for at in changes.get(line, ()))
    }
