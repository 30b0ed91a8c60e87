import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('asking', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('discussions', '0001_first'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='AcknowledgementRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('reminders', models.PositiveIntegerField(default=0)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('thread', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgement_request', to='discussions.thread')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('position', models.CharField(choices=[('support', 'Support'), ('comment', 'Support with comment'), ('object', 'Object'), ('none', 'No position')], max_length=8)),
                ('text', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='discussions.thread')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('thread', 'organisation'), name='one_answer_per_organisation'), models.CheckConstraint(condition=models.Q(('organisation__isnull', False)), name='answered_for_an_organisation'), models.CheckConstraint(condition=models.Q(('position__in', ['comment', 'object']), ('text', ''), _negated=True), name='a_comment_and_an_objection_say_what')],
            },
        ),
        migrations.CreateModel(
            name='AnswerVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('number', models.PositiveIntegerField()),
                ('position', models.CharField(choices=[('support', 'Support'), ('comment', 'Support with comment'), ('object', 'Object'), ('none', 'No position')], max_length=8)),
                ('text', models.TextField(blank=True)),
                ('key', models.UUIDField()),
                ('digest', models.CharField(max_length=64)),
                ('answer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='asking.answer')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'ordering': ['answer', 'number'],
                'constraints': [models.UniqueConstraint(fields=('answer', 'number'), name='one_row_per_answer_version'), models.UniqueConstraint(fields=('author', 'key'), name='one_answer_per_key')],
            },
        ),
        migrations.CreateModel(
            name='ClosingReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('ended_at', models.DateTimeField()),
                ('thread', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='closing_report', to='discussions.thread')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReportLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('stakeholder_type', models.CharField(choices=[('government', 'Government'), ('international', 'International or regional organisation'), ('workers', 'Workers’ organisation'), ('employers', 'Employers’ or business membership organisation'), ('civil-society', 'Civil society organisation'), ('academic', 'Academic institution'), ('other', 'Other stakeholder or network')], max_length=20)),
                ('position', models.CharField(blank=True, choices=[('support', 'Support'), ('comment', 'Support with comment'), ('object', 'Object'), ('none', 'No position')], max_length=8)),
                ('text', models.TextField(blank=True)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('answered_at', models.DateTimeField(null=True)),
                ('versions', models.PositiveIntegerField(default=0)),
                ('posts', models.JSONField(default=list)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='asking.closingreport')),
            ],
            options={
                'ordering': ['report', 'number'],
                'constraints': [models.UniqueConstraint(fields=('report', 'organisation'), name='one_line_per_organisation'), models.UniqueConstraint(fields=('report', 'number'), name='one_line_per_number'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('author', None), ('position', '')), models.Q(models.Q(('position', ''), _negated=True), ('answered_at__isnull', False), ('author__isnull', False)), _connector='OR'), name='an_answer_in_a_report_has_its_author')],
            },
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='asking.acknowledgementrequest')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('request', 'author', 'organisation'), name='one_acknowledgement_per_person_and_organisation'), models.CheckConstraint(condition=models.Q(('organisation__isnull', False)), name='acknowledged_for_an_organisation')],
            },
        ),
    ]
