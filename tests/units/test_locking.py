"""One row is locked and read, with the rows that are asked for and no others."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import make_person
from units.errors import Refused
from units.locking import forget, locked
from units.models import Person


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


def test_a_row_deleted_meanwhile_is_refused_in_words(depot):
    person = make_person(depot)
    person.pk = 0
    with pytest.raises(Refused, match="vừa được người khác xóa"), transaction.atomic():
        locked(person)


def test_rows_are_forgotten_by_their_condition_alone(depot):
    kept, gone = make_person(depot), make_person(depot)
    for person in (kept, gone):
        person.postings.all().delete()
    with transaction.atomic():
        forget(Person.objects.filter(pk=gone.pk))
    assert list(Person.objects.all()) == [kept]
