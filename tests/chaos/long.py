"""The long run: every fault row, on both channel layers and on SQLite, and the report of it. `script/chaos` starts it."""

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

from tests.chaos.rows import ROWS, NotHere
from tests.chaos.stage import Stage
from tests.plugins import services
from tests.processes.servers import postgres_binaries, redis_binary
from tests.processes.site import ROOT, caddy_version

PATIENCE = 300
"""Seconds after which a row of size 1 is given up."""

LAYERS = ["pubsub", "core", "in memory"]
STAGE = 30
"""Seconds in which servers and processes start and end."""

STORY_SECONDS = {"ordinary": 480, "full": 2300}
"""Seconds that the stories of tests/chaos/hostile and tests/processes take, in either size."""

LARGEST = 10

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


def tell_the_stories(report):
    """Run the stories of those who mean ill, of poor networks and of workers, and put what they measured into the report.

    Whatever stands there and calls `figure` has its rows in it; whatever fails has one too.
    """
    with tempfile.TemporaryDirectory(prefix="chaos-", dir="/tmp") as folder, services.running() as found:
        file = Path(folder) / "figures"
        environment = {**os.environ, **found, "CHAOS_FIGURES": str(file), "PYTHONPATH": str(ROOT), "ENGINES": "both"}
        if report.story_size == "full":
            environment["CHAOS"] = "long"
        places = ["tests/chaos/hostile", "tests/processes/test_letters.py"]
        command = [sys.executable, "script/lib/run_tests.py", *places, "-n0", "-q", "-rfE"]
        failed = []
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as running:
            for line in running.stdout:
                print(line, end="", flush=True)
                if line.startswith(("FAILED ", "ERROR ")):
                    failed.append(line.split()[1])
        report.is_clean &= running.returncode == 0
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        report.stories = sorted((json.loads(line) for line in lines), key=_place)
        report.stories += [["", f"`{name}`", "", "failed"] for name in dict.fromkeys(failed)]


def _place(cells):
    """Return where a row stands in the table: F9 before F10, those that are no faults last."""
    digits = cells[0].partition(",")[0].removeprefix("F")
    return (not digits.isdigit(), int(digits) if digits.isdigit() else 0)


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


# --- How long ---------------------------------------------------------------------------------------------------------


def plays(names):
    """Return the rows that each layer plays: every one, and on SQLite those that can happen to one process."""
    found = {layer: [name for name in names if layer != "in memory" or ROWS[name].embedded] for layer in LAYERS}
    return {layer: rows for layer, rows in found.items() if rows}


def seconds(names, size):
    """Return about how long these rows take in this size."""
    return sum(
        STAGE + sum(ROWS[name].lasts[0] + ROWS[name].lasts[1] * size for name in rows)
        for rows in plays(names).values()
    )


def plan(names, minutes):
    """Return the sizes in which rows and stories are played so that all takes about so many minutes, and how long it takes.

    Rows of size 2 come first, then the stories in their full size; what is left goes to the rows.
    """
    with_stories, allowed = set(names) == set(ROWS), 60 * minutes
    stories = "full" if seconds(names, 2) + STORY_SECONDS["full"] <= allowed else "ordinary"
    beside = STORY_SECONDS[stories] if with_stories else 0
    size = max([1, *(size for size in range(2, LARGEST + 1) if seconds(names, size) + beside <= allowed)])
    return size, stories, (seconds(names, size) + beside) / 60


# --- The run ----------------------------------------------------------------------------------------------------------


async def _within(seconds, play):
    """Play a row, which may not hang: the run goes on without anybody who watches."""
    async with asyncio.timeout(seconds):
        return await play


def play_all(report, names, size, seed, layer, file):
    """Play rows on a stage of their own; the report is written after each, so that a run that is ended leaves what it saw."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-", dir="/tmp"))
    embedded = layer == "in memory"
    environment = {} if embedded else {"CHANNEL_LAYER": layer}
    clean = report.is_clean
    try:
        with Stage(
            folder, embedded=embedded, proxy=not embedded and caddy_version() is not None, **environment
        ) as stage:
            stage.seed = seed
            for name in names:
                begun = time.monotonic()
                try:
                    play = asyncio.run(_within(PATIENCE * size, ROWS[name].play(stage, size)))
                except NotHere as reason:
                    report.blank(ROWS[name], layer, 0, f"not played: {reason}", False)
                except Exception as error:
                    took = time.monotonic() - begun
                    report.failed(ROWS[name], layer, f"{type(error).__name__} {error}", took)
                    stage.mend()
                else:
                    report.add(ROWS[name], layer, play, play.broken(), time.monotonic() - begun)
                report.write(file)
    finally:
        if report.is_clean or not clean:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"The histories and logs are kept in {folder}.", flush=True)


def main():
    """Play, write, and return the exit status."""
    parser = argparse.ArgumentParser(prog="script/chaos", description="Play every fault for real.")
    parser.add_argument("--minutes", type=int, default=35, help="about how long it may take (default 35)")
    parser.add_argument("--seed", type=int, default=1, help="what is said, and when, follows from it (default 1)")
    parser.add_argument("--rows", default=",".join(ROWS), help="which faults (default all)")
    parser.add_argument("--report", default=str(ROOT / "docs" / "chaos.md"), help="the file that is written")
    options = parser.parse_args()
    rows = [name for name in options.rows.split(",") if name in ROWS or parser.error(f"there is no row {name}")]
    size, stories, minutes = plan(rows, options.minutes)
    print(f"Size {size}, about {minutes:.0f} minutes.", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    report = Report(size, options.seed)
    for layer, names in plays(rows).items():
        play_all(report, names, size, options.seed, layer, options.report)
    if set(rows) == set(ROWS):
        report.story_size = stories
        tell_the_stories(report)
    report.write(options.report)
    print(
        f"{options.report} is written. "
        + ("Every guarantee held." if report.is_clean else "Something broke: see above.")
    )
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
