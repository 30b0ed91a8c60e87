from django.db import migrations, models

from core.folding import fold_rows


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_names_that_hide")]

    operations = [
        migrations.AddField("document", "folded", models.TextField(default="", editable=False)),
        migrations.AddField("version", "folded", models.TextField(default="", editable=False)),
        migrations.RunPython(
            fold_rows("documents.Document", lambda document: document.title), migrations.RunPython.noop
        ),
        migrations.RunPython(
            fold_rows("documents.Version", lambda version: version.file_name), migrations.RunPython.noop
        ),
    ]
