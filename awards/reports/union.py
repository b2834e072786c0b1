"""Many tables read by one statement, as they stand at one moment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

Tables = Mapping[str, QuerySet[Any, Any]]  # name → rows of columns (`values_list` with their names)
Texts = dict[str, str]  # name → the rows as JSON: a list of lists, dates as text

# How a database puts all rows of a table into one text.
JOINED = {
    "sqlite": "SELECT json_group_array(json_array({columns})) FROM {rows}",
    "postgresql": "SELECT CAST(json_agg(json_build_array({columns})) AS text) FROM {rows}",
}


def among(table: str, column: int) -> RawSQL:
    """What stands in a column of another of the tables that are read together: for `…__in`.

    So a condition that many of them share is worked out once.
    """
    return RawSQL(f"SELECT c{column} FROM t_{table}", ())


def read_together(tables: Tables) -> Texts:
    """The rows of all tables as they stand at one moment. One query; rows come in any order.

    A table may rest on those before it (`among`).
    """
    parts: list[str] = []
    found: dict[str, str] = {}
    arguments: list[Any] = []
    for name, rows in tables.items():
        statement = _statement(rows)
        if statement is None:
            continue
        sql, own = statement
        table = f"t_{name}"
        columns = ", ".join(f"c{column}" for column in range(len(rows._fields)))  # type: ignore[attr-defined]
        parts.append(f"{table} ({columns}) AS ({sql})")
        found[name] = f"({JOINED[connection.vendor].format(columns=columns, rows=table)})"
        arguments += own
    if not found:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT {', '.join(found.values())}", arguments)
        return dict(zip(found, (text or "[]" for text in cursor.fetchone()), strict=True))


def _statement(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]] | None:
    """None where no row can match: then there is no statement."""
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        return None


def is_nothing(rows: QuerySet[Any, Any]) -> bool:
    """Whether no row can match, as when it is asked for keys and there are none. Such a table is not read."""
    return _statement(rows) is None


def rows_of(texts: Texts, name: str) -> Iterator[list[Any]]:
    yield from json.loads(texts.get(name) or "[]")
