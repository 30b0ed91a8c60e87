"""A site that holds something already has its index made in the background, once it serves again."""

from django.db import migrations


def ask_for_index(apps, schema_editor):
    if apps.get_model("accounts", "User").objects.exists():
        from search.tasks import rebuild_search

        rebuild_search.enqueue()


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("accounts", "0001_initial"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]
    operations = [migrations.RunPython(ask_for_index, migrations.RunPython.noop)]
