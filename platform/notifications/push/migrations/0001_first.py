import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('push', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('notifications', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='PushKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('private', models.CharField(max_length=60)),
                ('public', models.CharField(max_length=100, unique=True)),
                ('is_current', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('is_current',), name='one_current_push_key')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('endpoint', models.CharField(max_length=2000)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('point', models.CharField(max_length=100)),
                ('secret', models.CharField(max_length=40)),
                ('session_key', models.CharField(db_index=True, max_length=40)),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('seen_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='push.pushkey')),
                ('told', models.ManyToManyField(related_name='+', to='notifications.notice')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
