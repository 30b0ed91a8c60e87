"""Half an hour of ordinary chat: 300 sockets in 30 rooms, 20 messages a second, one daphne. Does anything grow?

    script/bench soak [minutes]

Prints the server's memory every minute, then the slope after the first fifth, what was lost and how late it came.
"""

import contextlib
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from chat import goal, percentile, say
from chat_ground import Ground, Side

MEGABYTE = 1024 * 1024
SLOPE_MAX = 1.0
"""Megabytes a minute."""


def main() -> int:
    """Run it and print it."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    readings: list[tuple[float, float]] = []

    def watch(side: Side, load: "subprocess.Popen[str]") -> None:
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < minutes * 60:
            readings.append((passed / 60, side.memory() / MEGABYTE))
            say(f"  {passed / 60:5.1f} min   {readings[-1][1]:7.1f} MB")
            time.sleep(min(60.0, minutes * 6))

    with contextlib.ExitStack() as stack:
        ground = Ground(stack)
        side = stack.enter_context(ground.ours(rooms=30))
        say(f"300 sockets in 30 rooms, 20 messages a second for {minutes:g} minutes")
        result = side.run(300, senders=120, rate=20, seconds=minutes * 60, watch=watch)
    late = [reading for reading in readings if reading[0] >= minutes / 5]
    slope = statistics.linear_regression(*zip(*late, strict=True)).slope if len(late) > 1 else float("nan")
    acks, deliveries = result["acks"], result["latencies"]
    for what, times in (("acknowledgement", acks), ("delivery", deliveries)):
        shares = ", ".join(f"p{share * 100:g} {percentile(times, share):.1f}" for share in (0.5, 0.95, 0.99))
        say(f"  {what:<16} {shares} ms")
    goal(f"sent {result['sent']}, lost {result['lost']}, none", result["lost"] == 0)
    goal(f"memory grows by {slope:.2f} MB a minute, at most {SLOPE_MAX:g}", slope <= SLOPE_MAX)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
