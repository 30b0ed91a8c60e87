import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('pages', '0001_initial'), ('pages', '0002_rights'), ('pages', '0003_beginning'), ('pages', '0004_templates')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('documents', '0001_first'),
        ('groups', '0001_first'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Page',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='page', serialize=False, to='documents.document')),
                ('head', models.PositiveBigIntegerField(default=0)),
                ('state', models.BinaryField(default=b'\x00')),
                ('snapshot', models.BinaryField(default=b'\x00\x00')),
                ('snapshot_seq', models.PositiveBigIntegerField(default=0)),
                ('size', models.PositiveBigIntegerField(default=2)),
                ('rights', models.PositiveBigIntegerField(default=0)),
                ('indexed_seq', models.PositiveBigIntegerField(default=0)),
                ('written_at', models.DateTimeField(db_index=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('anchor', models.CharField(max_length=64)),
                ('body', models.TextField(max_length=4000)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('resolved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='pages.page')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('page', 'anchor'), name='one_comment_per_anchor')],
            },
        ),
        migrations.CreateModel(
            name='Chapter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('function', models.CharField(blank=True, max_length=120)),
                ('number', models.PositiveIntegerField()),
                ('first_seq', models.PositiveBigIntegerField()),
                ('last_seq', models.PositiveBigIntegerField()),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('data', models.BinaryField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chapters', to='pages.page')),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(fields=('page', 'number'), name='dense_chapters')],
            },
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('text', models.TextField()),
                ('key', models.UUIDField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'name'], name='templates_of_a_group')],
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_template_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Update',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('seq', models.PositiveBigIntegerField()),
                ('data', models.BinaryField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='pages.page')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('page', 'seq'), name='dense_updates')],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('body', models.TextField(max_length=4000)),
                ('key', models.UUIDField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='pages.comment')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_comment_answer_per_sending')],
            },
        ),
    ]
