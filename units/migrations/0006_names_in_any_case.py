"""User names and codes of units are told apart by more than capitals and Unicode form.

A base that holds names which differ in nothing else is left as it is, and the migration says what to rename.
"""

from collections import defaultdict

from django.core.management import CommandError
from django.db import migrations, models
from django.db.models.functions import Lower

from units.text import login_key


def fill(apps, schema_editor):
    units, users = apps.get_model("units", "Unit"), apps.get_model("units", "User")
    refuse_twins(users, "username", "user", login_key)
    refuse_twins(units, "code", "unit", str.lower)
    rows = list(users.objects.all())
    for row in rows:
        row.login_key = login_key(row.username)
    users.objects.bulk_update(rows, ["login_key"], batch_size=500)


def refuse_twins(model, column, what, key):
    found = defaultdict(list)
    for name in model.objects.order_by("pk").values_list(column, flat=True):
        found[key(name)].append(name)
    twins = [names for names in found.values() if len(names) > 1]
    if not twins:
        return
    lines = [f"These names of a {what} differ in nothing but capitals or the Unicode form of a letter:"]
    lines += [f"  {' and '.join(names)}" for names in twins]
    lines += [
        "Rename all but one of each, then migrate again. Nothing has been changed so far. For example:",
        *(f"  python manage.py rename {what} {names[-1]} {names[-1]}-{len(names)}" for names in twins),
    ]
    raise CommandError("\n".join(lines))


class Migration(migrations.Migration):

    dependencies = [
        ("units", "0005_pilots"),
    ]

    operations = [
        migrations.AddField("user", "login_key", models.CharField(default="", editable=False, max_length=300), False),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint("user", models.UniqueConstraint(
            fields=["login_key"], name="user_name_once_in_any_case",
            violation_error_message="Another user has this name; capitals make no difference.",
        )),
        migrations.AddConstraint("unit", models.UniqueConstraint(
            Lower("code"), name="unit_code_once_in_any_case",
            violation_error_message="Another unit has this code; capitals make no difference.",
        )),
    ]
