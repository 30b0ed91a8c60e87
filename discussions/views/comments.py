"""What is said of a document: its thread, and the form for a comment."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import Conflict, DomainError
from discussions import access, services
from discussions.forms import CommentForm
from groups.documents.audience import audience_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Say something of a document; refused, the text comes back with the reason."""
    document, standing = access.document_to_comment(request.user, slug, document_id)
    form = CommentForm(request.POST if request.method == "POST" else None, capacities=standing.capacities)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            post = services.comment(
                document, by=standing.speak(form.organisation_id), body=sent["body"], key=sent["key"]
            )
        except Conflict as conflict:
            form.refuse_key(conflict)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect(f"{document.get_absolute_url()}#comment-{post.number}")
    context = {
        "document": document,
        "group": document.group,
        "form": form,
        "audience": audience_of(document.group, document.reach),
    }
    return render(request, "discussions/comment.html", context, status=422 if form.errors else 200)
