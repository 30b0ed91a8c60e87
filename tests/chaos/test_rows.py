"""The faults in short: each is played once, for real, and the history must show that every guarantee held.

`script/chaos` plays them for as long as it is told, on both channel layers, and writes docs/chaos.md.
"""

import pytest

from tests.chaos.rows.table import ROWS
from tests.chaos.stage import Stage
from tests.processes.site import caddy_version

pytestmark = pytest.mark.slow
SHORT = [name for name, row in ROWS.items() if row.short]
EMBEDDED = ["F7"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("stage"), proxy=True) as stage:
        yield stage


@pytest.fixture(scope="module")
def small_stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("small"), embedded=True) as stage:
        yield stage


@pytest.mark.services
@pytest.mark.skipif(caddy_version() is None, reason="needs caddy (Debian has it)")
@pytest.mark.parametrize("name", SHORT)
async def test_every_guarantee_holds(stage, name):
    play = await ROWS[name].play(stage, size=1)
    assert (play.broken(), play.failures) == ([], [])


@pytest.mark.embedded
@pytest.mark.parametrize("name", EMBEDDED)
async def test_every_guarantee_holds_in_one_process_on_sqlite(small_stage, name):
    play = await ROWS[name].play(small_stage, size=1)
    assert (play.broken(), play.failures) == ([], [])
