"""Starting and stopping: the address, one-line refusals, the leave-taking, and an end that comes."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR


def start_and_fail(*arguments, **environment):
    paths = os.pathsep.join(map(str, (ROOT / "platform", ROOT, ROOT / "tests" / "config")))
    return subprocess.run(
        [sys.executable, "-m", "config.launcher", "--application", "plain_application:application", *arguments],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
    )


def test_it_says_first_where_it_is(launch):
    server = launch()
    assert server.address == f"http://localhost:{server.port}/"
    assert server.ask(b"GET / HTTP/1.1\r\n").startswith(b"HTTP/1.1 200")


def test_leave_is_taken_before_the_end(launch, open_socket):
    server = launch()
    live = open_socket(on=server)
    live.send(b"hello")
    assert live.receive() == (1, b"hello")
    answers = []
    under_way = threading.Thread(target=lambda: answers.append(server.ask(b"GET /slow HTTP/1.1\r\n")))
    under_way.start()
    with server.connect() as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(1000)
        time.sleep(0.3)

        start = time.monotonic()
        server.process.send_signal(signal.SIGTERM)

        assert live.receive() == (1, b'{"type":"restart","retry_after":3}')
        assert live.close_code() == 1012
        assert idle.recv(1000) == b""
        with pytest.raises(ConnectionRefusedError):
            server.connect()
        assert server.process.wait(5) == 0
    under_way.join()
    assert answers[0].endswith(b"done\r\n0\r\n\r\n")
    assert time.monotonic() - start < 4


def test_ctrl_c_is_an_orderly_stop_too(launch):
    server = launch()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(5) == 0


def test_a_hook_or_a_client_that_is_stuck_does_not_keep_the_process(launch, open_socket):
    server = launch(STUCK_HOOK="1", STOP_TIMEOUT="2")
    silent = open_socket("/flood", on=server)
    start = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) == 0
    assert time.monotonic() - start < 6
    assert silent.status == 101
    server.errors.seek(0)
    assert server.errors.read().decode() == "A stop hook was not done after 1.2 seconds.\n"
    server.errors.truncate(0)


def test_the_second_signal_ends_it_at_once(launch):
    server = launch(STUCK_HOOK="1")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.stdout.readline() == "hook\n"
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(1) == 1


@pytest.mark.parametrize(
    ("arguments", "environment", "line"),
    [
        ([], {"PORT": "http"}, "PORT must be a whole number from 1 to 65535, not 'http'."),
        (["--port", "70000"], {}, "PORT must be a whole number from 0 to 65535, not '70000'."),
        ([], {"SERVER": "apache"}, "SERVER must be one of daphne, uvicorn, not 'apache'."),
        ([], {"HOST": "a b"}, "HOST must be an address or a host name, not 'a b'."),
        ([], {"FORM_UPLOAD_MB": "25MB"}, "FORM_UPLOAD_MB must be a whole number from 1 to 500, not '25MB'."),
        (
            ["--host", "192.0.2.1", "--port", "0"],
            {},
            "Port 0 on 192.0.2.1 is not to be had (Cannot assign requested address).",
        ),
        (["--application", "nowhere:app"], {}, "--application names a module that is not there: 'nowhere:app'."),
        (["--application", "json:app"], {}, "--application must look like config.asgi:application, not 'json:app'."),
    ],
)
def test_what_it_cannot_do_is_said_in_one_line(arguments, environment, line):
    failed = start_and_fail(*arguments, **environment)
    assert (failed.returncode, failed.stdout, failed.stderr) == (2, "", f"Configuration: {line}\n")


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_a_port_in_use_is_said_in_one_line(server):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        failed = start_and_fail("--port", str(port), SERVER=server)
    assert failed.returncode == 2
    assert failed.stderr == (
        f"Configuration: Port {port} on 127.0.0.1 is in use. Stop the other program, or choose another port with PORT.\n"
    )
