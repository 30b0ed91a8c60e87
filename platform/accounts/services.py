"""Acts upon accounts: one's own preferences; roles and closing by administrators, recorded."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.events import AccountClosed, AccountReopened, AddressConfirmed, ClockChanged, PersonChanged
from accounts.models import User
from core.audit import record
from core.errors import DomainError
from core.events import publish
from core.realtime.sessions import presence_chosen, sessions_ended

PREFERENCES = ("name", "language", "time_zone", "theme", "shows_presence", "quiet_from", "quiet_until")


@dataclass(frozen=True, slots=True)
class Administrator:
    """An administrator as the record names one: they act for no organisation."""

    user_id: int | None
    organisation_id: int | None = None
    function: str = "Administrator"


@transaction.atomic
def save_preferences(person: User, **values: object) -> User:
    """Keep name, language, time zone, appearance, presence or quiet hours as the person set them; nothing else is taken."""
    if unknown := values.keys() - set(PREFERENCES):
        raise TypeError(f"Not a preference: {', '.join(sorted(unknown))}.")
    fresh = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    shown, zone = fresh.shows_presence, fresh.time_zone
    for name, value in values.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=list(values))
    if fresh.shows_presence != shown:
        presence_chosen(fresh.pk)
    if fresh.time_zone != zone:
        publish(ClockChanged(fresh))
    if "name" in values:
        publish(PersonChanged(fresh))
    return fresh


@transaction.atomic
def addresses_confirmed(person: User) -> None:
    """Do what follows once a person has shown which addresses are theirs; doing it again changes nothing.

    An account that was made with one of them by somebody who never confirmed any address gives way: nobody could sign in to
    it, and its maker may not keep the owner from using their own address.
    """
    theirs = EmailAddress.objects.filter(user=person, verified=True).values("email")
    claimed = User.objects.filter(email__in=theirs).exclude(pk=person.pk)
    claimed.exclude(emailaddress__verified=True).delete()
    publish(AddressConfirmed(person))


@transaction.atomic
def change_standing(
    person: User, *, by: User, is_secretariat: bool, is_staff: bool, is_active: bool, reason: str
) -> User:
    """Appoint to the Secretariat or the administration, dismiss, close the account or open it again; recorded with the reason.

    A closed account loses every session and every place at once; what was written stays. Nobody closes or dismisses
    themselves, so that an administrator always remains.
    """
    fresh = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    now = {"is_secretariat": is_secretariat, "is_staff": is_staff, "is_active": is_active}
    changed = {name: value for name, value in now.items() if getattr(fresh, name) != value}
    if not changed:
        return fresh
    if not (reason := reason.strip()):
        raise DomainError(_("Give a reason: it is recorded."))
    if fresh.pk == by.pk and not (is_staff and is_active):
        raise DomainError(
            _("Nobody closes their own account or dismisses themselves here. Ask another administrator.")
        )
    for name, value in changed.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=list(changed))
    act = record(Administrator(by.pk), "account.changed", fresh, reason=reason, **changed)
    if "is_active" in changed:
        if not is_active:
            for session in UserSession.objects.filter(user=fresh):
                session.end()
            sessions_ended(fresh.pk)
        publish(AccountReopened(fresh) if is_active else AccountClosed(fresh, act.number))
    return fresh
