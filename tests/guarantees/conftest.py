"""The promises of delivery, G1 to G22: each has a file here, whose first words say what is promised.

`docs/guarantees.md` lists them for people who run the platform; `test_all_are_here.py` holds that list and these files
together.

    script/test tests/guarantees                 ordinary sizes: on both engines together about two minutes
    CHAOS=long script/test tests/guarantees      the full sizes: thousands of sends, races and histories; about an hour

A test states both sizes where it uses them, `size(200, 2000)`; nothing else differs between the two runs.

A promise is shown from outside: by sockets and requests as browsers make them, and by what the tables hold afterwards. Where
a test could pass because it looks at nothing, a variant that breaks the promise on purpose stands beside it and must fail.
Files here show one promise each; what goes on beyond it (frames, pages, forms) stands with the application it is about.
"""

import logging
import os
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.chaos.stage import Stage
from tests.chat.conftest import (  # noqa: F401 - the fixtures of the room
    _calm,
    aend,
    asay,
    end,
    hub,
    joined,
    room,
    say,
    tab,
)
from tests.letters import deliver, digest  # noqa: F401 - the fixtures of letters

IS_LONG = os.environ.get("CHAOS") == "long"


def size(ordinary, long):
    """Return how much of something this run does."""
    return long if IS_LONG else ordinary


@pytest.fixture
def clock(monkeypatch):
    """Set the server's clock to another time, given as the distance from the true one."""
    true = timezone.now

    def set_to(**distance):
        monkeypatch.setattr(timezone, "now", lambda: true() + timedelta(**distance))

    return set_to


@pytest.fixture(scope="session")
def _stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def stage(_stage):
    """Two socket processes and one for pages, with PostgreSQL and Redis of their own that may be done to whatever is needed.

    Started once for all tests of a run, and brought back to life where one has left something dead. Use it in tests marked
    `services`.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for number, process in enumerate(_stage.sockets):
        if not process.is_alive:
            _stage.again(number)
    return _stage
