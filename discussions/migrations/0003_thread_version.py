from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("discussions", "0002_folded")]

    operations = [migrations.AddField("thread", "version", models.PositiveIntegerField(default=1))]
