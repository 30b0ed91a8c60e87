"""Tokens: made once, shown once, kept as a hash, no wider and no longer than was chosen, taken back at once."""

import uuid
from datetime import timedelta
from functools import partial
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files import File
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.services import change_standing
from api.limits import WRITTEN, Pace
from api.models import Token, digest_of
from core.audit import AuditEntry
from core.errors import RateLimited
from core.realtime.limits import Bucket
from discussions.models import Thread
from groups.documents.models import Document, Upload
from groups.documents.services import add_file
from groups.standing import Standing
from notifications.models import Notice
from tests.api.conftest import Program, just_proven, wrong

NEW = "/account/programs/new/"
LIST = "/account/programs/"
CHOSEN = {"name": "Reader at home", "threads": "read", "days": "30"}


@pytest.fixture
def at_home(signed_in, member):
    """Sign the member in, as somebody who has just shown that it is them."""
    client = signed_in(member)
    just_proven(client, member)
    return client


def make(client, **chosen):
    return client.post(NEW, {"key": str(uuid.uuid4()), **CHOSEN, **chosen})


def test_a_token_is_shown_once_and_kept_as_a_hash(at_home, member, supply_chains):
    key = str(uuid.uuid4())
    page = make(at_home, key=key)
    secret = page.context["secret"]
    assert secret in page.text
    assert "no-store" in page["Cache-Control"]
    token = Token.objects.get()
    assert token.digest == digest_of(secret)
    assert secret not in str(list(Token.objects.values())) + str(list(AuditEntry.objects.values()))
    assert secret not in at_home.get(LIST).text
    again = make(at_home, key=key)
    assert (again.status_code, secret in again.text, Token.objects.count()) == (422, False, 1)
    assert Program(token, secret).get("/groups/supply-chains/threads").status_code == 200
    entry = AuditEntry.objects.get(verb="token.issued")
    assert (entry.actor_id, entry.payload["scopes"]) == (member.pk, ["threads:read"])


def test_who_has_not_signed_in_lately_shows_first_that_it_is_them(signed_in, member):
    answer = make(signed_in(member))
    assert (answer.status_code, "reauthenticate" in answer["Location"]) == (302, True)
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"threads": ""}, "groups"),
        ({"threads": "everything"}, "threads"),
        ({"days": "4000"}, "days"),
        ({"group": "999999"}, "group"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(at_home, supply_chains, chosen, field):
    page = make(at_home, **chosen)
    assert (page.status_code, field in page.context["form"].errors) == (422, True)
    assert not Token.objects.exists()


def test_a_token_for_one_group_has_neither_search_nor_notifications(at_home, supply_chains):
    page = make(at_home, group=supply_chains.pk, search="read")
    assert list(page.context["form"].errors) == ["search"]
    assert make(at_home, group=supply_chains.pk).status_code == 200
    assert Token.objects.get().group == supply_chains


def test_it_is_revoked_by_its_owner_only_and_at_once(at_home, member, lead, signed_in, program_of, supply_chains):
    program = program_of(member)
    path = f"{LIST}{program.token.pk}/revoke/"
    assert program.get("/groups").status_code == 200
    assert at_home.post(path).status_code == 302
    assert wrong(program.get("/groups")) == (401, "token", [])
    assert AuditEntry.objects.filter(verb="token.revoked").count() == 1
    other = program_of(member)
    assert signed_in(lead).post(f"{LIST}{other.token.pk}/revoke/").status_code == 404
    assert other.get("/groups").status_code == 200


def test_an_account_that_was_closed_and_opened_again_has_no_tokens(program_of, member, make_person, supply_chains):
    program = program_of(member)
    boss = make_person("Administrator", is_staff=True, is_secretariat=True)
    for active in (False, True):
        member = change_standing(
            member, by=boss, is_secretariat=False, is_staff=False, is_active=active, reason="A reason"
        )
    assert member.is_active
    assert wrong(program.get("/groups"))[0] == 401


def test_a_role_that_needs_a_second_factor_needs_it_here_too(program_of, secretariat, settings):
    program = program_of(secretariat)
    assert program.get("/groups").status_code == 200
    settings.SECOND_FACTOR_REQUIRED = True
    assert wrong(program.get("/groups"))[0] == 403


def test_when_it_was_used_last_is_known_to_five_minutes(program_of, member, supply_chains):
    program = program_of(member)
    program.get("/groups")
    first = Token.objects.get().last_used_at
    program.get("/groups")
    assert Token.objects.get().last_used_at == first
    Token.objects.update(last_used_at=timezone.now() - timedelta(minutes=6))
    program.get("/groups")
    assert Token.objects.get().last_used_at > timezone.now() - timedelta(minutes=1)


def test_a_session_opens_nothing_here_and_writes_nothing(signed_in, member, supply_chains):
    client = signed_in(member)
    assert wrong(client.get("/api/v1/groups")) == (401, "token", [])
    sent = {"title": "T", "body": "x"}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    answer = client.post(
        "/api/v1/groups/supply-chains/threads", sent, content_type="application/json", headers=headers
    )
    assert wrong(answer)[0] == 401
    assert not Thread.objects.exists()


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer " + "x" * 5000, "Bearer \u00e9"]
)
def test_what_is_no_token_opens_nothing(client, db, shown):
    answer = client.get("/api/v1/groups", headers={"Authorization": shown})
    assert wrong(answer)[0] == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_every_refusal_is_problem_details(program_of, member, supply_chains, client):
    program = program_of(member)
    assert wrong(client.get("/api/v1/nothing/here")) == (404, "not-found", [])
    assert wrong(client.get("/api/v9/groups")) == (404, "not-found", [])
    refused = program.ask("DELETE", "/groups")
    assert wrong(refused) == (405, "method", [])
    assert refused["Allow"] == "GET"
    assert wrong(program_of(member, "search:read").get("/groups"))[:2] == (403, "scope")


