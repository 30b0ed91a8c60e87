"""The tie between a person and an organisation."""

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from core.models import TimeStamped
from partners.models.organisation import Organisation, OrganisationStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from partners.capacity import Capacity


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    """Who acts for whom."""

    def active(self) -> "AffiliationQuerySet":
        """Confirmed and not ended."""
        return self.filter(state=Affiliation.State.ACTIVE)

    def speaking(self) -> "AffiliationQuerySet":
        """Active ones of organisations that are partners today: only in these does a person speak."""
        return self.active().filter(organisation__status=OrganisationStatus.ACTIVE)

    def of(self, user: "User | AnonymousUser") -> "AffiliationQuerySet":
        """The person's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def focal(self) -> "AffiliationQuerySet":
        """Of focal points and alternates, who act for the organisation; a closed account acts for none."""
        roles = [Affiliation.Role.FOCAL_POINT, Affiliation.Role.ALTERNATE]
        return self.active().filter(role__in=roles, user__is_active=True)

    def live(self) -> "AffiliationQuerySet":
        """Asked for or active: at most one per person and organisation."""
        return self.filter(state__in=Affiliation.LIVE)

    def requested(self) -> "AffiliationQuerySet":
        """Waiting for an answer, from a partner of today, oldest first."""
        return self.filter(
            state=Affiliation.State.REQUESTED, organisation__status=OrganisationStatus.ACTIVE, user__is_active=True
        ).order_by("created_at", "pk")

    def waiting_for_secretariat(self) -> "AffiliationQuerySet":
        """Requests to organisations without a focal point or alternate: the Secretariat answers them."""
        return self.requested().filter(organisation__in=Organisation.objects.leaderless())

    def waiting_for(self, user: "User | AnonymousUser") -> "AffiliationQuerySet":
        """Requests that this focal point or alternate may answer."""
        own = Affiliation.objects.focal().of(user).values("organisation_id")
        return self.requested().filter(organisation_id__in=own)

    def for_display(self) -> "AffiliationQuerySet":
        """With the person and the organisation, focal points first, then by name: no further query per row."""
        order = Case(
            When(role=Affiliation.Role.FOCAL_POINT, then=0), When(role=Affiliation.Role.ALTERNATE, then=1), default=2
        )
        return self.select_related("user", "organisation").order_by(order, "user__name", "pk")


class Affiliation(TimeStamped):
    """A person acts for an organisation, in a function, in one of three roles, from a day to a day."""

    class Role(models.TextChoices):
        """What a person may do for the organisation: focal points and alternates act for it, staff take part."""

        FOCAL_POINT = "focal-point", _("Focal point")
        ALTERNATE = "alternate", _("Alternate")
        STAFF = "staff", _("Staff")

    class State(models.TextChoices):
        """Asked for by the person; active; ended or declined. What a focal point offers is an `Invitation`."""

        REQUESTED = "requested", _("Waiting for the organisation")
        ACTIVE = "active", _("Active")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended")

    LIVE = (State.REQUESTED, State.ACTIVE)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    function = models.CharField(_("function"), max_length=120, blank=True, help_text=_("For example: policy officer."))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.STAFF)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    reason = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[AffiliationQuerySet] = AffiliationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(state__in=["requested", "active"]),
                name="one_live_affiliation_per_person_and_organisation",
            )
        ]
        indexes = [models.Index(fields=["organisation", "state"])]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"

    @property
    def is_active(self) -> bool:
        """Whether it is confirmed and not ended."""
        return self.state == self.State.ACTIVE

    @property
    def is_focal(self) -> bool:
        """Whether the person may act for the organisation: focal point or alternate."""
        return self.is_active and self.role in {self.Role.FOCAL_POINT, self.Role.ALTERNATE}

    @property
    def capacity(self) -> "Capacity":
        """The capacity this affiliation gives."""
        from partners.capacity import Capacity

        return Capacity(user=self.user, organisation=self.organisation, function=self.function)
