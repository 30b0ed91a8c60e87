from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddIndex("notice", models.Index(fields=["object_id", "kind"], name="notices_of_an_object")),
    ]
