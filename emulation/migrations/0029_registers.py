from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.models import deletion
from django.utils import timezone


def say_until(apps, schema_editor):
    """Statements made so far speak of the days up to the one on which they were made."""
    for row in apps.get_model("emulation", "IncidentStatement").objects.all():
        row.until = min(max(timezone.localdate(row.at), date(row.year, 1, 1)), date(row.year, 12, 31))
        row.save(update_fields=["until"])


CROWD = [MinValueValidator(0), MaxValueValidator(100_000)]


class Migration(migrations.Migration):
    dependencies = [("emulation", "0028_activity_version")]

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
    ]
