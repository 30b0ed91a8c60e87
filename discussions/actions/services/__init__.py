"""What one can do with actions."""

from discussions.actions.services.changing import change_action, drop_action, finish_action, reopen_action
from discussions.actions.services.going import hand_over, let_go
from discussions.actions.services.planning import add_action
from discussions.actions.services.reminding import remind

__all__ = [
    "add_action",
    "change_action",
    "drop_action",
    "finish_action",
    "hand_over",
    "let_go",
    "remind",
    "reopen_action",
]
