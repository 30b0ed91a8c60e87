"""Addresses of a group's actions, under `/groups/<slug>/actions/`."""

from django.urls import path

from discussions.actions import views

app_name = "actions"

urlpatterns = [
    path("", views.action_list, name="list"),
    path("new/", views.action_new, name="new"),
    path("actions.csv", views.action_csv, name="csv"),
    path("from/<int:thread_id>/<int:number>/", views.action_from_post, name="from_post"),
    path("<int:action_id>/", views.action_page, name="page"),
    path("<int:action_id>/change/", views.action_change, name="change"),
    path("<int:action_id>/state/", views.action_settle, name="settle"),
]
