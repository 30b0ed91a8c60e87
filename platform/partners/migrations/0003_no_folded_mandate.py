from django.db import migrations

from core.folding import fold, fold_rows


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_folded_mandate")]
    operations = [
        migrations.RemoveField("organisation", "folded_mandate"),
        # More letters are taken for one another than before.
        migrations.RunPython(
            fold_rows("partners.Organisation", lambda one: fold(f"{one.name} {one.acronym}")[:250]), migrations.RunPython.noop
        ),
    ]
