"""Texts meant to harm: they are shown as words, and rendered in bounded time."""

import re
import time

import pytest

from core import markdown

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
BOMBS = ["> " * 10_000, "[" * 20_000, "*a " * 6_000, "`" * 20_000, "[a](" * 5_000, "@" * 20_000, "- " * 10_000]


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


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_of_markdown_is_rendered_in_bounded_time(text):
    begun = time.process_time()
    markdown.render(text[:20_000])
    assert time.process_time() - begun < 3
