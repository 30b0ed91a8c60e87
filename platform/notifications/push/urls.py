"""Addresses of push."""

from django.urls import path

from notifications.push import views

app_name = "push"
urlpatterns = [
    path("worker.js", views.worker, name="worker"),
    path("devices/", views.page, name="page"),
    path("devices/state/", views.state, name="state"),
    path("devices/subscribe/", views.subscribe, name="subscribe"),
    path("devices/seen/", views.seen, name="seen"),
    path("devices/<int:subscription_id>/end/", views.end, name="end"),
]
