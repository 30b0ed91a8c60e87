"""The launcher with a clock that is wrong, by as many seconds as the file named by CLOCK_SHIFT says from moment to moment.

    python -m tests.chaos.hostile.shifted

Stands in for libfaketime where that is not installed: it moves `time.time` and Django's `timezone.now`, which is all that the
platform and its libraries read of the wall clock.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

_true_time, _true_now = time.time, timezone.now
_file = Path(os.environ["CLOCK_SHIFT"])


def shift():
    return float(_file.read_text() or 0)


time.time = lambda: _true_time() + shift()
timezone.now = lambda: _true_now() + timedelta(seconds=shift())

if __name__ == "__main__":
    import sys

    from config.launcher.__main__ import main

    sys.exit(main())
