"""Web push: sealed and signed as the standards say, without content, to who may and wants to know, and no more."""

import json
import re
import threading
import time
import uuid
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from groups.models import Participant
from notifications.levels import Levels, choose
from notifications.models import Channel, Level, Notice
from notifications.push import services, webpush
from notifications.push.models import PushKey, Subscription
from notifications.push.tasks import NotTaken, push_notices, push_person
from notifications.services import mark_read, notify

PAGE = "/notifications/devices/"


class Service(ThreadingHTTPServer):
    """A push service: answers as it is told, and remembers what came."""

    daemon_threads = True

    def __init__(self):
        self.came, self.status, self.headers = [], 201, {}
        super().__init__(("127.0.0.1", 0), Receiving)
        self.origin = f"http://127.0.0.1:{self.server_port}"


class Receiving(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture
def service(settings):
    settings.OUTGOING_LOOPBACK = True
    service = Service()
    threading.Thread(target=service.serve_forever, daemon=True).start()
    yield service
    service.shutdown()
    service.server_close()


class Device:
    """A browser that has subscribed: what only it knows."""

    def __init__(self, service, name="one"):
        self.key, self.secret = webpush.new_private_key(), b"sixteen bytes ok"
        self.endpoint = f"{service.origin}/push/{name}"

    def form(self, **other):
        fields = {
            "endpoint": self.endpoint,
            "point": webpush.encoded(webpush.point_of(self.key)),
            "secret": webpush.encoded(self.secret),
            "key": services.current_key().public,
        }
        return fields | other

    def opened(self, body):
        """Read what was sealed for it, with another's implementation of the standard."""
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"))


@pytest.fixture
def device(service):
    return Device(service)


@pytest.fixture
def switched_on(client, member, device):
    """The member has switched notices on in the browser of `client`."""
    client.force_login(member)
    assert client.post(f"{PAGE}subscribe/", device.form()).status_code == 204
    return Subscription.objects.get(user=member)


@pytest.fixture
def ask_to_join(supply_chains, member):
    """Tell the member that they were named, as one of the happenings that may be shown now."""

    def tell(key="1"):
        place = Participant.objects.filter(user=member).latest("pk")
        with transaction.atomic():
            notify([member], "participant_named", object_id=place.pk, key=key)

    return tell


def tasks(path="push_person"):
    return [row for row in DBTaskResult.objects.order_by("enqueued_at") if row.task_path.endswith(path)]


def breathe(subscription):
    """Let a minute pass for the device."""
    Subscription.objects.filter(pk=subscription.pk).update(sent_at=timezone.now() - timedelta(minutes=2))


# --- The standards ------------------------------------------------------------------------------------------------------


def test_the_example_of_the_standard_comes_out_byte_by_byte():
    """RFC 8291, appendix A."""
    key = webpush.read_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    sealed = webpush.seal(
        b"When I grow up, I want to be a watermelon",
        point=webpush.decoded(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        secret=webpush.decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        key=key,
        salt=webpush.decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert webpush.encoded(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl"
        "95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_what_is_sent_is_read_by_the_browser_and_says_nothing_of_what_happened(
    service, device, switched_on, member, ask_to_join, supply_chains
):
    ask_to_join()
    push_person.func(member.pk)
    ((path, headers, body),) = service.came
    assert path == "/push/one"
    assert device.opened(body) == {"text": "Something new waits for you.", "lang": "en", "dir": "ltr"}
    assert {name: headers[name] for name in ("Content-Encoding", "TTL", "Topic", "Urgency")} == {
        "Content-Encoding": "aes128gcm",
        "TTL": "43200",
        "Topic": "notices",
        "Urgency": "normal",
    }
    told = json.dumps([path, headers, device.opened(body)])
    assert not re.search("Supply|Marco|Weavers|Dockers|supply", told)


def test_a_word_has_one_length_in_every_language(service, device, switched_on, member, ask_to_join):
    ask_to_join()
    push_person.func(member.pk)
    member.language = "ar"
    member.save()
    ask_to_join("2")
    breathe(switched_on)
    push_person.func(member.pk)
    (_p, _h, english), (_p, _h, arabic) = service.came
    assert device.opened(arabic)["dir"] == "rtl"
    assert len(english) == len(arabic)


def test_the_push_service_knows_the_site_by_its_key(service, device, switched_on, member, ask_to_join, settings):
    settings.SITE_URL = "https://groups.example.org"
    ask_to_join()
    push_person.func(member.pk)
    token, key = re.fullmatch(r"vapid t=([\w.-]+), k=([\w-]+)", service.came[0][1]["Authorization"]).groups()
    assert key == services.current_key().public
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), webpush.decoded(key))
    claims = jwt.decode(token, public, algorithms=["ES256"], audience=service.origin)
    assert claims["sub"] == "https://groups.example.org"
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600


# --- Who is told, and when ----------------------------------------------------------------------------------------------


def test_a_happening_enqueues_ids_only_and_for_devices_only(member, lead, supply_chains, switched_on, ask_to_join):
    ask_to_join()
    assert [row.args_kwargs for row in tasks()] == [{"args": [member.pk], "kwargs": {}}]
    with transaction.atomic():
        notify([lead], "participant_named", object_id=Participant.objects.get(user=lead).pk, key="1")
    assert len(tasks()) == 1, "the lead has no device"


def test_many_are_told_through_one_task(make_insider, supply_chains, device, service, client):
    people = [make_insider(supply_chains) for _ in range(21)]
    for number, person in enumerate(people):
        client.force_login(person)
        client.post(f"{PAGE}subscribe/", Device(service, str(number)).form())
    with transaction.atomic():
        notify(people, "participant_named", object_id=Participant.objects.get(user=people[0]).pk, key="1")
    assert (len(tasks("push_notices")), len(tasks())) == (1, 0)
    mark_read(people[3])
    push_notices.func("participant_named:1")
    assert len(tasks()) == 20


def test_what_was_read_meanwhile_is_not_told(service, switched_on, member, ask_to_join):
    ask_to_join()
    mark_read(member)
    push_person.func(member.pk)
    assert service.came == []


def test_the_right_is_asked_again_when_it_is_sent(service, switched_on, member, hidden_group, ask_to_join):
    ask_to_join()
    Participant.objects.filter(user=member).update(ended_at=timezone.now())
    push_person.func(member.pk)
    assert service.came == []


def test_the_same_task_twice_tells_once(service, switched_on, member, ask_to_join):
    ask_to_join()
    push_person.func(member.pk)
    push_person.func(member.pk)
    breathe(switched_on)
    push_person.func(member.pk)
    assert len(service.came) == 1


def test_what_comes_within_a_minute_is_told_together(service, switched_on, member, ask_to_join):
    ask_to_join()
    push_person.func(member.pk)
    ask_to_join("2")
    ask_to_join("3")
    push_person.func(member.pk)
    assert len(service.came) == 1
    waits = tasks()[-1]
    assert timedelta(seconds=50) < waits.run_after - timezone.now() < timedelta(seconds=61)
    breathe(switched_on)
    push_person.func(member.pk)
    assert len(service.came) == 2


def test_quiet_hours_hold_back_what_may_wait(service, switched_on, member, ask_to_join, settings, monkeypatch):
    from notifications.push import tasks as module

    monkeypatch.setattr(module, "import_string", lambda path: {"participant_named"})
    now = timezone.now()
    member.time_zone = "UTC"
    member.quiet_from, member.quiet_until = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
    member.save()
    ask_to_join()
    push_person.func(member.pk)
    assert service.came == []
    assert abs(tasks()[-1].run_after - (now + timedelta(hours=1))) < timedelta(seconds=5)


def test_what_may_not_wait_is_told_at_night_too(service, switched_on, member, ask_to_join):
    now = timezone.now()
    member.time_zone = "UTC"
    member.quiet_from, member.quiet_until = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
    member.save()
    ask_to_join()
    push_person.func(member.pk)
    assert len(service.came) == 1


# --- A device is its person's, while they are signed in there -------------------------------------------------------------


def test_who_signs_out_is_told_nothing_there_until_they_come_back(
    client, service, device, switched_on, member, ask_to_join
):
    client.post("/account/logout/")
    ask_to_join()
    push_person.func(member.pk)
    assert service.came == []
    client.force_login(member)
    answer = client.post(f"{PAGE}seen/", {"endpoint": device.endpoint})
    assert answer.json()["known"] is True
    push_person.func(member.pk)
    assert len(service.came) == 1


def test_who_signs_in_after_somebody_else_does_not_wake_their_device(
    client, service, device, switched_on, member, lead, ask_to_join
):
    client.post("/account/logout/")
    client.force_login(lead)
    assert client.post(f"{PAGE}seen/", {"endpoint": device.endpoint}).json()["known"] is False
    ask_to_join()
    push_person.func(member.pk)
    assert service.came == []


def test_who_switches_it_on_in_a_browser_takes_it_over(client, service, device, switched_on, member, lead):
    client.post("/account/logout/")
    client.force_login(lead)
    assert client.post(f"{PAGE}subscribe/", device.form()).status_code == 204
    assert Subscription.objects.get().user == lead


@pytest.mark.parametrize("ended", ["expired", "deactivated"])
def test_an_ended_session_or_account_is_told_nothing(service, switched_on, member, ask_to_join, ended):
    ask_to_join()
    if ended == "expired":
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    else:
        member.is_active = False
        member.save()
    push_person.func(member.pk)
    assert service.came == []


def test_devices_are_listed_and_switched_off_by_their_person_only(client, switched_on, member, lead):
    client.force_login(lead)
    assert client.post(f"{PAGE}{switched_on.pk}/end/").status_code == 404
    client.force_login(member)
    Subscription.objects.update(user_agent="Mozilla/5.0 (Android 14) Firefox/140.0")
    page = client.get(PAGE).content.decode()
    assert "Firefox on Android" in page
    assert switched_on.endpoint not in page
    assert client.post(f"{PAGE}{switched_on.pk}/end/").status_code == 302
    assert not Subscription.objects.exists()


def test_the_eleventh_device_lets_the_oldest_go(client, service, member):
    client.force_login(member)
    for number in range(11):
        client.post(f"{PAGE}subscribe/", Device(service, str(number)).form())
    left = set(Subscription.objects.values_list("endpoint", flat=True))
    assert left == {f"{service.origin}/push/{number}" for number in range(1, 11)}


# --- What a browser may send --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"endpoint": ""}, 400),
        ({"endpoint": "https://10.0.0.1/push"}, 422),
        ({"endpoint": "http://push.example.org/x"}, None),
        ({"endpoint": "file:///etc/passwd"}, 422),
        ({"endpoint": "https://user:secret@push.example.org/"}, 422),
        ({"point": "AAAA"}, 422),
        ({"point": webpush.encoded(b"\x04" + b"\x01" * 64)}, 422),
        ({"point": "ß" * 20}, 422),
        ({"secret": "AAAA"}, 422),
        ({"secret": "not base64 !"}, 422),
        ({"key": webpush.encoded(b"\x04" + b"\x01" * 64)}, 422),
    ],
)
def test_a_subscription_that_is_none_is_refused(client, device, member, settings, wrong, status):
    if status is None:
        settings.OUTGOING_LOOPBACK, status = False, 422
    client.force_login(member)
    answer = client.post(f"{PAGE}subscribe/", device.form(**wrong))
    assert answer.status_code == status
    assert answer.json()["errors"]
    assert not Subscription.objects.exists()


