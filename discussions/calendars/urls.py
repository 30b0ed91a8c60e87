"""Addresses of calendars: the page that makes them, and what calendar programs read."""

from django.urls import path

from discussions.calendars import views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/make/", views.make, name="make_calendar"),
    path("calendar/revoke/", views.revoke, name="revoke_calendar"),
    path("calendar/<str:token>.ics", views.feed, name="calendar_feed"),
]
