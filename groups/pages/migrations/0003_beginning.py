"""Pages in which nobody has written yet begin with a paragraph, the same for everybody."""

from django.db import migrations

from groups.pages.models import BEGINNING, EMPTY_UPDATE


def begin(apps, schema_editor):
    """Give them the paragraph; a page that has one change already has what its first writer began with."""
    pages = apps.get_model("pages", "Page").objects.filter(head=0, snapshot_seq=0)
    for pk in [page.pk for page in pages if bytes(page.snapshot) == EMPTY_UPDATE]:
        pages.filter(pk=pk).update(**BEGINNING)


class Migration(migrations.Migration):
    dependencies = [("pages", "0002_rights")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
