"""What the chaos tests share."""

import pytest

from tests.chaos.stage import Stage


@pytest.fixture(scope="session")
def bare_stage(tmp_path_factory):
    """PostgreSQL, Redis and a site without socket processes: each test says which it wants."""
    with Stage(tmp_path_factory.mktemp("bare"), serving=False) as stage:
        yield stage
