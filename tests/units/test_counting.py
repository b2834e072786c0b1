"""Several counts by one query."""

import pytest
from django.db.models import Exists, OuterRef

from tests.factories import make_unit
from units.counting import count_all
from units.models import Placement, Unit


def test_counts_are_those_of_each_query_and_cost_one(db, django_assert_num_queries):
    top = make_unit(code="A%")
    make_unit(top, "B")
    make_unit(top, "C")
    queries = [
        Unit.objects.order_by("name"),
        Unit.objects.none(),
        Unit.objects.filter(code="A%"),
        Unit.objects.filter(Exists(Placement.objects.filter(unit=OuterRef("pk"), parent=top))),
        Unit.objects.filter(placements__parent=top).values("placements__parent").distinct(),
    ]
    with django_assert_num_queries(1):
        found = count_all(*queries)
    assert found == (3, 0, 1, 2, 2)


@pytest.mark.parametrize("queries", [0, 1])
def test_nothing_is_counted_where_there_can_be_nothing(db, queries):
    assert count_all(Unit.objects.none(), *[Unit.objects.filter(pk__in=[])] * queries) == (0,) * (queries + 1)
