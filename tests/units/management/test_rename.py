"""Names that differ in capitals alone, in a base from before they were refused: what the migration says."""

from importlib import import_module
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories import make_unit
from units.models import Unit, User

migration = import_module("units.migrations.0006_names_in_any_case")


def rename(*words: str) -> str:
    out = StringIO()
    call_command("rename", *words, stdout=out)
    return out.getvalue()


def test_migration_names_the_twins_and_goes_on_once_one_is_renamed(depot, staff):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX unit_code_once_in_any_case")  # as the base was before
    twin = make_unit(depot, "k1")
    with pytest.raises(CommandError) as error:
        migration.fill(apps, None)
    assert str(error.value).splitlines() == [
        "These names of a unit differ in nothing but capitals or the Unicode form of a letter:",
        "  K1 and k1",
        "Rename all but one of each, then migrate again. Nothing has been changed so far. For example:",
        "  python manage.py rename unit k1 k1-2",
    ]
    assert rename("unit", "k1", "K1-2") == "unit k1 is now K1-2\n"
    User.objects.update(login_key="")
    migration.fill(apps, None)
    twin.refresh_from_db()
    assert (twin.code, twin.search[:5], User.objects.get(pk=staff.pk).login_key) == ("K1-2", "k1-2 ", "staff")
    assert LogEntry.objects.get_for_object(twin).first().changes == {"code": ["k1", "K1-2"]}


def test_renamed_user_logs_in_by_the_new_name(staff):
    assert rename("user", "staff", "Nhanvien") == "user staff is now Nhanvien\n"
    assert User.objects.get_by_natural_key("NHANVIEN") == staff


@pytest.mark.parametrize(("words", "said"), [
    (("user", "nobody", "x"), "there is no user 'nobody'"),
    (("user", "staff", "COMMANDER"), "there is a user 'commander' already; capitals make no difference"),
    (("unit", "K1", "qk"), "there is a unit 'QK' already; capitals make no difference"),
    (("user", "staff", "сommander"),
     "Character 1, “с” (CYRILLIC SMALL LETTER ES), is no usual letter or digit, though it may look like one."
     " Type it anew."),
    (("unit", "K1", "kho một"), "Use letters, digits, full stop, hyphen and underscore only."),
])  # fmt: skip
def test_name_that_is_taken_or_cannot_be_is_refused(staff, commander, words, said):
    with pytest.raises(CommandError) as error:
        rename(*words)
    assert str(error.value) == said
    assert Unit.objects.filter(code="K1").exists()
