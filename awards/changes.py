"""Which tables «who is due» rests on, and the triggers that note their changes (`models.Change`).

Triggers and not services: bulk writes, imports and hand-written statements count as well, and nobody who adds a
service can forget it. A trigger names no other table than its own and that of the changes: SQLite makes a table anew
when it is altered, which takes its triggers away and stumbles over those of others that name it. So before a
migration all are taken away, and made again after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

EVERYTHING = "all"
REMEMBERED = 100_000  # rows on PostgreSQL; whoever has missed more than `awards.reports.changes.MOST` judges anew


@dataclass(frozen=True, slots=True)
class Watched:
    """A table. `marks` are (kind, column with the key): a column may be empty, and then nothing is noted.

    `only` are the columns of which a change counts (all of them where there are none), `where` a condition on rows.
    """

    table: str
    marks: tuple[tuple[str, str], ...]
    only: tuple[str, ...] = ()
    where: str = ""


def of(kind: str, *tables: str) -> Iterator[Watched]:
    """Tables of which no single row is asked for: key 0."""
    return (Watched(table, ((kind, "0"),)) for table in tables)


PERSON = (("person", "person_id"),)
UNIT = (("unit", "unit_id"),)
# Kinds: `person` and `unit` are keys of those; `title` a unit whose people have one more or less, `sheet` a sheet of
# figures, `vote` a line of a dossier; the others stand for everything that rests on figures, incidents or votes.
WATCHED = (
    Watched("units_person", (("person", "id"),)),
    *(Watched(f"units_{name}", PERSON) for name in ("posting", "taskrating", "discipline", "initiative")),
    Watched("units_unitrating", UNIT),
    Watched("awards_grant", (*PERSON, *UNIT, ("title", "unit_id"))),
    Watched("awards_attestation", PERSON + UNIT),
    Watched("awards_agendaitem", (("vote", "line_id"),)),
    Watched("emulation_result", (("sheet", "report_id"),)),
    Watched("emulation_report", UNIT, only=("unit_id", "round_id", "state")),
    Watched("emulation_target", UNIT),
    Watched("emulation_lineage", UNIT, only=("round_id", "unit_id", "parent_id", "path", "is_leaf")),
    Watched("emulation_summary", UNIT, where="{row}.period = 'Y' AND {row}.drive_id IS NULL"),
    Watched("units_unit", ((EVERYTHING, "0"),), only=(
        "code", "name", "short_name", "kind_id", "path", "established", "dissolved",
    )),
    *of(EVERYTHING, "units_persongroup", "units_disciplineform", "awards_completeregister", "awards_award"),
    *of("incidents", "emulation_incident", "emulation_incidentperson", "emulation_incidentgravity"),
    *of("incidents", "emulation_incidentstatement"),
    *of("votes", "awards_councilmember"),
    *of("figures", "emulation_campaign", "emulation_campaignkind", "emulation_campaignscope", "emulation_grade"),
    *of("figures", "emulation_campaignindicator", "emulation_campaignindicator_kinds", "emulation_indicator"),
    *of("figures", "emulation_round"),
)  # fmt: skip
EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}

NOTE = {  # how a change is noted
    "sqlite": (  # no REPLACE: what the statement that was watched says of conflicts would overrule it
        "DELETE FROM awards_change WHERE kind = '{kind}' AND key = {key}{where}; "
        "INSERT INTO awards_change (kind, key, written) "
        "SELECT '{kind}', {key}, 0 WHERE {key} IS NOT NULL{where};"
    ),
    "postgresql": "IF {key} IS NOT NULL{where} THEN PERFORM awards_note('{kind}', {key}); END IF;",
}
NOTE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION awards_note(what text, whose bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    transaction bigint := CAST(CAST(pg_current_xact_id() AS text) AS bigint);
    number bigint;
BEGIN
    IF EXISTS (SELECT 1 FROM awards_change WHERE written = transaction AND kind = what AND key = whose) THEN
        RETURN;
    END IF;
    INSERT INTO awards_change (kind, key, written) VALUES (what, whose, transaction) RETURNING id INTO number;
    IF number % 1000 = 0 THEN
        DELETE FROM awards_change WHERE id IN (
            SELECT id FROM awards_change WHERE id < number - {REMEMBERED} ORDER BY id FOR UPDATE SKIP LOCKED
        );
    END IF;
END $$
"""


def watch(using: str) -> None:
    """Make the triggers; whatever was written while there were none counts as a change of everything."""
    connection = connections[using]
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute("CREATE UNIQUE INDEX IF NOT EXISTS change_once ON awards_change (kind, key)")
        elif not _made(cursor):
            cursor.execute(NOTE_FUNCTION)
        if not _made(cursor):
            for statement in (_sqlite if sqlite else _postgresql)():
                cursor.execute(statement)
        cursor.execute(
            "INSERT OR REPLACE INTO awards_change (kind, key, written) VALUES (%s, 0, 0)" if sqlite else
            "SELECT awards_note(%s, 0)", [EVERYTHING],
        )  # fmt: skip


def unwatch(using: str) -> None:
    """Take all triggers away, also those that an earlier version made."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _made(cursor):
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'awards\\_note\\_%%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP FUNCTION {name}() CASCADE")


def _made(cursor: CursorWrapper) -> list[str]:
    """Names of the triggers that there are."""
    cursor.execute({
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'awards_note_%%'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'awards_note_%%'",
    }[cursor.db.vendor])  # fmt: skip
    return [name for (name,) in cursor.fetchall()]


def _notes(one: Watched, vendor: str, rows: tuple[str, ...]) -> str:
    """The statements that note a change of `rows` (OLD, NEW)."""
    return " ".join(
        NOTE[vendor].format(
            kind=kind, key=column if column == "0" else f"{row}.{column}",
            where=f" AND {one.where.format(row=row)}" if one.where else "",
        )
        for row in rows
        for kind, column in one.marks
    )  # fmt: skip


def _when(one: Watched, event: str) -> str:
    return "UPDATE OF " + ", ".join(one.only) if event == "UPDATE" and one.only else event


def _sqlite() -> Iterator[str]:
    for one in WATCHED:
        for event, rows in EVENTS.items():
            name = f"awards_note_{one.table}_{event.lower()}"
            notes = _notes(one, "sqlite", rows)
            yield f"CREATE TRIGGER {name} AFTER {_when(one, event)} ON {one.table} BEGIN {notes} END"


def _postgresql() -> Iterator[str]:
    for one in WATCHED:
        for event, rows in EVENTS.items():
            name = f"awards_note_{one.table}_{event.lower()}"
            notes = _notes(one, "postgresql", rows)
            yield (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {notes} RETURN NULL; END $$"
            )
            yield (
                f"CREATE TRIGGER {name} AFTER {_when(one, event)} ON {one.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def before_migrations(using: str, **others: Any) -> None:
    """Of the migrations of any app."""
    if "awards_change" in connections[using].introspection.table_names():
        unwatch(using)


def after_migrations(using: str, **others: Any) -> None:
    """Of `awards`, once all of its tables are there."""
    if "awards_change" in connections[using].introspection.table_names():
        watch(using)
