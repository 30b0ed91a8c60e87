"""The pages that `pages_together.py` measures, one act a process.

`begin SLUG WORDS`, `type SLUG EDITS`, `write SLUG EDITS`, `text PAGE`: `type` makes a page of so many edits, each of one sign at
a random place; `write` one that was written as people write. Both begin another with the same text put in at once beside it.
Each act prints one line of JSON.
"""

import json
import os
import random
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from pycrdt import Doc, XmlElement, XmlText  # noqa: E402

from accounts.models import User  # noqa: E402
from groups.models import Group  # noqa: E402
from groups.pages.content.from_markdown import parsed  # noqa: E402
from groups.pages.content.tree import root_of  # noqa: E402
from groups.pages.models import BEGINNING, Page, Update  # noqa: E402
from groups.pages.services import compact, create_page, text_of  # noqa: E402
from groups.standing import Standing  # noqa: E402

PARAGRAPHS = 10
AT_ONCE = 5000
SIGNS = "abcdefgh "

AUTHORS, SESSIONS = 5, 12
"""Who writes, and how often each comes: a browser that is opened again writes under another client's id."""

BURST = (5, 40)
"""How many signs are typed one after the other."""

MOVES, WORDS_OUT, BREAKS, SLIPS = 0.4, 0.1, 0.02, 0.04
"""How often the cursor is put somewhere else before them, a word is deleted, a paragraph begun; and how many signs are slips."""

WORD = 6


def begin(slug: str, words: str) -> int:
    """Begin a page of the group with this text."""
    group = Group.objects.get(slug=slug)
    person = User.objects.order_by("pk").filter(name="Person 0").first()
    by = Standing.of(person, group).speak()
    return int(create_page(group, by=by, key=uuid.uuid4(), title="A page", blocks=parsed(words)).pk)


def type_long(slug: str, edits: str) -> list[int]:
    """Make a page of so many edits and one with the same text put in at once; return both, put together."""
    doc: Any = Doc()
    root = root_of(doc)
    parts: list[tuple[int, bytes]] = []
    watching = doc.observe(lambda event: parts.append((0, event.update)))
    lines = [root.children.append(XmlElement("paragraph")).children.append(XmlText("")) for _ in range(PARAGRAPHS)]
    dice = random.Random(5)
    while len(parts) < int(edits):
        line = dice.choice(lines)
        if dice.random() < 0.3 and len(line) > 20:
            at = dice.randrange(len(line))
            del line[at : at + 1]
        else:
            line.insert(dice.randrange(len(line) + 1), dice.choice(SIGNS))
    doc.unobserve(watching)
    return _kept(slug, parts, doc.get_state())


def write_long(slug: str, edits: str) -> list[int]:
    """Make a page of so many edits as people make them, and one with the same text put in at once; return both.

    Several write by turns and in several sessions: runs of signs, slips that are taken back, words that go, new paragraphs.
    """
    dice = random.Random(7)
    whole, parts = BEGINNING["snapshot"], []
    sessions = [author for author in range(AUTHORS) for _ in range(SESSIONS)]
    dice.shuffle(sessions)
    each = int(edits) / len(sessions)
    for number, author in enumerate(sessions, 1):
        # Somebody comes with the page as it is and a client's id that nobody had.
        doc: Any = Doc(client_id=dice.randrange(1000, 2**31))
        doc.apply_update(whole)
        watching = doc.observe(lambda event, author=author: parts.append((author, event.update)))
        edit = edits_of(doc, dice)
        while len(parts) < each * number:
            next(edit)
        doc.unobserve(watching)
        whole, state = doc.get_update(), doc.get_state()
    return _kept(slug, parts, state)


def edits_of(doc: Any, dice: random.Random) -> Iterator[None]:
    """Write without an end, one edit after the other."""
    blocks = root_of(doc).children
    line, at = blocks[0].children[0], 0
    while True:
        if dice.random() < MOVES:
            line = blocks[dice.randrange(len(blocks))].children[0]
            at = dice.choice((len(line), dice.randrange(len(line) + 1)))
        if dice.random() < BREAKS:
            place = dice.randrange(len(blocks)) + 1
            with doc.transaction():
                blocks.insert(place, XmlElement("paragraph"))
                blocks[place].children.append(XmlText(""))
            line, at = blocks[place].children[0], 0
            yield
        elif dice.random() < WORDS_OUT and at > WORD:
            at -= WORD
            del line[at : at + WORD]
            yield
        for _ in range(dice.randint(*BURST)):
            line.insert(at, dice.choice(SIGNS))
            at += 1
            yield
            if dice.random() < SLIPS:
                at -= 1
                del line[at : at + 1]
                yield


def _kept(slug: str, parts: list[tuple[int, bytes]], state: bytes) -> list[int]:
    """Put changes, each with the number of who made it, into a page's log and put that together."""
    page = begin(slug, "")
    people = list(User.objects.order_by("pk")[:AUTHORS])
    for first in range(0, len(parts), AT_ONCE):
        some = enumerate(parts[first : first + AT_ONCE], first + 1)
        Update.objects.bulk_create(
            [Update(page_id=page, seq=seq, data=data, author=people[who]) for seq, (who, data) in some]
        )
    Page.objects.filter(pk=page).update(head=len(parts), state=state)
    compacted(page)
    return [page, compacted(begin(slug, text_of(page)))]


def compacted(page: int) -> int:
    """Put the page's log together, and return it."""
    while compact(page):
        pass
    return page


def text(page: str) -> str:
    """Return what the page says."""
    return text_of(int(page))


if __name__ == "__main__":
    acts: dict[str, Any] = {"begin": begin, "type": type_long, "write": write_long, "text": text}
    print(json.dumps(acts[sys.argv[1]](*sys.argv[2:])))
