"""The one way text becomes HTML: CommonMark with tables and strikethrough, sanitised, nothing in it that could run.

A person is mentioned as `@[12]`. The HTML keeps a placeholder, so that it can be stored, and names are looked up when it is
shown: an erased person is a former member in old texts too.

A quotation that begins with `> #[12]` is of word 12. The HTML keeps its number on the `blockquote`, and who said it is looked
up when it is shown.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from core.notes import gathered, placed, read_note

MAX_LENGTH = 64 * 1024
# Pieces that the parser makes or steps over: a page of prose has some hundreds. With these, no text as long as a post takes
# a fifth of a second, whatever somebody wrote to make it take long.
MOST_STEPS = 25_000
BLOCKS = {"p", "ul", "ol", "blockquote", "table", "h2", "h3", "h4", "h5", "h6"}
TAGS = BLOCKS | set("br hr em strong s code pre li a thead tbody tr th td span sup".split())
ATTRIBUTES = {tag: {"dir"} for tag in BLOCKS} | {
    "a": {"href", "title"},
    "ol": {"dir", "start"},
    "span": {"data-person"},
    "blockquote": {"dir", "data-quote"},
    "sup": {"data-note"},
}
# Directional overrides make a text read as another; isolates and marks are harmless.
CONTROLS = re.compile("[\u202a-\u202e\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]")
MENTION = re.compile(r"@\[(\d{1,18})\]")
QUOTED = re.compile(r"#\[(\d{1,18})\][ \t]*(?:\n|$)")
QUOTATION = re.compile(r'<blockquote((?: dir="auto")?) data-quote="(\d{1,18})"((?: dir="auto")?)>')
BLOCKQUOTE = re.compile(r"<(/?)blockquote\b[^>]*>")
PLACEHOLDER = re.compile(r'<span data-person="(\d{1,18})"></span>')


def _mention(state: StateInline, silent: bool) -> bool:
    """Read `@[12]` as a mention of person 12."""
    found = MENTION.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("mention", "span", 0)
        token.attrSet("data-person", found[1])
    state.pos = found.end()
    return True


def _attribute(state: StateCore) -> None:
    """Take the number at the head of an outermost quotation from its words and keep it on the quotation."""
    tokens = list[Token]()
    for token in state.tokens:
        tokens.append(token)
        if token.type == "inline" and len(tokens) > 2 and _begins_quotation(tokens[-3], tokens[-2]):
            if found := QUOTED.match(token.content):
                tokens[-3].attrSet("data-quote", found[1])
                token.content = token.content[found.end() :]
        elif len(tokens) > 3 and token.type == "paragraph_close" and _is_emptied(tokens[-4], tokens[-2]):
            del tokens[-3:]  # the number stood in a paragraph of its own
    state.tokens = tokens


def _is_emptied(quotation: Token, words: Token) -> bool:
    return not words.content and quotation.attrGet("data-quote") is not None


def _begins_quotation(first: Token, second: Token) -> bool:
    return first.type == "blockquote_open" and not first.level and second.type == "paragraph_open"


class TooComplex(Exception):
    """The text has more pieces than may be."""


def _step(env: EnvType) -> None:
    env["steps"] = env.get("steps", 0) + 1
    if env["steps"] > env.get("most", MOST_STEPS):
        raise TooComplex


class _Pieces(list[Token]):
    """Tokens that are counted as they are made."""

    def __init__(self, env: EnvType) -> None:
        super().__init__()
        self.env = env

    def append(self, token: Token) -> None:
        """Add a token, unless there are too many."""
        _step(self.env)
        super().append(token)


class _Blocks(ParserBlock):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, outTokens: list[Token]) -> list[Token]:
        """Parse the blocks, counting."""
        outTokens += super().parse(src, md, env, _Pieces(env)) or []
        return outTokens


class _Inlines(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Parse what stands in a block, counting."""
        tokens += super().parse(src, md, env, _Pieces(env))
        return tokens

    def skipToken(self, state: StateInline) -> None:
        """Step over what may stand in the text of a link, counting."""
        _step(state.env)
        super().skipToken(state)


class _Parser(MarkdownIt):
    """Counts its steps and gives up with `TooComplex` after `most` of them, as the environment says."""

    def __init__(self) -> None:
        super().__init__("zero")
        self.block, self.inline = _Blocks(), _Inlines()
        self.configure("commonmark", {"html": False, "maxNesting": 20})


def counting_parser() -> MarkdownIt:
    """Return a parser of CommonMark without HTML and pictures, for rooms that make something else than HTML of a text."""
    return _Parser().disable(["image"])


