"""Comments on a page, as JSON for the editor, and as a list with forms for who has no script."""

import uuid
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from groups.bylines import Byline, bylines
from groups.documents.access import NO_DOCUMENT
from groups.documents.library import Library
from groups.pages import access, services
from groups.pages.models import Answer, Chapter, Comment, Page, Update
from groups.pages.models.comment import ANCHOR_LENGTH


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """List the comments of a page, or add one: `anchor` is the id of its mark, `body` what is said."""
    if request.method != "POST":
        page, library = access.page_for_reader(request.user, slug, document_id)
        return JsonResponse({"comments": listed(page, library), "people": writers(page, library)})
    page, library = access.page_for_writer(request.user, slug, document_id)
    anchor = request.POST.get("anchor", "")
    if not anchor or len(anchor) > ANCHOR_LENGTH or not anchor.isascii() or not anchor.isprintable():
        return JsonResponse({"error": "anchor"}, status=422)
    try:
        by = library.standing.speak(request.POST.get("as"))
        comment = services.add_comment(page, by=by, anchor=anchor, body=request.POST.get("body", ""))
    except DomainError as refusal:
        return _refused(refusal)
    return JsonResponse(_one(comment, page, library), status=201)


@require_POST
def answer(request: HttpRequest, slug: str, document_id: int, comment_id: int) -> HttpResponse:
    """Answer a comment: `body` and `key`, a UUID made for this answer."""
    comment, library = _comment(request, slug, document_id, comment_id)
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return JsonResponse({"error": "key"}, status=422)
    try:
        by = library.standing.speak(request.POST.get("as"))
        services.answer_comment(comment, by=by, body=request.POST.get("body", ""), key=key)
    except DomainError as refusal:
        return _refused(refusal)
    return JsonResponse(_one(comment, comment.page, library), status=201)


@require_POST
def resolve(request: HttpRequest, slug: str, document_id: int, comment_id: int) -> HttpResponse:
    """Say that a comment is settled, or with `open` that it is not."""
    comment, library = _comment(request, slug, document_id, comment_id)
    try:
        by = library.standing.speak(request.POST.get("as"))
        comment = services.resolve_comment(comment, by=by, resolved="open" not in request.POST)
    except DomainError as refusal:
        return _refused(refusal)
    return JsonResponse(_one(comment, comment.page, library))


def _comment(request: HttpRequest, slug: str, document_id: int, comment_id: int) -> tuple[Comment, Library]:
    page, library = access.page_for_writer(request.user, slug, document_id)
    comment = page.comments.filter(pk=comment_id).first()
    if comment is None:
        raise Http404(NO_DOCUMENT)
    comment.page = page
    return comment, library


def _refused(refusal: DomainError) -> JsonResponse:
    status = 409 if isinstance(refusal, Conflict) else 403 if refusal.code == "forbidden" else 422
    return JsonResponse({"error": refusal.code, "message": refusal.message}, status=status)


def _one(comment: Comment, page: Page, library: Library) -> dict[str, Any]:
    return listed(page, library, only=comment.pk)[0]


def listed(page: Page, library: Library, *, only: int | None = None) -> list[dict[str, Any]]:
    """Return comments with their answers, the oldest first, in a fixed number of queries."""
    rows = page.comments.order_by("pk").prefetch_related("answers")
    found = list(rows.filter(pk=only) if only else rows)
    said: list[Comment | Answer] = []
    for comment in found:
        said += [comment, *comment.answers.all()]
    voices = iter(bylines(said, library.standing))
    return [
        {
            "id": comment.pk,
            "anchor": comment.anchor,
            **_said(comment, next(voices)),
            "resolved": comment.resolved_at.isoformat() if comment.resolved_at else None,
            "answers": [{"id": one.pk, **_said(one, next(voices))} for one in comment.answers.all()],
        }
        for comment in found
    ]


def writers(page: Page, library: Library) -> list[dict[str, Any]]:
    """Return who wrote in a page, each once, as the reader is told of them: whose suggestions stand in it."""
    rows: dict[int, Chapter | Update] = {}
    for table in (Chapter, Update):
        newest = table.objects.filter(page=page).order_by().values_list("author_id").annotate(Max("pk"))
        rows |= {row.author_id: row for row in table.objects.filter(pk__in=[pk for _, pk in newest]).defer("data")}
    found = list(rows.values())
    return [
        {"id": row.author_id, "name": voice.label}
        for row, voice in zip(found, bylines(found, library.standing), strict=True)
    ]


def _said(row: Comment | Answer, voice: Byline) -> dict[str, Any]:
    author = {
        "id": voice.person_id,
        "name": voice.label,
        "organisation": voice.organisation,
        "function": voice.function,
    }
    return {"body": row.body, "author": author, "at": row.created_at.isoformat()}
