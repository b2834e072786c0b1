"""What the base notes of changes, and what is read of it."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from awards import changes as triggers
from awards.models import Change
from awards.reports import changes
from tests.factories import make_award, make_grant, make_person, make_rating, make_unit_rating
from units.models import Person, TaskRating, User

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


def test_oldest_notes_are_given_up_and_everything_is_noted_instead(depot, monkeypatch):
    """SQLite keeps one note of each; PostgreSQL starts anew from time to time, whoever was late."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not sqlite:
            cursor.execute(triggers.NOTE_FUNCTION.format(schema="public").replace("% 50000", "% 20"))
    try:
        row = make_rating(make_person(depot, "Lê An"))
        mark = changes.latest()
        for _round in range(30):
            row.save()
        kinds = {"person": {row.person_id}} | ({} if sqlite else {"all": {0}})
        assert (changes.since(mark)[1], Change.objects.filter(kind="person").count() < 21) == (kinds, True)
    finally:
        with connection.cursor() as cursor:
            if not sqlite:
                cursor.execute(triggers.NOTE_FUNCTION.format(schema="public"))


def test_what_is_written_while_nobody_watches_is_a_change_of_everything(depot):
    """A migration that breaks off leaves nobody watching: then nothing is said of changes."""
    person = make_person(depot, "Lê An")
    mark = changes.latest()
    triggers.before_migrations("default")
    assert (changes.latest(), changes.since(mark)) == (None, None)
    make_rating(person)
    triggers.after_migrations("default")
    assert changes.since(mark)[1] == {"all": {0}}
    assert noted(lambda: TaskRating.objects.update(rating="not"))[0] == {"person": {person.pk}}


def test_one_trigger_that_is_missing_is_missed(depot):
    mark = changes.latest()
    with connection.cursor() as cursor:
        cursor.execute({
            "sqlite": "DROP TRIGGER awards_note_units_posting_insert",
            "postgresql": "ALTER TABLE units_posting DISABLE TRIGGER awards_note_units_posting",
        }[connection.vendor])  # fmt: skip
    assert (changes.latest(), changes.since(mark)) == (None, None)
    triggers.watch("default")
    assert changes.since(mark)[1] == {"all": {0}}


def test_base_that_was_emptied_is_another_one(depot):
    """Its numbers begin anew, and go on above those of before."""
    make_rating(make_person(depot, "Lê An"))
    mark = changes.latest()
    call_command("flush", interactive=False, verbosity=0)
    assert (changes.since(mark) or (None, {"all": {0}}))[1]["all"] == {0}


def test_earlier_numbers_are_those_of_another_base(depot):
    mark = changes.latest()
    other = changes.Mark(mark.seen + 1) if connection.vendor == "sqlite" else changes.Mark(mark.seen, "restarted")
    # The mark of now may be another: transactions of other bases of the server count as well.
    assert (changes.since(mark)[1], changes.since(other)) == ({}, None)


def test_notes_come_back_from_a_file_of_all_rows(depot, tmp_path):
    """Notes of old are among the rows that `dumpdata` writes; while they are loaded, new ones are made."""
    person = make_person(depot, "Lê An")
    rows = str(tmp_path / "rows.json")
    call_command("dumpdata", "units.person", "awards.change", output=rows, verbosity=0)
    make_rating(person)
    mark = changes.latest()
    call_command("loaddata", rows, verbosity=0)
    assert changes.since(mark)[1]["person"] == {person.pk}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL empties tables at a stroke")
def test_table_that_is_emptied_at_a_stroke_is_noted_also_without_search_path(depot):
    make_rating(make_person(depot, "Lê An"))

    def write():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL search_path = ''")  # as when data is restored
            cursor.execute("UPDATE public.units_taskrating SET rating = 'not'")
            cursor.execute("TRUNCATE public.units_taskrating")

    assert noted(write)[0] == {"person": {Person.objects.get().pk}, "all": {0}}
