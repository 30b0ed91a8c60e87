from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("documents", "0016_content_twice")]

    operations = [
        migrations.AddField(
            model_name="version",
            name="macros",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="version",
            name="unsigned",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
