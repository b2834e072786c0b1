"""Which tables «who is due» rests on, and the triggers that note their changes (`models.Change`).

Triggers and not services: bulk writes, imports and hand-written statements count as well, and nobody who adds a
service can forget it. A trigger names no other table than its own and that of the changes: SQLite makes a table anew
when it is altered, which takes its triggers away and stumbles over those of others that name it. So before a
migration all are taken away, and made again after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import time_ns
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

EVERYTHING = "all"
FORGOTTEN = 50_000  # notes on PostgreSQL after which all are deleted, and one says that everything has changed


@dataclass(frozen=True, slots=True)
class Watched:
    """A table. `marks` are (kind, column with the key): a column may be empty, and then nothing is noted.

    `only` are the columns of which a change counts (all of them where there are none), `where` a condition on rows,
    `events` what is watched for. `part` tells a second entry of a table from the first.
    """

    table: str
    marks: tuple[tuple[str, str], ...]
    only: tuple[str, ...] = ()
    where: str = ""
    events: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")
    part: str = ""

    @property
    def name(self) -> str:
        """Of its triggers."""
        return f"awards_note_{self.table}{self.part}"

    def when(self, event: str) -> str:
        return "UPDATE OF " + ", ".join(self.only) if event == "UPDATE" and self.only else event


def of(kind: str, *tables: str) -> Iterator[Watched]:
    """Tables of which no single row is asked for: key 0."""
    return (Watched(table, ((kind, "0"),)) for table in tables)


PERSON = (("person", "person_id"),)
UNIT = (("unit", "unit_id"),)
# Kinds: `person` and `unit` are keys of those; `named` is a unit that is called otherwise, `title` one whose people
# have a title more or less, `sheet` a sheet of figures, `vote` a line of a dossier; the others stand for everything
# that rests on figures, incidents or votes.
WATCHED = (
    Watched("units_person", (("person", "id"),)),
    *(Watched(f"units_{name}", PERSON) for name in ("posting", "taskrating", "discipline", "initiative")),
    Watched("units_unitrating", UNIT),
    Watched("awards_grant", (*PERSON, *UNIT, ("title", "unit_id"))),
    Watched("awards_attestation", PERSON + UNIT),
    Watched("awards_agendaitem", (("vote", "line_id"),)),
    Watched("emulation_result", (("sheet", "report_id"),)),
    Watched("emulation_report", UNIT, only=("unit_id", "round_id", "lineage_id", "state")),
    Watched("emulation_target", UNIT),
    Watched("emulation_lineage", UNIT, only=("round_id", "unit_id", "parent_id", "path", "is_leaf")),
    Watched("emulation_summary", UNIT, where="{row}.period = 'Y' AND {row}.drive_id IS NULL"),
    Watched("units_unit", ((EVERYTHING, "0"),), only=("kind_id", "path", "established", "dissolved")),
    Watched("units_unit", (("named", "id"),), ("code", "name", "short_name"), events=("UPDATE",), part="_named"),
    *of(EVERYTHING, "units_persongroup", "units_disciplineform", "awards_completeregister", "awards_award"),
    *of("incidents", "emulation_incident", "emulation_incidentperson", "emulation_incidentgravity"),
    *of("incidents", "emulation_incidentstatement"),
    *of("votes", "awards_councilmember"),
    # What a vote is about: it stands long before there is one, but for corrections by hand.
    Watched("awards_nomination", PERSON + UNIT, ("person_id", "unit_id", "dossier_id"), events=("UPDATE", "DELETE")),
    Watched("awards_dossier", (("votes", "0"),), ("year",), events=("UPDATE",)),
    Watched("awards_session", (("votes", "0"),), ("council_id",), events=("UPDATE",)),
    Watched("awards_council", (("votes", "0"),), ("unit_id",), events=("UPDATE",)),
    *of("figures", "emulation_campaign", "emulation_campaignkind", "emulation_campaignscope", "emulation_grade"),
    *of("figures", "emulation_campaignindicator", "emulation_campaignindicator_kinds", "emulation_indicator"),
    *of("figures", "emulation_round"),
)  # fmt: skip
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}

NOTE = {  # how a change is noted
    "sqlite": (  # no REPLACE: what the statement that was watched says of conflicts would overrule it
        "DELETE FROM awards_change WHERE kind = '{kind}' AND key = {key}{where}; "
        "INSERT INTO awards_change (kind, key, written) "
        "SELECT '{kind}', {key}, 0 WHERE {key} IS NOT NULL{where};"
    ),
    "postgresql": "IF {key} IS NOT NULL{where} THEN PERFORM {schema}.awards_note('{kind}', {key}); END IF;",
}
# Names with their schema: data is restored with no search path at all.
NOTE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {{schema}}.awards_note(what text, whose bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    transaction bigint := CAST(CAST(pg_current_xact_id() AS text) AS bigint);
    number bigint;
BEGIN
    IF EXISTS (
        SELECT 1 FROM {{schema}}.awards_change WHERE written = transaction AND kind = what AND key = whose
    ) THEN
        RETURN;
    END IF;
    INSERT INTO {{schema}}.awards_change (kind, key, written)
    VALUES (what, whose, transaction) RETURNING id INTO number;
    IF number % {FORGOTTEN} = 0 THEN
        DELETE FROM {{schema}}.awards_change WHERE id IN (
            SELECT id FROM {{schema}}.awards_change ORDER BY id FOR UPDATE SKIP LOCKED
        );
        INSERT INTO {{schema}}.awards_change (kind, key, written) VALUES ('{EVERYTHING}', 0, transaction);
    END IF;
END $$
"""
EMPTIED_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {{schema}}.awards_note_emptied() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM {{schema}}.awards_note('{EVERYTHING}', 0); RETURN NULL; END $$
"""
# How many of the triggers there are and awake: a migration or restore that broke off leaves none, or some.
MADE = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 12) = 'awards_note_'",
    "postgresql": (
        "SELECT count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE left(tgname, 12) = 'awards_note_' AND tgenabled IN ('O', 'A') "
        "AND relnamespace = CAST(current_schema() AS regnamespace)"
    ),
}


def watch(using: str) -> None:
    """Make the triggers; whatever was written while there were none counts as a change of everything."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(MADE[connection.vendor])
        if cursor.fetchone()[0] != triggers(connection.vendor):
            unwatch(using)
            for statement in _statements(cursor):
                cursor.execute(statement)
        if connection.vendor == "sqlite":
            # Numbers go on from the time of day: a base that was emptied or restored goes on beyond all it ever gave.
            cursor.execute("DELETE FROM awards_change WHERE kind = %s", [EVERYTHING])
            cursor.execute(
                "INSERT INTO awards_change (id, kind, key, written) "
                "SELECT max(coalesce(max(id), 0) + 1, %s), %s, 0, 0 FROM awards_change",
                [time_ns() // 1000, EVERYTHING],
            )
        else:
            cursor.execute("SELECT awards_note(%s, 0)", [EVERYTHING])


def unwatch(using: str) -> None:
    """Take all triggers away, also those that an earlier version made."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(MADE["sqlite"].replace("count(*)", "name"))
            gone = [f"DROP TRIGGER {name}" for (name,) in cursor.fetchall()]
        else:
            cursor.execute(
                "SELECT proname FROM pg_proc WHERE left(proname, 12) = 'awards_note_' "
                "AND pronamespace = CAST(current_schema() AS regnamespace)"
            )
            gone = [f"DROP FUNCTION {name}() CASCADE" for (name,) in cursor.fetchall()]
        for statement in gone:
            cursor.execute(statement)


def triggers(vendor: str) -> int:
    """How many triggers there are when all are there."""
    return sum(len(one.events) for one in WATCHED) if vendor == "sqlite" else 2 * len(WATCHED)


def _notes(one: Watched, vendor: str, rows: tuple[str, ...], schema: str = "") -> str:
    """The statements that note a change of `rows` (OLD, NEW)."""
    return " ".join(
        NOTE[vendor].format(
            kind=kind, key=column if column == "0" else f"{row}.{column}", schema=schema,
            where=f" AND {one.where.format(row=row)}" if one.where else "",
        )
        for row in rows
        for kind, column in one.marks
    )  # fmt: skip


def _statements(cursor: CursorWrapper) -> Iterator[str]:
    if cursor.db.vendor == "sqlite":
        yield from _sqlite()
        return
    cursor.execute("SELECT quote_ident(current_schema())")
    yield from _postgresql(cursor.fetchone()[0])


def _sqlite() -> Iterator[str]:
    yield "DROP INDEX IF EXISTS change_once"  # of an earlier version: notes loaded from a file would break it
    yield "CREATE INDEX IF NOT EXISTS change_of ON awards_change (kind, key)"
    for one in WATCHED:
        for event in one.events:
            notes = _notes(one, "sqlite", ROWS[event])
            name = f"{one.name}_{event.lower()}"
            yield f"CREATE TRIGGER {name} AFTER {one.when(event)} ON {one.table} BEGIN {notes} END"


def _postgresql(schema: str) -> Iterator[str]:
    """A function and a trigger for each table, and one trigger that tells when it is emptied at a stroke."""
    yield NOTE_FUNCTION.format(schema=schema)
    yield EMPTIED_FUNCTION.format(schema=schema)
    for one in WATCHED:
        name, events = one.name, " OR ".join(map(one.when, one.events))
        old, new = (_notes(one, "postgresql", (row,), schema) for row in ("OLD", "NEW"))
        yield (
            f"CREATE OR REPLACE FUNCTION {schema}.{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP <> 'INSERT' THEN {old} END IF; IF TG_OP <> 'DELETE' THEN {new} END IF; RETURN NULL; END $$"
        )
        yield f"CREATE TRIGGER {name} AFTER {events} ON {one.table} FOR EACH ROW EXECUTE FUNCTION {schema}.{name}()"
        yield (
            f"CREATE TRIGGER {name}_emptied AFTER TRUNCATE ON {one.table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {schema}.awards_note_emptied()"
        )


def before_migrations(using: str, **others: Any) -> None:
    """Of the migrations of any app."""
    if "awards_change" in connections[using].introspection.table_names():
        unwatch(using)


def after_migrations(using: str, **others: Any) -> None:
    """Of `awards`, once all of its tables are there."""
    if "awards_change" in connections[using].introspection.table_names():
        watch(using)
