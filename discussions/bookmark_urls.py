"""Addresses of a person's bookmarks, under `/bookmarks/`."""

from django.urls import path

from discussions.views import bookmarks

app_name = "bookmarks"

urlpatterns = [
    path("", bookmarks.bookmark_list, name="list"),
    path("<int:bookmark_id>/note/", bookmarks.bookmark_note, name="note"),
    path("<int:bookmark_id>/remove/", bookmarks.bookmark_remove, name="remove"),
    path("documents/<slug:slug>/<int:document_id>/", bookmarks.document_bookmark, name="document"),
]
