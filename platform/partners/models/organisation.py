"""A body that acts in the alliance."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.folding import every_word, fold, words_of
from core.models import TimeStamped
from core.prepared import prepared
from search.cards import Card
from search.models import Kind
from search.searchable import Searchable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

MANDATE_WORDS = 150


class StakeholderType(models.TextChoices):
    """The alliance's seven types of stakeholder."""

    GOVERNMENT = "government", _("Government")
    INTERNATIONAL = "international", _("International or regional organisation")
    WORKERS = "workers", _("Workers’ organisation")
    EMPLOYERS = "employers", _("Employers’ or business membership organisation")
    CIVIL_SOCIETY = "civil-society", _("Civil society organisation")
    ACADEMIC = "academic", _("Academic institution")
    OTHER = "other", _("Other stakeholder or network")


class Listing(models.TextChoices):
    """Where an organisation's name may appear."""

    NAMED = "named", _("Named to everybody")
    PARTNERS = "partners", _("Named to partners only")
    UNDISCLOSED = "undisclosed", _("Undisclosed: named only to those who share a group with it")


class OrganisationStatus(models.TextChoices):
    """Where an organisation stands; it changes by recorded acts only."""

    APPLICANT = "applicant", _("Waiting for the Secretariat")
    ACTIVE = "active", _("Partner")
    DECLINED = "declined", _("Declined")
    SUSPENDED = "suspended", _("Suspended")
    LEFT = "left", _("Left")


def at_most_words(limit: int, text: str) -> None:
    """Refuse a text of more words than the limit, saying how many it has."""
    if (count := len(text.split())) > limit:
        raise ValidationError(
            _("Use at most %(limit)d words; this has %(count)d."), params={"limit": limit, "count": count}
        )


def short_mandate(text: str) -> None:
    """Refuse a mandate of more than 150 words."""
    at_most_words(MANDATE_WORDS, text)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Who may know of which organisation."""

    def active(self) -> "OrganisationQuerySet":
        """Partners of today."""
        return self.filter(status=OrganisationStatus.ACTIVE)

    def leaderless(self) -> "OrganisationQuerySet":
        """Partners without a focal point or alternate who can sign in: the Secretariat answers for them."""
        from partners.models.affiliation import Affiliation

        return self.active().exclude(pk__in=Affiliation.objects.focal().values("organisation"))

    def applicants(self) -> "OrganisationQuerySet":
        """Waiting for the Secretariat, oldest first."""
        return self.filter(status=OrganisationStatus.APPLICANT).order_by("created_at", "pk")

    def matching(self, query: str) -> "OrganisationQuerySet":
        """Those in whose name or acronym every word stands, whatever the case and the accents."""
        return self.filter(every_word(words_of(query)))

    def of(self, user: "User | AnonymousUser") -> "OrganisationQuerySet":
        """Organisations the person acts for, whatever their status."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=organisations_of(user))

    def open_to(self, user: "User | AnonymousUser") -> "OrganisationQuerySet":
        """Partners of the directory that the person may ask to act for: neither their own nor asked already."""
        from partners.models.affiliation import Affiliation

        held = Affiliation.objects.live().of(user).values("organisation_id")
        return self.visible_to(user).active().exclude(pk__in=held)

    def for_display(self) -> "OrganisationQuerySet":
        """By name as a reader expects it, accents and case aside; a row needs no further query."""
        return self.order_by("folded", "pk")

    def visible_to(self, user: "User | AnonymousUser") -> "OrganisationQuerySet":
        """Organisations whose name and page the person may see in the directory, in search and in lists.

        Active ones by their listing: named to everybody, or to partners; undisclosed ones only to their own people. The
        Secretariat sees all, whatever the status; everybody sees their own.
        """
        if not user.is_authenticated:
            return self.active().filter(listing=Listing.NAMED)
        if user.is_secretariat:
            return self.all()
        return self.known_to(user.pk, partner=is_partner_person(user))

    def known_to(self, person: int, *, partner: bool | None = None) -> "OrganisationQuerySet":
        """`visible_to` for somebody who signed in and is not of the Secretariat.

        `partner` tells whether they act for a partner today; None asks that in the same statement.
        """
        listed = Q(listing=Listing.NAMED)
        if partner is None:
            listed |= Q(listing=Listing.PARTNERS) & Q(models.Exists(_speaking(person)))
        elif partner:
            listed |= Q(listing=Listing.PARTNERS)
        return self.filter(Q(pk__in=organisations_of(person)) | Q(status=OrganisationStatus.ACTIVE) & listed)


