"""Addresses of notices."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notice_list, name="list"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/<int:notice_id>/", views.open_notice, name="open"),
]
