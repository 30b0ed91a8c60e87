"""Who can see what of a group, in words: the line that stands on every page of it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from groups.models import Find, Group, GroupState, History, Join, Read


@dataclass(frozen=True)
class Audience:
    """The words, and the level that `components/who_can_see.html` draws a sign for."""

    words: str
    level: str


def finders_of(group: Group) -> Audience:
    """Return who may see the overview: what it is for, and which organisations belong to it."""
    if group.state in {GroupState.PROPOSED, GroupState.DECLINED}:
        return Audience(_("The organisation that proposes it, and the Secretariat"), "hidden")
    if group.find == Find.PUBLIC:
        return Audience(_("Everybody"), "public")
    if group.find == Find.PARTNERS:
        return Audience(_("Partners"), "partners")
    if group.parent and group.join != Join.INVITATION:
        words = _("Members of this group and of “%(parent)s”, and the Secretariat; nobody else knows of it")
        return Audience(words % {"parent": group.parent}, "hidden")
    return Audience(_("Members of this group and the Secretariat; nobody else knows of it"), "hidden")


def readers_of(group: Group) -> Audience:
    """Return who may read threads and documents: never more than may find the group."""
    widest = max((group.find, group.read), key=lambda value: list(Read.values).index(value))
    if widest == Read.PUBLIC:
        return Audience(_("Everybody"), "public")
    if widest == Read.PARTNERS:
        return Audience(_("Members of this group and all partners"), "partners")
    if group.history == History.FROM_JOINING:
        return Audience(_("Members of this group, from the day they joined"), "members")
    return Audience(_("Members of this group"), "hidden" if group.is_hidden else "members")


def chatters_of(group: Group) -> Audience:
    """Return who may read the rooms: those who take part, always."""
    return Audience(_("People who take part in this group"), "hidden" if group.is_hidden else "members")


def leads_of(group: Group) -> Audience:
    """Return who may open the settings and the record of acts."""
    return Audience(_("The leads of this group"), "hidden" if group.is_hidden else "members")


def keepers_of(group: Group) -> Audience:
    """Return who may close the group and open it again."""
    return Audience(_("The leads of this group and the Secretariat"), "hidden" if group.is_hidden else "members")
