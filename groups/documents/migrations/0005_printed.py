from django.db import migrations

PRINTED = ("docx", "xlsx", "pptx", "odt", "ods", "odp", "rtf")
PORTION = 200


def look_again_at_what_was_printed(apps, schema_editor):
    """Forget what was kept of print instead of the file's own words; what has no preview is looked into again."""
    previews = apps.get_model("documents", "Preview").objects
    pages = apps.get_model("documents", "PreviewPage").objects
    printed = pages.exclude(path="").filter(preview__version__kind__in=PRINTED)
    while found := list(printed.values_list("preview", flat=True).distinct()[:PORTION]):
        previews.filter(pk__in=found).delete()


class Migration(migrations.Migration):
    # Portion by portion: those who read meanwhile wait for none of it.
    atomic = False

    dependencies = [
        ("documents", "0004_counted"),
    ]

    operations = [
        migrations.RunPython(look_again_at_what_was_printed, migrations.RunPython.noop, elidable=True),
    ]
