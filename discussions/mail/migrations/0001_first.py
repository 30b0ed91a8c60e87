import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('mail', '0001_initial'), ('mail', '0002_answered_posts')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('discussions', '0001_first'),
        ('groups', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Archived',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=32)),
                ('subject', models.CharField(max_length=32)),
                ('number', models.PositiveIntegerField()),
                ('sent_at', models.DateTimeField()),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='groups.group')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='discussions.thread')),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'subject', '-sent_at'], name='mail_archiv_group_i_31ed23_idx')],
                'constraints': [models.UniqueConstraint(fields=('group', 'digest'), name='one_row_per_archived_mail')],
            },
        ),
        migrations.CreateModel(
            name='Incoming',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('asks', models.CharField(choices=[('reply', 'An answer in a thread'), ('new', 'A new thread, at a personal address'), ('group', 'A new thread, at the group’s address')], max_length=5)),
                ('state', models.CharField(choices=[('waiting', 'Waiting to be read'), ('posted', 'Posted'), ('held', 'Held until its sender confirms it'), ('refused', 'Refused'), ('dropped', 'Left out')], default='waiting', max_length=8)),
                ('reason', models.CharField(blank=True, choices=[('automatic', 'An automatic answer'), ('loop', 'So many in so short a time that a program must have sent them'), ('repeated', 'The same words again'), ('unreadable', 'It cannot be read as a mail'), ('encrypted', 'It is encrypted'), ('empty', 'Nothing is written above the quotation'), ('text', 'Too long, or without a title'), ('closed', 'The thread is closed'), ('not_here', 'Its sender does not write in this group or thread'), ('starters', 'Leads start the threads here'), ('sender', 'From an address that is not known as the sender’s'), ('unproven', 'Nothing proves who sent it'), ('expired', 'Its sender did not confirm it in time'), ('failed', 'It could not be worked on; ask whoever runs the site'), ('other', 'The thread does not take it')], max_length=12)),
                ('said', models.TextField(blank=True)),
                ('path', models.CharField(blank=True, max_length=200)),
                ('size', models.PositiveIntegerField(default=0)),
                ('words', models.CharField(blank=True, max_length=64)),
                ('is_unanswerable', models.BooleanField(default=False)),
                ('is_confirmed', models.BooleanField(default=False)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answers', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='discussions.post')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='groups.group')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='discussions.post')),
                ('thread', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='discussions.thread')),
            ],
            options={
                'indexes': [models.Index(fields=['group', '-created_at'], name='mail_incomi_group_i_49d714_idx'), models.Index(fields=['person', '-created_at'], name='mail_incomi_person__ba6848_idx'), models.Index(fields=['post'], name='mails_of_a_post')],
            },
        ),
    ]
