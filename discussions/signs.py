"""The signs with which people answered posts, as one reader sees them: who gave them follows the rule of bylines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.listing import listed
from discussions.models import Emoji
from discussions.voices import Said, Voices
from groups.standing import Standing

MOST_NAMED = 20
# A sign as it is kept on a post: the sign, who gave it, for which organisation.
Kept = tuple[str, int, int | None]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign on a post: how many gave it, who of them the reader may know, and whether the reader is among them."""

    emoji: str
    meaning: str
    names: tuple[str, ...]
    is_own: bool

    @property
    def count(self) -> int:
        """How many people gave it."""
        return len(self.names)

    @property
    def label(self) -> str:
        """What it means and who gave it, for those who do not see it and whoever points at it."""
        named = self.names[:MOST_NAMED]
        more = [_("%(count)d more") % {"count": self.count - len(named)}] if self.count > len(named) else []
        return f"{self.meaning} ({self.count}): {listed([*named, *more])}"


def said_on(kept: Iterable[Kept], veil: int, group: int) -> list[Said]:
    """Return whom the voices of a page are to be asked for, by the rule of attribution of the post."""
    return [Said(person, organisation, "", veil, group) for _sign, person, organisation in kept]


def signs_on(kept: Sequence[Kept], voices: Voices, veil: int, standing: Standing) -> list[Sign]:
    """Return the signs on one post, in the order in which they were first given."""
    if not kept:
        return []
    people: dict[str, list[int]] = {}
    names: dict[str, list[str]] = {}
    for (emoji, person, _organisation), said in zip(kept, said_on(kept, veil, standing.group.pk), strict=True):
        people.setdefault(emoji, []).append(person)
        names.setdefault(emoji, []).append(voices.of(said).label or _("a participant"))
    return [
        Sign(emoji, str(Emoji(emoji).label), tuple(names[emoji]), standing.user.pk in gave)
        for emoji, gave in people.items()
    ]
