"""How much of who said what leaves a group: chosen for a thread, frozen on every post, kept by `groups/bylines.py`.

Who takes part in the group always reads by the ordinary rule of names; this binds what everybody else reads, partners,
visitors and the Secretariat alike, on pages as in search, mail, feeds and the interface for programs.
"""

from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class Attribution(models.IntegerChoices):
    """The rule of a thread, from the widest to the narrowest: of two that meet on one word, the larger holds."""

    OPEN = 0, _("Open: who said what follows the rules of names")
    NO_NAMES = 1, _("No names outside: others see the organisation only")
    NO_ORGANISATIONS = 2, _("No names and no organisations outside: others see “a participant”")

    @property
    def stated(self) -> str:
        """How the thread's page says it; empty for the open rule."""
        if self is Attribution.NO_NAMES:
            return str(_("Who said what is not shown outside the group: others see organisations, no names."))
        if self is Attribution.NO_ORGANISATIONS:
            return str(_("Who said what is not shown outside the group: neither names nor organisations."))
        return ""


class Veiled(Protocol):
    """A word that carries such a rule: `veil`, and the id of the group inside which it does not bind."""

    @property
    def veil(self) -> int: ...
    @property
    def spoken_in(self) -> int: ...
