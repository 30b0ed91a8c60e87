"""Small helpers for keys and addresses."""

import secrets
import string

from django.db import models
from django.utils.text import slugify

# Words that are addresses themselves beside the slugs of groups and organisations.
RESERVED = frozenset({"propose", "new", "invited"})
ALPHABET = string.ascii_lowercase + string.digits


def random_slug() -> str:
    """Return 12 random letters and digits (62 bits): the address of what must not be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


def free_slug(model: type[models.Model], name: str, *, hidden: bool = False) -> str:
    """Return an address no row of the model has yet: from the name, or random where the name must not show."""
    base = "" if hidden else slugify(name)[:60].strip("-")
    if not base:
        return random_slug()
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    number, slug = 2, base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
