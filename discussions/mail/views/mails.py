"""Looking at a whole mail, confirming one that is held, and what came in for a group."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import markdown
from discussions.addresses import group_address, start_address
from discussions.mail import access, services
from discussions.mail.models import Incoming
from discussions.mail.parsing import Letter, Unreadable, read_letter
from discussions.mail.parsing.html import as_markdown
from discussions.mail.services.holding import held_behind
from discussions.mail.services.posting import bytes_of
from discussions.models import Thread
from discussions.views.requests import person
from discussions.voices import Said, Voices
from groups.access import group_for_participant
from groups.audience import readers_of

PER_PAGE = 30
SHOWN = 100_000
"""Characters of a whole mail that a page shows."""


@require_safe
def whole(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Show the whole mail behind a post to who sent it: its text as it came, and what else was in it."""
    mail, post, _standing = access.mail_of_author(request.user, slug, thread_id, number)
    letter = _read(mail)
    text = _all_of(letter)
    context = {
        "post": post,
        "thread": post.thread,
        "group": post.thread.group,
        "mail": mail,
        "letter": letter,
        "text": markdown.clean(text[:SHOWN]).strip(),
        "is_cut": len(text) > SHOWN,
        "keep_days": settings.MAIL_IN_KEEP_DAYS,
    }
    return render(request, "discussions/mail/whole.html", context)


def _read(mail: Incoming) -> Letter:
    try:
        return read_letter(bytes_of(mail))
    except (FileNotFoundError, Unreadable):
        raise Http404(access.NO_MAIL) from None


def _all_of(letter: Letter) -> str:
    return letter.text if letter.text.strip() else as_markdown(letter.html, quotes=True)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whoever has the link whether the mail is theirs; opening it changes nothing, since programs open links too."""
    mail = held_behind(token)
    if mail is None:
        return render(request, "discussions/mail/confirm.html", {"mail": None}, status=404)
    if request.method == "POST":
        # Shown at once: whoever comes from a letter is not signed in, and there is no page of theirs to lead them to.
        if "disown" in request.POST:
            services.disown(mail)
            done = _("The mail is thrown away.")
        else:
            services.confirm(mail)
            done = _("Thank you. The mail is posted in a moment; if it cannot be, a letter tells you why.")
        return render(request, "discussions/mail/confirm.html", {"mail": mail, "done": done})
    letter = _read(mail)
    # Whoever has the link is told no more than the sender may read now.
    read = Thread.objects.visible_to(mail.person) if mail.person else Thread.objects.none()
    thread = read.filter(pk=mail.thread_id).first() if mail.thread_id else None
    context = {
        "mail": mail,
        "thread": thread,
        "letter": letter,
        "excerpt": markdown.clean(_all_of(letter)).strip()[:600],
    }
    return render(request, "discussions/mail/confirm.html", context)


@login_required
@require_safe
def group_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a participant how to write by mail and what became of their mails; a lead, what became of everybody's."""
    group, standing = group_for_participant(request.user, slug)
    mails = access.mails_for(standing)
    if "all" not in request.GET:
        mails = mails.not_posted()
    page = Paginator(mails.select_related("thread", "post"), PER_PAGE).get_page(request.GET.get("page"))
    starts = standing.may_start_threads
    context = {
        "group": group,
        "standing": standing,
        "rows": _rows(list(page.object_list), standing),
        "page": page,
        "all": "all" in request.GET,
        "own_address": start_address(person(request).pk, group.pk) if starts else "",
        "group_address": group_address(group) if starts else "",
        "audience": readers_of(group),
    }
    return render(request, "discussions/mail/group.html", context)


def _rows(mails: list[Incoming], standing: Any) -> list[dict[str, Any]]:
    voices = Voices(standing, [Said(mail.person_id, None, "") for mail in mails if mail.person_id])
    unknown = _("somebody who is not in the group")
    read = Thread.objects.visible_to(standing.user).filter(pk__in=[mail.thread_id for mail in mails if mail.thread_id])
    known = set(read.values_list("pk", flat=True))
    rows = []
    for mail in mails:
        if mail.thread_id not in known:
            # For this page only: what the reader may not read is not named, and nothing leads there.
            mail.thread = mail.post = None
        if mail.thread is not None:
            mail.thread.group = standing.group
        if mail.post is not None and mail.thread is not None:
            mail.post.thread = mail.thread
        rows.append({"mail": mail, "who": voices.people.get(mail.person_id or 0, unknown)})
    return rows
