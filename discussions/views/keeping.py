"""What leads keep of a thread: the summary at its top, and how much of who said what leaves the group."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import markdown
from core.errors import Conflict, DomainError
from discussions import access, services
from discussions.audience import readers_of_thread
from discussions.forms_of_leads import AttributionForm, SummaryForm
from discussions.models import Thread
from discussions.views.writing import previewed
from discussions.voices import Said, Voices
from groups.attribution import Attribution

VERSIONS = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_summary(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Write the summary. Changed meanwhile, both are shown and saving again is a choice."""
    thread, standing = access.thread_for_moderator(request.user, slug, thread_id)
    last = thread.summaries.order_by("-number").first()
    form = SummaryForm(
        request.POST or None, initial={"body": last.body if last else "", "base": thread.summary_version}
    )
    preview = current = None
    if "preview" in request.POST:
        preview = previewed(request.POST.get("body", ""), thread.group, standing)
        form = SummaryForm(initial=request.POST.dict())
    elif request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            services.write_summary(thread, by=standing.act(), body=sent["body"], base=sent["base"])
        except Conflict as conflict:
            current = conflict.current
            now = Thread.objects.values_list("summary_version", flat=True).get(pk=thread.pk)
            form = SummaryForm({**request.POST.dict(), "base": now})
            form.add_error(None, conflict.message)
        except DomainError as refused:
            form.add_error("body", refused.message)
        else:
            messages.success(request, _("Saved."))
            return redirect(thread)
    context = {
        "thread": thread,
        "group": thread.group,
        "form": form,
        "preview": preview,
        "current": current,
        "audience": readers_of_thread(thread),
    }
    return render(request, "discussions/summary.html", context, status=409 if current else 200)


@require_safe
def thread_summaries(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Show every version of the summary, the newest first: who saved it and when."""
    thread, standing = access.thread_for_reader(request.user, slug, thread_id)
    versions = thread.summaries.order_by("-number")
    if standing.history_from:
        versions = versions.filter(created_at__gte=standing.history_from)
    page = Paginator(versions, VERSIONS).get_page(request.GET.get("page"))
    rule = (thread.attribution, thread.group_id)
    said = {one.pk: Said(one.author_id, one.organisation_id, one.function, *rule) for one in page.object_list}
    voices = Voices(standing, said.values())
    context = {
        "thread": thread,
        "group": thread.group,
        "page": page,
        "rows": [
            {"version": one, "voice": voices.of(said[one.pk]), "html": markdown.fill(one.html, {}, "")}
            for one in page.object_list
        ],
        "audience": readers_of_thread(thread),
    }
    return render(request, "discussions/summaries.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_attribution(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """Choose how much of who said what leaves the group."""
    thread, standing = access.thread_for_moderator(request.user, slug, thread_id)
    form = AttributionForm(request.POST or None, initial={"rule": thread.attribution, "base": thread.attribution})
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            services.attribute(thread, by=standing.act(), rule=Attribution(sent["rule"]), base=sent["base"])
        except Conflict as conflict:
            now = conflict.current.attribution if isinstance(conflict.current, Thread) else 0
            form = AttributionForm({**request.POST.dict(), "base": now})
            form.add_error(None, conflict.message)
        except DomainError as refused:
            form.add_error("rule", refused.message)
        else:
            messages.success(request, _("Saved. The thread says so above its posts."))
            return redirect(thread)
    context = {"thread": thread, "group": thread.group, "form": form, "audience": readers_of_thread(thread)}
    return render(request, "discussions/attribution.html", context, status=422 if form.errors else 200)
