"""The unit in which a nominee served at the hand-in. Of older lines it is not known: the present one counts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('awards', '0014_kept_papers'),
        ('units', '0005_pilots'),
    ]

    operations = [
        migrations.AddField(
            model_name='nomination',
            name='served_in',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit'),
        ),
    ]
