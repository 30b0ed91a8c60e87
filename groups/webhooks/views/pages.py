"""Webhooks for a group's leads: the list, one with its deliveries, and what is done with each."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Conflict, DomainError
from groups.models import Group
from groups.navigation import settings_sections
from groups.standing import Standing
from groups.views.answers import attempt
from groups.webhooks import access, services
from groups.webhooks.forms import VersionForm, WebhookForm
from groups.webhooks.models import Webhook

PER_PAGE = 30


def _page(
    request: HttpRequest, name: str, group: Group, standing: Standing, *, status: int = 200, **more: Any
) -> HttpResponse:
    sections = settings_sections(group, standing, "webhooks:list")
    context = {"group": group, "standing": standing, "section": "webhooks", "sections": sections, **more}
    return render(request, f"webhooks/{name}.html", context, status=status)


@login_required
@require_safe
def webhook_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the group's webhooks and how they fare."""
    group, standing = access.webhooks_for_lead(request.user, slug)
    webhooks = list(group.webhooks.order_by("pk"))
    for webhook in webhooks:
        webhook.group = group
    return _page(request, "list", group, standing, webhooks=webhooks)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add one, and show its secret, this once."""
    group, standing = access.webhooks_for_lead(request.user, slug)
    form = WebhookForm(request.POST if request.method == "POST" else None, group=group)
    if request.method == "POST" and form.is_valid():
        try:
            webhook = services.add_webhook(group, by=standing.act(), **form.wanted)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return _page(request, "secret", group, standing, webhook=webhook)
    return _page(request, "new", group, standing, form=form, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_page(request: HttpRequest, slug: str, webhook_id: int) -> HttpResponse:
    """Show one with its deliveries, and change it; changed meanwhile, both are shown."""
    webhook, standing = access.webhook_for_lead(request.user, slug, webhook_id)
    group = webhook.group
    form = WebhookForm(request.POST if request.method == "POST" else None, group=group, webhook=webhook)
    status = 200
    current: Webhook | None = None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.change_webhook(webhook, by=standing.act(), **form.wanted)
            except Conflict as conflict:
                status = 409
                current = conflict.current if isinstance(conflict.current, Webhook) else webhook
                # Saving again replaces what is shown beside: that is a choice then.
                typed = request.POST.copy()
                typed["version"] = str(current.version)
                form = WebhookForm(typed, group=group, webhook=webhook)
                form.add_error(None, conflict.message)
            except DomainError as refused:
                form.add_error(None, refused.message)
            else:
                return redirect(webhook)
    deliveries = Paginator(webhook.deliveries.order_by("-number"), PER_PAGE).get_page(request.GET.get("page"))
    waiting = webhook.deliveries.waiting().count()
    return _page(
        request,
        "page",
        group,
        standing,
        webhook=webhook,
        form=form,
        current=current,
        page=deliveries,
        waiting=waiting,
        status=status,
    )


@login_required
@require_POST
def new_secret(request: HttpRequest, slug: str, webhook_id: int) -> HttpResponse:
    """Give it another secret, and show that one, this once."""
    webhook, standing = access.webhook_for_lead(request.user, slug, webhook_id)
    form = VersionForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError(_("Load the page again."))
        webhook = services.give_new_secret(webhook, by=standing.act(), version=form.cleaned_data["version"])
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect(webhook)
    return _page(request, "secret", webhook.group, standing, webhook=webhook)


def _done(request: HttpRequest, webhook: Webhook, act: Callable[[], object], done: str) -> HttpResponse:
    attempt(request, act, done)
    return redirect(webhook)


@login_required
@require_POST
def webhook_test(request: HttpRequest, slug: str, webhook_id: int) -> HttpResponse:
    """Send a delivery that is only a test."""
    webhook, standing = access.webhook_for_lead(request.user, slug, webhook_id)
    by = standing.act()
    return _done(request, webhook, lambda: services.send_test(webhook, by=by), _("A test is on its way."))


@login_required
@require_POST
def delivery_again(request: HttpRequest, slug: str, webhook_id: int, number: int) -> HttpResponse:
    """Send what was sent before once more."""
    webhook, standing = access.webhook_for_lead(request.user, slug, webhook_id)
    delivery = access.delivery_of(webhook, number)
    by = standing.act()
    return _done(request, webhook, lambda: services.send_again(delivery, by=by), _("It is on its way again."))


@login_required
@require_POST
def webhook_stop(request: HttpRequest, slug: str, webhook_id: int) -> HttpResponse:
    """Tell it nothing more."""
    webhook, standing = access.webhook_for_lead(request.user, slug, webhook_id)
    by = standing.act()
    return _done(request, webhook, lambda: services.stop(webhook, by=by), _("Stopped: it is told nothing more."))


@login_required
@require_POST
def webhook_start(request: HttpRequest, slug: str, webhook_id: int) -> HttpResponse:
    """Tell it of what happens from now on."""
    webhook, standing = access.webhook_for_lead(request.user, slug, webhook_id)
    by = standing.act()
    done = _("Started: it is told of what happens from now on.")
    return _done(request, webhook, lambda: services.start_again(webhook, by=by), done)


@login_required
@require_POST
def webhook_remove(request: HttpRequest, slug: str, webhook_id: int) -> HttpResponse:
    """Take it away with all its deliveries."""
    webhook, standing = access.webhook_for_lead(request.user, slug, webhook_id)
    by = standing.act()
    attempt(request, lambda: services.remove_webhook(webhook, by=by), _("The webhook is removed."))
    return redirect("webhooks:list", slug=slug)
