"""Posts that are there rise with their numbers: each is the latest of all before it."""

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    apps.get_model("discussions", "Post").objects.update(peak_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("discussions", "0011_complete_threads")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
