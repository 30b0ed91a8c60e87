"""What a digest run costs: how long, how much memory, how many queries for each person, and what kills of the worker do to it.

    script/bench digest [people] [groups] [kills] [only=tenth | only=whole | only=kills]

Without arguments 10,000 people in 200 groups and 20 kills, and a tenth of the people to compare with; `only` does one of these.
Each organisation is in five groups; what is new are ten threads of five posts in each group, quoted in the letters, of which
everybody has read a third. The letters go into a folder, one file each, as they do without a mail server. On SQLite, or where
`DATABASE_URL` names an empty database of PostgreSQL, there. The exit status is 1 where somebody got no digest or two different
ones.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SITE = Path(__file__).resolve().with_name("digest_site.py")
DEFAULTS = (10_000, 200, 20)
PAUSE = 0.1
"""Seconds between two looks into the folder: to count ten thousand files takes a few hundredths."""

PARTS = ("tenth", "whole", "kills")
ONLY = "only="
NAME = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE)
TO = re.compile(rb"^To: (\S+)", re.MULTILINE)


class Site:
    """A site in a folder of its own, with so many people."""

    def __init__(self, folder: Path, people: int, groups: int, **environment: str) -> None:
        self.mail = folder / "mail"
        self.env = os.environ | {"DATA_DIR": str(folder), "LOG_LEVEL": "ERROR", "MODE": "embedded"} | environment
        self.people = people
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            cwd=ROOT,
            env=self.env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        self.ask("make", str(people), str(groups))

    def ask(self, *words: str) -> dict[str, Any]:
        """Do one act in a process of its own and return what it says."""
        done = subprocess.run([sys.executable, str(SITE), *words], env=self.env, check=True, capture_output=True)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def start(self) -> "subprocess.Popen[bytes]":
        """Start a worker."""
        return subprocess.Popen([sys.executable, str(SITE), "send"], env=self.env, stdout=subprocess.DEVNULL)

    def letters(self) -> list[tuple[bytes, bytes]]:
        """Return to whom each letter in the folder goes, and its Message-ID."""
        found = []
        for path in self.mail.glob("*.eml"):
            head = path.read_bytes().partition(b"\n\n")[0]
            name, to = NAME.search(head), TO.search(head)
            assert name and to
            found.append((to[1], name[1]))
        return found

    def sent(self) -> int:
        """Return how many letters are in the folder."""
        return sum(1 for _ in self.mail.iterdir()) if self.mail.exists() else 0

    def empty(self) -> None:
        """Take the letters out of the folder."""
        for path in self.mail.glob("*"):
            path.unlink()


def measure(site: Site) -> dict[str, Any]:
    """Have one worker send all digests, and print what it took."""
    took = site.ask("send")
    each = took["queries"] / site.people
    print(
        f"  {site.people:>6} people: {took['sent']} letters in {took['seconds']:.1f} s "
        f"({took['sent'] / took['seconds']:.0f} a second), {each:.2f} queries for each person, "
        f"{took['peak']:.0f} MB at most ({took['idle']:.0f} MB before the first)",
        flush=True,
    )
    assert len(site.letters()) == took["sent"]
    return took


def kill(site: Site, kills: int) -> bool:
    """Kill the worker so many times on its way, then let it come to its end; print and return whether nobody was left out."""
    chance = random.Random(4)
    site.empty()
    site.ask("more")
    expected, killed = site.people, 0
    for number in range(1, kills + 1):
        worker, until = site.start(), expected * number // (kills + 1) + chance.randrange(40)
        while worker.poll() is None and site.sent() < until:
            time.sleep(PAUSE)
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            killed += 1
        worker.wait()
        print(f"    kill {number}: {site.sent()} letters", file=sys.stderr, flush=True)
        site.ask("release")
    site.ask("send")
    left = site.ask("release")["waiting"]
    letters = site.letters()
    names = Counter(to for to, _name in set(letters))
    twice = sum(count - 1 for count in names.values())
    print(
        f"  killed {killed} times: {len(names)} people got a digest, {site.people - len(names)} none, {twice} two of them; "
        f"{len(letters) - len(set(letters))} letters were handed over a second time under the same Message-ID; {left} wait"
    )
    return len(names) == site.people and not twice and not left


def main() -> int:
    """Measure a tenth, measure all, then kill."""
    only = [word.removeprefix(ONLY) for word in sys.argv[1:] if word.startswith(ONLY)] or PARTS
    given = [int(word) for word in sys.argv[1:] if not word.startswith(ONLY)]
    people, groups, kills = (*given, *DEFAULTS[len(given) :])
    print(f"{people} people in {groups} groups", flush=True)
    peaks = []
    if "tenth" in only:
        with tempfile.TemporaryDirectory(prefix="digest-") as folder:
            peaks.append(measure(Site(Path(folder), people // 10, groups, DATABASE_URL=""))["peak"])
    if "whole" not in only and "kills" not in only:
        return 0
    with tempfile.TemporaryDirectory(prefix="digest-") as folder:
        site = Site(Path(folder), people, groups)
        if "whole" in only:
            peaks.append(measure(site)["peak"])
        if len(peaks) > 1:
            print(f"  ten times the people: {peaks[1] / peaks[0]:.2f} times the memory", flush=True)
        return int("kills" in only and not kill(site, kills))


if __name__ == "__main__":
    sys.exit(main())
