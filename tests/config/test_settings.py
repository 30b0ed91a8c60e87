"""What the settings refuse, each in one line that says what to set, and what they make of what they accept."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from config import environment as env

FULL = {
    "MODE": "full",
    "SITE_URL": "https://groups.example.org",
    "SECRET_KEY": "k" * 50,
    "DATABASE_URL": "postgresql://groups:secret@localhost:5432/groups",
    "REDIS_URL": "redis://localhost:6379/0",
    "MAIL_URL": "smtp://localhost",
}
DATABASE = "DATABASE_URL must look like postgresql://user:password@host:5432/name; in a password,"
MAIL = "MAIL_URL must look like smtp+tls://user:password@mail.example.org:587; in a password,"
SITE = "SITE_URL must look like https://groups.example.org; in a password,"
REFUSED = [
    ({"MODE": "half"}, "MODE must be one of embedded, full, not 'half'."),
    ({"DEMO": "perhaps"}, "DEMO must be 1 or 0, not 'perhaps'."),
    ({"PORT": "0"}, "PORT must be a whole number from 1 to 65535, not '0'."),
    ({"SECRET_KEY": "short"}, "SECRET_KEY must have at least 40 characters."),
    ({"DATA_DIR": "/dev/null/here"}, "DATA_DIR /dev/null/here cannot be made: Not a directory."),
    ({"DATA_DIR": "unreadable"}, "{folder}/unreadable/secret cannot be read (Is a directory)."),
    ({"DATA_DIR": "damaged"}, "{folder}/damaged/secret holds no key. Remove it,"),
    ({"STATIC_ROOT": "/dev/null"}, "STATIC_ROOT /dev/null cannot be made: File exists."),
    ({"SITE_URL": "groups.example.org"}, SITE),
    ({"SITE_URL": "https://groups.example.org:port"}, SITE),
    ({"SITE_URL": "https://user:secret@groups.example.org"}, "SITE_URL must be scheme and host alone,"),
    ({"SITE_URL": "https://groups.example.org/here"}, "SITE_URL must be scheme and host alone,"),
    ({"SITE_URL": "https://my site"}, "SITE_URL names no host that could be: 'my site'."),
    ({"DATABASE_URL": "mysql://localhost/groups"}, DATABASE),
    ({"DATABASE_URL": "postgresql://groups:secret@localhost:abc/groups"}, DATABASE),
    ({"DATABASE_URL": "postgresql://groups:se[cret@localhost/groups"}, DATABASE),
    ({"DATABASE_URL": "postgresql://groups:se/cret@localhost/groups"}, DATABASE),
    ({"DATABASE_URL": "postgresql://localhost"}, "DATABASE_URL must be set, and look like postgresql://"),
    (
        {"DATABASE_URL": "postgresql://localhost/groups?sslmode=require&pool=4"},
        "DATABASE_URL may have the options sslmode, sslrootcert, sslcert, sslkey, connect_timeout, not pool.",
    ),
    ({"STORAGE_URL": "files"}, "STORAGE_URL must look like s3://key:password@"),
    ({"STORAGE_URL": "s3://s3.example.org"}, "STORAGE_URL must name one bucket,"),
    ({"STORAGE_URL": "s3://s3.example.org/bucket?acl=public"}, "STORAGE_URL must name one bucket,"),
    (
        {"STORAGE_URL": "s3://s3.example.org/bucket", "SERVE_FILES": "accel"},
        "SERVE_FILES must be direct where STORAGE_URL",
    ),
    ({"REDIS_URL": "redis://localhost:abc/0"}, "REDIS_URL must look like redis://host:6379/0;"),
    ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must look like redis://host:6379/0;"),
    ({"REDIS_URL": "redis://localhost/groups"}, "REDIS_URL must end in the number of a database,"),
    ({"REDIS_URL": "redis://one/0,two:6379"}, "REDIS_URL must look like redis://host:6379/0;"),
    ({"REDIS_URL": "redis://one/0,,redis://two/0"}, "REDIS_URL must look like redis://host:6379/0;"),
    ({"REDIS_URL": "redis://one/0, redis://one/0"}, "REDIS_URL names a Redis twice."),
    ({"CHANNEL_LAYER": "memory"}, "CHANNEL_LAYER must be one of pubsub, core, not 'memory'."),
    ({"MAIL_URL": "smtp://localhost:abc"}, MAIL),
    ({"MAIL_URL": "smtp://localhost:99999"}, MAIL),
    ({"MAIL_URL": "mail.example.org"}, MAIL),
    ({"MAIL_FROM": "nobody"}, "MAIL_FROM must be an address such as Groups <no-reply@example.org>, not 'nobody'."),
    ({"MAX_FILE_MB": "much"}, "MAX_FILE_MB must be a whole number from 1 to 100000, not 'much'."),
    ({**FULL, "DEMO": "1"}, "DEMO=1 has published passwords; it is refused with MODE=full."),
    (
        {**FULL, "OUTGOING_LOOPBACK": "1"},
        "OUTGOING_LOOPBACK=1 lets members reach servers of this machine; it is refused with MODE=full.",
    ),
    ({**FULL, "DEBUG": "1"}, "DEBUG=1 shows internals to every visitor; it is refused with MODE=full."),
    ({**FULL, "SITE_URL": ""}, "SITE_URL must be set to the site's public address,"),
    ({**FULL, "SITE_URL": "http://groups.example.org"}, "SITE_URL must begin with https:// with MODE=full."),
    ({**FULL, "SECRET_KEY": ""}, "SECRET_KEY must be set with MODE=full"),
    ({**FULL, "DATABASE_URL": ""}, "DATABASE_URL must be set,"),
    ({**FULL, "REDIS_URL": ""}, "REDIS_URL must be set with MODE=full,"),
    ({**FULL, "MAIL_URL": ""}, "MAIL_URL must be set with MODE=full,"),
    ({"METRICS_PORT": "70000"}, "METRICS_PORT must be a whole number from 0 to 65520, not '70000'."),
    ({"METRICS_HOST": "a b"}, "METRICS_HOST must be an address or a host name, not 'a b'."),
]
READ_ALL = """
import json, runpy, sys
for line in sys.stdin:
    import os
    for name in set(os.environ) - {"PATH", "PYTHONPATH", "HOME"}:
        del os.environ[name]
    os.environ.update(json.loads(line))
    status = None
    try:
        runpy.run_module("config.settings")
    except SystemExit as end:
        status = end.code
    except BaseException as error:
        sys.stderr.write(repr(error) + chr(10))
    print(json.dumps(status), flush=True)
    sys.stderr.write(chr(0))
