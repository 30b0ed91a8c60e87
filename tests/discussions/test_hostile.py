"""Texts meant to harm: they are shown as words, and rendered in bounded time."""

import re
import sys

import pytest

from core import diff, markdown
from discussions import services
from discussions.models.post import BODY_LENGTH

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    '"><iframe srcdoc="<script>alert(1)</script>">',
    "<a href='vbscript:x' onclick=alert(1)>x</a>",
    '![x](x" onerror="alert(1))',
    '@[1]<span data-person="1" onmouseover=alert(1)></span>',
]
HARMFUL = re.compile(
    r"<(script|iframe|svg/|img)\b(?! type=\"module\")|<[^>]+\son\w+\s*=|href=\"(javascript|data|vbscript):", re.I
)
BOMBS = {
    "quotes": "> " * 40_000,
    "brackets": "[" * 65_000,
    "brackets before signs": "[" * 2_000 + "*a " * 20_000,
    "pictures": "![" * 30_000,
    "links": "[a](" * 16_000,
    "emphasis": "*a " * 20_000,
    "mixed emphasis": "_*" * 30_000,
    "code": "`" * 60_000,
    "codes": "`a" * 30_000,
    "at": "@" * 60_000,
    "lists": "- " * 30_000,
    "lines": "a\n" * 30_000,
    "a wide table": "|a" * 1000 + "\n" + "|-" * 1000 + "\n" + "|x\n" * 20_000,
    "addresses": "<a@b.c>" * 9_000,
}
# Of functions, counted, because a clock says more about the machine: it takes a fifth of a second to make two million.
CALLS_PER_SIGN = 100


@pytest.mark.parametrize("text", SCRIPTS)
def test_nothing_that_somebody_writes_runs(signed_in, lead, member, supply_chains, start, text):
    thread = start(supply_chains, member, title=text[:150], body=text)
    client = signed_in(lead)
    for page in (
        thread.get_absolute_url(),
        "/groups/supply-chains/threads/",
        thread.get_absolute_url() + "posts/1/history/",
    ):
        answer = client.get(page)
        assert answer.status_code == 200
        assert not HARMFUL.search(answer.content.decode())


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("length", [BODY_LENGTH, markdown.MAX_LENGTH])
def test_a_bomb_of_markdown_is_rendered_in_bounded_time(text, length):
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        html = markdown.render(text[:length])
    finally:
        sys.setprofile(None)
    assert calls < CALLS_PER_SIGN * length
    assert len(html) < 12 * length


def test_a_text_of_too_many_pieces_is_shown_as_it_was_typed():
    assert markdown.render("[" * 20_000) == markdown.plain("[" * 20_000)


def test_a_long_text_of_the_usual_kind_is_rendered():
    words = "Employers asked for more time and workers for less of it. " * 5
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    page = f"## Title\n\n{words} Some *words*, a [link](https://example.org) and `code`.\n\n- one\n\n{table}"
    count = markdown.MAX_LENGTH // len(page)
    assert markdown.render(page * count).count("<h3") == count


def test_a_page_of_hostile_versions_is_shown(signed_in, member, thread, capacity, address, monkeypatch):
    spent = []
    monkeypatch.setattr(diff.Effort, "take", _counted(diff.Effort.take, spent))
    post = thread.posts.get()
    texts = [("a b " * 4000, "b a " * 4000)[number % 2] for number in range(8)]
    for base, text in enumerate(texts, start=1):
        services.edit_post(post, by=capacity(member, thread.group), body=text, base=base)
    assert signed_in(member).get(address("posts/1/history/")).status_code == 200
    assert 0 < sum(spent) <= 2 * diff.FOR_A_PAGE


def _counted(take, spent):
    def counted(self, steps):
        take(self, steps)
        spent.append(steps)

    return counted
