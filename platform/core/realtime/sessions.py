"""Whose socket it is, and whether they are still signed in: asked at the handshake, at bells for the person, by the poll."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.cookies import CookieError

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.http import parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from core.realtime.bell import send_on_commit

PEOPLE = "people"
"""The name under which bells about people are rung; every process hears it."""


NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as it was when it was found good: while its row and the password stay the same, it still is, until it expires."""

    key: str
    user_id: int
    data: str
    password: str
    expires: datetime = NEVER


def session_key(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the session key that the handshake brings, empty if there is none."""
    for name, value in headers:
        if name == b"cookie":
            try:
                return parse_cookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME, "")
            except CookieError:
                return ""
    return ""


def signed_in(keys: Collection[str]) -> dict[str, SignedIn]:
    """Return, by key, the sessions by which somebody is signed in now: 2 queries for any number."""
    rows = list(Session.objects.filter(pk__in=set(keys) - {""}, expire_date__gt=timezone.now()))
    people = _people(rows) if rows else {}
    return {row.pk: session for row in rows if (session := _whose(row, people))}


def still_good(sessions: Collection[SignedIn]) -> dict[str, SignedIn]:
    """Return, by key, those by which somebody is still signed in, as they are now: 2 queries for any number."""
    keys = {session.key for session in sessions}
    rows = {row.pk: row for row in Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now())}
    people = {user.pk: user for user in get_user_model()._default_manager.filter(
        pk__in={session.user_id for session in sessions}, is_active=True
    )}  # fmt: skip
    good: dict[str, SignedIn] = {}
    for session in sessions:
        row, user = rows.get(session.key), people.get(session.user_id)
        if row is None or user is None or _is_kept_out(user):
            continue
        if row.session_data == session.data and user.password == session.password:
            good[session.key] = replace(session, expires=row.expire_date)
        elif (now := _whose(row, people)) and now.user_id == session.user_id:
            good[session.key] = now
    return good


def sessions_ended(user_id: int) -> None:
    """Have every process look at once whether the person is still signed in; call it where sessions end."""
    send_on_commit(PEOPLE, {"type": "person.sessions", "user": user_id})


def presence_chosen(user_id: int) -> None:
    """Have every process ask at once whether others may see where the person is."""
    send_on_commit(PEOPLE, {"type": "person.presence", "user": user_id})


def notices_changed(user_ids: Iterable[int]) -> None:
    """Have the people's open pages show how many notifications wait for them now."""
    if users := sorted(set(user_ids)):
        send_on_commit(PEOPLE, {"type": "person.notices", "users": users})


def _people(rows: Iterable[Session]) -> dict[int, AbstractBaseUser]:
    ids = {str(row.get_decoded().get(SESSION_KEY)) for row in rows}
    users = get_user_model()._default_manager.filter(pk__in=[key for key in ids if key.isdecimal()], is_active=True)
    return {user.pk: user for user in users}


def _whose(row: Session, people: Mapping[int, AbstractBaseUser]) -> SignedIn | None:
    """Return whose session it is, if what it was signed in with still holds."""
    data = row.get_decoded()
    user = people.get(int(data[SESSION_KEY])) if str(data.get(SESSION_KEY)).isdecimal() else None
    if user is None or _is_kept_out(user):
        return None
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    if not any(constant_time_compare(data.get(HASH_SESSION_KEY, ""), now) for now in hashes):
        return None
    return SignedIn(row.pk, user.pk, row.session_data, user.password, row.expire_date)


def _is_kept_out(user: AbstractBaseUser) -> bool:
    """Whether pages would send the person away, for want of a second factor."""
    keeps_out: Callable[[AbstractBaseUser], bool] = import_string(settings.KEPT_OUT)
    return keeps_out(user)
