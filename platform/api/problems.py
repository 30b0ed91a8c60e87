"""Every refusal as problem details (RFC 9457), with the field named where one is to blame; nothing of the inside in any."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Conflict, DomainError, RateLimited
from groups.documents.names import BadName
from groups.documents.services.uploads import OtherFile
from groups.standing import NotAllowed
from partners.capacity import ChooseCapacity

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/docs/#"

TITLES: dict[int, Promise] = {
    400: gettext_lazy("The request could not be read"),
    401: gettext_lazy("No valid token was shown"),
    403: gettext_lazy("This is not allowed"),
    404: gettext_lazy("There is nothing here, or nothing for you"),
    405: gettext_lazy("This address does not take this method"),
    409: gettext_lazy("It conflicts with what is there"),
    410: gettext_lazy("It is gone"),
    411: gettext_lazy("The length must be said"),
    412: gettext_lazy("It was changed meanwhile"),
    413: gettext_lazy("The request is too large"),
    415: gettext_lazy("This address does not take this kind of content"),
    422: gettext_lazy("Something in the request is not right"),
    428: gettext_lazy("Say which version you saw"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something went wrong here"),
    503: gettext_lazy("Not at the moment"),
    507: gettext_lazy("There is no room for it"),
}

CODES = {
    400: "malformed",
    401: "token",
    403: "forbidden",
    404: "not-found",
    405: "method",
    409: "conflict",
    410: "gone",
    412: "changed",
    413: "too-large",
    415: "media-type",
    422: "invalid",
    428: "version-needed",
    429: "too-many",
    500: "failed",
    503: "later",
    507: "no-room",
}

STATUSES = {"upload_gone": 410, "storage_full": 507, "library_full": 507, "busy": 409, "closed": 409, "says_who": 409}
"""Of refusals that are not simply about what was sent."""

type Blamed = tuple[str, str]
"""A field, and what is wrong with it."""


class Refusal(Exception):
    """Answer with this status, and say which field is to blame."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        errors: Sequence[Blamed] = (),
        headers: Mapping[str, str] | None = None,
        code: str = "",
    ) -> None:
        super().__init__(status)
        self.status, self.detail, self.errors, self.headers, self.code = status, detail, errors, headers or {}, code


def problem(
    status: int,
    detail: str = "",
    *,
    errors: Sequence[Blamed] = (),
    headers: Mapping[str, str] | None = None,
    code: str = "",
) -> HttpResponse:
    """Return the answer that says what is wrong: to a program by `type`, to a person by `title` and `detail`."""
    code = code or CODES.get(status, "refused")
    said: dict[str, Any] = {
        "type": TYPES + code,
        "title": str(TITLES.get(status, _("The request was refused"))),
        "status": status,
        "detail": detail,
        "errors": [{"field": field, "message": message} for field, message in errors],
    }
    return HttpResponse(json.dumps(said), status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def of_refusal(refusal: DomainError) -> HttpResponse:
    """Return the answer for a rule of the platform that refused."""
    match refusal:
        case RateLimited():
            wait = {"Retry-After": str(refusal.retry_after)}
            detail = _("Try again in %(seconds)d seconds.") % {"seconds": refusal.retry_after}
            return problem(429, detail, headers=wait)
        case NotAllowed():
            return problem(403, refusal.message)
        case OtherFile():
            return problem(409, refusal.message, errors=[("Idempotency-Key", refusal.message)])
        case Conflict():
            return problem(409, refusal.message)
        case ChooseCapacity():
            return problem(422, refusal.message, errors=[("organisation", refusal.message)])
        case BadName():
            return problem(422, refusal.message, errors=[("name", refusal.message)])
    return problem(STATUSES.get(refusal.code, 422), refusal.message)


@contextmanager
def blaming(field: str) -> Iterator[None]:
    """Name this field where a rule refuses what was sent in the block; refusals of other kinds pass as they are."""
    try:
        yield
    except (NotAllowed, RateLimited, Conflict, ChooseCapacity):
        raise
    except DomainError as refusal:
        status = STATUSES.get(refusal.code, 422)
        raise Refusal(status, refusal.message, errors=[(field, refusal.message)]) from refusal
