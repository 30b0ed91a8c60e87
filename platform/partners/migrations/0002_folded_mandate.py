from django.db import migrations, models

from core.folding import fold_rows


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]

    operations = [
        migrations.AddField("organisation", "folded_mandate", models.TextField(default="", editable=False)),
        migrations.RunPython(
            fold_rows("partners.Organisation", lambda one: one.mandate, "folded_mandate"), migrations.RunPython.noop
        ),
    ]
