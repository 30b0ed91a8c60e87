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


def _entry_digest(previous: str, entry: AuditEntry) -> str:
    return _sha256(previous, str(entry.number), entry.verb, entry.object_type, entry.payload_digest)


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
    entry.payload = {
        "at": entry.at.isoformat(),
        "object": entry.object_id,
        "actor": entry.actor_id,
        "organisation": entry.organisation_id,
        "function": entry.function,
        "reason": reason,
        **details,
    }
    entry.payload_digest = _payload_digest(entry.salt, entry.payload)
    entry.digest = _entry_digest(chain.head, entry)
    entry.save()
    chain.length, chain.head = entry.number, entry.digest
    chain.save(update_fields=["length", "head"])
    return entry


def first_broken(chain: AuditChain) -> AuditEntry | None:
    """Return the first entry that does not fit the chain, or None when the whole chain verifies.

    An erased entry (no payload) is checked by its digest alone; a shortened chain shows in `chain.length`, and the caller
    compares it.
    """
    previous = ""
    for number, entry in enumerate(chain.entries.order_by("number").iterator(), start=1):
        whole = entry.payload is None or (
            _payload_digest(entry.salt, entry.payload) == entry.payload_digest
            and entry.payload["reason"] == entry.reason
            and entry.payload["actor"] == entry.actor_id
            and entry.payload["object"] == entry.object_id
        )
        if entry.number != number or not whole or entry.digest != _entry_digest(previous, entry):
            return entry
        previous = entry.digest
    return None
