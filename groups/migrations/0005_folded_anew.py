from django.db import migrations

from core.folding import fold_rows


class Migration(migrations.Migration):
    dependencies = [("groups", "0004_what_letters_hold")]
    operations = [
        # More letters are taken for one another than before.
        migrations.RunPython(
            fold_rows("groups.Group", lambda one: f"{one.name} {one.theme} {one.summary}"), migrations.RunPython.noop
        ),
    ]
