"""Notes at the foot of a text in Markdown, written where they belong, as `^[...]`: how they are read, and shown."""

import re
from collections.abc import Sequence

from django.utils.html import escape
from django.utils.translation import gettext as _
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

PLACE = re.compile(r'<sup data-note="(\d{1,6})"></sup>')


def read_note(state: StateInline, silent: bool) -> bool:
    """Read `^[...]` as a note whose text is what stands in the brackets."""
    if not state.src.startswith("^[", state.pos):
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos + 1, True)
    if end < 0:
        return False
    if not silent:
        start, most = state.pos + 2, state.posMax
        state.push("note_open", "span", 1)
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.posMax = most
        state.push("note_close", "span", -1)
    state.pos = end + 1
    return True


def gathered(tokens: Sequence[Token]) -> list[Token]:
    """Take the notes out of a text, leave the number of each in its place, and return them; one in a note is words of it."""
    notes: list[Token] = []
    for token in tokens:
        kept: list[Token] = []
        depth = 0
        for child in token.children or ():
            if child.type == "note_open":
                depth += 1
                if depth == 1:
                    notes.append(Token("inline", "", 0, children=[]))
                    kept.append(Token("note", "sup", 0, attrs={"data-note": len(notes)}))
            elif child.type == "note_close":
                depth -= 1
            else:
                into = notes[-1].children if depth else kept
                assert into is not None
                into.append(child)
        if token.children is not None:
            token.children = kept
    return notes


def placed(html: str, notes: Sequence[str]) -> str:
    """Return a text with links to its notes, and the notes, each in safe HTML, below it with links back."""
    if not notes:
        return html
    text = PLACE.sub(
        lambda found: (
            f'<sup id="to-note-{found[1]}"><a href="#note-{found[1]}" '
            f'aria-label="{escape(_("note %(number)d") % {"number": int(found[1])})}">{found[1]}</a></sup>'
        ),
        html,
    )
    return text + foot(notes)


def foot(notes: Sequence[str]) -> str:
    """Return the notes of a text, each in safe HTML, as a list with links back."""
    items = "".join(
        f'<li id="note-{n}"><p dir="auto">{text} <a href="#to-note-{n}">↩<span class="visually-hidden">'
        f"{escape(_('back to the text'))}</span></a></p></li>"
        for n, text in enumerate(notes, 1)
    )
    return f'\n<section class="notes" aria-label="{escape(_("Notes"))}"><ol>{items}</ol></section>'
