import django.db.models.deletion
import django.utils.timezone
import groups.models.invitation
import groups.models.membership
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('groups', '0001_initial'), ('groups', '0002_folded'), ('groups', '0003_silence'), ('groups', '0004_what_letters_hold'), ('groups', '0005_folded_anew')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('partners', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('folded', models.TextField(default='', editable=False)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('slug', models.SlugField(editable=False, max_length=80, unique=True)),
                ('theme', models.CharField(blank=True, max_length=120, verbose_name='theme')),
                ('summary', models.TextField(help_text='Two or three sentences.', max_length=600, verbose_name='what it is for')),
                ('terms', models.TextField(blank=True, help_text='Markdown.', verbose_name='terms of reference')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('declined', 'Declined'), ('active', 'Active'), ('dormant', 'Dormant'), ('closed', 'Closed')], default='proposed', max_length=10)),
                ('state_reason', models.TextField(blank=True)),
                ('find', models.CharField(choices=[('public', 'Everybody'), ('partners', 'Partners'), ('members', 'Members only: hidden from everybody else')], default='public', max_length=10, verbose_name='who may find it')),
                ('read', models.CharField(choices=[('public', 'Everybody'), ('partners', 'Partners'), ('members', 'Members')], default='members', max_length=10, verbose_name='who may read it')),
                ('join', models.CharField(choices=[('open', 'Open to partners'), ('request', 'On request'), ('invitation', 'By invitation')], default='request', max_length=10, verbose_name='how to join')),
                ('start_threads', models.CharField(choices=[('members', 'Members'), ('leads', 'Leads')], default='members', max_length=10, verbose_name='who may start threads')),
                ('history', models.CharField(choices=[('all', 'Everything'), ('from-joining', 'What came after they joined')], default='all', max_length=12, verbose_name='history for newcomers')),
                ('mail_content', models.BooleanField(db_default=False, default=False, verbose_name='letters hold the words')),
                ('acl_version', models.PositiveBigIntegerField(default=1)),
                ('version', models.PositiveIntegerField(default=1)),
                ('key', models.UUIDField(editable=False, null=True, unique=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='working_groups', to='groups.group')),
            ],
            options={
                'ordering': ['name'],
                'indexes': [models.Index(fields=['state', 'find'], name='groups_grou_state_1250a0_idx')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('role', models.CharField(choices=[('lead', 'Lead'), ('member', 'Member'), ('observer', 'Observer')], default='member', max_length=10, verbose_name='role')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('message', models.TextField(blank=True, max_length=600, verbose_name='a few words to them')),
                ('expires_at', models.DateTimeField(default=groups.models.invitation.expiry)),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('key', models.UUIDField(unique=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='groups.group')),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('redeemed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('role', models.CharField(choices=[('lead', 'Lead'), ('member', 'Member'), ('observer', 'Observer')], default='member', max_length=10, verbose_name='role')),
                ('state', models.CharField(choices=[('requested', 'Requested'), ('active', 'Active'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('left', 'Left'), ('removed', 'Removed')], default='requested', max_length=10)),
                ('brings', models.TextField(blank=True, help_text='At most 60 words.', validators=[groups.models.membership.short_offer], verbose_name='what your organisation brings')),
                ('reason', models.TextField(blank=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('key', models.UUIDField(null=True, unique=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='groups.group')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='partners.organisation')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'state', 'role'], name='groups_memb_group_i_4e4f07_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['requested', 'active'])), fields=('group', 'organisation'), name='one_live_membership_per_organisation')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('ended_at', models.DateTimeField(null=True)),
                ('affiliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participations', to='partners.affiliation')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participants', to='groups.membership')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'ended_at'], name='groups_part_user_id_0d9002_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('membership', 'user'), name='one_live_participation_per_membership')],
            },
        ),
        migrations.CreateModel(
            name='Silence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, max_length=120)),
                ('until', models.DateTimeField()),
                ('reason', models.CharField(max_length=600)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='silences', to='groups.group')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='silences', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'user', '-until'], name='groups_sile_group_i_da9798_idx')],
            },
        ),
    ]
