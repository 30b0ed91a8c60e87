"""The letters that say what a notice in the page says: in the words that mail may carry, while it is unread and theirs."""

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from notifications.levels import Levels
from notifications.models import Channel, Letter, Level, Notice, Rhythm
from notifications.services import Rendered, render_notices
from notifications.stopping import About, Scope
from notifications.wording import Words, Written, plain_words


def of_notices(letters: Sequence[Letter]) -> dict[int, Words]:
    """Return the words of letters about notices, by the letter's id, for those that are still to be told.

    What people say to each other (`NOTICES_THAT_WAIT`) obeys the level of its group; what is to be decided or was decided is
    told at every level. The link is the notice's own address: that of what it leads to may be made from a name.
    """
    people = {letter.reader.pk for letter in letters}
    notices = Notice.objects.filter(read_at=None).in_bulk([letter.object_id for letter in letters])
    levels = Levels.of(people, Channel.MAIL)
    at_leisure = set(Rhythm.objects.filter(user__in=people, directly_by_mail=False).values_list("user_id", flat=True))
    found: dict[int, Words] = {}
    for letter in letters:
        notice = notices.get(letter.object_id)
        if notice is None or notice.user_id != letter.user_id:
            continue
        with translation.override(letter.spoken):
            for _notice, words in render_notices([notice], letter.reader):
                if not words.letter:
                    continue
                if not is_talk(notice.kind):
                    found[letter.pk] = partial(_written, notice, words, ())
                elif notice.user_id not in at_leisure and levels.at(notice.user_id, words.group_id) != Level.OFF:
                    stop = scopes(notice.user_id, group_id=words.group_id)
                    found[letter.pk] = partial(_written, notice, words, stop)
    return found


def is_talk(kind: str) -> bool:
    """Whether a notice of this kind tells what people say to each other, not what is to be decided or was."""
    return kind in import_string(settings.NOTICES_THAT_WAIT)


def scopes(user_id: int, *, thread_id: int | None = None, group_id: int | None = None) -> list[tuple[str, Scope]]:
    """Return what a letter offers to stop, with the words for it in the current language, the nearest first."""
    offered = []
    if thread_id is not None:
        offered.append((_("Mute this thread"), Scope(user_id, About.THREAD, thread_id)))
    if group_id is not None:
        offered.append((_("Letters about this group: fewer or none"), Scope(user_id, About.GROUP, group_id)))
    offered.append((_("All letters: fewer or none"), Scope(user_id, About.EVERYTHING)))
    return offered


def _written(notice: Notice, words: Rendered, stop: Sequence[tuple[str, Scope]]) -> Written:
    url = settings.SITE_URL + reverse("notifications:open", args=[notice.pk])
    text, html = plain_words(words.letter, url, _("Sign in to read more"))
    return Written(
        subject=words.letter,
        text=text,
        html=html,
        why=_("You get this letter because of something you or a colleague did there."),
        conversation=words.conversation,
        reply_to=words.reply_to,
        stop=stop,
    )


def place_of_notice(letter: Letter) -> str:
    """Return the notice's own address."""
    return reverse("notifications:open", args=[letter.object_id])
