"""What stories about notices and letters share."""

from tests.letters import deliver, digest  # noqa: F401 - the fixtures of letters
