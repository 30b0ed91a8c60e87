"""The room of a library: given by the Secretariat, refused where there is none left."""

from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from groups.documents.models import Space
from groups.documents.models.space import space_of
from groups.models import Group
from groups.standing import NotAllowed
from partners.capacity import Capacity


class LibraryFull(DomainError):
    """The group's library has no room for the file; nothing of it was stored."""

    code = "library_full"

    def __init__(self, space: Space, size: int) -> None:
        words = {
            "size": filesizeformat(size),
            "left": filesizeformat(space.left),
            "limit": filesizeformat(space.limit),
        }
        super().__init__(
            _(
                "The file has %(size)s, and of the %(limit)s of this group's library %(left)s are left. Nothing was stored. "
                "The Secretariat gives more room."
            )
            % words
        )


def must_fit(group: Group, size: int) -> None:
    """Raise `LibraryFull` where so many bytes do not go into the library any more."""
    space = space_of(group)
    if size > space.left:
        raise LibraryFull(space, size)


def take_space(group: Group, size: int) -> None:
    """Count a file that comes in, under the lock of its group, so that two at once never take the same room."""
    must_fit(group, size)
    Space.objects.take(group.pk, size)


@transaction.atomic
def give_space(group: Group, *, quota: int | None, by: Capacity) -> None:
    """Say how many bytes the group's library may hold, or that it is as many as any other's; nothing that is there goes.

    The Secretariat does so.
    """
    group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    if not by.user.is_secretariat:
        raise NotAllowed(_("The Secretariat says how much room a library has."))
    space = space_of(group)
    if space.quota == quota:
        return
    record(by, "group.space_given", group, was=space.quota, now=quota)
    space.quota = quota
    space.save()
