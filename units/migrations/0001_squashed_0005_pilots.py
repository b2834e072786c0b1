"""All tables at once, for a new base; one that stands at an older step goes on by the steps this replaces."""

import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import units.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('units', '0001_initial'),
        ('units', '0002_people_of_the_register'),
        ('units', '0003_user_email'),
        ('units', '0004_unit_ratings'),
        ('units', '0005_pilots'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DisciplineForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='name in English')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
            ],
            options={
                'verbose_name': 'form of discipline',
                'verbose_name_plural': 'forms of discipline',
                'ordering': ['order', 'code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='name in English')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
            ],
            options={
                'verbose_name': 'office',
                'verbose_name_plural': 'offices',
                'ordering': ['order', 'code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service_number', models.CharField(error_messages={'unique': 'Another person has this service number.'}, max_length=20, unique=True, verbose_name='service number')),
                ('family_name', models.CharField(max_length=40, verbose_name='family name')),
                ('middle_name', models.CharField(blank=True, max_length=60, verbose_name='middle name')),
                ('given_name', models.CharField(max_length=40, verbose_name='given name')),
                ('gender', models.CharField(blank=True, choices=[('male', 'Male'), ('female', 'Female')], max_length=8, verbose_name='gender')),
                ('birth_year', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1900), django.core.validators.MaxValueValidator(2100)], verbose_name='birth year')),
                ('enlisted', models.DateField(blank=True, help_text='Continuous service is counted from this day.', null=True, verbose_name='enlisted or recruited')),
                ('party_since', models.DateField(blank=True, null=True, verbose_name='party member since')),
                ('post', models.CharField(blank=True, editable=False, max_length=120, verbose_name='post')),
                ('left', models.DateField(blank=True, editable=False, null=True, verbose_name='served until')),
                ('search', models.CharField(editable=False, max_length=300)),
                ('sorting', models.CharField(db_index=True, editable=False, max_length=600)),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['sorting', 'service_number'],
            },
        ),
        migrations.CreateModel(
            name='PersonGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='name in English')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('short_name', models.CharField(blank=True, max_length=20, verbose_name='short name')),
            ],
            options={
                'verbose_name': 'personnel group',
                'verbose_name_plural': 'personnel groups',
                'ordering': ['order', 'code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(error_messages={'unique': 'Another unit has this code.'}, max_length=32, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9._-]+\\Z', 'Use letters, digits, full stop, hyphen and underscore only.')], verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('short_name', models.CharField(blank=True, max_length=40, verbose_name='short name')),
                ('order', models.PositiveIntegerField(default=0, help_text='Place among the units beside it.', verbose_name='order')),
                ('established', models.DateField(blank=True, null=True, verbose_name='established')),
                ('dissolved', models.DateField(blank=True, null=True, verbose_name='dissolved')),
                ('path', models.CharField(editable=False, max_length=120, unique=True)),
                ('search', models.CharField(editable=False, max_length=300)),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
                'ordering': ['order', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('dissolved', None), ('established', None), ('dissolved__gt', models.F('established')), _connector='OR'), name='unit_dissolved_after_established', violation_error_message='A unit is dissolved after it was established.')],
            },
        ),
        migrations.CreateModel(
            name='UnitKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='name in English')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('block', models.CharField(choices=[('staff', 'Offices'), ('line', 'Units')], default='line', max_length=8, verbose_name='block')),
            ],
            options={
                'verbose_name': 'kind of unit',
                'verbose_name_plural': 'kinds of unit',
                'ordering': ['order', 'code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(error_messages={'unique': 'Another user has this name.'}, max_length=60, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='user name')),
                ('full_name', models.CharField(max_length=120, verbose_name='full name')),
                ('email', models.EmailField(blank=True, help_text='Optional: reminders of due dates go there.', max_length=254, verbose_name='e-mail')),
                ('is_active', models.BooleanField(default=True, verbose_name='may log in')),
                ('must_change_password', models.BooleanField(default=True, verbose_name='password to be changed at the next login')),
                ('language', models.CharField(blank=True, max_length=5, verbose_name='language')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('search', models.CharField(editable=False, max_length=300)),
                ('sorting', models.CharField(editable=False, max_length=600)),
                ('person', models.OneToOneField(blank=True, error_messages={'unique': 'Another user is this person.'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='user', to='units.person', verbose_name='person of the register')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'ordering': ['sorting', 'username'],
            },
        ),
        migrations.AddField(
            model_name='person',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='units.persongroup', verbose_name='personnel group'),
        ),
        migrations.CreateModel(
            name='PersonImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='file')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('taken', models.DateTimeField(null=True)),
                ('rows', models.JSONField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import of people',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='person',
            name='imported',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='units.personimport'),
        ),
        migrations.CreateModel(
            name='Rank',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='name in English')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ranks', to='units.persongroup', verbose_name='group')),
            ],
            options={
                'verbose_name': 'military rank',
                'verbose_name_plural': 'military ranks',
                'ordering': ['order', 'code'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='person',
            name='rank',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='units.rank', verbose_name='military rank'),
        ),
        migrations.AddField(
            model_name='person',
            name='unit',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='units.unit', verbose_name='unit'),
        ),
        migrations.CreateModel(
            name='UnitChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('created', 'Created'), ('renamed', 'Renamed'), ('moved', 'Moved'), ('dissolved', 'Dissolved')], max_length=12, verbose_name='kind')),
                ('effective', models.DateField(help_text='Empty: always.', null=True, verbose_name='takes effect')),
                ('decision', models.CharField(blank=True, max_length=60, verbose_name='decision number')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('name_before', models.CharField(blank=True, max_length=200)),
                ('name_after', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent_after', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                ('parent_before', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.unit')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='units.unit')),
            ],
            options={
                'verbose_name': 'unit change',
                'ordering': [models.OrderBy(models.F('effective'), descending=True, nulls_last=True), '-pk'],
            },
        ),
        migrations.AddField(
            model_name='unit',
            name='kind',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='units.unitkind', verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='UnitPilot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(help_text='Such as: comprehensively strong, “exemplary, typical”.', max_length=200, verbose_name='pilot of what')),
                ('since', models.DateField(verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('decision', models.CharField(blank=True, max_length=60, verbose_name='decision number')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pilots', to='units.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'pilot unit',
                'verbose_name_plural': 'pilot units',
                'ordering': ['-since', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('unit', 'purpose'), name='unitpilot_once_at_a_time', violation_error_message='The unit is a pilot of this already.'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gt', models.F('since')), _connector='OR'), name='unitpilot_until_after_since', violation_error_message='A unit ends being a pilot after it began.')],
            },
        ),
        migrations.CreateModel(
            name='UnitRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1945), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                ('rating', models.CharField(choices=[('excellent', 'Completed excellently'), ('well', 'Completed well'), ('completed', 'Completed'), ('not', 'Not completed')], max_length=12, verbose_name='task rating')),
                ('decision', models.CharField(blank=True, max_length=120, verbose_name='decision or minutes')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='units.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'task rating of a unit',
                'verbose_name_plural': 'task ratings of units',
                'ordering': ['-year'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'year'), name='unitrating_one_a_year', violation_error_message='This unit has a rating for this year already; correct that one.')],
            },
        ),
        migrations.CreateModel(
            name='Initiative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1945), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                ('kind', models.CharField(choices=[('initiative', 'Initiative'), ('science', 'Science work'), ('combat', 'Resourcefulness in combat')], default='initiative', max_length=12, verbose_name='kind')),
                ('title', models.CharField(max_length=300, verbose_name='title of the work')),
                ('level', models.CharField(choices=[('base', 'Base level'), ('region', 'Military region'), ('ministry', 'Ministry of National Defence'), ('nation', 'Nation-wide')], max_length=12, verbose_name='level recognised')),
                ('share', models.PositiveSmallIntegerField(blank=True, help_text='1 to 100; empty: not known.', null=True, verbose_name='own share (%)')),
                ('decision', models.CharField(blank=True, max_length=60, verbose_name='decision number')),
                ('recognised', models.DateField(blank=True, null=True, verbose_name='recognised on')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='initiatives', to='units.person')),
            ],
            options={
                'verbose_name': 'initiative',
                'verbose_name_plural': 'initiatives',
                'ordering': ['-year', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('share', None), models.Q(('share__gte', 1), ('share__lte', 100)), _connector='OR'), name='initiative_share_is_a_percentage', violation_error_message='A share is a percentage from 1 to 100.')],
            },
        ),
        migrations.CreateModel(
            name='Discipline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decided', models.DateField(verbose_name='decided on')),
                ('decision', models.CharField(blank=True, max_length=60, verbose_name='decision number')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='what for')),
                ('cleared', models.DateField(blank=True, help_text='The first day on which it no longer counts.', null=True, verbose_name='cleared on')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='units.disciplineform', verbose_name='form of discipline')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='discipline', to='units.person')),
            ],
            options={
                'verbose_name': 'discipline',
                'verbose_name_plural': 'discipline',
                'ordering': ['-decided', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('cleared', None), ('cleared__gt', models.F('decided')), _connector='OR'), name='discipline_cleared_after_decided', violation_error_message='Discipline is cleared after the day on which it was decided.')],
            },
        ),
        migrations.CreateModel(
            name='RankChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(blank=True, null=True, verbose_name='from')),
                ('decision', models.CharField(blank=True, max_length=60, verbose_name='decision number')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ranks', to='units.person')),
                ('rank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='units.rank', verbose_name='military rank')),
            ],
            options={
                'verbose_name': 'rank given',
                'verbose_name_plural': 'ranks given',
                'ordering': [models.OrderBy(models.F('since'), descending=True, nulls_last=True), '-pk'],
                'constraints': [models.UniqueConstraint(fields=('person', 'since'), name='rankchange_one_a_day', violation_error_message='Another rank of this person begins on the same day.'), models.UniqueConstraint(condition=models.Q(('since', None)), fields=('person',), name='rankchange_one_without_date', violation_error_message='This person has a rank without a date already; give this one its date.')],
            },
        ),
        migrations.CreateModel(
            name='TaskRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1945), django.core.validators.MaxValueValidator(2100)], verbose_name='year')),
                ('rating', models.CharField(choices=[('excellent', 'Completed excellently'), ('well', 'Completed well'), ('completed', 'Completed'), ('not', 'Not completed')], max_length=12, verbose_name='task rating')),
                ('decision', models.CharField(blank=True, max_length=120, verbose_name='decision or minutes')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='units.person')),
            ],
            options={
                'verbose_name': 'task rating',
                'verbose_name_plural': 'task ratings',
                'ordering': ['-year'],
                'constraints': [models.UniqueConstraint(fields=('person', 'year'), name='taskrating_one_a_year', violation_error_message='This person has a rating for this year already; correct that one.')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.CharField(blank=True, max_length=120, verbose_name='post')),
                ('since', models.DateField(blank=True, default=units.clock.today, null=True, verbose_name='from')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('decision', models.CharField(blank=True, max_length=60, verbose_name='decision number')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='units.person')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='units.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'posting',
                'verbose_name_plural': 'postings',
                'ordering': [models.OrderBy(models.F('since'), descending=True, nulls_last=True), '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gte', models.F('since')), _connector='OR'), name='posting_until_not_before_since', violation_error_message='The last day of a posting is not before its first.'), models.UniqueConstraint(condition=models.Q(('until', None)), fields=('person',), name='posting_one_open_per_person', violation_error_message='A person serves in one unit at a time.')],
            },
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subordinate_placements', to='units.unit')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='units.unit')),
            ],
            options={
                'verbose_name': 'placement',
                'indexes': [models.Index(fields=['parent', 'until'], name='units_place_parent__69cc82_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('unit',), name='placement_one_open_per_unit', violation_error_message='A unit stands under one superior at a time.'), models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gt', models.F('since')), _connector='OR'), name='placement_until_after_since', violation_error_message='A placement ends after it began.'), models.CheckConstraint(condition=models.Q(('unit', models.F('parent')), _negated=True), name='placement_not_under_itself', violation_error_message='A unit cannot stand under itself.')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('staff', 'Staff officer'), ('commander', 'Commander'), ('reviewer', 'Reviewer'), ('administrator', 'Administrator')], max_length=16, verbose_name='role')),
                ('since', models.DateField(default=units.clock.today, verbose_name='from')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('office', models.ForeignKey(blank=True, help_text='A reviewer may be limited to the lines of one office.', null=True, on_delete=django.db.models.deletion.PROTECT, to='units.office', verbose_name='only for the office')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='units.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'ordering': ['-since', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='membership_until_not_before_since', violation_error_message='The last day of a membership is not before its first.'), models.CheckConstraint(condition=models.Q(('office', None), ('role', 'reviewer'), _connector='OR'), name='membership_office_for_reviewers', violation_error_message='Only a reviewer is limited to an office.'), models.UniqueConstraint(condition=models.Q(('office', None), ('until', None)), fields=('user', 'unit', 'role'), name='membership_one_open', violation_error_message='This user already has this role in this unit.'), models.UniqueConstraint(condition=models.Q(('office__isnull', False), ('until', None)), fields=('user', 'unit', 'role', 'office'), name='membership_one_open_per_office', violation_error_message='This user already has this role in this unit.')],
            },
        ),
    ]
