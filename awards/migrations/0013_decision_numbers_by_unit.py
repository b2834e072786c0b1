"""Numbers of decisions are given by the unit, not by what it was called; what stands already is left as it is."""

from django.db import migrations, models


def mark_repeated(apps, schema_editor):
    """Signed papers are never changed: of numbers that a unit gave twice the later ones are marked."""
    rows = apps.get_model('awards', 'Decision').objects.filter(outside=False).exclude(number='')
    keys = repeated(rows.order_by('day', 'pk').values_list('pk', 'unit', 'year', 'number'))
    rows.filter(pk__in=keys).update(number_repeated=True)


def repeated(rows):
    given, found = set(), []
    for pk, *number in rows:
        if tuple(number) in given:
            found.append(pk)
        given.add(tuple(number))
    return found


class Migration(migrations.Migration):

    dependencies = [
        ('awards', '0012_papers_in_the_document_register'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_number_once_a_year',
        ),
        migrations.AddField(
            model_name='decision',
            name='number_repeated',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(mark_repeated, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('number', ''), _negated=True), ('number_repeated', False), ('outside', False)), fields=('unit', 'year', 'number'), name='decision_number_once_a_year', violation_error_message='Another decision of the unit in this year has this number.'),
        ),
    ]
