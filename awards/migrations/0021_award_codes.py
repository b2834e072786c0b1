"""Codes of awards stand in addresses: what no address can hold is rewritten, then refused."""

from django.db import migrations, models

import awards.models.catalogue


def mend(apps, schema_editor):
    """“a/b” becomes “a-b” and “new” “new-1”: until now such an award brought the catalogue down."""
    award = apps.get_model("awards", "Award")
    for row in award.objects.filter(models.Q(code__contains="/") | models.Q(code__in=("", "new"))).order_by("pk"):
        stem = row.code.replace("/", "-") if "/" in row.code else "new-1"
        code, number = stem, 1
        while award.objects.filter(code=code).exclude(pk=row.pk).exists():
            number += 1
            code = f"{stem[: 31 - len(str(number))]}-{number}"
        award.objects.filter(pk=row.pk).update(code=code)


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0020_bonus_how"),
        ("units", "0001_squashed_0005_pilots"),
    ]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="award",
            name="code",
            field=models.CharField(
                max_length=32,
                unique=True,
                validators=[awards.models.catalogue.stands_in_address],
                verbose_name="code",
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=~models.Q(code__contains="/") & ~models.Q(code__in=("", "new")),
                name="award_code_stands_in_address",
                violation_error_message="The code of an award stands in addresses: it has no “/” and is not “new”.",
            ),
        ),
    ]
