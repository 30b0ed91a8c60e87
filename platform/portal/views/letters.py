"""For the Secretariat: letters that reached nobody, and people to whom mail no longer goes."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notifications import bounces, outbox
from notifications.models import Letter, Unreachable
from portal.access import officer

PER_PAGE = 50


@require_safe
def failed_letters(request: HttpRequest) -> HttpResponse:
    """Show which letters failed, to whom and why, and whose mail comes back: people by name, their addresses to nobody.

    Of somebody who was invited and is nobody here yet, it shows where their mailbox lies.
    """
    officer(request.user)
    failed = Letter.objects.failed().select_related("user").order_by("-done_at", "-pk")
    page = Paginator(failed, PER_PAGE).get_page(request.GET.get("page"))
    theirs = Q(user=None) | Q(address=F("user__email"))
    stopped = Unreachable.objects.filter(theirs, stopped_at__isnull=False).select_related("user")
    context = {
        "page": page,
        "rows": [(letter, kind_of(letter), why_of(letter)) for letter in page],
        "stopped": stopped.order_by("-stopped_at")[:PER_PAGE],
        "waiting": Letter.objects.waiting().count(),
    }
    return render(request, "portal/letters.html", context)


def kind_of(letter: Letter) -> str:
    """Return in words what kind of letter it was."""
    kinds = {
        "notice": _("About something to decide or decided, or a message"),
        "post": _("About a post"),
        "colleague": _("An invitation of a colleague"),
        "invitation": _("An invitation into a group"),
    }
    return kinds.get(letter.kind, _("What is new"))


def why_of(letter: Letter) -> str:
    """Return in words why a letter failed; the code stands beside it."""
    fault = letter.fault
    if fault == "unanswered":
        return _("No mail server answered for seven hours.")
    if fault == bounces.STOPPED:
        return _("Three letters in a row had come back from there.")
    if fault == "words":
        return _("It could not be written. The log says more.")
    if fault.startswith(("5.1.", "550", "551", "553")):
        return _("There is no such address.")
    if fault.startswith("5.2."):
        return _("The mailbox takes nothing.")
    if fault.startswith("5"):
        return _("The mail server refused it.")
    return _("The mail server put it off for seven hours.")


@require_POST
def send_letter_again(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Send a letter that failed once more; whether its reader may still know what it says is asked anew."""
    officer(request.user)
    letter = Letter.objects.failed().filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    if outbox.try_again(letter):
        messages.success(request, _("It is sent within a minute, if there is still something to say."))
    return redirect("failed_letters")


@require_POST
def write_to_again(request: HttpRequest, unreachable_id: int) -> HttpResponse:
    """Have mail go to an address again from which it came back."""
    officer(request.user)
    if not bounces.write_there_again(unreachable_id):
        raise Http404
    messages.success(request, _("Mail goes there again."))
    return redirect("failed_letters")
