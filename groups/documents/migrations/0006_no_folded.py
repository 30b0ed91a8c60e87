from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_pictures_written_anew")]
    operations = [migrations.RemoveField("document", "folded"), migrations.RemoveField("version", "folded")]
