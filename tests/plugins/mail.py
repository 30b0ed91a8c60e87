"""All mail of a whole run is read: whatever a test is about, no message in it names the hidden group.

Every message passes here before any way of sending takes it, so a letter nobody thought of is read as well.
"""

import pytest
from django.core.mail import EmailMessage

HIDDEN = "Quiet Harbour"
"""What the hidden group of `tests/conftest.py` is called. Nothing else that may stand in mail has the name."""


def all_of(message):
    """Return everything that can be read of a message, as it is before it is encoded."""
    others = [str(alternative.content) for alternative in getattr(message, "alternatives", [])]
    headers = [f"{name}: {value}" for name, value in message.extra_headers.items()]
    return "\n".join([str(message.subject), str(message.body), str(message.from_email), *headers, *others])


@pytest.fixture(scope="session")
def mail_read():
    """The subjects of messages that name the hidden group, as they are made."""
    named = []
    make = EmailMessage.message

    def read(message, *args, **kwargs):
        if HIDDEN in all_of(message):
            named.append(str(message.subject))
        return make(message, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmailMessage, "message", read)
        yield named


@pytest.fixture(autouse=True)
def _no_mail_names_a_hidden_group(mail_read):
    mail_read.clear()
    yield
    assert mail_read == [], "Mail named a group that only its members may know of."
