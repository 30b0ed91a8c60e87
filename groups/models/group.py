"""An Action Group, or a working group inside one."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.folding import Folded, every_word, words_of
from core.models import TimeStamped
from partners.models import Affiliation, OrganisationStatus
from partners.models.organisation import is_partner_person
from search.cards import Card
from search.models import Kind
from search.searchable import Searchable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class GroupState(models.TextChoices):
    """Where a group stands; it changes by recorded acts only."""

    PROPOSED = "proposed", _("Proposed")
    DECLINED = "declined", _("Declined")
    ACTIVE = "active", _("Active")
    DORMANT = "dormant", _("Dormant")
    CLOSED = "closed", _("Closed")


class Find(models.TextChoices):
    """Who may know that the group exists."""

    PUBLIC = "public", _("Everybody")
    PARTNERS = "partners", _("Partners")
    MEMBERS = "members", _("Members only: hidden from everybody else")


class Read(models.TextChoices):
    """Who may read threads and documents."""

    PUBLIC = "public", _("Everybody")
    PARTNERS = "partners", _("Partners")
    MEMBERS = "members", _("Members")


class Join(models.TextChoices):
    """How an organisation becomes a member."""

    OPEN = "open", _("Open to partners")
    REQUEST = "request", _("On request")
    INVITATION = "invitation", _("By invitation")


class StartThreads(models.TextChoices):
    """Who may start threads."""

    MEMBERS = "members", _("Members")
    LEADS = "leads", _("Leads")


class History(models.TextChoices):
    """What a new participant may read of what came before."""

    ALL = "all", _("Everything")
    FROM_JOINING = "from-joining", _("What came after they joined")


# From the widest audience to the narrowest.
WIDTH = {"public": 0, "partners": 1, "members": 2}
LIVE_STATES = (GroupState.ACTIVE, GroupState.DORMANT, GroupState.CLOSED)


class GroupQuerySet(models.QuerySet["Group"]):
    """Who may know of which group, and read what it holds."""

    def live(self) -> "GroupQuerySet":
        """Opened ones: active, dormant or closed."""
        return self.filter(state__in=LIVE_STATES)

    def joined_by(self, user: "User | AnonymousUser") -> "GroupQuerySet":
        """Groups in which the person takes part today."""
        return self.filter(pk__in=groups_of(user)) if user.is_authenticated else self.none()

    def visible_to(self, user: "User | AnonymousUser") -> "GroupQuerySet":
        """Groups that the person may know about.

        Public ones; for people of partners those open to partners; their own, and those their organisation belongs to when
        they are its focal point or alternate; proposals of their own organisation; for the Secretariat every one. Who takes
        part in a group also knows of the working groups in it that one can ask to join: a hidden one that takes members by
        invitation only is known to its own members.
        """
        if not user.is_authenticated:
            return self.live().filter(find=Find.PUBLIC)
        if user.is_secretariat:
            return self.all()
        return self.known_to(user.pk, partner=is_partner_person(user))

    def known_to(self, person: int, *, partner: bool | None = None, own: Any = None) -> "GroupQuerySet":
        """`visible_to` for somebody who signed in and is not of the Secretariat; `partner` as in `open_to`.

        `own` stands in the place of `groups_of`, where a statement has asked that already.
        """
        own = groups_of(person) if own is None else own
        theirs = Q(pk__in=own) | Q(pk__in=groups_of_own_organisations(person))
        inside = Q(parent__in=own) & ~Q(join=Join.INVITATION)
        return self.filter(theirs | Q(state__in=LIVE_STATES) & (open_to(person, partner, "find") | inside))

    def without_lead(self) -> "GroupQuerySet":
        """Open groups that nobody can lead at this moment: the Secretariat names a new lead."""
        from groups.models.participant import Participant

        leading = Participant.objects.taking_part().filter(membership__role="lead").values("membership__group")
        return self.filter(state__in=[GroupState.ACTIVE, GroupState.DORMANT]).exclude(pk__in=leading)

    def for_directory(self, user: "User | AnonymousUser", query: str = "") -> "GroupQuerySet":
        """Groups the person may know of, by name, with `member_count`, `mine` (takes part), `belongs` (own organisation in).

        Declined proposals are left out; one query whatever their number.
        """
        from groups.models.membership import Membership

        members = Q(memberships__state="active", memberships__organisation__status=OrganisationStatus.ACTIVE)
        found = (
            self.visible_to(user).exclude(state=GroupState.DECLINED).select_related("parent").order_by("name", "pk")
        )
        found = found.filter(every_word(words_of(query)))
        mine = belongs = models.Exists(Membership.objects.none())
        if user.is_authenticated:
            mine = models.Exists(groups_of(user).filter(membership__group=models.OuterRef("pk")))
            own = Affiliation.objects.speaking().of(user).values("organisation")
            places = Membership.objects.live().filter(group=models.OuterRef("pk"), organisation__in=own)
            belongs = models.Exists(places)
        return found.annotate(
            member_count=models.Count("memberships", filter=members, distinct=True), mine=mine, belongs=belongs
        )

    def readable_by(self, user: "User | AnonymousUser") -> "GroupQuerySet":
        """Groups whose threads and documents the person may read; the Secretariat only as a participant."""
        if not user.is_authenticated:
            return self.live().filter(find=Find.PUBLIC, read=Read.PUBLIC)
        return self.read_by(user.pk, partner=is_partner_person(user))

    def read_by(self, person: int, *, partner: bool | None = None, own: Any = None) -> "GroupQuerySet":
        """`readable_by` for somebody who signed in; `partner` as in `open_to`, `own` as in `known_to`."""
        own = groups_of(person) if own is None else own
        return self.live().filter(Q(pk__in=own) | open_to(person, partner, "read", "find"))


class Group(Searchable, Folded, TimeStamped):
    """A thematic Action Group, or a working group inside one (one level)."""

    FOLDED = ("name", "theme", "summary")
    KIND = Kind.GROUP
    FOUND_BY = frozenset({"name", "theme", "summary", "terms"})

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    theme = models.CharField(_("theme"), max_length=120, blank=True)
    summary = models.TextField(_("what it is for"), max_length=600, help_text=_("Two or three sentences."))
    terms = models.TextField(_("terms of reference"), blank=True, help_text=_("Markdown."))
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="working_groups")
    state = models.CharField(max_length=10, choices=GroupState.choices, default=GroupState.PROPOSED)
    state_reason = models.TextField(blank=True)
    find = models.CharField(_("who may find it"), max_length=10, choices=Find.choices, default=Find.PUBLIC)
    read = models.CharField(_("who may read it"), max_length=10, choices=Read.choices, default=Read.MEMBERS)
    join = models.CharField(_("how to join"), max_length=10, choices=Join.choices, default=Join.REQUEST)
    start_threads = models.CharField(
        _("who may start threads"), max_length=10, choices=StartThreads.choices, default=StartThreads.MEMBERS
    )
    history = models.CharField(_("history for newcomers"), max_length=12, choices=History.choices, default=History.ALL)
    # Whether letters may hold what was written here; `letters_may_quote` says whether they do.
    mail_content = models.BooleanField(_("letters hold the words"), default=False, db_default=False)
    # Raised by every change of rights; whoever caches a right compares it.
    acl_version = models.PositiveBigIntegerField(default=1)
    # Raised by every edit of texts and switches, so that two leads editing at once do not undo each other.
    version = models.PositiveIntegerField(default=1)
    key = models.UUIDField(null=True, unique=True, editable=False)

    objects: ClassVar[GroupQuerySet] = GroupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["state", "find"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the group's overview."""
        return reverse("group", args=[self.slug])

    def cards(self) -> list[Card]:
        """Return what the search holds of it: its name, and what everybody who may find it reads about it."""
        return [
            Card(
                kind=self.KIND,
                object_id=self.pk,
                place=self.pk,
                moment=self.created_at,
                title=self.name,
                body=f"{self.theme}\n{self.summary}\n{self.terms}",
                group_id=self.pk,
            )
        ]

    @property
    def audit_scope(self) -> str:
        """Each group has its own chain of recorded acts."""
        return f"group:{self.pk}"

    @property
    def is_hidden(self) -> bool:
        """Whether only members may know of it."""
        return self.find == Find.MEMBERS

    @property
    def is_read_outside(self) -> bool:
        """Whether people who do not take part may read threads and documents."""
        return self.find != Find.MEMBERS and self.read != Read.MEMBERS

    @property
    def letters_may_quote(self) -> bool:
        """Whether letters may hold titles, names and words of this group: never those of a hidden one."""
        return self.mail_content and not self.is_hidden and settings.MAIL_CONTENT != "never"

    @property
    def letters_may_name(self) -> bool:
        """Whether letters may name the group: everybody may know that it exists, or its leads let letters say more."""
        return self.find == Find.PUBLIC or self.letters_may_quote

    @property
    def is_writable(self) -> bool:
        """Whether words may be added: closed groups are read-only."""
        return self.state in {GroupState.ACTIVE, GroupState.DORMANT}

    @property
    def takes_members(self) -> bool:
        """Whether organisations may come in: not into a group that rests, is closed or not yet open."""
        return self.state == GroupState.ACTIVE


