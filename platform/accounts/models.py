"""A person: signs in by e-mail address, has a name, a language and a time zone, and decides who sees them online."""

import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def is_time_zone(value: str) -> None:
    """Refuse what is no name of the IANA time zone database."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("This is not a time zone we know. Choose one from the list."))


ARCHIVE = -1
"""The id of nobody: the author of what people said who have no account, in an archive that was taken in. Their name stands in
the place of the function (`partners.models.Spoken`), and `groups.bylines` shows it as one."""


class UserManager(BaseUserManager["User"]):
    """Makes people; addresses are kept in lower case, so that no two differ by case alone."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person; without a password they can only reset it."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator of the site, who is of the Secretariat too."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, is_secretariat=True, **fields)

    def archive(self) -> "User":
        """Return nobody, made when first needed: no one can sign in as them, and no page shows them."""
        now = timezone.now()
        closed = {"email": "archive@archive.invalid", "is_active": False, "erased_at": now, "date_joined": now}
        return self.get_or_create(pk=ARCHIVE, defaults={**closed, "password": make_password(None)})[0]

    def secretariat(self) -> "models.QuerySet[User]":
        """Return the officers who work the queue."""
        return self.filter(is_secretariat=True, is_active=True)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. There is no public list of people, and addresses are never shown."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Pages and mail come in it."))
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[is_time_zone])
    theme = models.CharField(
        _("appearance"),
        max_length=5,
        blank=True,
        choices=[("", _("As my device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    shows_presence = models.BooleanField(
        _("show others when I am in a room"),
        default=False,
        help_text=_("Off unless you switch it on. It also lets others see that you are typing."),
    )
    # In the person's zone; both or neither. What may wait is not mailed between them.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    is_secretariat = models.BooleanField(
        _("of the Secretariat"),
        default=False,
        help_text=_("Works the queue; sees names and numbers of every group, content only as a participant."),
    )
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name others see; an erased person is a former member everywhere."""
        return str(_("former member")) if self.erased_at else (self.name or str(_("(no name yet)")))

    def get_full_name(self) -> str:
        """Return the display name, as Django's own parts ask for it."""
        return self.display_name

    def get_short_name(self) -> str:
        """Return the display name."""
        return self.display_name

    def get_absolute_url(self) -> str:
        """Return the person's page; it opens for those who share a group or an organisation with them."""
        return reverse("person", args=[self.pk])

    @property
    def audit_scope(self) -> str:
        """Acts upon a person are recorded in the site's chain."""
        return "site"