def test_an_address_that_leads_inside_by_now_is_dropped(service, switched_on, member, ask_to_join, settings):
    ask_to_join()
    settings.OUTGOING_LOOPBACK = False
    push_person.func(member.pk)
    assert service.came == []
    assert not Subscription.objects.exists()


def test_a_new_address_takes_the_place_of_the_old(client, service, device, switched_on, member):
    device.endpoint += "-new"
    client.post(f"{PAGE}subscribe/", device.form(old=switched_on.endpoint))
    assert [one.endpoint for one in Subscription.objects.all()] == [device.endpoint]


# --- What a push service answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_dropped(service, switched_on, member, ask_to_join, status):
    service.status = status
    ask_to_join()
    push_person.func(member.pk)
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_push_service_is_asked_again(service, switched_on, member, ask_to_join, status):
    service.status = status
    ask_to_join()
    with pytest.raises(NotTaken):
        push_person.func(member.pk)
    service.status = 201
    breathe(switched_on)
    push_person.func(member.pk)
    assert len(service.came) == 2
    push_person.func(member.pk)
    assert len(service.came) == 2


def test_one_service_that_is_away_holds_up_no_other(client, service, switched_on, member, ask_to_join):
    away = Device(service, "away")
    away.endpoint = "http://127.0.0.1:9/push"
    client.post(f"{PAGE}subscribe/", away.form())
    ask_to_join()
    with pytest.raises(NotTaken):
        push_person.func(member.pk)
    assert [path for path, *_ in service.came] == ["/push/one"]


