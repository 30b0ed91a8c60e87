import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('polls', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('discussions', '0001_first'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Poll',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('question', models.CharField(max_length=300)),
                ('several', models.BooleanField(default=False)),
                ('voices', models.CharField(choices=[('organisations', 'One organisation, one voice'), ('people', 'One person, one voice')], default='organisations', max_length=14)),
                ('named', models.BooleanField(default=True)),
                ('shown', models.CharField(choices=[('always', 'Always'), ('voted', 'To who has voted, and to everybody after the end'), ('ended', 'After the end')], default='voted', max_length=6)),
                ('open_until', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_function', models.CharField(blank=True, max_length=120)),
                ('cast', models.PositiveIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('key', models.UUIDField()),
                ('digest', models.CharField(max_length=64)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_for', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='polls', to='discussions.thread')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_poll_per_key'), models.CheckConstraint(condition=models.Q(('open_until__gt', models.F('created_at'))), name='a_poll_ends_later'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='who_closed_a_poll_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Option',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=200)),
                ('votes', models.PositiveIntegerField(default=0)),
                ('poll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='polls.poll')),
            ],
            options={
                'ordering': ['poll', 'number'],
                'constraints': [models.UniqueConstraint(fields=('poll', 'number'), name='one_option_per_number'), models.UniqueConstraint(fields=('poll', 'text'), name='no_option_twice'), models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 12)), name='at_most_twelve_options')],
            },
        ),
        migrations.CreateModel(
            name='Ballot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('struck_at', models.DateTimeField(null=True)),
                ('struck_why', models.CharField(blank=True, choices=[('replaced', 'Changed by a later vote'), ('left', 'Left the group before the end')], max_length=8)),
                ('key', models.UUIDField()),
                ('digest', models.CharField(max_length=64)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('voter_organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('voter_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('options', models.ManyToManyField(related_name='ballots', to='polls.option')),
                ('poll', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='polls.poll')),
            ],
            options={
                'indexes': [models.Index(fields=['poll', 'struck_at'], name='polls_ballo_poll_id_bb533f_idx')],
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_ballot_per_key'), models.UniqueConstraint(condition=models.Q(('struck_at', None), ('voter_organisation__isnull', False)), fields=('poll', 'voter_organisation'), name='one_voice_per_organisation'), models.UniqueConstraint(condition=models.Q(('struck_at', None), ('voter_person__isnull', False)), fields=('poll', 'voter_person'), name='one_voice_per_person'), models.CheckConstraint(condition=models.Q(models.Q(('voter_organisation', None), ('voter_person__isnull', False)), models.Q(('voter_organisation__isnull', False), ('voter_person', None)), _connector='OR'), name='a_ballot_is_one_voice'), models.CheckConstraint(condition=models.Q(models.Q(('struck_at', None), ('struck_why', '')), models.Q(('struck_at__isnull', False), models.Q(('struck_why', ''), _negated=True)), _connector='OR'), name='why_a_ballot_is_struck_is_known')],
            },
        ),
    ]
