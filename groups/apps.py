"""Action Groups and membership."""

from django.apps import AppConfig


class GroupsConfig(AppConfig):
    """Groups, memberships, participants, invitations, standing."""

    name = "groups"
