"""What it takes to take a mailing list's archive in: time, and memory above what the process has before the first mail.

    script/bench mbox [megabytes] [only=dry | only=real]          (1024, and both)

An archive is written to disk first: most mails are some thousand letters long, every tenth has a file of 200 KB, every
hundredth one of 3 MB, as programs write them. Then it is read plainly, looked through by a dry run and taken in, each in a
process of its own, on SQLite in a folder of its own or where `DATABASE_URL` names an empty database of PostgreSQL. The exit
status is 1 where a run takes more than 64 MB, or where the two runs find something else.
"""

import base64
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
MEGABYTE = 1024 * 1024
MOST = 64.0
ONLY = "only="
BEGUN = datetime(2009, 3, 2, 8, tzinfo=UTC)
LINE = 57
"""Bytes of a file that stand in one line."""


def write(path: Path, size: int) -> int:
    """Write an archive of at least this many bytes, and return how many mails it has."""
    chance = random.Random(6)
    words = ["".join(chance.choices("abcdefghilmnoprstu", k=chance.randint(3, 9))) for _number in range(4000)]
    content = chance.randbytes(3 * MEGABYTE)
    number = 0
    with path.open("wb") as file:
        while file.tell() < size:
            number += 1
            _write(file, number, chance, words, content)
    return number


def _write(file: IO[bytes], number: int, chance: random.Random, words: list[str], content: bytes) -> None:
    at = BEGUN + timedelta(minutes=20 * number)
    matter, turn = divmod(number, 8)
    head = [
        f"From person{number % 900}@list.example {at:%a %b %d %H:%M:%S %Y}",
        f"From: Person {number % 900} <person{number % 900}@list.example>",
        f"Date: {format_datetime(at)}",
        f"Subject: {'Re: ' if turn else ''}Matter {matter} of the {words[matter % len(words)]}",
        f"Message-ID: <{number}@list.example>",
        "MIME-Version: 1.0",
    ]
    if turn:
        head.append(f"In-Reply-To: <{number - 1}@list.example>")
    text = "\n".join(" ".join(chance.choices(words, k=11)) for _line in range(chance.randint(4, 60)))
    size = 3 * MEGABYTE if number % 100 == 0 else 200 * 1024 if number % 10 == 0 else 0
    if not size:
        file.write("\n".join([*head, "Content-Type: text/plain", "", text, "", ""]).encode())
        return
    file.write("\n".join([*head, "Content-Type: multipart/mixed; boundary=edge", "", "--edge", ""]).encode())
    file.write(f"\n{text}\n--edge\nContent-Type: application/pdf; name=report-{number}.pdf\n".encode())
    file.write(b"Content-Transfer-Encoding: base64\n\n")
    for start in range(0, size, LINE):
        file.write(base64.b64encode(content[start : start + LINE]) + b"\n")
    file.write(b"--edge--\n\n")


def read(path: Path) -> float:
    """Return how many seconds it takes to read the file plainly, line by line."""
    begun = time.perf_counter()
    with path.open("rb") as file:
        for _line in file:
            pass
    return time.perf_counter() - begun


def take(path: Path, *, dry: bool) -> dict[str, Any]:
    """Do it in this process, and return what it took and found."""
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from discussions.mail.archives import import_archive
    from discussions.mail.archives.mbox import open_archive
    from groups.models import Group

    group, _made = Group.objects.get_or_create(slug="list", defaults={"name": "List", "state": "active"})
    idle, begun, worked = _peak(), time.perf_counter(), time.process_time()
    shown = 0

    def progress(report: Any) -> None:
        nonlocal shown
        if report.mails >= shown:
            shown = report.mails + 5000
            taken = time.perf_counter() - begun
            print(f"    {taken:5.0f} s, {report.mails:,} mails, {_peak() - idle:.0f} MB", file=sys.stderr, flush=True)

    with open_archive(path) as file:
        report = import_archive(file, group, dry=dry, progress=progress)
    return {
        "seconds": time.perf_counter() - begun,
        "worked": time.process_time() - worked,
        "memory": _peak() - idle,
        "found": [report.mails, report.posts, report.threads, report.files, sum(report.refused.values())],
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Write, read, look through, take in."""
    only = [word.removeprefix(ONLY) for word in sys.argv[1:] if word.startswith(ONLY)]
    sizes = [int(word) for word in sys.argv[1:] if not word.startswith(ONLY)] or [1024]
    with tempfile.TemporaryDirectory(prefix="mbox-") as folder:
        path = Path(folder) / "list.mbox"
        mails = write(path, sizes[0] * MEGABYTE)
        plain = read(path)
        print(f"{path.stat().st_size / MEGABYTE:.0f} MB, {mails:,} mails; read plainly in {plain:.1f} s", flush=True)
        environment = os.environ | {"DATA_DIR": folder, "LOG_LEVEL": "ERROR", "MODE": "embedded"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
        told = []
        for way in only or ["dry", "real"]:
            command = [sys.executable, __file__, "take", way, str(path)]
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
            took = json.loads(done.stdout)
            told.append(took)
            print(
                f"  {way}: {took['seconds']:.0f} s ({took['worked']:.0f} s of the processor, {took['seconds'] / plain:.0f} "
                f"times the plain reading), {took['memory']:.0f} MB above idle; mails, posts, threads, files, refused: "
                f"{took['found']}",
                flush=True,
            )
        same = all(one["found"] == told[0]["found"] for one in told)
        return int(not same or max(one["memory"] for one in told) > MOST)


if __name__ == "__main__":
    if sys.argv[1:2] == ["take"]:
        print(json.dumps(take(Path(sys.argv[3]), dry=sys.argv[2] == "dry")))
        sys.exit(0)
    sys.exit(main())
