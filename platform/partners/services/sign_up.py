"""What a newcomer said about their organisation is kept until their address is confirmed, then carried out."""

from typing import TYPE_CHECKING

from django.db import transaction

from core.errors import DomainError
from partners.models import Organisation, SignUpAnswer
from partners.services.affiliations import request_affiliation
from partners.services.organisations import propose_organisation

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def keep_answer(
    person: "User", *, organisation: Organisation | None, proposal: dict[str, str] | None = None, function: str = ""
) -> None:
    """Remember the organisation chosen, or the new one described, at sign-up; nobody is told yet."""
    SignUpAnswer.objects.update_or_create(
        user=person, defaults={"organisation": organisation, "proposal": proposal or {}, "function": function}
    )


@transaction.atomic
def carry_out_answer(person: "User") -> None:
    """Ask the organisation, or the Secretariat, as the newcomer said; once. What no longer holds is dropped.

    The newcomer then finds no request among their organisations and chooses anew there.
    """
    answer = (
        SignUpAnswer.objects.select_for_update(of=("self",)).filter(user=person).select_related("organisation").first()
    )
    if answer is None:
        return
    try:
        with transaction.atomic():
            if answer.organisation:
                request_affiliation(person, answer.organisation, function=answer.function)
            elif answer.proposal:
                propose_organisation(person, function=answer.function, **answer.proposal)
    except DomainError:
        pass  # suspended meanwhile, or already theirs by an invitation
    answer.delete()