def test_a_service_that_refuses_five_times_is_asked_no_more(service, switched_on, member, ask_to_join):
    service.status = 403
    for number in range(5):
        assert Subscription.objects.filter(pk=switched_on.pk).exists()
        ask_to_join(str(number))
        breathe(switched_on)
        push_person.func(member.pk)
    assert not Subscription.objects.exists()


# --- Keys ---------------------------------------------------------------------------------------------------------------


def test_a_new_key_is_for_new_subscriptions_and_the_old_goes_on(
    client, service, device, switched_on, member, ask_to_join, capsys
):
    old = services.current_key()
    call_command("rotate_push_key")
    assert "1 devices use an older one" in capsys.readouterr().out
    assert client.get(PAGE).context["key"] != old.public
    ask_to_join()
    push_person.func(member.pk)
    assert service.came[0][1]["Authorization"].endswith(old.public)
    services.tidy()
    assert PushKey.objects.count() == 2
    device.endpoint += "-new"
    client.post(f"{PAGE}subscribe/", device.form(old=switched_on.endpoint))
    services.tidy()
    assert [key.public for key in PushKey.objects.all()] == [services.current_key().public]


def test_a_leaked_key_ends_what_was_made_with_it(switched_on):
    call_command("rotate_push_key", "--drop")
    assert not Subscription.objects.exists()
    assert PushKey.objects.count() == 1


