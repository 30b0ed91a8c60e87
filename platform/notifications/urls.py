"""Addresses of notices."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notice_list, name="list"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/newest/", views.newest, name="newest"),
    path("notifications/state/", views.state, name="state"),
    path("notifications/mail-again/", views.write_again, name="write_again"),
    path("notifications/<int:notice_id>/", views.open_notice, name="open"),
    path("letters/<int:letter_id>/", views.open_letter, name="letter"),
    path("letters/stop/<str:token>/", views.stop, name="stop"),
]
