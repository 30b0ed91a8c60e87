import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('chat', '0001_initial'), ('chat', '0002_complete_rooms'), ('chat', '0003_folded'), ('chat', '0004_retention'), ('chat', '0005_closed_rooms'), ('chat', '0006_no_folded'), ('chat', '0007_links')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('documents', '0001_first'),
        ('groups', '0001_first'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('is_main', models.BooleanField(default=False)),
                ('people_key', models.CharField(editable=False, max_length=200, null=True, unique=True)),
                ('audience', models.CharField(choices=[('everybody', 'Everybody who takes part in the group'), ('members', 'Members and leads, without observers'), ('leads', 'Leads only')], default='everybody', max_length=10, verbose_name='who is in it')),
                ('writers', models.CharField(choices=[('members', 'Members and leads'), ('leads', 'Leads only: others read along')], default='members', max_length=10, verbose_name='who writes')),
                ('shows_readers', models.BooleanField(default=False)),
                ('keep_days', models.PositiveIntegerField(blank=True, choices=[(30, '30 days'), (90, '90 days'), (365, 'One year')], null=True, verbose_name='how long messages are kept')),
                ('closed_at', models.DateTimeField(null=True)),
                ('last_seq', models.PositiveBigIntegerField(default=0)),
                ('last_number', models.PositiveBigIntegerField(default=0)),
                ('acl_version', models.PositiveBigIntegerField(default=1)),
                ('floor', models.PositiveBigIntegerField(default=1)),
                ('purged_number', models.PositiveBigIntegerField(default=0, editable=False)),
                ('last_at', models.DateTimeField(null=True)),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='groups.group')),
            ],
            options={
                'ordering': ['-is_main', 'name', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_main', True)), fields=('group',), name='one_main_room_per_group'), models.CheckConstraint(condition=models.Q(('is_main', False), ('audience', 'everybody'), _connector='OR'), name='everybody_is_in_the_main_room'), models.CheckConstraint(condition=models.Q(('group__isnull', True), ('people_key__isnull', True), _connector='XOR'), name='a_group_or_a_few_people')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('function', models.CharField(blank=True, max_length=120)),
                ('seq', models.PositiveBigIntegerField()),
                ('number', models.PositiveBigIntegerField()),
                ('body', models.TextField(verbose_name='message')),
                ('html', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('key', models.UUIDField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('edited_at', models.DateTimeField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('pinned_at', models.DateTimeField(null=True)),
                ('has_extras', models.BooleanField(default=False)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('reply_to', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='replies', to='chat.message')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='chat.room')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('pinned_at__isnull', False)), fields=['room', 'number'], name='pinned_messages'), models.Index(fields=['room', 'created_at'], name='messages_by_age')],
                'constraints': [models.UniqueConstraint(fields=('room', 'seq'), name='one_message_per_seq'), models.UniqueConstraint(fields=('room', 'number'), name='dense_message_numbers'), models.UniqueConstraint(fields=('author', 'key'), name='one_message_per_author_and_key')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('body', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('upheld', 'Upheld'), ('dismissed', 'Dismissed')], default='open', max_length=10)),
                ('settled_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='chat.message')),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='chat.room')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'created_at'], name='chat_report_state_9b5399_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('message', 'reporter'), name='one_open_report_per_message_and_person')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveBigIntegerField()),
                ('kind', models.CharField(choices=[('message', 'Message'), ('edited', 'Edited'), ('deleted', 'Deleted'), ('reacted', 'Reactions changed'), ('pinned', 'Pinned or no longer pinned'), ('purged', 'Older messages are gone'), ('membership', 'Who may do what changed')], max_length=10)),
                ('acl_version', models.PositiveBigIntegerField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('version', models.PositiveIntegerField(null=True)),
                ('key', models.UUIDField(null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('change', models.CharField(blank=True, choices=[('started', 'takes part now'), ('ended', 'takes part no longer'), ('rights', 'Rights changed')], max_length=10)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='chat.message')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='chat.room')),
            ],
            options={
                'ordering': ['room', 'seq'],
                'constraints': [models.UniqueConstraint(fields=('room', 'seq'), name='dense_seq'), models.UniqueConstraint(condition=models.Q(('key__isnull', False)), fields=('actor', 'key'), name='one_outcome_per_person_and_key')],
            },
        ),
        migrations.CreateModel(
            name='ConversationSeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accepted_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversation_seats', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='chat.room')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('room', 'user'), name='one_seat_per_person_and_conversation')],
            },
        ),
        migrations.CreateModel(
            name='RoomReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last_seq', models.PositiveBigIntegerField(default=0)),
                ('last_number', models.PositiveBigIntegerField(default=0)),
                ('is_muted', models.BooleanField(default=False)),
                ('own_since', models.PositiveBigIntegerField(default=0)),
                ('floor', models.PositiveBigIntegerField(default=1)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='chat.room')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='room_readings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('room', 'user'), name='one_reading_per_person_and_room')],
            },
        ),
        migrations.CreateModel(
            name='SpentKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('seq', models.PositiveBigIntegerField()),
                ('message', models.PositiveBigIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chat.room')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('actor', 'key'), name='one_spent_key_per_person')],
            },
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('blocked', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'blocked'), name='one_block_per_pair'), models.CheckConstraint(condition=models.Q(('user', models.F('blocked')), _negated=True), name='nobody_blocks_themselves')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='chat.message')),
            ],
            options={
                'ordering': ['place'],
                'constraints': [models.UniqueConstraint(fields=('message', 'document'), name='one_attachment_per_message_and_document')],
            },
        ),
        migrations.CreateModel(
            name='MessageVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('body', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='chat.message')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('message', 'number'), name='one_text_per_version')],
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('emoji', models.CharField(choices=[('👍', 'Agreed'), ('❤️', 'Thank you'), ('🎉', 'Congratulations'), ('✅', 'Done'), ('👀', 'I am looking at it'), ('❓', 'I have a question'), ('😢', 'Sad'), ('✋', 'I will do it')], max_length=8)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reactions', to='chat.message')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('message', 'user', 'emoji'), name='one_reaction_per_person_and_sign')],
            },
        ),
    ]
