"""What one can do with acknowledgements and answers."""

from discussions.asking.services.acknowledging import (
    acknowledge,
    ask_to_acknowledge,
    remind_to_acknowledge,
    stop_asking,
)
from discussions.asking.services.answering import answer
from discussions.asking.services.closing import attend, freeze_report, remind_to_answer, thaw_report

__all__ = [
    "acknowledge",
    "answer",
    "ask_to_acknowledge",
    "attend",
    "freeze_report",
    "remind_to_acknowledge",
    "remind_to_answer",
    "stop_asking",
    "thaw_report",
]
