import accounts.models
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_quiet_hours')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('language', models.CharField(blank=True, help_text='Pages and mail come in it.', max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(default='UTC', max_length=60, validators=[accounts.models.is_time_zone], verbose_name='time zone')),
                ('theme', models.CharField(blank=True, choices=[('', 'As my device'), ('light', 'Light'), ('dark', 'Dark')], max_length=5, verbose_name='appearance')),
                ('shows_presence', models.BooleanField(default=False, help_text='Off unless you switch it on. It also lets others see that you are typing.', verbose_name='show others when I am in a room')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                ('is_secretariat', models.BooleanField(default=False, help_text='Works the queue; sees names and numbers of every group, content only as a participant.', verbose_name='of the Secretariat')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may open the administration')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('erased_at', models.DateTimeField(editable=False, null=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
