"""What a newcomer said about their organisation."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from partners.models.organisation import Organisation


class SignUpAnswer(TimeStamped):
    """The organisation named at sign-up: kept until the newcomer's address is confirmed, then carried out and deleted. Where
    that fails it stays with the reason, for the newcomer to read and choose anew.

    Before that nobody is asked or told anything, no name of an organisation enters a list, and an address that somebody
    else typed makes no request in its owner's name.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_up_answer")
    # A partner of the directory, or None: then `proposal` holds the fields of a new organisation.
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    proposal = models.JSONField(default=dict)
    function = models.CharField(_("function"), max_length=120, blank=True)
    # Why it could not be carried out; empty until that was tried.
    refusal = models.TextField(blank=True)

    objects: ClassVar[models.Manager["SignUpAnswer"]]

    def __str__(self) -> str:
        return str(self.user)
