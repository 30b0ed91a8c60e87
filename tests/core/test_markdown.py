"""Text that people write, as HTML: each outermost block stands on the side its own language is written from."""

from core.markdown import render


def test_a_list_and_its_marks_have_one_direction():
    html = render("فقرة أولى\n\n1. بند أول\n\n2. بند ثان\n\n> قول\n")

    assert html.count("dir=") == 3
    for block in ("p", "ol", "blockquote"):
        assert f'<{block} dir="auto">' in html
