"""What the base notes of changes, and what is read of it."""

import pytest
from django.db import connection, transaction

from awards import changes as triggers
from awards.models import Change
from awards.reports import changes
from tests.factories import make_award, make_grant, make_person, make_rating, make_unit_rating
from units.models import TaskRating, User

pytestmark = pytest.mark.django_db(transaction=True)


def noted(write):
    """Kind → keys that were noted while `write` did its work, and what it returned."""
    mark = changes.latest()
    made = write()
    return dict(changes.since(mark)[1]), made


def test_row_notes_whom_it_was_and_is_about(depot):
    first, second = make_person(depot, "Lê An"), make_person(depot, "Lê Chi")
    found, row = noted(lambda: make_rating(first))
    assert found == {"person": {first.pk}}
    moved, _rows = noted(lambda: TaskRating.objects.filter(pk=row.pk).update(person=second))
    assert moved == {"person": {first.pk, second.pk}}
    assert noted(row.delete)[0] == {"person": {second.pk}}


def test_nothing_else_is_noted(depot, staff):
    make_unit_rating(depot)
    assert noted(lambda: User.objects.update(full_name="Lê Chi"))[0] == {}
    assert noted(lambda: depot.__class__.objects.update(order=9))[0] == {}
    assert noted(lambda: depot.__class__.objects.update(dissolved=None))[0] == {"all": {0}}


def test_grant_of_a_unit_is_one_of_its_people_as_well(depot):
    award = make_award("FLAG")
    assert noted(lambda: make_grant(award, depot, 2019))[0] == {"unit": {depot.pk}, "title": {depot.pk}}


def test_rows_that_others_pass_over_in_bulk_are_noted_each_time(depot):
    """On SQLite what a statement says of conflicts holds for its triggers too."""
    person = make_person(depot, "Lê An")
    for year in (2018, 2019):
        rows = [TaskRating(person=person, year=year, rating="well")] * 2
        found, _rows = noted(lambda rows=rows: TaskRating.objects.bulk_create(rows, ignore_conflicts=True))
        assert found == {"person": {person.pk}}


def test_what_is_taken_back_is_not_noted(depot):
    person = make_person(depot, "Lê An")

    def write():
        with transaction.atomic():
            make_rating(person)
            assert (changes.latest(), changes.since(changes.Mark(0))) == (None, None)
            transaction.set_rollback(True)

    assert noted(write)[0] == {}


def test_too_much_is_not_looked_at_one_by_one(depot, monkeypatch):
    monkeypatch.setattr(changes, "MOST", 2)
    people = [make_person(depot, f"Lê An {number}") for number in range(3)]
    mark = changes.latest()
    for person in people[:2]:
        make_rating(person)
    assert changes.since(mark)[1] == {"person": {person.pk for person in people[:2]}}
    make_rating(people[2])
    assert changes.since(mark) is None


def test_oldest_notes_are_given_up(depot, monkeypatch):
    """SQLite keeps one note of each; PostgreSQL those of late."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(triggers.NOTE_FUNCTION.replace("% 1000", "% 5").replace("- 100000", "- 10"))
    try:
        row = make_rating(make_person(depot, "Lê An"))
        for _round in range(30):
            row.save()
        notes = Change.objects.filter(kind="person", key=row.person_id)
        assert (1 <= notes.count() <= 16, notes.count() == 1) == (True, connection.vendor == "sqlite")
    finally:
        if connection.vendor != "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(triggers.NOTE_FUNCTION)


def test_what_is_written_while_nobody_watches_is_a_change_of_everything(depot):
    person = make_person(depot, "Lê An")

    def write():
        triggers.before_migrations("default")
        assert noted(lambda: make_rating(person))[0] == {}
        triggers.after_migrations("default")

    assert noted(write)[0] == {"all": {0}}
    assert noted(lambda: TaskRating.objects.update(rating="not"))[0] == {"person": {person.pk}}
