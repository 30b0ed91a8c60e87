"""F32 and F31: our own corpus of Markdown, each construct as CommonMark has it, and whatever else can be typed: never a fault,
nothing out that is not ours to show.
"""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core import markdown

REL = 'rel="noopener noreferrer nofollow"'
TIGHT = '<ul dir="auto">\n<li>a</li>\n<li>b</li>\n</ul>'
LOOSE = '<ul dir="auto">\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>'
TABLE = (
    '<table dir="auto">\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n'
    "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>"
)


def p(inside):
    return f'<p dir="auto">{inside}</p>'


def link(url, words, title=""):
    title = f' title="{title}"' if title else ""
    return p(f'<a href="{url}"{title} {REL}>{words}</a>')


# What it is: (what is typed, what is shown). Where the site departs from CommonMark, it says so.
CORPUS = {
    "paragraphs": ("One\nline\n\nAnother.", p("One\nline") + "\n" + p("Another.")),
    "a break by spaces": ("Two spaces  \nbreak", p("Two spaces<br>\nbreak")),
    "a break by a backslash": ("Backslash\\\nbreak", p("Backslash<br>\nbreak")),
    "headings begin below the page's own": ("# One\n## Two", '<h2 dir="auto">One</h2>\n<h3 dir="auto">Two</h3>'),
    "the last heading": ("###### Six\n####### none", '<h6 dir="auto">Six</h6>\n' + p("####### none")),
    "underlined headings": ("One\n===\n\nTwo\n---", '<h2 dir="auto">One</h2>\n<h3 dir="auto">Two</h3>'),
    "a rule": ("***", "<hr>"),
    "a tight list": ("- a\n- b", TIGHT),
    "a loose list": ("- a\n\n- b", LOOSE),
    "a list is loose after many lines too": ("- a\n\n\n- b", LOOSE),
    "a list by stars": ("* a\n* b", TIGHT),
    "a numbered list": ("1. a\n2. b", '<ol dir="auto">\n<li>a</li>\n<li>b</li>\n</ol>'),
    "it begins where it says": ("7) a\n8) b", '<ol start="7" dir="auto">\n<li>a</li>\n<li>b</li>\n</ol>'),
    "no list": ("1986\\. A year", p("1986. A year")),
    "a quotation goes on": ("> one\n> two\nlazy", '<blockquote dir="auto">\n<p>one\ntwo\nlazy</p>\n</blockquote>'),
    "a quotation in one": (
        "> > deep",
        '<blockquote dir="auto">\n<blockquote>\n<p>deep</p>\n</blockquote>\n</blockquote>',
    ),
    "fenced code": ("```py\nx = 1 < 2\n```", "<pre><code>x = 1 &lt; 2\n</code></pre>"),
    "a fence of another sign": ("~~~\n```\n~~~", "<pre><code>```\n</code></pre>"),
    "a fence that nobody closes": ("```\n<b>\n", "<pre><code>&lt;b&gt;\n</code></pre>"),
    "indented code": ("    indented <b>", "<pre><code>indented &lt;b&gt;\n</code></pre>"),
    "code": ("`a``b`", p("<code>a``b</code>")),
    "code with a tick": ("`` a`b ``", p("<code>a`b</code>")),
    "no emphasis in code": ("`*a*`", p("<code>*a*</code>")),
    "emphasis": ("*a* **b** ***c***", p("<em>a</em> <strong>b</strong> <em><strong>c</strong></em>")),
    "emphasis by underlines, none in a word": ("_a_ __b__ a_b_c", p("<em>a</em> <strong>b</strong> a_b_c")),
    "emphasis that nobody closes": ("**a", p("**a")),
    "emphasis in another script": ("**نعم** no", p("<strong>نعم</strong> no")),
    "struck out": ("~~gone~~", p("<s>gone</s>")),
    "a link": ('[a](https://x.example "t")', link("https://x.example", "a", "t")),
    "a link with a space": ("[a](<https://x.example/a b>)", link("https://x.example/a%20b", "a")),
    "a link by reference": ("[a][r]\n\n[r]: https://x.example", link("https://x.example", "a")),
    "a link within the site": ("[a](/groups/)", link("/groups/", "a")),
    "an address": ("<https://x.example>", link("https://x.example", "https://x.example")),
    "an address of mail": ("<a@x.example>", link("mailto:a@x.example", "a@x.example")),
    "a picture is a link": ("![alt](https://x.example/p.png)", p("!") [:-4] + link("https://x.example/p.png", "alt")[14:]),
    "escaped signs": ("\\*not\\*", p("*not*")),
    "entities": ("&copy; &#65; &#x22; &nope;", p('© A " &amp;nope;')),
    "signs of HTML": ("a &amp; b < c", p("a &amp; b &lt; c")),
    "HTML is words": ("<div>raw</div>", p("&lt;div&gt;raw&lt;/div&gt;")),
    "so is a remark": ("<!-- c -->", p("&lt;!-- c --&gt;")),
    "a table": ("a | b\n--|--\n1 | 2", TABLE),
    "no link to what runs": ("[a](javascript:alert(1))", p("[a](javascript:alert(1))")),
    "however it is written": ("[a](JaVaScRiPt:alert(1))", p("[a](JaVaScRiPt:alert(1))")),
    "nor in entities": ("[a](&#106;avascript:x)", p("[a](javascript:x)")),
    "no other scheme": ("[a](ftp://x.example)", p(f"<a {REL}>a</a>")),
    "somebody is mentioned": ("@[1] and \\@[1]", p('<span data-person="1"></span> and @[1]')),
    "a word is quoted": (
        "> #[5]\n> said\n\nyes",
        '<blockquote data-quote="5" dir="auto">\n<p>said</p>\n</blockquote>\n' + p("yes"),
    ),
    "no sign that turns the text round": ("a\u202eb\u0000c", p("abc")),
}  # fmt: skip


