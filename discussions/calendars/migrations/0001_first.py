import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('calendars', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('groups', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('names_hidden', models.BooleanField(default=False)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='groups.group')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('group__isnull', False), ('revoked_at', None)), fields=('user', 'group'), name='one_live_calendar_per_person_and_group'), models.UniqueConstraint(condition=models.Q(('group', None), ('revoked_at', None)), fields=('user',), name='one_live_calendar_of_all_groups')],
            },
        ),
    ]