def test_too_fast_is_told_how_long_to_wait(program_of, member, supply_chains, monkeypatch):
    monkeypatch.setattr("api.limits.Bucket", partial(Bucket, clock=lambda: 0.0))  # however slow the machine
    program = program_of(member)
    answers = [program.ask("POST", "/notifications/read", {}) for _ in range(WRITTEN[1] + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert wrong(answers[-1])[:2] == (429, "too-many")
    assert int(answers[-1]["Retry-After"]) >= 1
    assert program.get("/groups").status_code == 200
    assert program_of(member).ask("POST", "/notifications/read", {}).status_code == 200


def test_all_processes_together_count(db, monkeypatch):
    monkeypatch.setattr("api.limits.time", SimpleNamespace(time=lambda: 1_800_000_001.0))
    monkeypatch.setattr("api.limits.Bucket", partial(Bucket, clock=lambda: 0.0))
    processes = [Pace() for _ in range(4)]
    for number in range(90):
        processes[number % 4].take(7, writes=True)
    with pytest.raises(RateLimited) as refused:
        processes[3].take(7, writes=True)
    assert refused.value.retry_after == 59
    processes[3].take(7, writes=False)
    processes[3].take(8, writes=True)


def test_where_they_share_nothing_each_counts_by_itself(db, monkeypatch):
    def away(*args, **kwargs):
        raise RedisConnectionError("Connection refused.")

    monkeypatch.setattr("api.limits.cache.add", away)
    monkeypatch.setattr("api.limits.Bucket", partial(Bucket, clock=lambda: 0.0))
    process = Pace()
    for _ in range(WRITTEN[1]):
        process.take(7, writes=True)
    with pytest.raises(RateLimited):
        process.take(7, writes=True)


def test_head_is_answered_as_get(program_of, member, supply_chains):
    program = program_of(member)
    for path, status in (("/groups", 200), ("/groups/supply-chains", 200), ("/groups/nowhere", 404)):
        asked, told = program.ask("HEAD", path), program.get(path)
        assert (asked.status_code, told.status_code) == (status, status)
        assert (asked["Content-Type"], asked["Content-Length"]) == (told["Content-Type"], told["Content-Length"])
        assert asked.content == b""
    assert program.ask("HEAD", "/notifications/read").status_code == 405


@pytest.fixture
def library(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }


@pytest.mark.django_db(transaction=True)
def test_a_file_is_sent_in_chunks_read_and_downloaded(program_of, member, supply_chains, library, settings):
    program, at, key = program_of(member), "/groups/supply-chains", uuid.uuid4()
    content = b"%PDF-1.4 " + b"x" * 5000

    def put(offset, chunk):
        return program.client.put(
            f"/api/v1{at}/uploads/{key}?offset={offset}",
            chunk,
            content_type="application/octet-stream",
            headers={"Authorization": f"Bearer {program.secret}"},
        )

    announced = {"name": "report.pdf", "size": len(content), "note": "First"}
    assert program.make(f"{at}/uploads", announced, key).json()["received"] == 0
    assert wrong(put(9, content)) == (409, "conflict", ["offset"])
    assert put(0, content[:3000]).json()["received"] == 3000
    assert program.get(f"{at}/uploads/{key}").json()["received"] == 3000
    assert put(3000, content[3000:]).json()["received"] == len(content)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert wrong(put(0, content)) == (413, "too-large", ["body"])
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10**7
    done = program.ask("POST", f"{at}/uploads/{key}/finish").json()
    assert (done["done"], done["version"]) == (True, 1)
    assert program.ask("POST", f"{at}/uploads/{key}/finish").json() == done
    assert program.make(f"{at}/uploads", announced, key).json() == done
    assert wrong(program.ask("DELETE", f"{at}/uploads/{key}"))[0] == 409
    record = program.get(f"{at}/documents/{done['document']}").json()
    assert [version["note"] for version in record["versions"]] == ["First"]
    assert record["latest"]["by"]["name"] == "Marco Silva"
    path = record["latest"]["download"].partition("/api/v1")[2]
    assert b"".join(program.get(path).streaming_content) == content
    assert b"".join(program.get(path, Range="bytes=0-3").streaming_content) == content[:4]
    (listed,) = program.get(f"{at}/documents").json()["items"]
    assert listed["title"] == Document.objects.get().title == "report"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "", "size": 3}, "name"),
        ({"name": "con.pdf", "size": 3}, "name"),
        ({"name": "a.exe", "size": 3}, None),
        ({"name": "a.pdf", "size": 0}, "size"),
        ({"name": "a.pdf", "size": 10**14}, "size"),
        ({"name": "a.pdf", "size": 3, "note": "x" * 301}, "note"),
    ],
)
def test_a_file_that_cannot_come_is_refused_with_the_field(program_of, member, supply_chains, library, sent, field):
    answer = wrong(program_of(member).make("/groups/supply-chains/uploads", sent))
    assert answer[0] == 422
    assert field is None or answer[2] == [field]
    assert not Upload.objects.exists()


