"""What one may answer with besides words: a few signs, the same for posts and for messages of a room."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Emoji(models.TextChoices):
    """The signs: few, so that they mean the same to everybody."""

    THUMBS_UP = "👍", _("Agreed")
    HEART = "❤️", _("Thank you")
    PARTY = "🎉", _("Congratulations")
    CHECK = "✅", pgettext_lazy("sign", "Done")
    EYES = "👀", _("I am looking at it")
    QUESTION = "❓", _("I have a question")
    SAD = "😢", _("Sad")
    RAISED_HAND = "✋", _("I will do it")
