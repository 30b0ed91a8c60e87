"""The record of a document, and taking one that is marked red or carries macros."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import Conflict, DomainError
from groups.bylines import bylines
from groups.documents import access, services
from groups.documents.record_forms import DescribeForm, TakeForm
from groups.documents.views.files import given
from groups.documents.views.frame import form_page, framed
from partners.capacity import choose

either = require_http_methods(["GET", "HEAD", "POST"])


@either
def describe(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    """Say what a document is and how it is to be handled."""
    document, library = access.document_for_writer(request.user, slug, document_id)
    now = {**vars(services.Description.of(document)), "base": document.record_version}
    form = DescribeForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        base, by = data.pop("base"), library.standing.capacities[0]
        data.pop("widen", None)
        try:
            services.describe_document(document, services.Description(**data), by=by, base=base, widen=form.widens)
            messages.success(request, _("Saved."))
            return redirect(document)
        except Conflict as conflict:
            form.add_error(None, conflict.message)
            assert isinstance(conflict.current, services.Description)
            form.show_now(conflict.current, base=document.record_version)
        except services.Widens as refusal:
            form.add_error("mark", refusal.message)
            form.ask_to_widen(refusal.question)
        except DomainError as refusal:
            form.add_error("mark", refusal.message)
    back, title = document.get_absolute_url(), _("About this document")
    return form_page(
        request, library, document.folder, form, title=title, action=_("Save"), back=back, text=document.title
    )


@either
def take(request: HttpRequest, slug: str, document_id: int, number: int) -> HttpResponseBase:
    """Ask whether somebody will take a version marked red, or one that carries macros, and give its bytes.

    That a red one was taken is recorded.
    """
    version, library = access.version_to_take(request.user, slug, document_id, number)
    is_red = version.document.is_red
    form = TakeForm(request.POST if request.method == "POST" else None, library=library, recorded=is_red)
    if request.method == "POST" and form.is_valid():
        if not is_red:
            return given(request, version)
        try:
            by = choose(library.standing.reading, form.cleaned_data.get("as"))
            response = given(request, version)  # one that is held back is not had, and not taken either
            services.take_version(version, library, by=by)
            return response
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    (by_line,) = bylines([version], library.standing)
    context = framed(
        library, version.document.folder, document=version.document, version=version, form=form, by=by_line
    )
    return render(request, "documents/take.html", context, status=422 if form.errors else 200)
