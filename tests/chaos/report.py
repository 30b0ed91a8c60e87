"""The report of the long run, docs/chaos.md: its table, and on what and with which versions it was made."""

import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

from tests.processes.servers import postgres_binaries, redis_binary
from tests.processes.site import ROOT, caddy_version

HEAD = """# What the chat does when things break

Every row was played for real: PostgreSQL, Redis, the proxy, two socket processes and one for pages, started by the run itself
and killed, frozen or starved by it, while clients that behave as the room's page does talk through the proxy. Each client
writes down all it sends and sees. A program of its own (`tests/chaos/checker.py`) compares these histories with each other
and with the tables and names every break of a guarantee; that it finds them is shown on servers that break one on purpose
(`tests/chaos/test_variants.py`). `script/test` plays most rows in short, this page is a longer run:

    {command}

It ended on {date} after {minutes:.0f} minutes, at the commit {commit}, on {machine}. The size was {size}: 1 plays each fault as
`script/test` does, more play it longer and more often. The number it drew all chances from was {seed}.

| | Fault | Layer | Expected | Took | Said | Acked | Kills | Lost | Doubled | Heard later than the ack, p99 | Verdict |
| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
"""

FOOT = """
*Said* counts what the clients' people wrote, *acked* what was acknowledged as committed; an act that was refused, such as the
edit of a message somebody has deleted meanwhile, is in the first only. *Lost* is what was acknowledged and is not in the
tables, or what a client should have seen and has not, once everything is quiet again; *doubled* is what is there twice.
While Redis is away, others hear by the poll, which comes every ten seconds (± 20 %); while PostgreSQL is away nothing can be
acknowledged, and the clients keep what was written and send it again with the same keys.

The limits of time (those of G5, G6, G15, G21 and G22) are those of a machine that has nothing else to do. One that is overloaded
breaks them with or without a fault: the history says how long acknowledgements took before and after it.

## The guarantees it checks

| | |
| --- | --- |
| G1 | what is acknowledged is committed: exactly one row, with that number |
| G2 | one key has one outcome, told alike however often it is sent |
| G3 | the numbers of a room are 1, 2, 3 … in the order of commits, without gaps |
| G4 | whoever comes back gets each event exactly once and in order |
| G5 | what a lost bell kept from somebody is found |
| G6 | Redis is not needed for sending: acknowledged within 3 s without it |
| G7 | nothing above the number of a removal reaches whom it removed |
| G8 | nothing reaches a session that has ended: 2 s later, 15 s without Redis |
| G10 | the text of a deleted message is nowhere |
| G12 | one order for all; no answer before what it answers |
| G15 | whatever was said ends as sent or refused |
| G21 | a planned restart is announced, closes with 1012, and everybody is back within 25 s |
| G22 | who polls by HTTP gets the same log |
"""


STORIES = """
## Those who mean ill, poor networks, and workers that die

Played by `tests/chaos/hostile` and `tests/processes/test_letters.py` on sites that run, by sockets, raw connections and mail, in
{size} size.

| | Tried | Allowed | Seen |
| --- | --- | --- | --- |
"""


class Report:
    """The rows of the table, as they come."""

    def __init__(self, size, seed):
        self.size, self.seed = size, seed
        self.lines, self.stories, self.is_clean, self.begun = [], [], True, time.monotonic()
        self.story_size = "ordinary"

    def add(self, row, layer, play, broken, took):
        figures = play.figures()
        lost = sum(one.guarantee in ("G1", "G4", "G5", "G22") for one in broken)
        doubled = sum(one.guarantee == "G2" for one in broken)
        wrong = [*dict.fromkeys(one.guarantee for one in broken), *play.failures]
        verdict = ", ".join(wrong) or "clean"
        if play.extra:
            verdict += f" ({play.extra})"
        cells = [row.name, row.fault, layer, row.expected, f"{took:.0f} s"]
        cells += [
            figures["said"] + play.burst,
            figures["acks"] + play.burst,
            play.kills,
            lost,
            doubled,
            f"{figures['late_p99']:.1f} s",
            verdict,
        ]
        self.line(cells, bool(wrong))
        for one in broken[:20]:
            print(f"      {one}", flush=True)

    def failed(self, row, layer, error, took):
        self.blank(row, layer, took, f"not played to its end: {error}", True)

    def blank(self, row, layer, took, verdict, is_wrong):
        cells = [row.name, row.fault, layer, row.expected, f"{took:.0f} s", *[""] * 6]
        self.line([*cells, verdict], is_wrong)

    def line(self, cells, is_wrong):
        self.is_clean &= not is_wrong
        self.lines.append("| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |")
        print(self.lines[-1], flush=True)

    def write(self, file):
        minutes = (time.monotonic() - self.begun) / 60
        command = " ".join(["script/chaos", *sys.argv[1:]])
        head = HEAD.format(
            command=command,
            date=time.strftime("%d %B %Y"),
            minutes=minutes,
            commit=commit(),
            machine=machine(),
            size=self.size,
            seed=self.seed,
        )
        stories = "".join("| " + " | ".join(cells) + " |\n" for cells in self.stories)
        text = head + "\n".join(self.lines) + "\n" + FOOT
        text += STORIES.format(size=self.story_size) + stories if stories else ""
        Path(file).write_text(text, encoding="utf-8")


def commit():
    """Return the short name of the commit that is played, and whether the tree differs from it."""

    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()

    try:
        name = git("rev-parse", "--short", "HEAD")
        changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/chaos.md")
    except (OSError, subprocess.CalledProcessError):
        return "nobody knows, without git,"
    return f"{name} with changes" if changed else name


def machine():
    """Say in general words what it ran on, and with which versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30

    def version(command):
        return subprocess.run([command, "--version"], capture_output=True, text=True).stdout.strip()

    postgres = (
        version(postgres_binaries() / "postgres").replace("postgres (PostgreSQL)", "PostgreSQL").partition(" (")[0]
    )
    redis = version(redis_binary()).partition(" sha")[0].replace("server v=", "")
    proxy = "no proxy" if caddy_version() is None else f"Caddy {'.'.join(map(str, caddy_version()))}"
    packages = ["Django", "channels", "channels-redis", "redis", "daphne", "psycopg"]
    return (
        f"{os.cpu_count()} cores shared with other work and {memory} GB, {platform.system()}, Python"
        f" {platform.python_version()}, {postgres}, {redis}, {proxy}, "
        + ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    )
