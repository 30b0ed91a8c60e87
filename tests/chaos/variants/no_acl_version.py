"""The server, but that a right once found is never asked again: whoever joined a room goes on hearing it."""

import django

django.setup()

from config.launcher.__main__ import main  # noqa: E402
from core.realtime.fanout import Fanout  # noqa: E402


async def believe(fanout, topic, acl_version):
    """Stands for `Fanout.ask_again`: takes every old right for a new one."""
    for follow in topic.stale(acl_version):
        follow.acl_version = acl_version


assert callable(Fanout.ask_again)
Fanout.ask_again = believe

if __name__ == "__main__":
    main()
