"""What one does with a version on its way to publication."""

from groups.clearance.services.answering import answer
from groups.clearance.services.asking import begin_clearance, members_to_ask, prolong, withdraw_round
from groups.clearance.services.attending import (
    attend,
    follow_members,
    overtake,
    refuse_to_hide,
    refuse_to_lose,
    remind,
)
from groups.clearance.services.closing import finish, outcome, settle
from groups.clearance.services.publishing import publish_round, withdraw_publication
from groups.clearance.services.reviewing import add_remark, begin_review
from groups.clearance.services.ruling import decide_silence

__all__ = [
    "add_remark",
    "answer",
    "attend",
    "begin_clearance",
    "begin_review",
    "decide_silence",
    "finish",
    "follow_members",
    "members_to_ask",
    "outcome",
    "overtake",
    "prolong",
    "publish_round",
    "refuse_to_hide",
    "refuse_to_lose",
    "remind",
    "settle",
    "withdraw_publication",
    "withdraw_round",
]
