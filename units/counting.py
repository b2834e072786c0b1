"""Several counts by one query."""

from __future__ import annotations

from django.db.models import IntegerField, QuerySet, Subquery

from units.models import User


class Counted(Subquery):
    """How many rows a query has; cheaper to build than Django's own grouped subquery."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, rows: QuerySet) -> None:
        super().__init__(rows.order_by().values("pk"))


def count_all(user: User, *queries: QuerySet) -> tuple[int, ...]:
    """The number of rows of each query. One query, asked beside the row of `user`, who is there anyway."""
    return User.objects.filter(pk=user.pk).values_list(*map(Counted, queries))[0]
