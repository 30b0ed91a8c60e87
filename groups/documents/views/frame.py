"""What every page of a library shows around its own part."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from groups.documents.audience import audience_of
from groups.documents.library import Library
from groups.documents.models import Folder, Reach


def whole_number(text: str) -> int | None:
    """Return the whole number that an address names, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def address(library: Library, folder: Folder | None = None) -> str:
    """Return the address of a folder, or of the library's top."""
    slug = library.group.slug
    return reverse("documents:folder", args=[slug, folder.pk]) if folder else reverse("documents:list", args=[slug])


def crumbs(library: Library, folder: Folder | None) -> list[dict[str, str]]:
    """Return the way from the group down to the folder, itself included."""
    steps = [{"label": library.group.name, "url": library.group.get_absolute_url()}]
    steps.append({"label": _("Documents"), "url": address(library)})
    return steps + [{"label": step.name, "url": address(library, step)} for step in library.way_to(folder)]


def framed(library: Library, folder: Folder | None, /, **more: Any) -> dict[str, Any]:
    """Return the context of a page that lies in the folder."""
    shown = more.get("document") or more.get("folder", folder)
    reach = shown.reach if shown else Reach.READERS
    return {
        "audience": audience_of(library.group, reach),
        "group": library.group,
        "standing": library.standing,
        "library": library,
        "crumbs": crumbs(library, folder),
        "max_file": settings.MAX_FILE_SIZE,
        **more,
    }


def tell_place(request: HttpRequest, library: Library, reach: int, text: str = "") -> None:
    """Say that something lies elsewhere now, and who sees it there."""
    words = {"audience": audience_of(library.group, reach).words}
    messages.success(request, (text or _("Moved. Who sees it now: %(audience)s.")) % words)


def form_page(
    request: HttpRequest,
    library: Library,
    folder: Folder | None,
    form: forms.Form,
    *,
    title: str,
    action: str,
    back: str,
    text: str = "",
) -> HttpResponse:
    """Show one form on a page of its own: with its errors, or where no script and no details element opens it."""
    context = framed(library, folder, form=form, title=title, action=action, back=back, text=text)
    return render(request, "documents/form.html", context, status=422 if form.errors else 200)
