import django.db.models.deletion
import django.utils.timezone
import partners.models.invitation
import partners.models.organisation
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('partners', '0001_initial'), ('partners', '0002_folded_mandate'), ('partners', '0003_no_folded_mandate')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('acronym', models.CharField(blank=True, max_length=30, verbose_name='acronym')),
                ('slug', models.SlugField(editable=False, max_length=80, unique=True)),
                ('stakeholder_type', models.CharField(choices=[('government', 'Government'), ('international', 'International or regional organisation'), ('workers', 'Workers’ organisation'), ('employers', 'Employers’ or business membership organisation'), ('civil-society', 'Civil society organisation'), ('academic', 'Academic institution'), ('other', 'Other stakeholder or network')], max_length=20, verbose_name='stakeholder type')),
                ('country', models.CharField(blank=True, help_text='ISO code of the seat; empty for none.', max_length=2, verbose_name='country')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('mandate', models.TextField(blank=True, help_text='At most 150 words.', validators=[partners.models.organisation.short_mandate], verbose_name='mandate')),
                ('listing', models.CharField(choices=[('named', 'Named to everybody'), ('partners', 'Named to partners only'), ('undisclosed', 'Undisclosed: named only to those who share a group with it')], default='named', max_length=12, verbose_name='listing')),
                ('status', models.CharField(choices=[('applicant', 'Waiting for the Secretariat'), ('active', 'Partner'), ('declined', 'Declined'), ('suspended', 'Suspended'), ('left', 'Left')], default='applicant', max_length=10)),
                ('status_reason', models.TextField(blank=True)),
                ('folded', models.CharField(default='', editable=False, max_length=250)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'ordering': ['name'],
                'indexes': [models.Index(fields=['status', 'listing', 'name'], name='partners_or_status_8c1e18_idx')],
            },
        ),
        migrations.CreateModel(
            name='SignUpAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('proposal', models.JSONField(default=dict)),
                ('function', models.CharField(blank=True, max_length=120, verbose_name='function')),
                ('refusal', models.TextField(blank=True)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partners.organisation')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sign_up_answer', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('role', models.CharField(choices=[('focal-point', 'Focal point'), ('alternate', 'Alternate'), ('staff', 'Staff')], default='staff', max_length=12, verbose_name='role')),
                ('function', models.CharField(blank=True, max_length=120, verbose_name='function')),
                ('message', models.TextField(blank=True, max_length=600, verbose_name='a few words to them')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('expires_at', models.DateTimeField(default=partners.models.invitation.expiry)),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('key', models.UUIDField()),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('redeemed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='partners.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'redeemed_at', 'revoked_at'], name='partners_in_organis_7cf00c_idx')],
                'constraints': [models.UniqueConstraint(fields=('invited_by', 'key'), name='one_colleague_invitation_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Affiliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False)),
                ('function', models.CharField(blank=True, help_text='For example: policy officer.', max_length=120, verbose_name='function')),
                ('role', models.CharField(choices=[('focal-point', 'Focal point'), ('alternate', 'Alternate'), ('staff', 'Staff')], default='staff', max_length=12, verbose_name='role')),
                ('state', models.CharField(choices=[('requested', 'Waiting for the organisation'), ('active', 'Active'), ('declined', 'Declined'), ('ended', 'Ended')], default='requested', max_length=10)),
                ('reason', models.TextField(blank=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affiliations', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affiliations', to='partners.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'state'], name='partners_af_organis_9a554e_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['requested', 'active'])), fields=('user', 'organisation'), name='one_live_affiliation_per_person_and_organisation')],
            },
        ),
    ]
