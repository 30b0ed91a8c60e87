"""Addresses of the account pages that are ours."""

from django.urls import path

from accounts import views

app_name = "account"

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("security/", views.security, name="security"),
    path("sessions/<int:session_id>/end/", views.end_session, name="end_session"),
]
