"""The record of acts: who, for whom, what, when, why; append-only, in one hash chain per group and one for the site."""

import hashlib
import json
import secrets
from typing import Any, Protocol

from django.db import models, transaction

from core.models import AuditChain, AuditEntry


class Actor(Protocol):
    """Who acts: a person, and the organisation and function they act in, if any. `partners.capacity.Capacity` is one."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def function(self) -> str: ...


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _payload_digest(salt: str, payload: dict[str, Any]) -> str:
    return _sha256(salt, json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True))


def _personal(entry: AuditEntry) -> dict[str, Any]:
    """Return the columns that say who acted and why, as the payload holds them."""
    return {
        "actor": entry.actor_id,
        "organisation": entry.organisation_id,
        "function": entry.function,
        "reason": entry.reason,
    }


def _entry_digest(previous: str, entry: AuditEntry) -> str:
    what = (entry.verb, entry.object_type, str(entry.object_id))
    return _sha256(previous, str(entry.number), entry.at.isoformat(), *what, entry.payload_digest)


@transaction.atomic
def record(by: Actor | None, verb: str, obj: models.Model, *, reason: str = "", **details: Any) -> AuditEntry:
    """Append one act to the chain of the object's group (`obj.audit_scope`, else the site's), inside the caller's transaction."""
    scope = getattr(obj, "audit_scope", "site")
    AuditChain.objects.get_or_create(scope=scope)
    chain = AuditChain.objects.select_for_update().get(scope=scope)
    entry = AuditEntry(
        chain=chain,
        number=chain.length + 1,
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        actor_id=by.user_id if by else None,
        organisation_id=by.organisation_id if by else None,
        function=by.function if by else "",
        reason=reason,
        salt=secrets.token_hex(16),
    )
    entry.payload = details | _personal(entry)
    entry.payload_digest = _payload_digest(entry.salt, entry.payload)
    entry.digest = _entry_digest(chain.head, entry)
    entry.save()
    chain.length, chain.head = entry.number, entry.digest
    chain.save(update_fields=["length", "head"])
    return entry


@transaction.atomic
def first_broken(chain: AuditChain) -> int | None:
    """Return the number of the first entry that is missing, was changed or was put in, or None when the chain verifies.

    Acts on the same group wait meanwhile. What an entry says of a person is checked by its salted payload; an erased entry
    has none, and may say nothing of anybody.
    """
    chain = AuditChain.objects.select_for_update().get(pk=chain.pk)
    number, previous = 0, ""
    for number, entry in enumerate(chain.entries.order_by("number").iterator(), start=1):
        linked = entry.number == number <= chain.length and entry.digest == _entry_digest(previous, entry)
        if not linked or not _is_whole(entry):
            return number
        previous = entry.digest
    if number < chain.length:
        return number + 1
    return None if previous == chain.head else number


def _is_whole(entry: AuditEntry) -> bool:
    if entry.payload is None:
        return not (entry.salt or any(_personal(entry).values()))
    hashed = _payload_digest(entry.salt, entry.payload) == entry.payload_digest
    return hashed and entry.payload == entry.payload | _personal(entry)
