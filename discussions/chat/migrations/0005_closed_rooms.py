from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0004_retention")]

    operations = [migrations.AddField("room", "closed_at", models.DateTimeField(null=True))]
