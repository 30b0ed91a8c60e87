"""A site of the full mode with a group in it, on a database of its own."""

import sys
import threading

import pytest

from tests.deploy.processes import STORY, MailServer
from tests.processes.site import Site


@pytest.fixture
def mail():
    """A server that takes mail."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def site(services, mail, tmp_path):
    """A site that is migrated and has the story in it; its processes end with the test."""
    with Site(tmp_path, MAIL_URL=f"smtp://127.0.0.1:{mail.server_address[1]}", **services) as site:
        site.run(site.commands["migrate"])
        site.room = int(site.run([sys.executable, "manage.py", "shell", "-c", STORY]).rpartition("room ")[2])
        yield site
