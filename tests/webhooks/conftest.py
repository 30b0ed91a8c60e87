"""A group with a webhook, the server it leads to, and the worker that tells it."""

import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django_tasks_db.models import DBTaskResult

from core.background import lease
from core.background.worker import Worker
from groups.standing import Standing
from groups.webhooks import services
from groups.webhooks.models import Happening


class Receiver(ThreadingHTTPServer):
    """A server of somebody's: keeps what it was sent, and answers as it is told."""

    daemon_threads = True

    def __init__(self):
        self.taken, self.statuses = [], []
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook?token=private"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.taken.append((headers, body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture
def receiver(settings):
    settings.OUTGOING_LOOPBACK = True
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def add(receiver, lead):
    """Add a webhook to a group, as its lead."""

    def make(group, happenings=tuple(Happening.values), **more):
        by = Standing.of(lead, group).act()
        more = {"url": receiver.url, "with_words": False, "key": uuid.uuid4(), **more}
        return services.add_webhook(group, by=by, happenings=happenings, **more)

    return make


@pytest.fixture
def work(db):
    """Do what is due in the background, as a worker does."""

    def do():
        worker = Worker(pause=0)
        lease.say_alive(worker.name)
        DBTaskResult.objects.exclude(task_path__startswith="groups.webhooks.").delete()
        while row := worker.claim():
            worker.do(row)
        assert not DBTaskResult.objects.failed().exists()

    return do
