"""The address of a person's own actions, over all groups."""

from django.urls import path

from discussions.actions import views

urlpatterns = [
    path("actions/", views.own_actions, name="own_actions"),
]
