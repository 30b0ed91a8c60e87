"""Addresses of polls, under their thread's."""

from django.urls import path

from discussions.polls import views

app_name = "polls"

urlpatterns = [
    path("new/", views.poll_new, name="new"),
    path("<int:poll_id>/", views.poll_page, name="page"),
    path("<int:poll_id>/vote/", views.poll_vote, name="vote"),
    path("<int:poll_id>/close/", views.poll_close, name="close"),
    path("<int:poll_id>/result.csv", views.poll_csv, name="csv"),
]
