"""Addresses of rooms, under `/groups/<slug>/chat/`. Those without a slash at the end speak JSON."""

from django.urls import path

from discussions.chat import json_views, views

app_name = "chat"

urlpatterns = [
    path("", views.room_page, name="room"),
    path("new/", views.room_new, name="new"),
    path("<int:room_id>/", views.room_page, name="room"),
    path("<int:room_id>/rename/", views.room_rename, name="rename"),
    path("<int:room_id>/send/", views.message_send, name="send"),
    path("<int:room_id>/seen/", views.room_seen, name="seen"),
    path("<int:room_id>/messages/<int:message_id>/edit/", views.message_edit, name="edit"),
    path("<int:room_id>/messages/<int:message_id>/delete/", views.message_delete, name="delete"),
    path("<int:room_id>/events", json_views.events, name="events"),
    path("<int:room_id>/messages", json_views.messages, name="messages"),
    path("<int:room_id>/messages/<int:message_id>", json_views.message, name="message"),
    path("<int:room_id>/read", json_views.read, name="read"),
]
