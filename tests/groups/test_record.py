"""The record of a group's acts: every act has its words, and the page says who did what."""

import ast
from pathlib import Path

from django.conf import settings

from groups.record import VERBS

ELSEWHERE = {"discussions/services/reports.py"}
"""Records in the site's chain, which no page of a group shows."""


def verbs_recorded():
    """Return the verbs `record` is called with in the groups' chains, and the beginnings of those put together."""
    whole, begun = set(), set()
    for room in ("groups", "discussions"):
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            if path.relative_to(settings.BASE_DIR).as_posix() in ELSEWHERE:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record"):
                    continue
                if len(node.args) < 2:
                    continue
                verb = node.args[1]
                for one in (verb.body, verb.orelse) if isinstance(verb, ast.IfExp) else (verb,):
                    if isinstance(one, ast.JoinedStr):
                        begun.add(one.values[0].value)
                    else:
                        whole.add(one.value)
    return whole, begun


def test_every_act_has_words_and_no_words_are_without_an_act():
    whole, begun = verbs_recorded()
    assert sorted(whole - VERBS.keys()) == []
    built = {verb for verb in VERBS if verb.startswith(tuple(begun))}
    assert sorted(VERBS.keys() - whole - built) == []
