"""Addresses of what a person has written for later, under `/scheduled/`."""

from django.urls import path

from discussions.views import scheduled

app_name = "scheduled"

urlpatterns = [
    path("", scheduled.scheduled_list, name="list"),
    path("<int:scheduled_id>/", scheduled.scheduled_edit, name="edit"),
    path("<int:scheduled_id>/cancel/", scheduled.scheduled_cancel, name="cancel"),
    path("<int:scheduled_id>/now/", scheduled.scheduled_now, name="now"),
]
