"""Strict reading of environment variables: a wrong value stops the start with one line that says what to set."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn, overload
from urllib.parse import urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def refuse(message: str) -> NoReturn:
    """Stop the process with one clear line and exit status 2."""
    print(f"Configuration: {message}", file=sys.stderr)
    raise SystemExit(2)


@overload
def text(name: str, default: str) -> str: ...
@overload
def text(name: str) -> str | None: ...
def text(name: str, default: str | None = None) -> str | None:
    """Return the variable's text without surrounding space; unset and empty mean the default."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no variable; anything but 1/0, true/false, yes/no, on/off is refused."""
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    refuse(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """Return a whole number between the bounds, both included."""
    value = os.environ.get(name, "").strip()
    if value == "":
        return default
    if not (value.isascii() and value.isdigit() and minimum <= int(value) <= maximum):
        refuse(f"{name} must be a whole number from {minimum} to {maximum}, not {value!r}.")
    return int(value)


def choice(name: str, options: Sequence[str], default: str) -> str:
    """Return one of the named options."""
    value = text(name, default)
    if value not in options:
        refuse(f"{name} must be one of {', '.join(options)}, not {value!r}.")
    return value


def origin(name: str, default: str | None = None) -> str:
    """Return an origin such as `https://groups.example.org`: scheme, host, optional port and nothing else."""
    value = text(name, default or "")
    if not value:
        refuse(f"{name} must be set to the site's public address, such as https://groups.example.org.")
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - raises on a port that is no number
    except ValueError:
        refuse(f"{name} is not an address: {value!r}.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        refuse(f"{name} must look like https://groups.example.org, not {value!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def database(name: str) -> dict[str, object]:
    """Return Django's settings for `postgresql://user:password@host:port/name`."""
    value = text(name, "")
    parts = urlsplit(value)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        refuse(f"{name} must look like postgresql://user:password@host:5432/name.")
    from urllib.parse import unquote

    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
