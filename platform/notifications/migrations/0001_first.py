import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('notifications', '0001_initial'), ('notifications', '0002_notices_of_an_object'), ('notifications', '0003_letters'), ('notifications', '0004_muted_person'), ('notifications', '0005_letters_to_addresses')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rhythm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MaxValueValidator(23)])),
                ('weekday', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(6)])),
                ('directly_by_mail', models.BooleanField(default=True)),
                ('directly_by_push', models.BooleanField(default=True)),
                ('due_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rhythm', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('language', models.CharField(blank=True, max_length=10)),
                ('kind', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=120)),
                ('object_id', models.BigIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sent', 'sent'), ('spared', 'not needed'), ('failed', 'failed')], default='waiting', max_length=8)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lease', models.UUIDField(null=True)),
                ('leased_until', models.DateTimeField(null=True)),
                ('tried', models.PositiveSmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(blank=True, max_length=20)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at', 'id'], name='letters_to_send'), models.Index(condition=models.Q(('state', 'failed')), fields=['-done_at'], name='letters_that_failed'), models.Index(fields=['kind', 'object_id'], name='letters_about_an_object')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='one_letter_per_person_and_key'), models.UniqueConstraint(condition=models.Q(('user', None)), fields=('address', 'key'), name='one_letter_per_address_and_key'), models.CheckConstraint(condition=models.Q(('user', None), ('address', ''), _connector='XOR'), name='a_letter_has_a_person_or_an_address')],
            },
        ),
        migrations.CreateModel(
            name='MutedPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('muted', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'muted'), name='one_mute_per_pair'), models.CheckConstraint(condition=models.Q(('user', models.F('muted')), _negated=True), name='nobody_mutes_themselves')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=120)),
                ('object_id', models.BigIntegerField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'read_at', '-created_at'], name='notificatio_user_id_bbd6a1_idx'), models.Index(fields=['object_id', 'kind'], name='notices_of_an_object')],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='one_notice_per_happening')],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('mail', 'Mail'), ('push', 'Push messages')], max_length=8)),
                ('group_id', models.BigIntegerField(null=True)),
                ('level', models.CharField(choices=[('off', 'Nothing'), ('at-once', 'Every post at once'), ('daily', 'Once a day'), ('weekly', 'Once a week')], max_length=8)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['group_id', 'channel', 'level'], name='levels_of_a_group')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('group_id__isnull', False)), fields=('user', 'channel', 'group_id'), name='one_level_per_group_and_channel'), models.UniqueConstraint(condition=models.Q(('group_id__isnull', True)), fields=('user', 'channel'), name='one_level_for_other_groups')],
            },
        ),
        migrations.CreateModel(
            name='Unreachable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254)),
                ('count', models.PositiveSmallIntegerField(default=0)),
                ('last_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='unreachable', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('user', None)), fields=('address',), name='one_count_per_address')],
            },
        ),
    ]
