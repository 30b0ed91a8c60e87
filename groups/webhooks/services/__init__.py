"""What leads do with webhooks, and how deliveries are queued and sent."""

from groups.webhooks.services.delivering import deliver_all, wake
from groups.webhooks.services.keeping import (
    add_webhook,
    change_webhook,
    give_new_secret,
    remove_webhook,
    start_again,
    stop,
)
from groups.webhooks.services.queueing import queue, send_again, send_test

__all__ = [
    "add_webhook",
    "change_webhook",
    "deliver_all",
    "give_new_secret",
    "queue",
    "remove_webhook",
    "send_again",
    "send_test",
    "start_again",
    "stop",
    "wake",
]
