"""What has changed since a list was judged, as the base has noted it (`awards.changes`). One query."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from awards.changes import MADE, triggers

MOST = 1000  # changes to look at one by one

# Until where notes are there now, in which base, how many triggers, and the notes that a list could not see yet. On
# SQLite a number tells them; on PostgreSQL the transaction that wrote them, and which ones it saw says its snapshot.
NOTED = {
    "sqlite": f"""
        SELECT coalesce((SELECT max(id) FROM awards_change), 0), '', ({MADE["sqlite"]}), (
            SELECT json_group_array(json_array(kind, key)) FROM (
                SELECT kind, key FROM awards_change WHERE id > %s LIMIT %s
            )
        )
    """,
    "postgresql": f"""
        SELECT CAST(pg_current_snapshot() AS text),
            concat(pg_postmaster_start_time(), ' ', pg_relation_filenode('awards_change')), ({MADE["postgresql"]}), (
            SELECT CAST(json_agg(json_build_array(kind, key)) AS text) FROM (
                SELECT kind, key FROM awards_change, (SELECT CAST(%s AS pg_snapshot) AS seen) AS before
                WHERE written >= CAST(CAST(pg_snapshot_xmin(seen) AS text) AS bigint)
                AND NOT pg_visible_in_snapshot(CAST(CAST(written AS text) AS xid8), seen)
                LIMIT %s
            ) AS noted
        ) WHERE NOT pg_is_in_recovery()
    """,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Until where changes were seen: on SQLite a number, on PostgreSQL a snapshot; `base` tells a server, and a base
    that was made anew, from another, whose snapshots mean other transactions.
    """

    seen: int | str
    base: str = ""


Changes = dict[str, set[int]]  # kind → keys


def latest() -> Mark | None:
    """Now. None where it cannot be said: inside a transaction, which sees what it may yet take back, on a standby,
    and where triggers are missing.
    """
    found = _noted(None)
    return found[0] if found else None


def since(mark: Mark) -> tuple[Mark, Changes] | None:
    """The mark of now and what was noted in between; None where that is too much, or cannot be said."""
    noted = _noted(mark.seen)
    if noted is None:
        return None
    now, rows = noted
    other = now.base != mark.base or (connection.vendor == "sqlite" and now.seen < mark.seen)  # type: ignore[operator]
    if other or len(rows) > MOST:
        return None
    found: Changes = defaultdict(set)
    for kind, key in rows:
        found[kind].add(key)
    return now, found


def _noted(seen: int | str | None) -> tuple[Mark, list[tuple[str, int]]] | None:
    if connection.in_atomic_block or not connection.get_autocommit():
        return None
    with connection.cursor() as cursor:
        cursor.execute(NOTED[connection.vendor], [seen, 0 if seen is None else MOST + 1])
        row = cursor.fetchone()
    if row is None or row[2] != triggers(connection.vendor):
        return None
    return Mark(row[0], row[1]), json.loads(row[3] or "[]")