class Organisation(Searchable, TimeStamped):
    """A body: a ministry, a union, an association, a university. People act for it through affiliations."""

    KIND = Kind.ORGANISATION
    FOUND_BY = frozenset({"name", "acronym", "mandate"})

    name = models.CharField(_("name"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    stakeholder_type = models.CharField(_("stakeholder type"), max_length=20, choices=StakeholderType.choices)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("ISO code of the seat; empty for none.")
    )
    website = models.URLField(_("website"), blank=True)
    mandate = models.TextField(_("mandate"), blank=True, validators=[short_mandate], help_text=_("At most 150 words."))
    listing = models.CharField(_("listing"), max_length=12, choices=Listing.choices, default=Listing.NAMED)
    status = models.CharField(max_length=10, choices=OrganisationStatus.choices, default=OrganisationStatus.APPLICANT)
    status_reason = models.TextField(blank=True)
    # Name and acronym for searching and sorting; written with them.
    folded = models.CharField(max_length=250, editable=False, default="")
    # Raised by every edit of the profile: an editor saves against the version they saw.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[OrganisationQuerySet] = OrganisationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["status", "listing", "name"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what lists are sorted and narrowed by in step with name and acronym."""
        self.folded = fold(f"{self.name} {self.acronym}")[:250]
        if (fields := kwargs.get("update_fields")) is not None and {"name", "acronym"} & set(fields):
            kwargs["update_fields"] = {*fields, "folded"}
        super().save(*args, **kwargs)

    def cards(self) -> list[Card]:
        """Return what the search holds of it: its name and its acronym, and its mandate."""
        return [
            Card(
                kind=self.KIND,
                object_id=self.pk,
                place=self.pk,
                moment=self.created_at,
                title=self.name,
                alias=self.acronym,
                body=self.mandate,
            )
        ]

    def get_absolute_url(self) -> str:
        """Return the organisation's page."""
        return reverse("organisation", args=[self.slug])

    @property
    def short_name(self) -> str:
        """The acronym where there is one, else the name."""
        return self.acronym or self.name

    @property
    def type_hue(self) -> int:
        """The colour of its stakeholder type, 0 to 6, the same on every page."""
        return StakeholderType.values.index(self.stakeholder_type)

    @property
    def is_active(self) -> bool:
        """Whether it is a partner today."""
        return self.status == OrganisationStatus.ACTIVE

    @property
    def is_undisclosed(self) -> bool:
        """Whether its name appears nowhere to outsiders."""
        return self.listing == Listing.UNDISCLOSED


def organisations_of(user: "User | int") -> "models.QuerySet[Affiliation, int]":
    """Return the ids of the organisations the person acts for now."""
    from partners.models.affiliation import Affiliation

    return Affiliation.objects.active().filter(user=user).values_list("organisation_id", flat=True)


def is_partner_person(user: "User | AnonymousUser") -> bool:
    """Say whether the person acts for a partner of today."""
    return bool(user.is_authenticated and _speaks(user.pk))


def _speaking(user: int) -> "models.QuerySet[Affiliation, int]":
    from partners.models.affiliation import Affiliation

    return Affiliation.objects.speaking().filter(user=user).values_list("pk", flat=True)[:1]


_speaks = prepared(_speaking)


if TYPE_CHECKING:
    from partners.models.affiliation import Affiliation
