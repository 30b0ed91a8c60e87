"""Search, over all that a person may see."""

from typing import Annotated

from django.utils.translation import gettext as _
from ninja import Query, Router

from api.access import Caller, needs
from api.paging import DEFAULT, MOST
from api.problems import Refusal
from api.routes.answers import answers
from api.shapes.notices import HitOut, Hits
from search.asking import LONGEST, read
from search.models import Kind
from search.services import cursor_of, find_widening, listed, written

router = Router(tags=["search"])

WORDS = "All of these are looked for; “in quotes” as they follow each other, not what has a -minus before it."


@router.get("/search", auth=needs("search:read"), response=answers(200, Hits), summary="Search")
def search(
    request: Caller,
    q: Annotated[str, Query(..., min_length=1, max_length=LONGEST, description=WORDS)],
    kind: Annotated[str, Query("", max_length=40, description="Only things of this kind.")] = "",
    cursor: Annotated[str, Query("", max_length=100, description="What the page before gave as `next`.")] = "",
    limit: Annotated[int, Query(DEFAULT, ge=1, le=MOST, description="How many at most.")] = DEFAULT,
) -> Hits:
    """What the owner may see that holds all the words: what is called so first, then the newest.

    Of more than a thousand the list holds those that came to the site last, and `bounded` says so.
    """
    if kind and kind not in Kind:
        wrong = _("There is no such kind. There are: %(kinds)s.") % {"kinds": ", ".join(Kind)}
        raise Refusal(422, wrong, errors=[("kind", wrong)])
    after = cursor_of(cursor)
    if cursor and after is None:
        wrong = _("This is not a cursor of this list.")
        raise Refusal(422, wrong, errors=[("cursor", wrong)])
    page, asked = find_widening(read(q), request.user, kind=Kind(kind) if kind else None, after=after, limit=limit)
    return Hits(
        items=[HitOut.of(hit) for hit in listed(page.found, asked, request.user)],
        counts={one.value: count for one, count in page.counts.items()},
        at_least=page.at_least,
        bounded=page.is_bounded,
        next=written(page.next) or None,
    )
