"""What a token can be given: for each area nothing, to read, or to read and write."""

from typing import TYPE_CHECKING, Literal, get_args

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

type Scope = Literal[
    "groups:read",
    "threads:read",
    "threads:write",
    "documents:read",
    "documents:write",
    "search:read",
    "notifications:read",
    "notifications:write",
]

SCOPES: tuple[str, ...] = get_args(Scope.__value__)

AREAS: "dict[str, StrOrPromise]" = {
    "groups": _("Groups and their members"),
    "threads": _("Threads and posts"),
    "documents": _("Documents"),
    "search": _("Search"),
    "notifications": _("Notifications"),
}

# What reaches over all groups cannot be bound to one.
OF_ONE_PERSON = frozenset({"search", "notifications"})


def writes_in(area: str) -> bool:
    """Whether the area has anything to write."""
    return f"{area}:write" in SCOPES
