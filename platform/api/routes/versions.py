"""Changing what others may have changed: against the version that was seen."""

import re
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Header

from api.problems import Refusal

TAG = re.compile(r'"v(\d{1,9})"')

IfMatch = Annotated[str, Header("", alias="If-Match", description="The `ETag` of the version you saw.")]


def tag(response: HttpResponse, version: int) -> None:
    """Say which version the answer shows."""
    response["ETag"] = f'"v{version}"'


def seen(if_match: str) -> int:
    """Return the version that was seen; refuse who does not say, for nothing is overwritten unseen."""
    if not if_match:
        raise Refusal(
            428,
            _("Send the ETag of the version you saw as If-Match."),
            errors=[("If-Match", _("This is needed."))],
        )
    found = TAG.fullmatch(if_match.strip())
    if found is None:
        wrong = _("This is not an ETag that was given here.")
        raise Refusal(412, wrong, errors=[("If-Match", wrong)])
    return int(found[1])


def changed() -> Refusal:
    """Return the refusal where it is no longer the version that was seen."""
    return Refusal(
        412,
        _("Read it again: somebody has changed it since."),
        errors=[("If-Match", _("This is not the version that is there now."))],
    )
