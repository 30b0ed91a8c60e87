"""G8. When a session ends, its sockets end: with 4401, within two seconds, without Redis within fifteen, and nothing after.

Whatever ends it: signing out, here or from the list of devices; another password; another second factor; a closed account;
its own age; or somebody who deletes its row.
"""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from core.realtime.hub import POLL, Hub
from tests.chaos.records import read_logs
from tests.conftest import PASSWORD

WITH_BELL, WITHOUT = 2.0, 15.0
HERE, THERE = "here", "there"


class Devices:
    """One person signed in on two devices, by the form, as browsers are."""

    def __init__(self, person):
        self.person = person
        self.clients = {name: self.signed_in() for name in (HERE, THERE)}

    def signed_in(self):
        client = Client()
        client.post("/account/login/", {"login": self.person.email, "password": PASSWORD})
        client.get("/account/profile/")
        return client

    def key(self, name):
        return self.clients[name].session.session_key

    def post(self, path, **form):
        return self.clients[HERE].post(path, form)


def sign_out(at):
    at.post("/account/logout/")


def sign_out_everywhere_else(at):
    at.post("/account/sessions/")


def sign_the_other_out(at):
    from allauth.usersessions.models import UserSession

    other = UserSession.objects.get(session_key=at.key(THERE))
    at.post(f"/account/sessions/{other.pk}/end/")


def change_the_password(at):
    new = "another quiet harbour"
    at.post("/account/password/change/", oldpassword=PASSWORD, password1=new, password2=new)


def forget_the_password(at):
    from django.core import mail

    visitor = Client()
    visitor.post("/account/password/reset/", {"email": at.person.email})
    link = next(line for line in mail.outbox[-1].body.splitlines() if "/reset/key/" in line)
    form = visitor.get("/account" + link.partition("/account")[2], follow=True)
    visitor.post(form.redirect_chain[-1][0], {"password1": "a new quiet harbour", "password2": "a new quiet harbour"})


def show_it_is_you(at):
    """Say the password once more, as the pages of second factors ask first."""
    at.post("/account/reauthenticate/", password=PASSWORD)


def set_up_a_second_factor(at):
    show_it_is_you(at)
    page = at.clients[HERE].get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    at.post("/account/2fa/totp/activate/", code=code)
    assert Authenticator.objects.filter(user=at.person).exists()


def take_the_second_factor_away(at):
    show_it_is_you(at)
    TOTP.activate(at.person, "A" * 32)
    at.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=at.person).exists()


def close_the_account(at):
    from accounts.models import User

    boss = User.objects.create_user("boss@example.org", name="Boss", is_staff=True)
    accounts.change_standing(
        at.person, by=boss, is_secretariat=False, is_staff=False, is_active=False, reason="Left the alliance"
    )


CAUSES = {
    sign_out: {HERE},
    sign_out_everywhere_else: {THERE},
    sign_the_other_out: {THERE},
    change_the_password: {HERE, THERE},
    forget_the_password: {HERE, THERE},
    set_up_a_second_factor: {THERE},
    take_the_second_factor_away: {THERE},
    close_the_account: {HERE, THERE},
}


@pytest.fixture
def deaf(monkeypatch, transactional_db):
    """A process that hears no bell at all, as when Redis is gone; it polls thirty times as often as others."""

    async def nothing(*arguments):
        return

    deaf = Hub(poll=POLL / 30)
    monkeypatch.setattr(deaf, "_listen", nothing)
    return deaf


