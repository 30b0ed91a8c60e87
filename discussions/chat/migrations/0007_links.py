"""What posts and messages pointed to before links were noted."""

from typing import Any

from django.db import migrations

from groups.documents.services.linking import linked_in


def note(apps: Any, schema_editor: Any) -> None:
    """Note the documents whose addresses stand in what was written so far."""
    document, link = apps.get_model("documents", "Document"), apps.get_model("documents", "Link")
    for source, model in (("post", apps.get_model("discussions", "Post")), ("message", apps.get_model("chat", "Message"))):
        written = model.objects.filter(body__contains="/documents/").values_list("pk", "body")
        for pk, body in written.iterator(chunk_size=500):
            named = linked_in(body)
            known = document.objects.filter(pk__in=named).values_list("pk", "group__slug")
            links = [
                link(document_id=one, source=source, object_id=pk) for one, slug in known if named[one] == slug
            ]
            link.objects.bulk_create(links, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0006_no_folded"),
        ("discussions", "0014_documents_threads"),
        ("documents", "0018_links"),
    ]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
