"""One row is locked and read, with the rows that are asked for and no others."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import make_person
from units.locking import locked


@pytest.mark.parametrize(("related", "joined"), [((), 0), (("unit",), 1), (("unit", "group", "rank"), 3)])
def test_a_locked_row_brings_the_related_rows_that_are_named(depot, related, joined):
    person = make_person(depot)
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        found = locked(person, *related)
    assert (found, queries[0]["sql"].count(" JOIN ")) == (person, joined)