"""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    """What each row of the table came to: its exit status and what it wrote; one process reads them all."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "unreadable" / "secret").mkdir(parents=True)
    (folder / "damaged").mkdir()
    (folder / "damaged" / "secret").touch()
    rows = [
        json.dumps({**variables, "DATA_DIR": str(folder / variables.get("DATA_DIR", "data"))})
        for variables, _line in REFUSED
    ]
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL],
        input="\n".join(rows),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(settings.BASE_DIR / "platform")},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stderr.replace(str(folder), "{folder}").split("\0")
    return list(zip(map(json.loads, done.stdout.splitlines()), lines, strict=False))


@pytest.mark.parametrize(
    "index", range(len(REFUSED)), ids=["-".join(sorted(v.keys() - FULL.keys() or v)) for v, _line in REFUSED]
)
def test_a_wrong_value_is_refused_in_one_line_that_says_what_to_set(refusals, index):
    status, written = refusals[index]
    assert written.startswith(f"Configuration: {REFUSED[index][1]}")
    assert (status, written.count("\n")) == (2, 1)
    assert "secret@" not in written


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("HTTPS://Groups.Example.ORG:443/", "https://groups.example.org"),
        ("http://groups.example.org:80", "http://groups.example.org"),
        ("https://groups.example.org:8443", "https://groups.example.org:8443"),
        ("http://[2001:DB8::7]:8000", "http://[2001:db8::7]:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(monkeypatch, given, origin):
    monkeypatch.setenv("SITE_URL", given)
    assert env.origin("SITE_URL") == origin


def test_a_database_is_reached_as_its_address_says(monkeypatch):
    monkeypatch.setenv(
        "DATABASE_URL",
        "postgresql://groups:se%5Bc%2Fret@db.example.org:5433/groups?sslmode=verify-full&sslrootcert=/ca",
    )
    assert env.database("DATABASE_URL") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "groups",
        "USER": "groups",
        "PASSWORD": "se[c/ret",
        "HOST": "db.example.org",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "verify-full", "sslrootcert": "/ca"},
    }


@pytest.mark.parametrize(
    "address", ["redis://host:6379/0", "rediss://user:pass@host", "redis://host/", "unix:///run/redis.sock?db=1"]
)
def test_a_redis_is_taken_as_it_is_written(monkeypatch, address):
    monkeypatch.setenv("REDIS_URL", address)
    assert env.redis("REDIS_URL") == [address]


def test_a_bucket_is_reached_as_its_address_says(monkeypatch):
    monkeypatch.setenv(
        "STORAGE_URL", "s3+http://k%2Fey:se%40cret@files.example.org:9000/groups?region=x-1&folder=/site/"
    )
    options = env.storage("STORAGE_URL")["OPTIONS"]
    assert options == {
        "endpoint_url": "http://files.example.org:9000",
        "bucket_name": "groups",
        "access_key": "k/ey",
        "secret_key": "se@cret",
        "region_name": "x-1",
        "location": "site",
    }
    monkeypatch.setenv("STORAGE_URL", "")
    assert env.storage("STORAGE_URL") is None


def test_several_redis_stand_with_commas_between_them(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://one:6379/0, rediss://:se%2Ccret@two/1")
    assert env.redis("REDIS_URL") == ["redis://one:6379/0", "rediss://:se%2Ccret@two/1"]


@pytest.fixture
def unprivileged():
    """Whoever runs the tests, nothing is theirs to override while this holds."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def refusal(capsys, read):
    with pytest.raises(SystemExit) as stopped:
        read()
    assert stopped.value.code == 2
    return capsys.readouterr().err


def test_a_folder_of_somebody_else_is_refused(monkeypatch, capsys, unprivileged):
    monkeypatch.setenv("DATA_DIR", "/usr")
    written = refusal(capsys, lambda: env.folder("DATA_DIR", settings.BASE_DIR, written=True))
    assert written == "Configuration: DATA_DIR /usr cannot be written to: Permission denied.\n"
    assert str(env.folder("DATA_DIR", settings.BASE_DIR, written=False)) == "/usr"
