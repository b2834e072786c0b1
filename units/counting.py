"""Several counts by one query."""

from __future__ import annotations

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


def count_all(first: QuerySet, *others: QuerySet) -> tuple[int, ...]:
    """The number of rows of each query. One query.

    Put together as text: every page asks this, and Django builds subqueries of subqueries in twice the time.
    """
    connection = connections[first.db]
    counts, params = [], []
    for rows in (first, *others):
        try:
            text, given = rows.order_by().values("pk").query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            counts.append("0")
        else:
            counts.append(f"(SELECT COUNT(*) FROM ({text}) counted)")
            params += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", params)
        return cursor.fetchone()
