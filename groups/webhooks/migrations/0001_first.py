import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('webhooks', '0001_webhooks')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('groups', '0001_first'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('happenings', models.JSONField(default=list)),
                ('with_words', models.BooleanField(default=False)),
                ('salt', models.CharField(editable=False, max_length=32)),
                ('turn', models.PositiveIntegerField(default=1)),
                ('version', models.PositiveIntegerField(default=1)),
                ('last_number', models.PositiveBigIntegerField(default=0)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stopped_why', models.CharField(blank=True, choices=[('leads', 'The leads stopped it'), ('failing', 'Its server took nothing for three days'), ('gone', 'Its server says that it is gone for good')], max_length=10)),
                ('failing_since', models.DateTimeField(null=True)),
                ('claimed_by', models.CharField(blank=True, max_length=40)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('key', models.UUIDField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_webhook_per_sending')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('number', models.PositiveBigIntegerField()),
                ('uid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('happening', models.CharField(max_length=40)),
                ('about', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('taken', 'taken'), ('given-up', 'given up')], default='waiting', max_length=10)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('tried_at', models.DateTimeField(null=True)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('fault', models.CharField(blank=True, max_length=60)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='webhooks.webhook')),
            ],
            options={
                'indexes': [models.Index(fields=['webhook', 'state', 'number'], name='webhooks_de_webhook_93c568_idx'), models.Index(fields=['state', 'created_at'], name='webhooks_de_state_5d4cc1_idx')],
                'constraints': [models.UniqueConstraint(fields=('webhook', 'number'), name='dense_delivery_numbers')],
            },
        ),
    ]
