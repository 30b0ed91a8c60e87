import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('documents', '0001_initial'), ('documents', '0002_names_that_hide'), ('documents', '0003_folded'), ('documents', '0004_previews'), ('documents', '0005_pictures_written_anew'), ('documents', '0006_no_folded'), ('documents', '0007_holds'), ('documents', '0008_folders_with_rights'), ('documents', '0009_scans'), ('documents', '0010_document_kind'), ('documents', '0011_what_files_say_of_people'), ('documents', '0012_written'), ('documents', '0013_document_records'), ('documents', '0014_pages_of_lists'), ('documents', '0015_room_of_libraries'), ('documents', '0016_content_twice'), ('documents', '0017_macros_and_signatures'), ('documents', '0018_links'), ('documents', '0019_opened')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('groups', '0001_first'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Folder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('depth', models.PositiveSmallIntegerField(default=1)),
                ('rights', models.CharField(choices=[('inherit', 'As the folder around it'), ('members', 'Members write, whoever reads the library reads'), ('leads', 'Leads write, whoever reads the library reads'), ('observers', 'Members write, observers read, nobody outside the group sees it'), ('hidden', 'Members write, hidden from observers and from outside')], default='inherit', max_length=10, verbose_name='who writes and who sees it')),
                ('reach', models.PositiveSmallIntegerField(choices=[(0, 'Whoever may read the library'), (1, 'People who take part in the group'), (2, 'Members, without observers')], default=0)),
                ('leads_only', models.BooleanField(default=False)),
                ('key', models.UUIDField()),
                ('deleted_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='folders', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='documents.folder')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_folder_per_sending')],
            },
        ),
        migrations.CreateModel(
            name='Space',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('used', models.PositiveBigIntegerField(default=0)),
                ('quota', models.PositiveBigIntegerField(null=True)),
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='groups.group')),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('kind', models.CharField(choices=[('file', 'file'), ('page', 'page')], default='file', max_length=10)),
                ('type', models.CharField(blank=True, choices=[('terms', 'Terms of reference'), ('agenda', 'Agenda'), ('minutes', 'Minutes'), ('brief', 'Research brief'), ('report', 'Report'), ('data', 'Data'), ('practice', 'Good practice'), ('tool', 'Guide or tool'), ('law', 'Law or standard'), ('letter', 'Letter or statement')], max_length=10, verbose_name='type')),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='language')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year')),
                ('licence', models.CharField(blank=True, choices=[('cc0', 'CC0: no rights reserved'), ('cc-by', 'CC BY: use with credit'), ('cc-by-sa', 'CC BY-SA: use with credit, share alike'), ('cc-by-nc', 'CC BY-NC: use with credit, not for profit'), ('cc-by-nc-nd', 'CC BY-NC-ND: pass on unchanged with credit, not for profit'), ('reserved', 'All rights reserved')], max_length=12, verbose_name='licence')),
                ('citation', models.CharField(blank=True, max_length=500, verbose_name='how to cite it')),
                ('record_version', models.PositiveIntegerField(default=1)),
                ('mark', models.CharField(choices=[('green', 'Green'), ('amber', 'Amber'), ('red', 'Red')], default='green', max_length=5, verbose_name='handling')),
                ('reach', models.PositiveSmallIntegerField(choices=[(0, 'Whoever may read the library'), (1, 'People who take part in the group'), (2, 'Members, without observers')], default=0)),
                ('changed_at', models.DateTimeField(db_index=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('deleted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('folder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='documents.folder')),
            ],
            options={
                'indexes': [models.Index(models.F('group'), models.F('folder'), django.db.models.functions.text.Lower('title'), models.F('id'), condition=models.Q(('deleted_at', None)), name='documents_by_title'), models.Index(condition=models.Q(('deleted_at', None)), fields=['group', 'folder', 'changed_at', 'id'], name='documents_by_change'), models.Index(models.F('group'), django.db.models.functions.text.Lower('title'), models.F('id'), condition=models.Q(('deleted_at', None)), name='documents_by_title_anywhere'), models.Index(fields=['group', '-changed_at'], name='documents_d_group_i_7e0b0e_idx')],
            },
        ),
        migrations.CreateModel(
            name='Written',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='written', serialize=False, to='documents.document')),
                ('text', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('until', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='hold', to='documents.document')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('post', 'Post'), ('message', 'Message'), ('page', 'Page')], max_length=8)),
                ('object_id', models.PositiveBigIntegerField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='documents.document')),
            ],
            options={
                'indexes': [models.Index(fields=['document', 'source', '-object_id'], name='links_to_a_document')],
                'constraints': [models.UniqueConstraint(fields=('source', 'object_id', 'document'), name='one_link_from_each')],
            },
        ),
        migrations.CreateModel(
            name='Opened',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='documents.document')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-at'], name='opened_by_person')],
                'constraints': [models.UniqueConstraint(fields=('user', 'document'), name='opened_once_each')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('file_name', models.CharField(max_length=200)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('original', models.CharField(blank=True, max_length=300)),
                ('size', models.PositiveBigIntegerField()),
                ('received', models.PositiveBigIntegerField(default=0)),
                ('spool', models.CharField(max_length=40)),
                ('key', models.UUIDField()),
                ('base', models.PositiveIntegerField(null=True)),
                ('active_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('folder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.folder')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='one_upload_per_sending')],
            },
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('number', models.PositiveIntegerField()),
                ('file_name', models.CharField(max_length=200, verbose_name='file name')),
                ('kind', models.CharField(max_length=20)),
                ('content_type', models.CharField(max_length=120)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('path', models.CharField(max_length=200)),
                ('sent_size', models.PositiveBigIntegerField(null=True)),
                ('sent_sha256', models.CharField(blank=True, max_length=64)),
                ('original', models.CharField(blank=True, max_length=300)),
                ('told', models.CharField(blank=True, max_length=600)),
                ('unsigned', models.BooleanField(db_default=False, default=False)),
                ('macros', models.BooleanField(db_default=False, default=False)),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what changed')),
                ('restored_from', models.PositiveIntegerField(null=True)),
                ('follows', models.PositiveIntegerField(null=True)),
                ('key', models.UUIDField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='documents.document')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'ordering': ['-number'],
                'indexes': [models.Index(fields=['sha256'], name='versions_by_content'), models.Index(condition=models.Q(('sent_sha256', ''), _negated=True), fields=['sent_sha256'], name='versions_by_content_sent')],
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='dense_version_numbers'), models.UniqueConstraint(fields=('author', 'key'), name='one_version_per_sending')],
            },
        ),
        migrations.CreateModel(
            name='Preview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'It is being made; look again in a minute.'), ('ready', ''), ('none', 'Files of this type are not shown here. Download it to open it.'), ('empty', 'There is no text in it that could be shown.'), ('locked', 'It is locked with a password. Download it to open it.'), ('damaged', 'It could not be read here. Download it to see whether it opens.'), ('held', 'It is held back.'), ('withheld', 'It is marked red: nothing of it is shown or kept here. Download it to open it.'), ('too_large', 'It is too large to be shown here. Download it to open it.')], default='waiting', max_length=10)),
                ('thumbnail', models.CharField(blank=True, db_index=True, max_length=200)),
                ('made_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='preview', to='documents.version')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['asked_at'], name='previews_still_to_be_made')],
            },
        ),
        migrations.CreateModel(
            name='PreviewPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('text', models.TextField(blank=True)),
                ('path', models.CharField(blank=True, db_index=True, max_length=200)),
                ('width', models.PositiveIntegerField(default=0)),
                ('height', models.PositiveIntegerField(default=0)),
                ('preview', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='documents.preview')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('preview', 'number'), name='one_preview_of_a_page')],
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('clean', 'Checked for malware: nothing found.'), ('held', 'Held back: malware was found in it. Nobody can download it.'), ('large', 'Not checked for malware: it is larger than the scanner takes.'), ('away', 'Not checked for malware yet: the scanner did not answer.')], max_length=10)),
                ('found', models.CharField(blank=True, max_length=200)),
                ('engine', models.CharField(blank=True, max_length=100)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='scan', to='documents.version')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'version'], name='documents_s_state_051be2_idx')],
            },
        ),
        migrations.AddField(
            model_name='document',
            name='latest',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.version'),
        ),
    ]
