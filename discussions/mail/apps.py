"""Mail in: letters that become posts."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """What comes in by mail: the spool, the listener, reading, trimming, posting; and archives of mailing lists."""

    name = "discussions.mail"
