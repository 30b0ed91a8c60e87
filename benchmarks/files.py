"""A large file goes up into a library and comes down again, beside a plain copy of it on the same disk.

    script/bench files [megabytes]      2048 unless told otherwise

Against the server that `script/server` starts, in chunks of 4 MB as the page's script sends them. Printed are the pace of each
way and of the copy, what the server's process takes of memory above what it took idle, and what else it answered meanwhile:
the library's page, asked for over a connection of its own, over and over. The limits are 64 MB, and twice the idle p95; the
exit status is 1 beyond them, or where what comes back is not what went in.
"""

import hashlib
import json
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demonstration import running
from pages import Browser

MEGABYTE = 1024**2
CHUNK = 4 * MEGABYTE
LIBRARY = "/groups/supply-chains/documents/"
IDLE = 8.0
PAUSE = 0.05
MOST_MEMORY, MOST_SLOWER = 64 * MEGABYTE, 2.0


class Server:
    """The process that answers on a port, by what the system says of it."""

    def __init__(self, port: str) -> None:
        self.pid = next(pid for pid in self._ours() if f"\0PORT={port}\0".encode() in self._environment(pid))

    @staticmethod
    def _ours() -> Iterator[int]:
        for path in Path("/proc").iterdir():
            if path.name.isdigit() and b"config.launcher" in (path / "cmdline").read_bytes():
                yield int(path.name)

    @staticmethod
    def _environment(pid: int) -> bytes:
        return b"\0" + Path(f"/proc/{pid}/environ").read_bytes() + b"\0"

    @property
    def worked(self) -> float:
        """Seconds of the processor that it has used, in all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> int:
        """Bytes it has in memory now."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found
        return int(found[1]) * 1024


class Watch:
    """Asks for a page over and over, and looks at the server's memory each time."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server

    @contextmanager
    def over(self) -> Iterator[dict[str, float]]:
        """Fill in `p95` in milliseconds, the most `memory` in bytes and how much `worked` a second, of the block's time."""
        told: dict[str, float] = {}
        times: list[float] = []
        most, end = [0], threading.Event()
        began, worked = time.perf_counter(), self.server.worked

        def work() -> None:
            while not end.is_set():
                asked = time.perf_counter()
                status, _body = self.browser.ask("GET", LIBRARY)
                times.append(1000 * (time.perf_counter() - asked))
                assert status == 200, status
                most[0] = max(most[0], self.server.memory)
                end.wait(PAUSE)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield told
        finally:
            end.set()
            thread.join()
            rate = (self.server.worked - worked) / (time.perf_counter() - began)
            told |= {"p95": statistics.quantiles(times, n=20)[-1], "memory": most[0], "worked": rate}


def made(path: Path, megabytes: int) -> str:
    """Write a file that cannot be packed; return its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(megabytes):
            block = os.urandom(MEGABYTE) if number else b"%PDF-1.7\n" + os.urandom(MEGABYTE - 9)
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def copied(source: Path, target: Path) -> None:
    """Copy the plain way, to the disk."""
    with source.open("rb") as file, target.open("wb") as copy:
        while block := file.read(MEGABYTE):
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())


def sent(browser: Browser, path: Path) -> str:
    """Send the file as the script of the page does; return the address of its bytes."""
    _status, page = browser.ask("GET", LIBRARY)
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token

    def call(method: str, where: str, body: bytes = b"", kind: str = "application/octet-stream") -> dict[str, object]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
            "X-CSRFToken": token[1].decode(),
            "Origin": f"http://{browser.host}",
            "Content-Type": kind,
        }
        browser.connection.request(method, LIBRARY + where, body, headers)
        answer = browser.connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status < 300, said
        return said

    key, size = str(uuid.uuid4()), path.stat().st_size
    announced = {"key": key, "name": path.name, "size": size}
    call("POST", "uploads/", json.dumps(announced).encode(), "application/json")
    with path.open("rb") as file:
        offset = 0
        while chunk := file.read(CHUNK):
            call("PUT", f"uploads/{key}/?offset={offset}", chunk)
            offset += len(chunk)
    done = call("POST", f"uploads/{key}/finish/")
    return f"{done['url']}versions/{done['number']}/"


def fetched(browser: Browser, address: str) -> str:
    """Download it, and return its SHA-256."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    browser.connection.request("GET", address, headers={"Cookie": cookies})
    answer, digest = browser.connection.getresponse(), hashlib.sha256()
    assert answer.status == 200, answer.status
    while block := answer.read(MEGABYTE):
        digest.update(block)
    return digest.hexdigest()


def timed(what: Callable[[], str | None], megabytes: int) -> tuple[float, str | None]:
    """Return megabytes a second, and what came of it."""
    began = time.perf_counter()
    result = what()
    return megabytes / (time.perf_counter() - began), result


def main() -> int:
    """Print the table; say whether the limits hold."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    with tempfile.TemporaryDirectory(prefix="files-") as folder:
        place = Path(folder)
        source = place / "large.pdf"
        digest = made(source, megabytes)
        pace, _none = timed(lambda: copied(source, place / "copy"), megabytes)
        (place / "copy").unlink()
        print(f"{megabytes} MB; a plain copy on this disk: {pace:.0f} MB a second", flush=True)
        with running(place / "data") as address:
            server = Server(address.rpartition(":")[2])
            worker, other = Browser(address), Browser(address)
            worker.connection.timeout = 600  # of the connection that is opened next: to check 2 GB takes its time
            worker.sign_in()
            other.cookies = dict(worker.cookies)
            watch = Watch(other, server)
            with watch.over():
                time.sleep(2)  # what is made once, templates say, is made before anything is measured
            with watch.over() as idle:
                time.sleep(IDLE)
            with watch.over() as up:
                up_pace, where = timed(lambda: sent(worker, source), megabytes)
            with watch.over() as down:
                down_pace, back = timed(lambda: fetched(worker, str(where)), megabytes)
        heads = f"{'MB a second':>12}{'of the copy':>12}{'memory above idle':>20}{'page p95':>12}{'over idle':>11}"
        heads += f"{'processors':>12}"
        print(f"  {'':<9}{heads}")
        before = f"{idle['memory'] / MEGABYTE:>13.0f} MB all{idle['p95']:>9.0f} ms{'':>11}{idle['worked']:>12.2f}"
        print(f"  {'idle':<9}{'':>24}{before}")
        good = back == digest
        for name, rate, told in (("up", up_pace, up), ("down", down_pace, down)):
            more, slower = told["memory"] - idle["memory"], told["p95"] / idle["p95"]
            good = good and more <= MOST_MEMORY and slower <= MOST_SLOWER
            taken = f"{more / MEGABYTE:>17.0f} MB{told['p95']:>9.0f} ms{slower:>11.2f}{told['worked']:>12.2f}"
            print(f"  {name:<9}{rate:>12.0f}{rate / pace:>12.2f}{taken}")
        print(f"  what came back is {'the same' if back == digest else 'NOT the same'} by its SHA-256")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
