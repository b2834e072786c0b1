import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("awards", "0018_signing")]

    operations = [
        migrations.AddField(
            model_name="criterion",
            name="continues",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="awards.criterion",
                verbose_name="goes on from",
            ),
        ),
    ]
