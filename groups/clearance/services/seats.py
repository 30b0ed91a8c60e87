"""For which organisations somebody can answer: one that nobody can answer for is neither asked nor counted as silent."""

from collections.abc import Iterable
from datetime import datetime

from groups.documents.models import Document
from groups.models import Group, History, Membership, Participant


def answerable(group: Group, documents: Iterable[Document]) -> dict[int, set[int]]:
    """Return, by document, the organisations for which somebody takes part who may answer and may read it; one query.

    Observers do not answer. Where the group keeps its past from newcomers, people read what came since their own first seat
    in it (`Standing.history_from`), however long their organisation has been a member.
    """
    fields = ("user_id", "membership__organisation_id", "membership__role", "created_at")
    seats = list(Participant.objects.taking_part().filter(membership__group=group).values_list(*fields))
    begins: dict[int, datetime] = {}
    for person, _organisation, _role, at in seats:
        begins[person] = min(at, begins.get(person, at))
    answering = {
        (person, organisation) for person, organisation, role, _at in seats if role != Membership.Role.OBSERVER
    }
    reads_all = group.history == History.ALL or group.is_read_outside
    return {
        document.pk: {
            organisation for person, organisation in answering if reads_all or begins[person] <= document.created_at
        }
        for document in documents
    }
