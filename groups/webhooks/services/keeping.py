"""Adding, changing, stopping and removing webhooks: acts of leads, recorded without the address, which may hold a secret."""

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, DomainError
from core.outgoing import check
from groups.models import Group
from groups.services.rights import locked, must_lead
from groups.webhooks.models import Delivery, Happening, Webhook
from groups.webhooks.models.webhook import new_salt

if TYPE_CHECKING:
    from partners.capacity import Capacity

MOST = 10


@transaction.atomic
def add_webhook(
    group: Group, *, by: "Capacity", url: str, happenings: Collection[str], with_words: bool, key: uuid.UUID
) -> Webhook:
    """Have an address told of what happens from now on; its secret can be read from what is returned.

    Raises `core.outgoing.Refused` for an address that is never asked. The same key conflicts: the secret was shown then.
    """
    group = locked(group)
    must_lead(group, by)
    if Webhook.objects.filter(author=by.user, key=key).exists():
        raise Conflict(_("This webhook was added before, and its secret was shown then."))
    if group.webhooks.count() >= MOST:
        raise DomainError(_("A group has at most %(count)d webhooks. Remove one first.") % {"count": MOST})
    webhook = Webhook(group=group, url=check(url), happenings=_known(happenings), salt=new_salt(), key=key)
    webhook.with_words = _words(group, with_words)
    webhook.speak_as(by)
    webhook.save()
    record(by, "webhook.added", webhook, host=webhook.host, happenings=webhook.happenings, words=webhook.with_words)
    return webhook


@transaction.atomic
def change_webhook(
    webhook: Webhook, *, by: "Capacity", url: str, happenings: Collection[str], with_words: bool, version: int
) -> Webhook:
    """Change where it is, what it is told of and how much, against the version the lead saw."""
    webhook = _locked(webhook, by)
    if webhook.version != version:
        raise Conflict(_("Somebody else changed this webhook meanwhile."), current=webhook)
    webhook.url, webhook.happenings = check(url), _known(happenings)
    webhook.with_words = _words(webhook.group, with_words)
    webhook.version += 1
    webhook.save(update_fields=["url", "happenings", "with_words", "version"])
    record(by, "webhook.changed", webhook, host=webhook.host, happenings=webhook.happenings, words=webhook.with_words)
    return webhook


@transaction.atomic
def give_new_secret(webhook: Webhook, *, by: "Capacity", version: int) -> Webhook:
    """Sign with another secret from the next delivery on; the earlier one is worth nothing then."""
    webhook = _locked(webhook, by)
    if webhook.version != version:
        raise Conflict(_("Somebody else changed this webhook meanwhile."), current=webhook)
    webhook.turn += 1
    webhook.version += 1
    webhook.save(update_fields=["turn", "version"])
    record(by, "webhook.secret_changed", webhook)
    return webhook


@transaction.atomic
def stop(webhook: Webhook, *, by: "Capacity") -> Webhook:
    """Tell it nothing more; what waits is given up."""
    webhook = _locked(webhook, by)
    if webhook.is_told:
        stopped(webhook, Webhook.Why.LEADS)
        record(by, "webhook.stopped", webhook)
    return webhook


@transaction.atomic
def start_again(webhook: Webhook, *, by: "Capacity") -> Webhook:
    """Tell it of what happens from now on."""
    webhook = _locked(webhook, by)
    if not webhook.is_told:
        webhook.stopped_at, webhook.stopped_why, webhook.failing_since = None, "", None
        webhook.save(update_fields=["stopped_at", "stopped_why", "failing_since"])
        record(by, "webhook.started", webhook)
    return webhook


@transaction.atomic
def remove_webhook(webhook: Webhook, *, by: "Capacity") -> None:
    """Take it away with all its deliveries; that it was there stays in the record."""
    webhook = _locked(webhook, by)
    record(by, "webhook.removed", webhook, host=webhook.host)
    webhook.delete()


def stopped(webhook: Webhook, why: str) -> None:
    """Note that it is told nothing more, and give up what waits; the caller holds its lock."""
    webhook.stopped_at, webhook.stopped_why = timezone.now(), why
    webhook.save(update_fields=["stopped_at", "stopped_why"])
    webhook.deliveries.waiting().update(state=Delivery.State.GIVEN_UP)


def _locked(webhook: Webhook, by: "Capacity") -> Webhook:
    group = locked(webhook.group)
    must_lead(group, by)
    now = Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
    if now is None:
        raise Conflict(_("This webhook was removed meanwhile."))
    now.group = group
    return now


def _known(happenings: Collection[str]) -> list[str]:
    if not happenings or not set(happenings) <= set(Happening.values):
        raise DomainError(_("Choose at least one thing it is told of."))
    return [one for one in Happening.values if one in happenings]


def _words(group: Group, wanted: bool) -> bool:
    if wanted and group.is_hidden:
        raise DomainError(_("Nothing that is said in a hidden group is sent outside."))
    return wanted