def open_to(person: int, partner: bool | None, *switches: str) -> Q:
    """Return the condition that these switches are open to somebody who takes no part: to everybody, or to partners.

    `partner` tells whether the person acts for one today; None asks that in the same statement.
    """
    to_all = Q(**dict.fromkeys(switches, "public"))
    to_partners = Q(**{f"{switch}__in": ("public", "partners") for switch in switches})
    if partner is None:
        return to_all | to_partners & Q(models.Exists(Affiliation.objects.speaking().filter(user=person)))
    return to_partners if partner else to_all


def groups_of(user: "User | int") -> "models.QuerySet[Participant, int]":
    """Return the ids of the groups in which the person takes part today."""
    from groups.models.participant import Participant

    return Participant.objects.taking_part().filter(user=user).values_list("membership__group_id", flat=True)


def groups_written_in(user: "User | int") -> "models.QuerySet[Participant, int]":
    """Return those of them in which the person is more than an observer."""
    return groups_of(user).exclude(membership__role="observer")


def groups_of_own_organisations(user: "User | int") -> "models.QuerySet[Membership, int]":
    """Return the ids of groups the person must know of to act for a partner: its memberships and requests."""
    from groups.models.membership import Membership

    led = Affiliation.objects.speaking().focal().filter(user=user).values("organisation_id")
    return Membership.objects.live().filter(organisation__in=led).values_list("group_id", flat=True)


if TYPE_CHECKING:
    from groups.models.membership import Membership
    from groups.models.participant import Participant
