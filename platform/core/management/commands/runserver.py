"""`manage.py runserver`: daphne's, which serves sockets too. Here, so that no other command and no worker loads a server."""

from daphne.management.commands.runserver import Command

__all__ = ["Command"]
