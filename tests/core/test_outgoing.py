"""Asking servers that others name: public ones only, the address that was judged, no redirect, and not for long."""

import contextlib
import datetime
import ipaddress
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.outgoing import Answer, Refused, Unreachable, check, is_public, post


class Server(ThreadingHTTPServer):
    """Answers as it is told, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self):
        self.asked, self.answer = [], (201, {}, b"taken")
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        status, headers, content = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            for piece in content if isinstance(content, list) else [content]:
                self.wfile.write(piece)
                self.wfile.flush()
                if isinstance(content, list):
                    time.sleep(0.1)

    def log_message(self, *words):
        pass


@pytest.fixture
def server(settings):
    settings.OUTGOING_LOOPBACK = True
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def named(monkeypatch, *addresses):
    """Let every name lead to these addresses; return how often it was asked."""
    asked = []

    def lookup(host, port, *more, **others):
        asked.append(host)
        family = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (family[ipaddress.ip_address(one).version], socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_what_is_sent_arrives_and_the_answer_comes_back(server):
    server.answer = 202, {"Retry-After": "7"}, b"later"
    answer = post(f"{server.url}push?a=b", b"\x00words", {"TTL": "60"})
    assert (answer.status, answer.headers["retry-after"], answer.body, answer.is_success) == (202, "7", b"later", True)
    ((path, headers, body),) = server.asked
    assert (path, body, headers["TTL"], headers["Host"]) == (
        "/push?a=b",
        b"\x00words",
        "60",
        f"127.0.0.1:{server.server_port}",
    )


def test_a_redirect_is_an_answer_and_is_not_followed(server):
    server.answer = 307, {"Location": server.url + "elsewhere"}, b""
    assert post(server.url, b"").status == 307
    assert [path for path, *_ in server.asked] == ["/"]


def test_no_more_is_read_than_was_asked_for(server):
    server.answer = 200, {}, b"x" * 1_000_000
    assert post(server.url, b"", most=100) == Answer(200, post(server.url, b"").headers, b"x" * 100)


def test_who_answers_drop_by_drop_is_left_in_time(server):
    server.answer = 200, {}, [b"x"] * 100
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="TimeoutError"):
        post(server.url, b"", timeout=0.5)
    assert time.monotonic() - begun < 3


def test_who_never_answers_is_left_in_time(settings):
    settings.OUTGOING_LOOPBACK = True
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"", timeout=0.5)
        assert time.monotonic() - begun < 3


def test_who_does_not_speak_http_is_unreachable(settings):
    settings.OUTGOING_LOOPBACK = True
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def talk():
            connection, _ = odd.accept()
            connection.recv(1000)
            connection.sendall(b"220 mail.example.org ESMTP\r\n")
            connection.close()

        threading.Thread(target=talk, daemon=True).start()
        with pytest.raises(Unreachable, match="BadStatusLine"):
            post(f"http://127.0.0.1:{odd.getsockname()[1]}/", b"")


INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_public_is_known_in_every_form(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909", "::ffff:9.9.9.9"])
def test_what_is_public_is_known(address):
    assert is_public(address)


@pytest.mark.parametrize("address", [one for one in INSIDE if "%" not in one])
def test_a_name_that_leads_inside_is_not_asked(monkeypatch, server, settings, address):
    settings.OUTGOING_LOOPBACK = False
    named(monkeypatch, "9.9.9.9", address)
    with pytest.raises(Refused):
        post(f"https://push.example.org:{server.server_port}/", b"")
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example.org/",
        "ftp://push.example.org/",
        "file:///etc/passwd",
        "//push.example.org/",
        "push.example.org",
        "https://",
        "https:///path",
        "https://push.example.org:0/",
        "https://push.example.org:99999/",
        "https://push.example.org:port/",
        "https://user:secret@push.example.org/",
        "https://push.example.org/a b",
        "https://push.example.org/\r\nX: y",
        "https://[::1/",
        "https://" + "a" * 64 + ".org/",
        "https://a..b/",
        "https://push.example.org/" + "a" * 2000,
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "",
    ],
)
def test_addresses_that_are_none_are_refused_before_anything_is_asked(monkeypatch, url):
    asked = named(monkeypatch, "9.9.9.9")
    for act in (check, lambda url: post(url, b"")):
        with pytest.raises(Refused) as refused:
            act(url)
        assert refused.value.message
    # A literal address goes through the same lookup, and is judged by what comes back.
    assert not asked or url.startswith(("https://127", "https://["))


@pytest.mark.parametrize(
    "url", ["https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/"]
)
def test_odd_ways_to_write_this_machine_lead_nowhere(url):
    with pytest.raises((Refused, Unreachable)):
        post(url, b"", timeout=1)


def test_a_name_that_is_not_there_is_unreachable(monkeypatch):
    def lookup(*where, **more):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(Unreachable, match="gaierror"):
        post("https://nowhere.example.org/", b"")


def certificate(folder, name):
    """Make a key and a certificate that vouches for itself and for the name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    return path


@pytest.fixture
def secure(server, tmp_path, monkeypatch):
    """The same server behind TLS, as push.example.org; only its certificate is trusted."""
    import ssl

    path = certificate(tmp_path, "push.example.org")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return server


def test_tls_asks_for_the_name_and_goes_to_the_address_that_was_judged(monkeypatch, secure):
    asked = named(monkeypatch, "127.0.0.1")
    assert post(f"https://push.example.org:{secure.server_port}/", b"").status == 201
    assert asked == ["push.example.org", "127.0.0.1"], "the name was looked up once; what followed was the address"


def test_a_certificate_for_another_name_is_not_believed(monkeypatch, secure):
    named(monkeypatch, "127.0.0.1")
    with pytest.raises(Unreachable, match="SSLCertVerificationError"):
        post(f"https://other.example.org:{secure.server_port}/", b"words")
    assert secure.asked == []
