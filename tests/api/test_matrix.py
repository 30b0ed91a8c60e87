"""The table of tokens: who gets in at which operation, by what kind of token, where the group's members read.

+  gets in: the answer, or a word on what is wrong with an empty request
.  it looks like nothing (404)
-  the token was not given this (403)
>  the token opens nothing (401)
"""

import re
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from api.interface import interface
from api.models import Token
from api.scopes import SCOPES
from api.services import revoke_token
from discussions.services import start_thread
from groups.clearance.services import begin_review
from groups.documents.services import add_file, start_upload
from groups.models import Participant
from groups.standing import Standing
from partners.models import Organisation

WHO = (
    "nobody", "stranger", "observer", "member", "lead", "former", "suspended", "secretariat",
    "narrow", "elsewhere", "revoked", "expired", "closed",
)  # fmt: skip

# Operations by what they ask for, thirteen signs each, in the order of WHO.
TABLE = {
    "list_groups": ">+++++++-+>>>",
    "read_group": ">+++++++-.>>>",
    "list_members": ">+++++++-.>>>",
    "list_threads": ">.+++...+.>>>",
    "read_thread": ">.+++...+.>>>",
    "list_posts": ">.+++...+.>>>",
    "read_post": ">.+++...+.>>>",
    "list_documents": ">.+++...-.>>>",
    "read_document": ">.+++...-.>>>",
    "read_content": ">.+++...-.>>>",
    "list_rounds": ">.+++...-.>>>",
    "read_round": ">.+++...-.>>>",
    "list_publications": ">+++++++-.>>>",
    "search": ">+++++++-->>>",
    "list_notifications": ">+++++++-->>>",
    "mark_notifications_read": ">+++++++-->>>",
    "start_thread": ">..++...-.>>>",
    "write_post": ">..++...-.>>>",
    "edit_post": ">..+....-.>>>",
    "delete_post": ">..++...-.>>>",
    "change_thread": ">..++...-.>>>",
    "close_thread": ">..++...-.>>>",
    "reopen_thread": ">..++...-.>>>",
    "start_upload": ">..++...-.>>>",
    "read_upload": ">..+....-.>>>",
    "send_chunk": ">..+....-.>>>",
    "finish_upload": ">..+....-.>>>",
    "cancel_upload": ">..+....-.>>>",
}
SIGNS = {401: ">", 403: "-", 404: "."}
BODIES = {
    "start_thread": {"title": "T", "body": "x"},
    "write_post": {"body": "x"},
    "edit_post": {"body": "x"},
    "change_thread": {"title": "T"},
    "close_thread": {"conclusion": "Done."},
    "start_upload": {"name": "b.pdf", "size": 3},
    "mark_notifications_read": {},
}


def operations():
    """Return every operation: its name, method and path."""
    found = {}
    for router in interface()._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                found[operation.view_func.__name__] = (operation.methods[0], path)
    return found


def test_every_operation_has_a_row():
    assert sorted(operations()) == sorted(TABLE)
    assert {len(row) for row in TABLE.values()} == {len(WHO)}


@pytest.fixture
def world(supply_chains, hidden_group, member, settings, tmp_path):
    """Return what stands in the places of paths: of the group, and of the hidden one."""
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }

    def places(group):
        by, key = Standing.of(member, group).speak(), uuid.uuid4()
        thread = start_thread(group, by=by, title="A thread", body="Words.", key=uuid.uuid4())
        version = add_file(group, File(BytesIO(b"%PDF-1.4 x"), "a.pdf"), by=by, key=uuid.uuid4(), file_name="a.pdf")
        start_upload(group, by=by, key=key, file_name="b.pdf", size=10)
        return {
            "slug": group.slug,
            "thread_id": thread.pk,
            "number": 1,
            "document_id": version.document_id,
            "round_id": begin_review(
                version.document, by=by, number=1, until=timezone.now() + timedelta(days=1), key=uuid.uuid4()
            ).pk,
            "key": key,
        }

    return {group.pk: places(group) for group in (supply_chains, hidden_group)}


@pytest.fixture
def caller(request, program_of, nobody, supply_chains, hidden_group, member, make_insider):
    """Return the program of somebody in the table."""

    def make(who):
        match who:
            case "nobody":
                return nobody
            case "former":
                person = make_insider(supply_chains, "Former Member")
                program = program_of(person)
                Participant.objects.filter(user=person).update(ended_at=timezone.now())
                return program
            case "suspended":
                person = make_insider(supply_chains, "Suspended Member")
                program = program_of(person)
                Organisation.objects.filter(affiliations__user=person).update(status="suspended")
                return program
            case "narrow":
                return program_of(member, "threads:read")
            case "elsewhere":
                given = [one for one in SCOPES if not one.startswith(("search", "notifications"))]
                return program_of(member, *given, group=hidden_group)
            case "revoked" | "expired" | "closed":
                person = make_insider(supply_chains, "Somebody")
                program = program_of(person)
                if who == "revoked":
                    revoke_token(program.token, by=person)
                elif who == "expired":
                    Token.objects.filter(pk=program.token.pk).update(expires_at=timezone.now())
                else:
                    type(person).objects.filter(pk=person.pk).update(is_active=False)
                return program
        return program_of(request.getfixturevalue(who))

    return make


def ask(program, name, places):
    """Ask for an operation with what it needs, in the places given."""
    method, path = operations()[name]
    path = re.sub(r"{\w+:(\w+)}", lambda found: str(places[found[1]]), path)
    query = {"search": "?q=words", "send_chunk": "?offset=0", "delete_post": "?reason=x"}.get(name, "")
    headers = {"Idempotency-Key": str(uuid.uuid4())} if name in {"start_thread", "write_post", "start_upload"} else {}
    if name in {"edit_post", "change_thread"}:
        headers["If-Match"] = '"v1"'
    answer = program.ask(method, path + query, BODIES.get(name), **headers)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.mark.parametrize("who", WHO)
def test_who_gets_in(world, caller, supply_chains, who):
    program, place = caller(who), WHO.index(who)
    found = {}
    for name in TABLE:
        with transaction.atomic():
            answer = ask(program, name, world[supply_chains.pk])
            transaction.set_rollback(True)
        found[name] = SIGNS.get(answer.status_code, "+")
        assert answer.status_code < 500
    assert found == {name: row[place] for name, row in TABLE.items()}


@pytest.mark.parametrize("who", ["stranger", "observer", "former", "suspended"])
def test_a_hidden_group_answers_as_one_that_does_not_exist(world, caller, hidden_group, who):
    program = caller(who)
    for name, (_method, path) in operations().items():
        if "{slug:slug}" not in path:
            continue
        there = ask(program, name, world[hidden_group.pk])
        missing = ask(program, name, world[hidden_group.pk] | {"slug": "abcdefghijkl"})
        assert (there.status_code, there.content) == (missing.status_code, missing.content), name
        assert there.status_code == 404


def test_lists_and_search_of_a_stranger_hold_nothing_hidden(world, caller, hidden_group):
    program = caller("stranger")
    everything = b"".join(
        program.get(path).content for path in ("/groups", "/groups?mine=true", "/search?q=thread", "/notifications")
    ).decode()
    assert hidden_group.slug not in everything
    assert hidden_group.name not in everything


def test_a_token_for_one_group_lists_only_that(world, caller, hidden_group):
    listed = caller("elsewhere").get("/groups").json()["items"]
    assert [group["slug"] for group in listed] == [hidden_group.slug]
