"""Naming people: what is typed as `@Name` is kept as `@[12]`, so that a name is looked up whenever it is shown.

Only people who take part in the group are named. Everything else stays what was typed: no link, no notice, and no way to
find out whether somebody exists.
"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from accounts.models import User
from core import markdown
from groups.acquaintance import people_known_to
from groups.models import Group, Membership, Participant

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
TICKS = re.compile("`+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
TOKEN = re.compile(r"@\[(\d{1,18})\]")
EVERY_ROLE = tuple(Membership.Role.values)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be named: `label` is what is typed after the @; `organisation` tells namesakes apart in a list."""

    id: int
    label: str
    organisation: str = ""


def people_of(group: Group, roles: Collection[str] = EVERY_ROLE) -> list[Person]:
    """Return who takes part in the group in one of the roles, by name; namesakes carry their organisation in the label."""
    seats = (
        Participant.objects.taking_part()
        .filter(membership__group=group, membership__role__in=roles)
        .select_related("user", "membership__organisation")
        .order_by("user__name", "pk")
    )
    first = {seat.user_id: seat for seat in reversed(seats) if seat.user.name and not seat.user.erased_at}
    people = [
        (seat.user_id, " ".join(seat.user.name.split()), seat.membership.organisation.short_name)
        for seat in reversed(first.values())
    ]
    namesakes = Counter(name.casefold() for _, name, _ in people)
    return [
        Person(pk, f"{name} ({organisation})" if namesakes[name.casefold()] > 1 else name, organisation)
        for pk, name, organisation in people
    ]


def resolve(text: str, people: Iterable[Person]) -> str:
    """Return the text with `@Name` of these people as tokens, the longest name first, whatever the case; code is left alone.

    A token somebody typed by hand is kept as the plain text it was, unless it names one of these people.
    """
    people = list(people)
    labels = Counter(person.label.casefold() for person in people)
    ids = {person.label.casefold(): person.id for person in people if labels[person.label.casefold()] == 1}
    if ids and "@" in text:
        # Spaces between the parts of a name may be of any kind and number.
        names = "|".join(r"\s+".join(map(re.escape, label.split())) for label in sorted(ids, key=len, reverse=True))
        typed = re.compile(rf"(?<![\w@/.\\])@({names})(?!\w)", re.IGNORECASE)

        def token(found: re.Match[str]) -> str:
            known = ids.get(" ".join(found[1].casefold().split()))
            return f"@[{known}]" if known else found[0]

        text = "".join(piece if code else typed.sub(token, piece) for piece, code in _pieces(text))
    allowed = {person.id for person in people}
    if foreign := set(markdown.mentioned(text)) - allowed if TOKEN.search(text) else set():
        text = TOKEN.sub(lambda found: f"@\\[{found[1]}]" if int(found[1]) in foreign else found[0], text)
    return text


def spell(text: str, group: Group) -> str:
    """Return the text as its author edits it: names for tokens."""
    if not TOKEN.search(text):
        return text
    labels = {person.id: person.label for person in people_of(group)} | _labels_of_former(text, group)
    return TOKEN.sub(lambda found: f"@{labels[int(found[1])]}" if int(found[1]) in labels else found[0], text)


def named_in(text: str, group: Group) -> list[Person]:
    """Return the people whom a text already names, also those who have left the group since."""
    ids = markdown.mentioned(text)
    labels = {person.id: person.label for person in people_of(group)} | _labels_of_former(text, group)
    return [Person(pk, labels[pk]) for pk in ids if pk in labels]


def names_for(ids: Iterable[int], user: User) -> Mapping[int, str]:
    """Return the names of people mentioned whom the reader may know, by the rule of bylines: at most two queries."""
    ids = set(ids)
    if not ids:
        return {}
    return {person.pk: person.display_name for person in User.objects.filter(pk__in=people_known_to(user, ids))}


def ids_in(text: str) -> set[int]:
    """Return the ids of the people whom the source of a text names, code and all."""
    return {int(found) for found in TOKEN.findall(text)}


def replaced(text: str, names: Mapping[int, str], unknown: str) -> str:
    """Return the source of a text with names for tokens, for a reader who may know the people in `names`."""
    return TOKEN.sub(lambda found: f"@{names.get(int(found[1]), unknown)}", text)


def _labels_of_former(text: str, group: Group) -> dict[int, str]:
    """Return labels for people named in the text who take part no longer; their bare names."""
    ids = {int(found) for found in TOKEN.findall(text)}
    inside = Participant.objects.taking_part().filter(membership__group=group).values("user_id")
    former = User.objects.filter(pk__in=ids, erased_at=None).exclude(pk__in=inside).exclude(name="")
    return {person.pk: " ".join(person.name.split()) for person in former}


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Split Markdown into (piece, is code): fenced blocks by lines, spans by equal runs of backticks; in linear time."""
    fence, prose = "", list[str]()
    for line in LINES.findall(text):
        found = FENCE.match(line)
        rest = line[found.end() :].strip() if found else ""
        if fence:
            yield line, True
            if found and found[1].startswith(fence) and not rest:
                fence = ""
        elif found and not ("`" in found[1] and "`" in rest):
            yield from _spans("".join(prose))
            prose.clear()
            fence = found[1]
            yield line, True
        else:
            prose.append(line)
    yield from _spans("".join(prose))


def _spans(text: str) -> Iterator[tuple[str, bool]]:
    runs = list(TICKS.finditer(text))
    ends: defaultdict[int, deque[int]] = defaultdict(deque)
    for index, run in enumerate(runs):
        ends[len(run[0])].append(index)
    at = index = 0
    while index < len(runs):
        same = ends[len(runs[index][0])]
        while same and same[0] <= index:
            same.popleft()
        if same:
            close = same.popleft()
            yield text[at : runs[index].start()], False
            yield text[runs[index].start() : runs[close].end()], True
            at, index = runs[close].end(), close
        index += 1
    yield text[at:], False
