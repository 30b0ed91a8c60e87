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
    """Ask the organisation, or the Secretariat, as the newcomer said; once.

    What no longer holds (the partner is suspended meanwhile, a colleague proposed the same) is kept with the reason.
    """
    answer = (
        SignUpAnswer.objects.select_for_update(of=("self",), no_key=True)
        .filter(user=person, refusal="")
        .select_related("organisation")
        .first()
    )
    if answer is None:
        return
    try:
        with transaction.atomic():
            if answer.organisation:
                request_affiliation(person, answer.organisation, function=answer.function)
            elif answer.proposal:
                propose_organisation(person, function=answer.function, **answer.proposal)
    except DomainError as refusal:
        answer.refusal = refusal.message
        answer.save(update_fields=["refusal"])
    else:
        answer.delete()
