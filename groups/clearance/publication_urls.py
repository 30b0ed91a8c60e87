"""Addresses of a group's publications, under `/groups/<slug>/publications/`."""

from django.urls import path

from groups.clearance.views import publications

app_name = "publications"
urlpatterns = [
    path("", publications.published, name="list"),
    path("<int:publication_id>/", publications.page, name="page"),
    path("<int:publication_id>/file/", publications.file, name="file"),
    path("<int:publication_id>/citation.bib", publications.bibtex, name="bibtex"),
    path("<int:publication_id>/citation.ris", publications.ris, name="ris"),
    path("<int:publication_id>/withdraw/", publications.withdraw, name="withdraw"),
]
