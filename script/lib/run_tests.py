"""Run pytest on the embedded engines and on PostgreSQL with Redis, and end with one line that counts both."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.plugins import services

NO_TESTS_COLLECTED = 5


def pytest(name: str, arguments: list[str], environment: dict[str, str], scratch: Path, totals: Counter) -> int:
    """Run the suite once, add what it counted to `totals`, and return its exit status."""
    print(f"\n== {name} ==", flush=True)
    report = scratch / "report.json"
    report.unlink(missing_ok=True)
    data = scratch / "data"
    data.mkdir(exist_ok=True)
    # What the caller's shell happens to configure must not decide how the tests run.
    inherited = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "MAIL_URL")
    }
    settled = {"MODE": "embedded", "DEMO": "0", "DEBUG": "0", "DATA_DIR": str(data), "TEST_REPORT": str(report)}
    command = [sys.executable, "-m", "pytest", *arguments]
    status = subprocess.run(command, env=inherited | settled | environment).returncode
    if report.exists():
        totals.update(json.loads(report.read_text(encoding="utf-8")))
    return status


def closing_line(totals: Counter, seconds: float) -> str:
    """Return the sum of all runs in the form of pytest's own last line."""
    order = ["failed", "error", "passed", "skipped", "xfailed", "xpassed"]
    counts = ", ".join(
        f"{totals[name]} {name}{'s' * (name == 'error' and totals[name] > 1)}" for name in order if totals[name]
    )
    return f" {counts or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


def main() -> int:
    """Run what ENGINES asks for; the status is that of the first run that failed."""
    engines = os.environ.get("ENGINES") or "both"
    if engines not in ("embedded", "services", "both"):
        print(f"ENGINES must be embedded, services or both, not {engines!r}.", file=sys.stderr)
        return 2
    arguments = sys.argv[1:]
    workers = os.environ.get("PYTEST_WORKERS") or str(min(os.cpu_count() or 1, 4))
    if (
        not any(argument.startswith(("-n", "--numprocesses", "--pdb", "-s")) for argument in arguments)
        and workers != "1"
    ):
        # In their order: files with few tests are those whose tests take long, and are not left for the end.
        arguments = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder", *arguments]

    # Ended from outside, take down what was started: a server from a wheel would outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    begun, totals, statuses, without = time.monotonic(), Counter(), [], ""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tests-")))
        shared = {"ENGINES": engines}
        if engines != "embedded":
            try:
                shared |= stack.enter_context(services.running())
            except Exception as error:  # whatever a foreign machine makes of a server in a wheel
                without = f"PostgreSQL and Redis were neither found nor could be started: {error}"
                shared["ENGINES"] = "embedded"
        if engines != "services":
            statuses.append(pytest("SQLite, in-memory layer", arguments, shared, scratch, totals))
        if engines != "embedded" and not without:
            full = shared | {"DATABASE_URL": shared["TEST_DATABASE_URL"], "REDIS_URL": shared["TEST_REDIS_URL"]}
            statuses.append(pytest("PostgreSQL, Redis", arguments, full, scratch, totals))
    if without:
        print(f"\nNot run on PostgreSQL and Redis. {without}")
        if os.environ.get("REQUIRE_ALL") == "1" or engines == "services":
            statuses.append(1)
    print(closing_line(totals, time.monotonic() - begun))
    if totals["passed"]:
        # A selection may hold nothing for one of the two engines.
        statuses = [status for status in statuses if status != NO_TESTS_COLLECTED]
    return next((status for status in statuses if status), 0)


if __name__ == "__main__":
    sys.exit(main())
