from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("discussions", "0008_attention")]
    operations = [migrations.RemoveField("post", "folded"), migrations.RemoveField("thread", "folded")]
