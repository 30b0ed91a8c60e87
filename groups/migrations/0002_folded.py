from django.db import migrations, models

from core.folding import fold_rows


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial")]

    operations = [
        migrations.AddField("group", "folded", models.TextField(default="", editable=False)),
        migrations.RunPython(
            fold_rows("groups.Group", lambda group: f"{group.name} {group.theme} {group.summary}"),
            migrations.RunPython.noop,
        ),
    ]