def test_devices_that_are_gone_for_long_and_old_tellings_are_let_go(service, switched_on, member, ask_to_join):
    ask_to_join()
    push_person.func(member.pk)
    Notice.objects.update(created_at=timezone.now() - timedelta(days=8))
    services.tidy()
    assert switched_on.told.count() == 0
    Subscription.objects.update(seen_at=timezone.now() - timedelta(days=91))
    services.tidy()
    assert not Subscription.objects.exists()


# --- The worker ---------------------------------------------------------------------------------------------------------


def test_the_worker_is_served_where_it_governs_notices_only_and_keeps_nothing(client):
    answer = client.get("/notifications/worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Service-Worker-Allowed" not in answer
    script = answer.content.decode()
    assert re.findall(r'addEventListener\("(\w+)"', script) == ["push", "notificationclick", "pushsubscriptionchange"]
    assert "caches" not in script


# --- What a person wants ------------------------------------------------------------------------------------------------


@pytest.fixture
def mentioned(supply_chains, lead, member):
    """Have the lead mention the member in a thread."""
    from discussions.services import start_thread
    from groups.standing import Standing

    def mention():
        by = Standing.of(lead, supply_chains).speak()
        start_thread(supply_chains, by=by, title="Fees", body="Ask @Marco Silva", key=uuid.uuid4())

    return mention


def test_what_is_said_to_them_obeys_their_level_for_the_group(
    service, switched_on, member, mentioned, supply_chains, hidden_group
):
    choose(member, channel=Channel.PUSH, level=Level.OFF, group_id=supply_chains.pk)
    mentioned()
    push_person.func(member.pk)
    assert service.came == []
    choose(member, channel=Channel.PUSH, level=None, group_id=supply_chains.pk)
    push_person.func(member.pk)
    assert len(service.came) == 1


def test_nothing_everywhere_still_lets_through_what_is_decided(service, switched_on, member, mentioned, ask_to_join):
    choose(member, channel=Channel.PUSH, level=Level.OFF)
    mentioned()
    push_person.func(member.pk)
    assert service.came == []
    ask_to_join()
    push_person.func(member.pk)
    assert len(service.came) == 1


def test_a_device_that_is_switched_on_anew_keeps_what_was_chosen(client, device, switched_on, member):
    choose(member, channel=Channel.PUSH, level=Level.OFF)
    client.post(f"{PAGE}subscribe/", device.form())
    assert Levels.of([member.pk], Channel.PUSH).default(member.pk) == Level.OFF


def test_the_page_of_levels_offers_what_is_pushed(client, member, supply_chains):
    client.force_login(member)
    page = client.get("/account/notifications/")
    assert page.status_code == 200
    assert "What is addressed to me" in page.content.decode()
