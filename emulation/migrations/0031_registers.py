from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.models import deletion
from django.utils import timezone

from emulation.models.fields import PartField


def say_until(apps, schema_editor):
    """Statements made so far speak of the days up to the one on which they were made."""
    for row in apps.get_model("emulation", "IncidentStatement").objects.all():
        row.until = min(max(timezone.localdate(row.at), date(row.year, 1, 1)), date(row.year, 12, 31))
        row.save(update_fields=["until"])


CROWD = [MinValueValidator(0), MaxValueValidator(100_000)]


class Migration(migrations.Migration):
    dependencies = [("emulation", "0030_updates")]

    operations = [
        migrations.AddField(
            model_name="incidentstatement",
            name="until",
            field=models.DateField(null=True, verbose_name="complete until"),
        ),
        migrations.RunPython(say_until, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="incidentstatement",
            name="until",
            field=models.DateField(verbose_name="complete until"),
        ),
        migrations.AlterField(
            model_name="activity",
            name="participants",
            field=models.PositiveIntegerField(
                blank=True, null=True, validators=CROWD, verbose_name="participants"
            ),
        ),
        migrations.AlterField(
            model_name="activitygroup",
            name="people",
            field=models.PositiveIntegerField(validators=CROWD, verbose_name="people"),
        ),
        migrations.AlterField(
            model_name="feed",
            name="indicator",
            field=models.OneToOneField(
                limit_choices_to={"measure__in": ["count", "amount", "ratio"]}, on_delete=deletion.PROTECT,
                related_name="feed", to="emulation.indicator", verbose_name="indicator",
            ),
        ),
        migrations.CreateModel(
            name="Unfed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("value", PartField(null=True)),
                ("of", PartField(null=True)),
                (
                    "indicator",
                    models.ForeignKey(on_delete=deletion.PROTECT, related_name="+", to="emulation.indicator"),
                ),
                (
                    "report",
                    models.ForeignKey(on_delete=deletion.CASCADE, related_name="unfed", to="emulation.report"),
                ),
            ],
            options={
                "verbose_name": "figure of a register that a closed sheet does not have",
                "ordering": ["report", "indicator"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "indicator"), name="unfed_once_a_cell",
                        violation_error_message="What the register holds for this cell is kept already.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="inspection",
            name="people",
            field=models.ManyToManyField(
                blank=True, related_name="+", to="units.person", verbose_name="members of the register"
            ),
        ),
        migrations.AlterField(
            model_name="inspection",
            name="members",
            field=models.TextField(blank=True, max_length=2000, verbose_name="other members"),
        ),
    ]
