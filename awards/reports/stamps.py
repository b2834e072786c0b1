"""A stamp of what rows say: equal as long as nothing of it has changed, whoever changed it and however.

No column of times and no audit log could do this: bulk writes pass them by, and two transactions may commit in
another order than they wrote. The stamp is made of the very contents; the database joins them, in one query.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

# How a database puts all rows of {rows} with the columns {columns} into one text.
JOINED = {
    "sqlite": ("SELECT group_concat({columns}, ';') FROM {rows}", "quote({column})", "||','||"),
    "postgresql": (
        "SELECT encode(sha256(convert_to(string_agg({rows}::text, ';'), 'UTF8')), 'hex') FROM {rows}", "", "",
    ),
}  # fmt: skip


def stamp_of(tables: Iterable[QuerySet[Any, Any]], *others: object) -> str:
    """64 hexadecimal digits for the rows of all `tables` (`values_list` with names of columns) and `others`.

    Rows in another order give another stamp: that costs time where it is used, never a wrong answer. One query.
    """
    parts: list[str] = []
    found: list[str] = []
    arguments: list[Any] = []
    select, quoted, between = JOINED[connection.vendor]
    for number, rows in enumerate(tables):
        try:
            sql, own = rows.query.sql_with_params()
        except EmptyResultSet:
            sql, own = "", ()
        if not sql:
            continue
        columns = [f"c{column}" for column in range(len(rows._fields))]  # type: ignore[attr-defined]
        parts.append(f"r{number}({','.join(columns)}) AS ({sql})")
        joined = between.join(quoted.format(column=column) for column in columns)
        found.append(f"({select.format(rows=f'r{number}', columns=joined)}) AS f{number}")
        arguments += own
    digest = sha256(repr(others).encode())
    if found:
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} SELECT {', '.join(found)}", arguments)
            for name, text in zip(cursor.description, cursor.fetchone(), strict=True):
                digest.update(f"\n{name[0]}:".encode())
                digest.update((text or "").encode())
    return digest.hexdigest()


def columns_of(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """All columns of the table of `rows`, by name."""
    return rows.order_by().values_list(*(field.attname for field in rows.model._meta.concrete_fields))
