from django.db import migrations, models


def name_what_is_empty(apps, schema_editor):
    """Rules that say nothing were kept until now; they changed no vote, and say from now on that they are unknown."""
    empty = apps.get_model("awards", "VoteRule").objects.filter(secret=False, share=None, clause="")
    empty.update(clause="chưa xác định điều khoản")


class Migration(migrations.Migration):
    dependencies = [("awards", "0016_two_thirds")]

    operations = [
        migrations.RunPython(name_what_is_empty, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="voterule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("secret", True),
                    ("share__isnull", False),
                    models.Q(("clause", ""), _negated=True),
                    _connector="OR",
                ),
                name="voterule_says_something",
                violation_error_message="Say what is asked: a secret ballot, or how many votes; or the clause that "
                "leaves it to the unit.",
            ),
        ),
    ]
