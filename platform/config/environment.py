"""Strict reading of environment variables: a wrong value stops the start with one line that says what to set."""

import importlib.util
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NoReturn, overload
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
DEFAULT_PORTS = {"http": 80, "https": 443}
DATABASE_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout")


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


def program(name: str, default: str) -> str | None:
    """Return the path of a program; `off`, or the default that is not installed, is none, and a named one must be there."""
    named = text(name, default)
    found = None if named == "off" else shutil.which(named)
    if found is None and named not in {"off", default}:
        refuse(f"{name} must be a program on this machine, or off, not {named!r}.")
    return found


def origin(name: str, default: str | None = None) -> str:
    """Return an origin as browsers write it, such as `https://groups.example.org`: in lower case, no default port."""
    example = "https://groups.example.org"
    parts = address(name, {"http", "https"}, example, default)
    if parts is None:
        refuse(f"{name} must be set to the site's public address, such as {example}.")
    if parts.path.strip("/") or parts.query or parts.username is not None or parts.password is not None:
        refuse(f"{name} must be scheme and host alone, such as {example}.")
    host = _host(name, str(parts.hostname))
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _host(name: str, host: str) -> str:
    """Return a host name as it stands in headers: letters of other scripts in their ASCII form, IPv6 in brackets."""
    if ":" in host:
        return f"[{host}]"
    try:
        ascii_form = host.encode("idna").decode()
    except UnicodeError:
        ascii_form = ""
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", ascii_form):
        refuse(f"{name} names no host that could be: {host!r}.")
    return ascii_form


def domain(name: str, default: str = "") -> str:
    """Return the domain of mail addresses, such as `mail.example.org`, in lower case; "" where none is set."""
    value = text(name, default).lower()
    if value and (
        len(value) > 190 or not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", value)
    ):
        refuse(f"{name} must be a domain such as mail.example.org, not {value!r}.")
    return value


def keys(name: str, default: str) -> list[str]:
    """Return keys to sign with, with spaces between them in the variable: the first signs, the others are still read."""
    found = text(name, default).split()
    if any(len(key) < 40 for key in found):
        refuse(f"{name} must hold keys of at least 40 characters each, with spaces between them.")
    return found


def address(
    name: str, schemes: Collection[str], example: str, default: str | None = None, *, host: bool = True
) -> SplitResult | None:
    """Return the parts of an address that begins with one of the schemes, None where there is none to read.

    It is never repeated in the refusal: there may be a password in it.
    """
    value = text(name, default or "")
    return _parts(name, value, schemes, example, host=host) if value else None


def _parts(name: str, value: str, schemes: Collection[str], example: str, *, host: bool) -> SplitResult:
    try:
        parts = urlsplit(value)
        readable = parts.scheme in schemes and parts.port != 0 and not parts.fragment
    except ValueError:  # a port that is no number, or brackets around no address
        readable = False
    if not readable or (host and not parts.hostname):
        refuse(f"{name} must look like {example}; in a password, write signs such as @ / # [ as %40 %2F %23 %5B.")
    return parts


def database(name: str) -> dict[str, Any]:
    """Return Django's settings for `postgresql://user:password@host:port/name`, with libpq's options about the line."""
    example = "postgresql://user:password@host:5432/name"
    parts = address(name, {"postgres", "postgresql"}, example, host=False)
    if parts is None or not parts.path.strip("/"):
        refuse(f"{name} must be set, and look like {example}.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - DATABASE_OPTIONS):
        refuse(f"{name} may have the options {', '.join(DATABASE_OPTIONS)}, not {', '.join(unknown)}.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def storage(name: str) -> dict[str, Any] | None:
    """Return Django's settings for `s3://key:secret@host:port/bucket?region=...`, None where files stay on the disk.

    `s3+http://` is the same without TLS; without key and secret, those that the machine itself is given are used.
    """
    example = "s3://key:password@s3.example.org/bucket?region=eu-central-1"
    parts = address(name, {"s3", "s3+http"}, example)
    if parts is None:
        return None
    bucket, options = parts.path.strip("/"), dict(parse_qsl(parts.query, keep_blank_values=True))
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket) or options.keys() - {"region", "folder"}:
        refuse(f"{name} must name one bucket, and nothing behind it but region and folder, as in {example}.")
    if importlib.util.find_spec("storages") is None or importlib.util.find_spec("boto3") is None:
        refuse(f"{name} needs the packages of requirements/s3.lock, which are not installed.")
    host = f"{_host(name, str(parts.hostname))}:{parts.port}" if parts.port else _host(name, str(parts.hostname))
    return {
        "BACKEND": "core.object_storage.ObjectStorage",
        "OPTIONS": {
            "endpoint_url": f"{'https' if parts.scheme == 's3' else 'http'}://{host}",
            "bucket_name": bucket,
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            "region_name": options.get("region") or "us-east-1",
            "location": options.get("folder", "").strip("/"),
        },
    }


def redis(name: str) -> list[str]:
    """Return the addresses of Redis, none where none is named: `redis://host:6379/0`, `rediss://` or `unix:///path`.

    Several stand with commas between them; a comma in a password is written %2C.
    """
    example = "redis://host:6379/0"
    addresses = [address.strip() for address in text(name, "").split(",")] if text(name) else []
    for one in addresses:
        parts = _parts(name, one, {"redis", "rediss", "unix"}, example, host=False)
        if not (parts.path.strip("/") if parts.scheme == "unix" else parts.hostname):
            refuse(f"{name} must look like {example}.")
        if parts.scheme != "unix" and not re.fullmatch(r"/?|/[0-9]+", parts.path):
            refuse(f"{name} must end in the number of a database, as in {example}.")
    if len(set(addresses)) < len(addresses):
        refuse(f"{name} names a Redis twice.")
    return addresses


def folder(name: str, default: Path, *, written: bool) -> Path:
    """Return a folder, made where it is not there; one that is `written` to must let this process do so."""
    path = Path(text(name, str(default))).resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(f"{name} {path} cannot be made: {error.strerror}.")
    if written:
        try:
            tempfile.TemporaryFile(dir=path).close()
        except OSError as error:
            refuse(f"{name} {path} cannot be written to: {error.strerror}.")
    return path
