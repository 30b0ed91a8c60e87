"""What stories about notices and letters share."""

import pytest

from tests.letters import deliver, digest  # noqa: F401 - the fixtures of letters
from tests.smtp import Sink


@pytest.fixture
def sink(settings):
    """A mail server, to which letters go and from which they may come back."""
    with Sink() as sink:
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": int(sink.url.rpartition(":")[2]), "timeout": 5},
            }
        }
        settings.MAIL_IN_DOMAIN = "mail.example.org"
        yield sink
