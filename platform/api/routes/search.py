"""Search, over all that a person may see."""

from typing import Annotated

from django.utils.translation import gettext as _
from ninja import Query, Router

from api.access import Caller, needs
from api.problems import Refusal
from api.routes.answers import answers
from api.shapes.notices import HitOut, Hits
from core.folding import words_of
from core.markdown import clean
from search.services import sources

router = Router(tags=["search"])

FIRST, ALL = 6, 50


@router.get("/search", auth=needs("search:read"), response=answers(200, Hits), summary="Search")
def search(
    request: Caller,
    q: Annotated[str, Query(..., min_length=1, max_length=200, description="All of these words are looked for.")],
    kind: Annotated[str, Query("", max_length=40, description="Only things of this kind, and more of them.")] = "",
) -> Hits:
    """What the owner may see that holds all the words, kind by kind."""
    table = sources()
    if kind and kind not in table:
        wrong = _("There is no such kind. There are: %(kinds)s.") % {"kinds": ", ".join(table)}
        raise Refusal(422, wrong, errors=[("kind", wrong)])
    wanted = words_of(clean(q))
    items: list[HitOut] = []
    more: list[str] = []
    for name in [kind] if kind else table:
        found = table[name](wanted, request.user, ALL if kind else FIRST) if wanted else None
        if found is not None:
            items += [HitOut.of(name, hit) for hit in found.hits]
            more += [name] if found.more else []
    return Hits(items=items, more=more)
