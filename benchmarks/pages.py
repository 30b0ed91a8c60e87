"""How many signed-in thread pages a second, beside a plain Django page of twenty comments on the same server.

    script/bench pages [seconds a round]
    script/bench pages long      what a page of a very long thread costs, see `long_thread.py`

Both pages are served by one process, behind the same middleware, from the same rows of the demonstration, and asked in turn
over kept connections; what counts is the median of the rounds. Twice: on the server that `script/server` starts, and on the
WSGI server that serves pages in full mode. The exit status is 1 where the plain page was the quicker one.
"""

import http.client
import re
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import long_thread as lengths
from demonstration import ROOT, running

ROUNDS = 7
CONNECTIONS = 2
SERVERS = {
    "config.launcher (daphne)": ("-m", "config.launcher", "--application", "pages_site:asgi"),
    "granian (WSGI)": (
        *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}"),
        *("--workers", "1", "--blocking-threads", "1", "pages_site:wsgi"),
    ),
}


class Browser:
    """One kept connection with the cookies of a person who signed in."""

    def __init__(self, address: str) -> None:
        self.host = urllib.parse.urlsplit(address).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=30)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Send one request and return status and body; cookies are kept."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.host}"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read()

    def sign_in(self) -> None:
        """Sign in as the demonstration's member."""
        _status, page = self.ask("GET", "/account/login/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        status, _body = self.ask(
            "POST",
            "/account/login/",
            {"csrfmiddlewaretoken": token[1].decode(), "login": "member@example.org", "password": "action-groups"},
        )
        assert status == 302, f"signing in answered {status}"


def long_thread(data: Path) -> tuple[int, str]:
    """Return the id of the longest thread of the demonstration's group and its address; it fills a page."""
    with sqlite3.connect(data / "database.sqlite3") as database:
        found = database.execute(
            "SELECT t.id, g.slug, t.last_number FROM discussions_thread t JOIN groups_group g ON g.id = t.group_id "
            "WHERE g.slug = 'supply-chains' ORDER BY t.last_number DESC LIMIT 1"
        ).fetchone()
    assert found[2] >= 20, "the demonstration has no thread of 20 posts"
    return found[0], f"/groups/{found[1]}/threads/{found[0]}/"


def pace(browsers: list[Browser], path: str, seconds: float) -> float:
    """Return how many answers a second all connections together got."""
    counts = [0] * len(browsers)
    end = time.perf_counter() + seconds

    def work(index: int) -> None:
        while time.perf_counter() < end:
            status, _body = browsers[index].ask("GET", path)
            assert status == 200, f"{path} answered {status}"
            counts[index] += 1

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(browsers))]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)


def compare(address: str, data: Path, seconds: float) -> float:
    """Print every round and the medians; return ours over the plain page's."""
    browsers = [Browser(address) for _ in range(CONNECTIONS)]
    browsers[0].sign_in()
    for browser in browsers[1:]:
        browser.cookies = dict(browsers[0].cookies)
    thread, ours = long_thread(data)
    pages = {"ours": ours, "plain": f"/plain/{thread}/"}
    for name, path in pages.items():
        _status, body = browsers[0].ask("GET", path)
        shown = len(re.findall(rb"<article", body))
        print(f"  {name:<6} {path}: {shown} posts, {len(body) / 1024:.1f} KB")
        pace(browsers, path, seconds / 2)
    rates: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, path in pages.items():
            rates[name].append(pace(browsers, path, seconds))
    for name, measured in rates.items():
        each = "  ".join(f"{rate:6.1f}" for rate in measured)
        print(f"  {name:<6} median {statistics.median(measured):6.1f} a second   ({each})")
    ratio = statistics.median(rates["ours"]) / statistics.median(rates["plain"])
    print(f"  ours / plain = {ratio:.2f}")
    return ratio


def main() -> int:
    """Measure on both servers; or, asked for `long`, pages of a long thread beside those of a short one."""
    if sys.argv[1:] == ["long"]:
        return lengths.main()
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    ratios = []
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        for name, command in SERVERS.items():
            print(name, flush=True)
            path = f"{ROOT / 'platform'}:{ROOT}:{ROOT / 'benchmarks'}"
            with running(Path(folder), command, PYTHONPATH=path) as address:
                ratios.append(compare(address, Path(folder), seconds))
    return int(min(ratios) < 1)


if __name__ == "__main__":
    sys.exit(main())
