import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('clearance', '0001_initial'), ('clearance', '0002_citation')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('documents', '0001_first'),
        ('groups', '0001_first'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('sha256', models.CharField(max_length=64)),
                ('stage', models.CharField(choices=[('review', 'Group review'), ('clearance', 'In clearance'), ('cleared', 'Cleared'), ('refused', 'Not cleared'), ('withdrawn', 'Withdrawn'), ('overtaken', 'Overtaken by a later version')], default='review', max_length=10)),
                ('silence', models.CharField(choices=[('blocks', 'Silence stands in the way: everybody who is asked must answer'), ('abstains', 'Silence is no answer: it neither clears nor stands in the way'), ('clears', 'Silence clears: who says nothing by the date is counted as clear')], max_length=8)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('review_until', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('asked_function', models.CharField(blank=True, max_length=120)),
                ('until', models.DateTimeField(null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_function', models.CharField(blank=True, max_length=120)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('key', models.UUIDField()),
                ('digest', models.CharField(max_length=64)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_for', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='documents.document')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_for', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='documents.version')),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['stage', 'until'], name='clearance_r_stage_21c1f1_idx'), models.Index(fields=['group', 'stage'], name='clearance_r_group_i_67bfc0_idx')],
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_round_per_key'), models.UniqueConstraint(condition=models.Q(('stage__in', ['review', 'clearance'])), fields=('document',), name='one_open_round_per_document'), models.UniqueConstraint(condition=models.Q(('stage', 'cleared')), fields=('version',), name='a_version_is_cleared_once'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('stage__in', ['review', 'clearance'])), models.Q(('ended_at__isnull', False), ('stage__in', ['cleared', 'refused', 'withdrawn', 'overtaken'])), _connector='OR'), name='what_has_ended_says_when'), models.CheckConstraint(condition=models.Q(models.Q(('asked_at', None), ('asked_by', None), ('until', None)), models.Q(('asked_at__isnull', False), ('asked_by__isnull', False), ('until__isnull', False)), _connector='OR'), name='who_asked_until_when_is_known'), models.CheckConstraint(condition=models.Q(('stage__in', ['review', 'withdrawn', 'overtaken']), ('asked_at__isnull', False), _connector='OR'), name='nothing_is_cleared_unasked')],
            },
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('text', models.TextField(max_length=4000)),
                ('key', models.UUIDField()),
                ('digest', models.CharField(max_length=64)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remarks', to='clearance.round')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_remark_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('sha256', models.CharField(max_length=64)),
                ('title', models.CharField(max_length=200)),
                ('authors', models.CharField(max_length=300)),
                ('summary', models.TextField(blank=True, max_length=1200)),
                ('citation', models.CharField(blank=True, max_length=500)),
                ('year', models.PositiveSmallIntegerField()),
                ('language', models.CharField(max_length=10)),
                ('licence', models.CharField(choices=[('cc-by-4.0', 'CC BY 4.0: share and adapt, naming the source'), ('cc-by-sa-4.0', 'CC BY-SA 4.0: share and adapt, naming the source, under the same licence'), ('cc-by-nc-4.0', 'CC BY-NC 4.0: share and adapt, naming the source, not for commercial use'), ('reserved', 'All rights reserved')], max_length=14)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_function', models.CharField(blank=True, max_length=120)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='documents.document')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='documents.version')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_for', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('round', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='clearance.round')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['group', '-created_at'], name='clearance_p_group_i_71055f_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('year__gte', 1900)), name='a_year_of_our_time'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='who_withdrew_and_why_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Prolongation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('was', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prolongations', to='clearance.round')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('was'))), name='a_prolonged_date_is_later')],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('silence', models.CharField(choices=[('blocks', 'Silence stands in the way: everybody who is asked must answer'), ('abstains', 'Silence is no answer: it neither clears nor stands in the way'), ('clears', 'Silence clears: who says nothing by the date is counted as clear')], default='blocks', max_length=8)),
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='clearance_rule', to='groups.group')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Voice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stakeholder_type', models.CharField(choices=[('government', 'Government'), ('international', 'International or regional organisation'), ('workers', 'Workers’ organisation'), ('employers', 'Employers’ or business membership organisation'), ('civil-society', 'Civil society organisation'), ('academic', 'Academic institution'), ('other', 'Other stakeholder or network')], max_length=20)),
                ('left_at', models.DateTimeField(null=True)),
                ('result', models.CharField(blank=True, choices=[('clear', 'Clear'), ('comment', 'Clear, with a comment'), ('object', 'Object'), ('silent', 'No answer'), ('left', 'Left the group before the date')], max_length=8)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voices', to='clearance.round')),
            ],
            options={
                'ordering': ['organisation__folded', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('round', 'organisation'), name='one_voice_in_clearance')],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('number', models.PositiveIntegerField()),
                ('says', models.CharField(choices=[('clear', 'Clear'), ('comment', 'Clear, with a comment'), ('object', 'Object')], max_length=8)),
                ('text', models.TextField(blank=True, max_length=4000)),
                ('key', models.UUIDField()),
                ('digest', models.CharField(max_length=64)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('voice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='clearance.voice')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('voice', 'number'), name='dense_answers_of_a_voice'), models.UniqueConstraint(fields=('author', 'key'), name='one_answer_in_clearance_per_key'), models.CheckConstraint(condition=models.Q(('says', 'clear'), models.Q(('text', ''), _negated=True), _connector='OR'), name='an_objection_has_its_reason')],
            },
        ),
        migrations.AddField(
            model_name='voice',
            name='said',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clearance.answer'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('result__in', ['clear', 'comment', 'object']), _negated=True), ('said__isnull', False), _connector='OR'), name='nobody_is_counted_for_what_they_did_not_say'),
        ),
    ]
