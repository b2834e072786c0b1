"""What has changed since a list was judged, as the base has noted it (`awards.changes`). One query."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

MOST = 1000  # changes to look at one by one

LATEST = {
    "sqlite": "SELECT coalesce(max(id), 0) FROM awards_change",
    "postgresql": "SELECT CAST(pg_current_snapshot() AS text) WHERE NOT pg_is_in_recovery()",
}
# What was noted by transactions that a list could not see yet; which ones it saw says its snapshot.
SINCE = """
SELECT CAST(pg_current_snapshot() AS text), CAST((SELECT json_agg(json_build_array(kind, key)) FROM (
    SELECT kind, key FROM awards_change
    WHERE written >= CAST(CAST(pg_snapshot_xmin(CAST(%s AS pg_snapshot)) AS text) AS bigint)
    AND NOT pg_visible_in_snapshot(CAST(CAST(written AS text) AS xid8), CAST(%s AS pg_snapshot))
    LIMIT %s
) AS noted) AS text)
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """Until where changes were seen: on SQLite a number, on PostgreSQL a snapshot."""

    seen: int | str


Changes = dict[str, set[int]]  # kind → keys


def latest() -> Mark | None:
    """Now. None where it cannot be said: inside a transaction, which sees what it may yet take back, and on a
    standby.
    """
    if connection.in_atomic_block or not connection.get_autocommit():
        return None
    with connection.cursor() as cursor:
        cursor.execute(LATEST[connection.vendor])
        row = cursor.fetchone()
    return Mark(row[0]) if row else None


def since(mark: Mark) -> tuple[Mark, Changes] | None:
    """The mark of now and what was noted in between; None where that is too much, or cannot be said."""
    if connection.in_atomic_block or not connection.get_autocommit():
        return None
    rows: Iterable[tuple[str, int]]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT id, kind, key FROM awards_change WHERE id > %s ORDER BY id LIMIT %s", [mark.seen, MOST + 1]
            )
            numbered = cursor.fetchall()
            rows = [(kind, key) for _id, kind, key in numbered]
            now = Mark(numbered[-1][0]) if numbered else mark
        else:
            cursor.execute(SINCE, [mark.seen, mark.seen, MOST + 1])
            seen, text = cursor.fetchone()
            now, rows = Mark(seen), [(kind, key) for kind, key in json.loads(text or "[]")]
    if len(rows) > MOST:
        return None
    found: Changes = defaultdict(set)
    for kind, key in rows:
        found[kind].add(key)
    return now, found
