"""Files that carry macros: whether a library takes them, and what is said where it does not."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from groups.documents.models import Space
from groups.documents.models.space import space_of
from groups.documents.types import Refused
from groups.models import Group
from groups.services.rights import locked, must_lead
from partners.capacity import Capacity


def refuse_macros(group: Group, file_name: str) -> None:
    """Raise `Refused` where the site, or this group, takes no files that carry macros."""
    if settings.MACRO_FILES == "refused" or space_of(group).refuses_macros:
        raise Refused(
            _("“%(name)s” carries macros, which can run. Save it without them and send it again.")
            % {"name": file_name}
        )


@transaction.atomic
def decide_macros(group: Group, *, refuses: bool, by: Capacity) -> None:
    """Say whether the group's library takes files that carry macros, as far as the site does; what is there stays.

    Its leads do so. What is on its way is judged by what holds when it is finished.
    """
    group = locked(group)
    must_lead(group, by)
    if space_of(group).refuses_macros == refuses:
        return
    Space.objects.update_or_create(group=group, defaults={"refuses_macros": refuses})
    record(by, "group.macros_decided", group, refuses=refuses)
