"""The long run: every fault row, on both channel layers and on SQLite, and the report of it. `script/chaos` starts it."""

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.report import Report
from tests.chaos.rows.table import ROWS, NotHere
from tests.chaos.stage import Stage
from tests.plugins import services
from tests.processes.site import ROOT, caddy_version

PATIENCE = 300
"""Seconds after which a row of size 1 is given up."""

LAYERS = ["pubsub", "core", "in memory"]
STAGE = 30
"""Seconds in which servers and processes start and end."""

STORY_SECONDS = {"ordinary": 480, "full": 2300}
"""Seconds that the stories of tests/chaos/hostile and tests/processes take, in either size."""

LARGEST = 10


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
