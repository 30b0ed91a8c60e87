from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("discussions", "0003_thread_version")]

    operations = [migrations.RemoveField("post", "depth")]
