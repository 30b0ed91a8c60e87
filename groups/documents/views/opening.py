"""What somebody opened lately, for themselves.

Opening a page remembers nothing: a GET may be a prefetch or a link's preview. The page's script says that it is looked at.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from groups.documents import access, services


@login_required
@require_POST
def note(request: SignedInRequest, slug: str, document_id: int) -> HttpResponse:
    """Remember that the person looks at the document."""
    document, _library = access.document_for_reader(request.user, slug, document_id)
    services.note_opened(document, user=request.user)
    return HttpResponse(status=204)


@login_required
@require_POST
def forget(request: SignedInRequest, slug: str) -> HttpResponse:
    """Forget what the person opened in this library."""
    library = access.library_for_reader(request.user, slug)
    services.forget_opened(request.user, groups=[library.group.pk])
    return redirect("documents:list", slug)
