"""F13. Everybody comes back at once: refused early and told when to try again, all are back soon, and talk goes on meanwhile."""

import os

import pytest

from tests.chaos.hostile import herd
from tests.chaos.hostile.conftest import figure
from tests.guarantees.conftest import IS_LONG, size

pytestmark = [pytest.mark.services, pytest.mark.slow]

COUNT = int(os.environ.get("HERD", size(300, 3000)))


async def test_a_herd_that_comes_back_at_once_is_let_in_by_and_by(services, tmp_path):
    found = await herd.run(COUNT, services, tmp_path)
    figure(
        "F13",
        f"{COUNT} sockets return at once to one process",
        "all within 60 s; p95 of the talk under 1 s; 60 KB a socket; 200 Redis connections",
        ", ".join(f"{name} {told}" for name, told in found.items() if name not in ("sockets", "complaints")),
    )
    assert found["all back after s"] <= 60
    assert set(found["outcomes"]) <= {"101", "503", "TimeoutError", "ConnectionResetError"}
    assert found["outcomes"]["101"] >= COUNT
    assert found["meanwhile"]["ack p95 ms"] <= 1000
    assert found["meanwhile"]["delivery p95 ms"] <= 1000
    assert found["KB a socket"] <= 60
    assert found["Redis connections at most"] <= (200 if IS_LONG else 250), "others use it too"
    assert found["complaints"] == []
