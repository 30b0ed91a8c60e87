"""Reporting a post, hiding one and showing it again, and the leads' page of all that was reported in their group."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import markdown
from core.errors import DomainError
from discussions import access, services
from discussions.audience import readers_of_thread
from discussions.filling import Texts
from discussions.forms import HideForm, ReportForm
from discussions.models import HiddenPost, Post
from discussions.reporting import sources, waiting_for_leads
from discussions.views.requests import number as whole_number
from discussions.views.requests import person
from groups.access import group_for_manager
from groups.bylines import Byline, bylines
from groups.navigation import settings_sections
from groups.standing import Standing


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Report somebody else's post, after saying who decides."""
    post, standing = access.post_for_reader(request.user, slug, thread_id, number)
    if post.author_id == person(request).pk or post.is_deleted:
        return redirect(post)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_post(post, by=standing, reason=form.cleaned_data["reason"])
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Reported. You are told what is decided."))
            return redirect(post)
    texts = Texts([post], standing)
    context = {
        "group": post.thread.group,
        "standing": standing,
        "thread": post.thread,
        "post": post,
        "voice": texts.voices.of(post),
        "body": texts.of(post),
        "form": form,
        "audience": readers_of_thread(post.thread),
    }
    return render(request, "discussions/report.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def hide(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Hide a post at once; why is asked on the page this leads to."""
    post, standing = access.post_for_hiding(request.user, slug, thread_id, number)
    try:
        services.hide_post(post, by=standing.act())
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect(post)
    messages.success(request, _("Hidden, everywhere. Say why: its author and the leads read it."))
    return redirect("threads:hidden", slug, thread_id, number)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hidden(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Show a hidden post to its author and the leads, with who hid it and why; leads add the reason that is missing."""
    kept, post, standing = access.hidden_post(request.user, slug, thread_id, number)
    form = None
    if standing.may_moderate and not kept.reason and post.author_id != person(request).pk:
        form = HideForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            services.hide_post(post, by=standing.act(), reason=form.cleaned_data["reason"])
            messages.success(request, _("Saved."))
            return redirect("threads:hidden", slug, thread_id, number)
    post.html = markdown.render(kept.body)  # to be shown here, never saved
    texts = Texts([post], standing)
    context = {
        "group": post.thread.group,
        "standing": standing,
        "thread": post.thread,
        "post": post,
        "kept": kept,
        "voice": texts.voices.of(post),
        "body": texts.of(post),
        "by": bylines([kept], standing)[0],
        "form": form,
        "is_own": post.author_id == person(request).pk,
    }
    return render(request, "discussions/hidden.html", context, status=422 if form and form.errors else 200)


@login_required
@require_POST
def restore(request: HttpRequest, slug: str, thread_id: int, number: int) -> HttpResponse:
    """Show a hidden post again."""
    _kept, post, standing = access.hidden_post(request.user, slug, thread_id, number)
    if not standing.may_moderate:
        raise Http404(access.NO_THREAD)
    try:
        services.restore_post(post, by=standing.act())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The post is shown again."))
    return redirect(post)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the leads what was reported, and take their decision: `kind` and `report`, and `decision` to hide or not."""
    group, standing = group_for_manager(request.user, slug)
    if request.method == "POST":
        source = sources().get(request.POST.get("kind", ""))
        wanted = whole_number(request.POST.get("report"))
        if source is None or not source.model.objects.for_leads_of(group).filter(pk=wanted).exists():
            raise Http404
        upheld = request.POST.get("decision") == "hide"
        try:
            source.settle(wanted, by=standing.act(), upheld=upheld)
        except DomainError as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, str(source.removed if upheld else source.stands))
        return redirect("threads:reports", slug)
    context = {
        "group": group,
        "standing": standing,
        "cases": waiting_for_leads(group, standing, person(request)),
        "hidden": _hidden_in(group.pk, standing),
        "sections": settings_sections(group, standing, "threads:reports"),
    }
    return render(request, "discussions/reports.html", context)


def _hidden_in(group_id: int, standing: Standing) -> list[tuple[HiddenPost, Byline, str]]:
    """Return what is hidden in the group now and may be read, newest first, with who wrote it and where the leads read it."""
    kept = list(
        HiddenPost.objects.filter(post__thread__group=group_id, post__in=Post.objects.visible_to(standing.user))
        .select_related("post__thread__group")
        .order_by("-created_at", "-pk")[:50]
    )
    authors = bylines([one.post for one in kept], standing)
    places = [
        reverse("threads:hidden", args=[one.post.thread.group.slug, one.post.thread_id, one.post.number])
        for one in kept
    ]
    return list(zip(kept, authors, places, strict=True))
