"""The one way in which the platform asks a server that somebody named: a push service, a webhook.

Whoever names an address may name one inside our network, or a name that leads there. So `post` takes https only, resolves
the name itself, refuses when any of its addresses is not a public one, connects to the very address it has judged, follows no
redirect, and is bounded in time and in what it reads. What is sent and answered is never logged.

Enqueue a task that calls it; never call it while a transaction is open or a reader waits.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError

TIMEOUT = 10.0
"""Seconds that one question takes at most, from the connection to the last byte of the answer; resolving comes on top."""

MOST_READ = 64 * 1024
"""Bytes of an answer that are read; what follows is left."""

ADDRESS_LENGTH = 2_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"https": 443, "http": 80}


class Refused(DomainError):
    """The address is not one that the platform asks. The text may be shown to who named it."""

    code = "bad_address"


class Unreachable(Exception):
    """Nobody answered in time, or not in HTTP. It names the kind of fault, never the address."""


@dataclass(frozen=True)
class Answer:
    """What came back; a redirect is an answer like others. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300


def check(url: str) -> str:
    """Return the address if its text is one the platform may ask; raise `Refused` otherwise. Resolves no name.

    For forms, beside the field. `post` asks the same again, and what the name leads to by then.
    """
    _checked(url)
    return url


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float = TIMEOUT,
    most: int = MOST_READ,
) -> Answer:
    """Send the bytes and return the answer, whatever its status, with at most `most` bytes of its body.

    Raises `Refused` for an address that is not asked, and `Unreachable` when nothing came back within `timeout` seconds.
    """
    parts = _checked(url)
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    addresses = _resolve(parts, host, port)
    connection = _Pinned(host, port, addresses, timeout=timeout, is_plain=parts.scheme == "http")
    end = threading.Timer(timeout, connection.cut)
    end.daemon = True
    end.start()
    try:
        connection.request("POST", _target(parts), body, {"User-Agent": "Action-Groups", **(headers or {})})
        response = connection.getresponse()
        content = response.read(most)
        if connection.is_cut:
            raise Unreachable("TimeoutError")
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        # A connection that is cut in the midst of a read leaves http.client with half of its parts.
        if isinstance(error, AttributeError) and not connection.is_cut:
            raise
        raise Unreachable("TimeoutError" if connection.is_cut else type(error).__name__) from None
    finally:
        end.cancel()
        connection.close()


def is_public(address: str) -> bool:
    """Whether the address lies in the public network, also inside its IPv6 forms: mapped, 6to4, Teredo, NAT64."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.teredo is not None:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were judged, whatever the name leads to meanwhile; TLS asks for the name."""

    def __init__(self, host: str, port: int, addresses: list[str], *, timeout: float, is_plain: bool) -> None:
        super().__init__(host, port, timeout=timeout)
        self._end = time.monotonic() + timeout
        self._addresses, self._is_plain = addresses, is_plain
        self._at_work: socket.socket | None = None
        self.is_cut = False
        if not is_plain:
            self.default_port = _PORTS["https"]

    def connect(self) -> None:
        """Connect to the first address that takes it."""
        refused: OSError = TimeoutError()
        for address in self._addresses:
            if (left := self._end - time.monotonic()) <= 0:
                raise TimeoutError
            try:
                self._at_work = socket.create_connection((address, self.port), left)
                break
            except OSError as error:
                refused = error
        if self._at_work is None:
            raise refused
        if not self._is_plain:
            secure = ssl.create_default_context().wrap_socket(
                self._at_work, server_hostname=self.host, do_handshake_on_connect=False
            )
            self._at_work = secure
            secure.do_handshake()
        self.sock = self._at_work

    def close(self) -> None:
        """Close it, also when it came no further than half of a handshake."""
        super().close()
        if self._at_work is not None:
            self._at_work.close()

    def cut(self) -> None:
        """End whatever it is waiting for, from another thread."""
        self.is_cut = True
        if self._at_work is not None:
            try:
                self._at_work.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It ended by itself just now.


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna" if host else "ascii")
    except ValueError:
        raise Refused(_("This is not an address of the web.")) from None
    is_clean = url.isascii() and url.isprintable() and " " not in url and len(url) <= ADDRESS_LENGTH
    if not (is_clean and host) or port == 0:
        raise Refused(_("This is not an address of the web."))
    if parts.username is not None or parts.password is not None:
        raise Refused(_("The address must not contain a name or a password."))
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.OUTGOING_LOOPBACK):
        raise Refused(_("The address must begin with https://."))
    return parts


def _checked(url: str) -> SplitResult:
    parts = _parts(url)
    try:
        literal = ipaddress.ip_address(str(parts.hostname).partition("%")[0])
    except ValueError:
        return parts
    _judge(parts, str(literal))
    return parts


def _resolve(parts: SplitResult, host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(type(error).__name__) from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for address in addresses:
        _judge(parts, address)
    return addresses


def _judge(parts: SplitResult, address: str) -> None:
    if settings.OUTGOING_LOOPBACK and ipaddress.ip_address(address.partition("%")[0]).is_loopback:
        return
    if parts.scheme != "https" or not is_public(address):
        raise Refused(_("This address is not in the public network."))


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
