"""What work in the background may touch, and that each asks again when it is done, not when it was enqueued."""

import uuid
from importlib import import_module
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.files import File
from django.tasks import Task
from django.utils.module_loading import module_has_submodule

from accounts.models import User
from discussions.addresses import reply_address
from discussions.mail.models import Incoming
from discussions.mail.services import receive
from discussions.models import Scheduled
from discussions.services import start_thread
from groups import services as groups
from groups.documents.services import add_file
from groups.models import Invitation, Membership, Participant
from groups.standing import Standing
from groups.webhooks import services as webhooks
from notifications.models import Notice
from partners.capacity import capacities_of
from partners.models import Invitation as ColleagueInvitation
from tests.permissions.table import TASKS


def tasks():
    """Return every task of ours by its name in the table."""
    found = {}
    for app in filter(is_ours, apps.get_app_configs()):
        for one in vars(import_module(f"{app.name}.tasks")).values():
            if isinstance(one, Task):
                found[f"{app.label}.tasks.{one.name}"] = one
    return found


def is_ours(app):
    """Say whether the app has tasks and is not an installed package."""
    return "site-packages" not in app.path and module_has_submodule(app.module, "tasks")


def test_every_task_has_a_row():
    assert sorted(tasks()) == sorted(TASKS)


@pytest.fixture
def enqueued(supply_chains, lead, member, weavers, stranger, institute, settings, tmp_path):
    """Return for each task its arguments, and what takes the right away that it had when it was enqueued."""
    settings.SPOOL_DIR, settings.MAIL_IN_DOMAIN = tmp_path, "mail.example.org"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }
    by = capacities_of(lead)[0]
    asked = groups.request_to_join(supply_chains, affiliation=stranger.affiliations.get(), key=uuid.uuid4())
    notice = Notice.objects.get(user=lead, object_id=asked.pk)
    speaking = Standing.of(member, supply_chains).speak()
    thread = start_thread(supply_chains, by=speaking, title="Fees", body="@Lina Okafor", key=uuid.uuid4())

    seat = Standing.of(member, supply_chains).speak()
    version = add_file(supply_chains, File(BytesIO(b"Words."), "a.txt"), by=seat, key=uuid.uuid4(), file_name="a.txt")

    came = receive(
        b"From: lead@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nBy mail.\r\n",
        recipient=reply_address(lead.pk, thread.pk),
        sender="lead@example.org",
    )
    refused = Incoming.objects.create(digest="refused", asks="reply", state="refused", said="No.", person=lead)

    waiting = Scheduled.objects.create(
        author=lead, group=supply_chains, thread=thread, body="Later", key=uuid.uuid4(), due_at=thread.created_at
    )

    def account_closes():
        User.objects.filter(pk=lead.pk).update(is_active=False)

    # Nobody listens there.
    settings.OUTGOING_LOOPBACK = True
    webhook = webhooks.add_webhook(
        supply_chains,
        by=by,
        url="http://127.0.0.1:9/",
        happenings=["thread.started"],
        with_words=False,
        key=uuid.uuid4(),
    )
    webhooks.send_test(webhook, by=by)
    invited = {"email": "new@example.net", "invited_by": lead, "key": uuid.uuid4()}
    into_group = Invitation.objects.create(group=supply_chains, token_hash="1", **invited)
    colleague = ColleagueInvitation.objects.create(organisation=weavers, token_hash="1", **invited)
    doing = SimpleNamespace(task_result=SimpleNamespace(id="the task"))

    def lead_goes():
        groups.change_membership_role(
            Membership.objects.get(group=supply_chains, organisation=weavers), by=by, role="lead"
        )
        groups.end_participation(Participant.objects.get(user=lead), by=by)

    return {
        "notifications.tasks.mail_notices": ((notice.key,), lead_goes),
        "notifications.tasks.send_letters": ((), lead_goes),
        "notifications.tasks.forget_letters": ((), lambda: None),
        "groups.tasks.send_invitation": ((into_group.pk,), lead_goes),
        "partners.tasks.send_invitation": ((colleague.pk,), lead_goes),
        "discussions.tasks.publish_due": ((waiting.pk,), lead_goes),
        "discussions.tasks.publish_overdue": ((), lead_goes),
        "discussions.tasks.tell_of_post": ((thread.posts.get().pk,), lead_goes),
        "push.tasks.push_notices": ((notice.key,), lead_goes),
        "push.tasks.push_person": ((lead.pk,), lead_goes),
        "push.tasks.tidy_push": ((), lambda: None),
        "search.tasks.rebuild_search": ((), lambda: None),
        "search.tasks.tidy_search": ((), lambda: None),
        "documents.tasks.index_document": ((version.document_id,), lambda: None),
        "documents.tasks.sweep_library": ((), lambda: None),
        "documents.tasks.make_missing_previews": ((), lambda: None),
        "documents.tasks.scan_unknown": ((), lambda: None),
        "documents.tasks.make_preview_of": ((version.pk,), lambda: None),
        "pages.tasks.settle": ((), lambda: None),
        "webhooks.tasks.deliver": ((doing, webhook.pk), lambda: webhooks.stop(webhook, by=by)),
        "webhooks.tasks.wake_webhooks": ((), lambda: None),
        "webhooks.tasks.purge_deliveries": ((), lambda: None),
        "chat.tasks.purge_messages": ((), lambda: None),
        "actions.tasks.remind_of_actions": ((), lambda: None),
        "asking.tasks.attend_to_consultations": ((), lambda: None),
        "clearance.tasks.attend_to_clearance": ((), lambda: None),
        "core.tasks.purge_results": ((), lambda: None),
        "mail.tasks.work_on_mail": ((came.pk,), lead_goes),
        "mail.tasks.answer_mail": ((refused.pk,), account_closes),
        "mail.tasks.sweep_mail": ((), lambda: None),
    }


QUIET = (
    "core.",
    "search.",
    "chat.",
    "documents.",
    "push.",
    "actions.",
    "asking.",
    "clearance.",
    "webhooks.",
    "pages.",
    "discussions.tasks.publish_due",
    "discussions.tasks.publish_overdue",
    "discussions.tasks.tell_of_post",
    "notifications.tasks.forget_letters",
    "groups.tasks.",
    "partners.tasks.",
    "mail.tasks.work_on_mail",
    "mail.tasks.sweep_mail",
)
SILENT = {name for name in TASKS if name.startswith(QUIET)}


def snapshot():
    """Return all rows of all tables, by model."""
    return {model._meta.label: sorted(map(repr, model._default_manager.values_list())) for model in apps.get_models()}


@pytest.mark.parametrize("name", sorted(TASKS))
@pytest.mark.parametrize("lost", [False, True])
def test_a_task_asks_again_and_touches_nothing_else(enqueued, mailoutbox, name, lost):
    arguments, lose = enqueued[name]
    if lost:
        lose()
    before = snapshot()
    mailoutbox.clear()
    tasks()[name].func(*arguments)
    after = snapshot()
    assert {label for label in after if after[label] != before[label]} <= TASKS[name][0]
    assert len(mailoutbox) == (0 if lost or name in SILENT else 1)
