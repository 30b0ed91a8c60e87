"""Where mail goes when no mail server is set: one file a message in a folder, readable at /demo/outbox/ in the demonstration."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class OutboxBackend(BaseEmailBackend):
    """Writes each message as `<time>-<id>.eml`, whole or not at all."""

    def __init__(self, folder: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages and return how many."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
            draft = self.folder / f".{name}.part"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(self.folder / f"{name}.eml")
        return len(email_messages)
