import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('actions', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('discussions', '0001_first'),
        ('groups', '0001_first'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('text', models.CharField(max_length=500, verbose_name='what is to be done')),
                ('due_on', models.DateField(verbose_name='due')),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('dropped', 'Dropped')], default='open', max_length=8)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('version', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('key', models.UUIDField()),
                ('digest', models.CharField(max_length=64)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='partners.organisation')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='discussions.post')),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'state', 'due_on'], name='actions_act_group_i_2c6520_idx'), models.Index(fields=['owner', 'state', 'due_on'], name='actions_act_owner_i_701a7d_idx'), models.Index(fields=['person', 'state', 'due_on'], name='actions_act_person__e6d4ba_idx'), models.Index(fields=['state', 'due_on'], name='actions_act_state_d7a4a1_idx')],
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_action_per_key'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'dropped'), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('state', 'dropped'), _negated=True), ('reason', '')), _connector='OR'), name='a_dropped_action_says_why')],
            },
        ),
        migrations.CreateModel(
            name='ActionVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('number', models.PositiveIntegerField()),
                ('text', models.CharField(max_length=500)),
                ('due_on', models.DateField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('dropped', 'Dropped')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('why', models.CharField(blank=True, choices=[('handed-over', 'Handed over to a successor'), ('left', 'The person no longer takes part')], max_length=12)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='actions.action')),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['action', 'number'],
                'constraints': [models.UniqueConstraint(fields=('action', 'number'), name='one_row_per_action_version')],
            },
        ),
    ]
