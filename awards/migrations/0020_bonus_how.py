from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("awards", "0019_attestations_follow")]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="bonus_how",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="how the bonus was found"),
        ),
    ]
