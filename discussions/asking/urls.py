"""Addresses of what a thread asks, under the thread's."""

from django.urls import path

from discussions.asking.views import acknowledgements, answers

app_name = "asking"

urlpatterns = [
    path("acknowledge/", acknowledgements.acknowledge, name="acknowledge"),
    path("acknowledgements/", acknowledgements.page, name="acknowledgements"),
    path("acknowledgements/ask/", acknowledgements.ask, name="ask"),
    path("acknowledgements/remind/", acknowledgements.remind, name="remind"),
    path("acknowledgements.csv", acknowledgements.table, name="acknowledgements_csv"),
    path("answers/", answers.page, name="answers"),
    path("answers.csv", answers.table, name="answers_csv"),
]
