"""Who gets in where: every address of the site has its row in the table beside this file, and a new one without a row fails."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import NamedTuple

import pytest
from django.apps import apps
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone

from accounts.models import User
from api.services import issue_token
from discussions.actions.services import add_action
from discussions.asking.services import ask_to_acknowledge
from discussions.chat.models import Room
from discussions.chat.services import report_message, send_message, start_conversation
from discussions.mail.models import Incoming
from discussions.models import Bookmark, Post, Scheduled
from discussions.polls.services import start_poll
from discussions.services import start_thread
from groups.clearance import services as clearance
from groups.documents.models import Preview, PreviewPage
from groups.documents.services import add_file, create_folder, start_upload
from groups.models import Membership, Participant
from groups.pages.content.from_markdown import parsed
from groups.pages.services import add_comment, create_page, keep_template
from groups.services import invite
from groups.standing import Standing
from groups.webhooks.services import add_webhook, send_test
from notifications.models import Letter, Notice, Unreachable
from tests.permissions.table import DELETE, GET, HIDDEN, PATCH, POST, PUT

TABLES = {"GET": GET, "POST": POST, "PUT": PUT, "PATCH": PATCH, "DELETE": DELETE}
ROWS = [(method, name, row) for method, table in TABLES.items() for name, row in table.items()]
PEOPLE = ("visitor", "outsider", "stranger", "observer", "member", "lead", "secretariat")
INSIDE = {"member", "lead", "secretariat"}
# allauth's pages about one's own account and Django's administration, which holds no content.
OTHERS = ("account_", "mfa_", "usersessions_", "socialaccount_", "admin:")
OTHER_ADDRESSES = ("account/social/",)


class Route(NamedTuple):
    """One path of ours: its name, its address with the arguments in their places, their names, and what answers."""

    name: str
    address: str
    arguments: frozenset
    view: Callable


@cache
def routes():
    """Return every path of ours; a name may have several, a path without a name has an empty one."""

    def walk(resolver, prefix, address, arguments):
        for pattern in resolver.url_patterns:
            at, here = address + str(pattern.pattern), arguments | set(pattern.pattern.converters)
            if isinstance(pattern, URLPattern):
                yield Route(":".join([*prefix, pattern.name or ""]), at, here, pattern.callback)
            else:
                yield from walk(pattern, [*prefix, pattern.namespace] if pattern.namespace else prefix, at, here)

    found = walk(get_resolver(), [], "", frozenset())
    return [one for one in found if not (one.name.startswith(OTHERS) or one.address.startswith(OTHER_ADDRESSES))]


def paths_of(name):
    """Return the arguments of each path with the name."""
    return [route.arguments for route in routes() if route.name == name]


def methods_of(route):
    """Return the methods a path answers to, as it says itself to one that does not exist."""
    request = RequestFactory().generic("BREW", "/")
    request.user = User()
    allowed = route.view(request, **dict.fromkeys(route.arguments, "1")).headers["Allow"]
    return set(allowed.split(", ")) - {"HEAD", "OPTIONS"}


def test_every_route_has_a_row_for_each_method():
    answering = {(method, route.name) for route in routes() for method in methods_of(route)}
    listed = {(method, name) for method, name, _row in ROWS}
    assert sorted(answering - listed) == []
    assert sorted(listed - answering) == []


@pytest.fixture
def world(
    db, settings, tmp_path, supply_chains, hidden_group, lead, member, weavers, institute, affiliate, make_person, join
):
    """Return the arguments of every route, by the group they speak of."""
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }
    colleague = make_person("Carla Colleague")
    asking = affiliate(colleague, weavers, state="requested", role="staff")
    mine = affiliate(make_person("Nadia New"), weavers, role="staff")
    join(institute, supply_chains, state="requested")

    def arguments(group):
        by = Standing.of(member, group).speak()
        leading = Standing.of(lead, group).act()
        thread = start_thread(group, by=by, title="A thread", body="Words.", key=uuid.uuid4())
        version = add_file(group, File(BytesIO(b"%PDF-1.4 x"), "a.pdf"), by=by, key=uuid.uuid4(), file_name="a.pdf")
        page = create_page(group, by=by, key=uuid.uuid4(), title="A page", blocks=parsed("Words."))
        comment = add_comment(page, by=by, anchor="a1", body="What does it mean?")
        path = storages["default"].save("previews/aa/bb", ContentFile(b"drawn"))
        Preview.objects.filter(version=version).update(state="ready", thumbnail=path)
        PreviewPage.objects.create(preview=version.preview, number=1, text="Words", path=path)
        Incoming.objects.create(
            digest=group.slug,
            asks="reply",
            state="posted",
            person=member,
            post=thread.posts.get(),
            path=storages["default"].save("mail/aa/bb", ContentFile(b"Subject: A mail\r\n\r\nWords.\r\n")),
        )
        round_, publication = published_in(group, leading)
        key = uuid.uuid4()
        start_upload(group, by=by, key=key, file_name="b.pdf", size=10)
        room = Room.objects.get(group=group)
        message = send_message(room.pk, by=member, body="Hello", key=uuid.uuid4())
        invitation = invite(group, by=leading, email="somebody@example.org", key=uuid.uuid4())
        later = timezone.now() + timedelta(days=9)
        asked = {"by": leading, "title": "Asked", "body": "Words."}
        announcement = start_thread(group, kind="announcement", key=uuid.uuid4(), **asked)
        ask_to_acknowledge(announcement, by=leading)
        consultation = start_thread(group, kind="consultation", open_until=later, key=uuid.uuid4(), **asked)
        poll = start_poll(
            thread,
            by=leading,
            question="Where?",
            options=["Here", "There"],
            shown="always",
            open_until=later,
            key=uuid.uuid4(),
        )
        owner = by.organisation_id
        action = add_action(group, by=by, text="Do it", owner_id=owner, due_on=later.date(), key=uuid.uuid4())
        return {
            "slug": group.slug,
            "thread_id": thread.pk,
            "announcement": announcement.pk,
            "consultation": consultation.pk,
            "poll_id": poll.pk,
            "action_id": action.pk,
            "number": 1,
            "scheduled_id": Scheduled.objects.create(
                author=member, group=group, thread=thread, body="x", key=uuid.uuid4(), due_at=thread.created_at
            ).pk,
            "round": {"document_id": round_.document_id, "round_id": round_.pk},
            "publication_id": publication.pk,
            "bookmark_id": Bookmark.objects.create(user=member, document=version.document).pk,
            "document_id": version.document_id,
            "page_id": page.pk,
            "comment_id": comment.pk,
            "template_id": keep_template(page, name="Ours", by=leading, key=uuid.uuid4()).pk,
            "form": "docx",
            "page": 1,
            "folder_id": create_folder(group, parent=None, name="Folder", by=by, key=uuid.uuid4()).pk,
            "key": key,
            "room_id": room.pk,
            "message_id": message.id,
            "membership_id": Membership.objects.get(group=group, organisation=weavers).pk,
            "participant_id": Participant.objects.get(membership__group=group, user=member).pk,
            "invitation_id": invitation.pk,
            "webhook_id": webhooks_of(group, leading),
            "token": "a" * 22,
            "person_id": member.pk,
            "organisation_id": weavers.pk,
            "group_id": group.pk,
            "affiliation_id": asking.pk,
            "session_id": 0,
            "task_id": uuid.uuid4(),
            "subscription_id": 0,
        }

    found = {group.slug: arguments(group) for group in (supply_chains, hidden_group)}
    post = Post.objects.get(thread=found["supply-chains"]["thread_id"])
    notice = Notice.objects.create(user=member, kind="mention", key="mention:1", object_id=post.pk)
    letter = Letter.objects.create(user=member, kind="post", key=f"post:{post.pk}", object_id=post.pk, state="failed")
    unreachable = Unreachable.objects.create(user=member, address=member.email, count=3, stopped_at=letter.created_at)
    for each in found.values():
        each |= {"notice_id": notice.pk, "letter_id": letter.pk, "unreachable_id": unreachable.pk}
    found["organisation"] = {**found["supply-chains"], "slug": weavers.slug}
    talk = start_conversation(by=member, people=[lead.pk])
    said = send_message(talk.pk, by=member, body="Hello", key=uuid.uuid4())
    report = report_message(talk.pk, said.id, by=lead, reason="It is wrong.")
    token, _secret = issue_token(
        member, name="A", scopes=["groups:read"], expires_at=timezone.now() + timedelta(days=1), key=uuid.uuid4()
    )
    for each in found.values():
        each["token_id"] = token.pk
        each["report_id"] = report.pk
    found["conversation"] = {**found["supply-chains"], "room_id": talk.pk, "message_id": said.id}
    assert mine.is_active
    return found


def published_in(group, leading):
    """Return a round that was cleared, as it stands before its publication is asked for again, and the publication."""
    file = File(BytesIO(b"%PDF-1.4 cleared"), "c.pdf")
    version = add_file(group, file, by=leading, key=uuid.uuid4(), file_name="c.pdf")
    past = timezone.now() - timedelta(days=9)
    begun = {"number": 1, "until": past + timedelta(days=1), "key": uuid.uuid4(), "at": past}
    round_ = clearance.begin_review(version.document, by=leading, **begun)
    asked = past + timedelta(days=2)
    clearance.begin_clearance(
        round_, by=leading, organisations=[leading.organisation_id], until=timezone.now() + timedelta(days=1), at=asked
    )
    clearance.answer(round_, by=leading, says="clear", base=0, key=uuid.uuid4())
    clearance.settle(round_.pk, timezone.now() + timedelta(days=2))
    publication = clearance.publish_round(
        round_, by=leading, title="Cleared", authors="The group", year=2026, language="en", licence="cc-by-4.0"
    )
    return round_, publication


def webhooks_of(group, leading):
    """Return a webhook of the group that has been told something."""
    webhook = add_webhook(
        group,
        by=leading,
        url="https://hooks.example.org/",
        happenings=["thread.started"],
        with_words=False,
        key=uuid.uuid4(),
    )
    send_test(webhook, by=leading)
    return webhook.pk


def outcome(response):
    """Return the sign for an answer, as the table explains them."""
    if response.status_code == 404:
        return "."
    if response.status_code == 403:
        return "-"
    if response.status_code == 401:
        return ">"
    if response.status_code == 302 and response.headers["Location"].startswith(reverse("account_login")):
        return ">"
    return "+"


WITHOUT_TOKEN = {"notifications:stop", "mail_in:hook"}


def ask(client, name, method, arguments, path):
    """Send an empty request to a path of a route, undo whatever it did, and return the answer."""
    if name.startswith("asking:"):
        arguments = arguments | {"thread_id": arguments["consultation" if "answers" in name else "announcement"]}
    if name.startswith("pages:"):
        arguments = arguments | {"document_id": arguments["page_id"]}
    if "round_id" in path:
        arguments = arguments | arguments["round"]
    with transaction.atomic():
        response = client.generic(method, reverse(name, kwargs={key: arguments[key] for key in path}))
        if outcome(response) == "+":
            transaction.set_rollback(True)
    if response.streaming:
        b"".join(response.streaming_content)  # a download is read to its end, which closes the file
    return response


def snapshot():
    """Return all rows of all tables, but for sessions and the notes on their use."""
    tables = [model for model in apps.get_models() if model._meta.app_label not in {"sessions", "usersessions"}]
    return {model: sorted(map(repr, model._default_manager.values_list())) for model in tables}


def arguments_of(name, world, slug):
    """Return the arguments of a route: those of `partners/` speak of an organisation, those of `conversations/` of one."""
    if name.startswith("conversations:"):
        return world["conversation"]
    return world["organisation" if of_organisation(name) else slug]


def of_organisation(name):
    """Say whether the route's slug is an organisation's."""
    return name in {"organisation", "organisation_actions"} or name.startswith("partners:")


@pytest.mark.parametrize("who", PEOPLE)
def test_who_gets_in(client, world, request, who):
    if who != "visitor":
        client.force_login(request.getfixturevalue(who))
    before = snapshot()
    place = PEOPLE.index(who)
    answers, expected = {}, {}
    for method, name, row in ROWS:
        for path in paths_of(name):
            answer = ask(client, name, method, arguments_of(name, world, "supply-chains"), path)
            answers[method, name, path], expected[method, name, path] = outcome(answer), row[place]
    assert answers == expected
    assert snapshot() == before


def test_no_unsafe_request_is_done_without_its_token(world, lead):
    """But for two that come without a page of ours: one click in a letter, and a provider's mail, which prove themselves."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead)
    before = snapshot()
    answers = {}
    for method, name, _row in ROWS:
        if method in {"GET", "HEAD"} or name in WITHOUT_TOKEN:
            continue
        for path in paths_of(name):
            answer = ask(client, name, method, arguments_of(name, world, "supply-chains"), path)
            answers[method, name, path] = answer.status_code
    assert len(answers) > 50
    # The interface for programs takes no cookie: to it, nobody has come.
    refused = {place for place, status in answers.items() if status == (401 if place[1].startswith("api:") else 403)}
    by_pages = {place for place, status in answers.items() if status == 403}
    assert refused | by_pages == set(answers)
    assert snapshot() == before


@pytest.mark.parametrize("who", PEOPLE)
def test_a_hidden_group_looks_like_none_at_every_address(client, world, hidden_group, request, who):
    if who != "visitor":
        client.force_login(request.getfixturevalue(who))
    place = PEOPLE.index(who)
    for method, name, row in ROWS:
        for path in paths_of(name):
            if "slug" not in path or of_organisation(name):
                continue
            response = ask(client, name, method, world[hidden_group.slug], path)
            if who in INSIDE:
                assert outcome(response) == HIDDEN.get(name, row)[place], (method, name)
                continue
            missing = ask(client, name, method, world[hidden_group.slug] | {"slug": "abcdefghijkl"}, path)
            assert response.status_code == missing.status_code, (method, name)
            assert bare(response, hidden_group.slug) == bare(missing, "abcdefghijkl"), (method, name)


def bare(response, slug):
    """Return what an answer says, but for the address asked for and the form's token."""
    text = response.content.decode() + response.headers.get("Location", "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text).replace(slug, "")
