import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('portal', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField()),
                ('before', models.DateTimeField(null=True)),
                ('batch', models.UUIDField(null=True)),
                ('cleared_at', models.DateTimeField(null=True)),
                ('documents_from', models.DateTimeField(null=True)),
                ('documents_before', models.DateTimeField(null=True)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Cleared',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('place', models.CharField(choices=[('thread', 'Thread'), ('room', 'Room')], max_length=8)),
                ('object_id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('number_before', models.PositiveIntegerField(default=0)),
                ('batch', models.UUIDField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'batch'], name='portal_clea_user_id_43ac91_idx')],
                'constraints': [models.UniqueConstraint(fields=('user', 'place', 'object_id'), name='one_row_per_cleared_place')],
            },
        ),
    ]
