"""The index: one row for each thing that can be found, and where a rebuild stands. Texts stay in the rooms they belong to."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What can be found."""

    GROUP = "group", _("Groups")
    ORGANISATION = "organisation", _("Organisations")
    PERSON = "person", _("People")
    THREAD = "thread", _("Threads")
    POST = "post", _("Posts")
    MESSAGE = "message", _("Messages")
    DOCUMENT = "document", _("Documents")
    PUBLICATION = "publication", _("Publications")


class Entry(models.Model):
    """Something that can be found: what it is, where it stands, and by whom. Its words lie in the database's own index.

    Identifiers only, and no foreign keys: the index is below the rooms whose things it holds. `place` is what a right is asked
    of: the group of what members write and upload, the room of a message, the thing itself otherwise. `depth` is how far back
    one must be allowed to read there: a moment in microseconds, in rooms the `seq`.
    """

    kind = models.CharField(max_length=12, choices=Kind.choices)
    object_id = models.BigIntegerField()
    # Of a document, its page; 0 otherwise.
    part = models.PositiveIntegerField(default=0)
    place = models.BigIntegerField()
    depth = models.BigIntegerField(default=0)
    # Microseconds since 1970, UTC: what both databases compare alike.
    moment = models.BigIntegerField()
    group_id = models.BigIntegerField(null=True)
    author_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    # What readers from outside its group are told of whose it is: 0 everything, 1 the organisation, 2 nothing.
    veil = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id", "part"], name="one_entry_per_part")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}.{self.part}"


class Rebuilding(models.Model):
    """How far the index of one kind was rebuilt: `last` is the id of the last object that was looked at.

    `form` is how tokens were made (`search.services.FORM`); where it is another one, everything is made anew.
    """

    kind = models.CharField(max_length=12, choices=Kind.choices, unique=True)
    form = models.PositiveIntegerField()
    last = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} to {self.last}"