@pytest.mark.parametrize("bell", [True, False], ids=["with Redis", "without"])
@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
async def test_every_end_of_a_session_closes_its_sockets_on_every_process(
    cause, bell, joined, member, lead, room, asay, hub, deaf, mailoutbox
):
    devices = await sync_to_async(Devices)(member)
    processes = [hub, Hub(poll=3600)] if bell else [deaf, deaf]
    sockets = {
        name: [await joined(member, room, key=await sync_to_async(devices.key)(name), hub=one) for one in processes]
        for name in (HERE, THERE)
    }
    begun = time.monotonic()
    await sync_to_async(cause)(devices)
    for name in CAUSES[cause]:
        for socket in sockets[name]:
            assert await socket.close_code() == 4401
    assert time.monotonic() - begun < (WITH_BELL + 1 if bell else WITHOUT)

    ack = await asay(lead, room, "Afterwards")
    for name, opened in sockets.items():
        for socket in opened:
            if name in CAUSES[cause]:
                assert await socket.receive_nothing(timeout=0.1), "something followed"
            else:
                assert (await socket.events(ack.seq))[-1]["seq"] == ack.seq, "who is still signed in reads on"
    for name in CAUSES[cause]:
        answer = await sync_to_async(devices.clients[name].get)(f"/groups/supply-chains/chat/{room.pk}/events")
        assert answer.status_code == 401


async def test_a_session_that_expires_closes_its_sockets_though_nobody_rings(tab, joined, member, lead, room, asay):
    """Its moment is known to every process: no bell and no poll is waited for."""
    going, staying = await joined(member, room), await joined(member, room)
    row = Session.objects.filter(session_key=going.session_key)
    await row.aupdate(expire_date=timezone.now() + timedelta(seconds=0.5))
    # The process learns of the new moment at its next look, as it knew the old one from the handshake.
    again = await joined(member, room, key=going.session_key)
    begun = time.monotonic()
    assert await again.close_code() == 4401
    assert time.monotonic() - begun < WITH_BELL + 1
    ack = await asay(lead, room, "Afterwards")
    assert (await staying.events(ack.seq))[-1]["seq"] == ack.seq


async def test_a_session_that_is_prolonged_stays_open(joined, member, lead, room, asay, hub):
    socket = await joined(member, room)
    row = Session.objects.filter(session_key=socket.session_key)
    await row.aupdate(expire_date=timezone.now() + timedelta(seconds=0.4))
    await hub.polling.look()
    await row.aupdate(expire_date=timezone.now() + timedelta(days=1))
    assert await socket.silent(1.5)


async def test_a_row_that_somebody_deletes_is_found_by_the_poll(joined, member, room, deaf):
    socket = await joined(member, room, hub=deaf)
    await Session.objects.filter(session_key=socket.session_key).adelete()
    assert await socket.close_code() == 4401


def test_the_poll_is_often_enough():
    assert POLL * 1.2 < WITHOUT


@pytest.mark.services
@pytest.mark.slow
async def test_on_two_processes_signing_out_ends_every_socket(stage):
    """Also while Redis is frozen; the checker finds anything that came too late."""
    async with stage.play(people=5, polling=1) as play:
        for person in (0, 1):
            for _ in range(3):
                play.join(person)
        play.talk(rate=10, clients=play.clients[2:5])
        await play_until_joined(play)
        await play.sign_out(0)
        await wait_for_end(play, 0, WITH_BELL + 1)
        with play.fault("redis", "frozen", acked_within=3):
            stage.redis.freeze()
            try:
                await play.sign_out(1)
                took = await wait_for_end(play, 1, WITHOUT + 1)
            finally:
                stage.redis.thaw()
        await play.settle()
    assert took <= WITHOUT + 1
    assert play.broken() == []
    ended = [story for story in read_logs(play.history.folder).stories if story.of("ended")]
    assert len(ended) == 8
    assert {line["code"] for story in ended for line in story.of("lost")} <= {4401}


async def play_until_joined(play, within=30):
    """Wait until every client that has a socket follows the room."""
    from tests.chaos.client import until

    await until(lambda: all(client.joined for client in play.clients if client.sockets), within)


async def wait_for_end(play, person, within):
    """Wait until every tab of a person, by number, has been ended; return how long that took."""
    from tests.chaos.client import until

    theirs = [client for client in play.clients if client.person["id"] == play.people[person]["id"]]
    return await until(lambda: all(client.ended == "signed-out" for client in theirs), within)