@cache
def _parser(*, notes: bool = False) -> MarkdownIt:
    parser = _Parser().enable(["table", "strikethrough"])
    parser.disable(["image"])
    if notes:
        parser.inline.ruler.before("link", "note", read_note)
        parser.inline.add_terminator_char("^")
        parser.add_render_rule("note", lambda self, tokens, i, options, env: (
            f'<sup data-note="{tokens[i].attrGet("data-note")}"></sup>'
        ))  # fmt: skip
    parser.inline.ruler.before("link", "mention", _mention)
    parser.core.ruler.before("inline", "attribute", _attribute)
    # `@` ends a run of plain text, so that a mention is seen wherever it stands.
    parser.add_render_rule("mention", lambda self, tokens, i, options, env: (
        f'<span data-person="{tokens[i].attrGet("data-person")}"></span>'
    ))  # fmt: skip
    return parser


def clean(text: str) -> str:
    """Return the text without control characters and directional overrides, line ends as `\\n`."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def render(text: str, *, notes: bool = False) -> str:
    """Return safe HTML with placeholders for mentions; the same text always gives the same HTML, so it may be stored.

    Headings begin at level 2, outermost blocks carry `dir="auto"`, links carry `rel="noopener noreferrer nofollow"`, images
    are not loaded. A text over 64 KB, one of more pieces than `MOST_STEPS`, or one the parser gives up on, is shown as it was
    typed. With `notes`, what stands in `^[...]` goes to the foot, under words in the language of whoever reads: not to be stored.
    """
    text = clean(text)
    if len(text) > MAX_LENGTH:
        return plain(text)
    parser = _parser(notes=notes)
    try:
        tokens = parser.parse(text)
    except (RecursionError, TooComplex):
        return plain(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        # The outermost only: what carries a direction of its own is not asked for that of what it stands in, so a list
        # with marked items would stand the other way round than its text.
        if token.nesting == 1 and token.level == 0 and token.tag in BLOCKS:
            token.attrSet("dir", "auto")
    if not notes:
        return _safe(parser.renderer.render(tokens, parser.options, {}))
    aside = [_safe(parser.renderer.render([note], parser.options, {})) for note in gathered(tokens)]
    return placed(_safe(parser.renderer.render(tokens, parser.options, {})), aside)


# Made once: making one takes as long as three messages are cleaned in.
_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
)


def _safe(html: str) -> str:
    return _cleaner.clean(html).strip()


def plain(text: str) -> str:
    """Return the text as it was typed, escaped, line ends kept."""
    return '<p dir="auto">' + escape(clean(text)).replace("\n", "<br>") + "</p>"


def mentioned(text: str) -> list[int]:
    """Return the ids of the people the text mentions, each once, in order."""
    return list(dict.fromkeys(int(found) for found in PLACEHOLDER.findall(render(text))))


def people_in(htmls: Iterable[str]) -> set[int]:
    """Return the ids of the people whom rendered texts mention, so that their names are looked up at once."""
    return {int(found) for html in htmls for found in PLACEHOLDER.findall(html)}


def fill(html: str, names: Mapping[int, str], unknown: str) -> SafeString:
    """Return rendered HTML with the names of the people mentioned; who is not in `names` shows as `unknown`."""

    def name(found: re.Match[str]) -> str:
        return f'<span class="mention">@{escape(names.get(int(found[1]), unknown))}</span>'

    return mark_safe(PLACEHOLDER.sub(name, html))  # noqa: S308 - sanitised by render(), names escaped


def quoted_in(htmls: Iterable[str]) -> set[int]:
    """Return the numbers of the words that rendered texts quote, so that their authors are looked up at once."""
    return {int(found[2]) for html in htmls if "data-quote" in html for found in QUOTATION.finditer(html)}


def fill_quotes(html: str, head: Callable[[int], tuple[str, bool]]) -> str:
    """Return rendered HTML with `head` (safe HTML, by the number quoted) above each quotation; its words stay if it says so."""
    parts, at = [], 0
    while found := QUOTATION.search(html, at):
        words, stays = head(int(found[2]))
        parts += [html[at : found.start()], f'<blockquote class="quote" dir="auto">{words}']
        at = found.end() if stays else _end_of_quotation(html, found.end())
    return "".join(parts) + html[at:]


def _end_of_quotation(html: str, at: int) -> int:
    """Return where the closing tag of the quotation that is open at this place begins."""
    depth = 1
    for tag in BLOCKQUOTE.finditer(html, at):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.start()
    return len(html)


def excerpt(text: str, length: int = 160) -> str:
    """Return the beginning of the text without Markdown's signs, cut at a word, for lists and notices."""
    bare = MENTION.sub("@…", re.sub(r"\]\([^)]*\)", " ", clean(text)))
    flat = " ".join(re.sub(r"[*_`>#|~\[\]]+", " ", bare).split())
    return flat if len(flat) <= length else flat[: length - 1].rsplit(" ", 1)[0] + "…"