@pytest.mark.parametrize("name", CORPUS)
def test_each_construct_is_shown_as_it_should_be(name):
    typed, shown = CORPUS[name]
    assert markdown.render(typed) == shown
    assert is_safe(markdown.render(typed))


# --- Whatever is typed --------------------------------------------------------------------------------------------

VOID = {"br", "hr"}
SCHEMES = {"", "http", "https", "mailto"}


class Reader(HTMLParser):
    """Reads as a browser does, and notes what should not be there."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in markdown.TAGS:
            self.wrong.append(tag)
        for name, value in attributes:
            if name not in markdown.ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set()):
                self.wrong.append(f"{tag} {name}")
            if name == "href" and urlsplit(value).scheme.lower() not in SCHEMES:
                self.wrong.append(value)
            if name.startswith("data-") and not value.isdigit():
                self.wrong.append(f"{name}={value}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_comment(self, data):
        self.wrong.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def is_safe(html):
    """Say whether nothing stands there but what may: tags, attributes and addresses of our list, each opened and closed."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.wrong == [], html
    assert reader.open == [], html
    assert not markdown.CONTROLS.search(html)
    return True


PIECES = st.sampled_from(
    ["*", "**", "_", "`", "```", "~~", "~~~", "> ", "> #[7]\n", "#[7]", "- ", "1. ", "# ", "[", "]", "](", ")", "[a]: ", "![",
     "<", ">", "<b>", "</b>", "<script>", "<!--", "-->", "<![CDATA[", "<?", "&", "&#", "&lt;", "&#0;", "&colon;", "\\", "|",
     "--|--\n", "---", "===", "@[1]", "@[", "999999999999999999]", "javascript:", "data:text/html,", "https://x.example/",
     "vbscript:", "//x.example", '"', "'", "onerror=x", "style=x", " ", "    ", "\t", "\n", "\n\n", "\r\n", "\u00a0", "\u202e",
     "\x00", "\u2028", "\ufeff", "\U0001f600", "نعم", "x", "é", "a b"]
)  # fmt: skip
TYPED = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=300))


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(TYPED)
@example("[a](java\nscript:x)")
@example("[a](java&Tab;script:x)")
@example("[a](&#x6A&#x61vascript:x)")
@example("<https://x.example/\u202e>")
@example('[a](https://x.example "t\\" onclick=\\"x")')
@example("> #[1]\n> > #[2]\n> @[3]")
@example("|a|\n|-|\n|[x](javascript:y)|")
@example("[r]: javascript:x\n\n[r]")
def test_whatever_is_typed_is_shown_and_nothing_else(text):
    html = markdown.render(text)
    assert is_safe(html)
    assert markdown.render(text) == html
    people = dict.fromkeys(markdown.mentioned(text), '<script>"&')
    filled = markdown.fill(html, people, "<b>")
    assert "<script" not in filled and "<b>" not in filled
    for short in (markdown.excerpt(text), markdown.excerpt(text, 20)):
        assert "\n" not in short and len(short) <= 160
    assert is_safe(markdown.plain(text))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(TYPED)
def test_what_was_shown_is_not_read_as_anything_else_when_it_is_typed_again(text):
    """Somebody copies the source of a page into the editor: it is words."""
    assert is_safe(markdown.render(markdown.render(text)))
