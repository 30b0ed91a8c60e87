"""The standing summary that leads keep at the top of a thread."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import markdown
from core.audit import record
from core.errors import Conflict
from discussions import mentions
from discussions.models import Summary, Thread
from discussions.services.locking import locked, moderating
from discussions.services.writing import BadText
from partners.capacity import Capacity

SUMMARY_LENGTH = 4_000


@transaction.atomic
def write_summary(thread: Thread, *, by: Capacity, body: str, base: int) -> Thread:
    """Save the next version of the summary; an empty one takes it away. Refuse when it is no longer the version they saw.

    Every version stays readable, with who saved it and when.
    """
    body = mentions.resolve(markdown.clean(body).strip(), [])
    if len(body) > SUMMARY_LENGTH:
        limit = {"limit": SUMMARY_LENGTH, "count": len(body)}
        raise BadText(_("Use at most %(limit)d characters; this has %(count)d.") % limit)
    thread, standing = locked(thread, by.user)
    by = moderating(standing)
    last = thread.summaries.order_by("-number").first()
    if body == (last.body if last else ""):
        return thread
    if thread.summary_version != base:
        raise Conflict(_("Somebody else changed the summary meanwhile."), current=last)
    html = markdown.render(body) if body else ""
    version = Summary(thread=thread, number=thread.summary_version + 1, body=body, html=html)
    version.speak_as(by)
    version.save(force_insert=True)
    thread.summary_version, thread.summary_html, thread.summary_at = version.number, html, timezone.now()
    thread.summary_by, thread.summary_for, thread.summary_function = by.user, by.organisation, by.function
    thread.save(
        update_fields=[
            "summary_version",
            "summary_html",
            "summary_at",
            "summary_by",
            "summary_for",
            "summary_function",
        ]
    )
    record(by, "thread.summarised", thread)
    return thread