def test_notices_are_listed_and_marked_for_their_owner_only(program_of, member, lead, supply_chains):
    program = program_of(member)
    with transaction.atomic():
        path = "/groups/supply-chains/threads"
        for number in range(3):
            program_of(lead).make(path, {"title": f"T{number}", "body": "x", "kind": "announcement"})
    mine = list(Notice.objects.filter(user=member).order_by("-created_at", "-pk").values_list("pk", flat=True))
    page = program.get("/notifications?limit=2").json()
    rest = program.get(f"/notifications?limit=2&cursor={page['next']}").json()
    assert [one["id"] for one in page["items"] + rest["items"]] == mine
    others = Notice.objects.create(user=lead, kind="mention", key="mention:x", object_id=1)
    assert program.ask("POST", "/notifications/read", {"ids": [mine[0], others.pk]}).json() == {"marked": 1}
    others.refresh_from_db()
    assert others.read_at is None
    assert len(program.get("/notifications?unread=true").json()["items"]) == 2
    assert program.ask("POST", "/notifications/read", {}).json() == {"marked": 2}
    assert wrong(program.ask("POST", "/notifications/read", {"ids": [0]})) == (422, "invalid", ["ids.0"])


def test_members_are_named_as_their_page_names_them(program_of, member, stranger, weavers, supply_chains):
    weavers.listing = "undisclosed"
    weavers.save()
    path = "/groups/supply-chains/members"
    inside = program_of(member).get(path).json()
    assert "Marco Silva" in str(inside)
    outside = program_of(stranger).get(path).json()
    assert (outside["unnamed"], len(outside["items"])) == (1, len(inside["items"]) - 1)
    assert "Marco" not in str(outside)
    assert weavers.name not in str(outside)


@pytest.mark.parametrize("path", ["/groups", "/groups/supply-chains/documents", "/groups/supply-chains/members"])
def test_lists_cost_the_same_for_one_and_for_many(
    program_of, member, lead, supply_chains, make_group, make_insider, library, path
):
    program = program_of(member)

    def add(person, name):
        by = Standing.of(person, supply_chains).speak()
        add_file(supply_chains, File(BytesIO(b"%PDF-1.4 x"), name), by=by, key=uuid.uuid4(), file_name=name)

    def asked():
        with CaptureQueriesContext(connection) as found:
            assert program.get(path).status_code == 200
        return len(found)

    add(member, "a.pdf")
    asked()
    one = asked()
    for number in range(3):
        make_group()
        add(make_insider(supply_chains, f"Somebody {number}"), f"b{number}.pdf")
    assert asked() == one


def test_the_page_for_people_says_what_the_description_says(client, db):
    schema = client.get("/api/v1/openapi.json").json()
    text = client.get("/api/v1/docs/").text
    names = [one["operationId"] for methods in schema["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))
    for name in names:
        assert f'id="{name}"' in text
    for methods in schema["paths"].values():
        for one in methods.values():
            for status, answer in one["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]


def test_a_token_list_costs_the_same_for_one_and_for_many(at_home, member, program_of):
    program_of(member)
    at_home.get(LIST)
    with CaptureQueriesContext(connection) as one:
        at_home.get(LIST)
    for _ in range(3):
        program_of(member)
    with CaptureQueriesContext(connection) as many:
        at_home.get(LIST)
    assert len(one) == len(many)
