"""Folders that are sent whole and hold no file: those with files are made as these come (`views.uploads`)."""

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groups.documents import access, services
from groups.documents.views.frame import whole_number
from groups.documents.views.uploads import Malformed, answered, names_of, sent_by

MOST = 200
"""Folders of one request; a script sends more in several."""


@require_POST
@answered
def make(request: HttpRequest, slug: str) -> JsonResponse:
    """Make the folders that these ways lead to, from `folder` or the library's top; those that are there stay as they are."""
    library = access.library_for_writer(request.user, slug)
    sent = sent_by(request)
    ways = sent.get("paths")
    if not isinstance(ways, list) or not 0 < len(ways) <= MOST:
        raise Malformed(_("The file was not announced rightly: %(fields)s.") % {"fields": "paths"})
    ways = [names_of(way) for way in ways]
    by = library.standing.speak(sent.get("as"))
    below = access.folder_to_fill(library, whole_number(str(sent.get("folder") or "")))
    with transaction.atomic():
        for way in ways:
            services.folder_at(library.group, below=below, names=way, by=by)
    return JsonResponse({"folders": len(ways)}, status=201)
