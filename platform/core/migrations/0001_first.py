import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('core', '0001_initial'), ('core', '0002_processes'), ('core', '0003_schedule'), ('core', '0004_workers'), ('core', '0005_mail_process')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditChain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=60, unique=True)),
                ('length', models.PositiveBigIntegerField(default=0)),
                ('head', models.CharField(default='', max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Deployment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.UUIDField(default=uuid.uuid4)),
            ],
        ),
        migrations.CreateModel(
            name='Process',
            fields=[
                ('name', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('site', 'everything'), ('pages', 'pages'), ('sockets', 'sockets'), ('worker', 'background work'), ('mail', 'mail in')], max_length=10)),
                ('version', models.CharField(max_length=20)),
                ('started_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(db_index=True)),
                ('figures', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.CharField(max_length=120, unique=True)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_at', models.DateTimeField(null=True)),
                ('last_id', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ProcessMinute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('process', models.CharField(max_length=12)),
                ('at', models.DateTimeField(db_index=True)),
                ('sockets', models.PositiveIntegerField()),
                ('messages', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('process', 'at'), name='one_row_per_process_and_minute')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('verb', models.CharField(max_length=60)),
                ('object_type', models.CharField(max_length=60)),
                ('object_id', models.BigIntegerField(null=True)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('reason', models.TextField(blank=True)),
                ('payload', models.JSONField(null=True)),
                ('salt', models.CharField(blank=True, max_length=32)),
                ('payload_digest', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='core.auditchain')),
            ],
            options={
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='core_audite_object__83eb8a_idx')],
                'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='dense_audit_numbers')],
            },
        ),
    ]
