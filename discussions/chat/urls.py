"""Addresses of rooms, under `/groups/<slug>/chat/`. Those without a slash at the end speak JSON."""

from django.urls import path

from discussions.chat import json_views
from discussions.chat.views import about, messages, reports, room, rooms, stretch

app_name = "chat"

urlpatterns = [
    path("", room.room_page, name="room"),
    path("new/", rooms.room_new, name="new"),
    path("<int:room_id>/", room.room_page, name="room"),
    path("<int:room_id>/settings/", rooms.room_settings, name="settings"),
    path("<int:room_id>/state/", rooms.room_state, name="state"),
    path("<int:room_id>/send/", messages.message_send, name="send"),
    path("<int:room_id>/seen/", room.room_seen, name="seen"),
    path("<int:room_id>/thread/", stretch.stretch, name="stretch"),
    path("<int:room_id>/mute/", room.room_mute, name="mute"),
    path("<int:room_id>/messages/<int:message_id>/", about.message_about, name="about"),
    path("<int:room_id>/messages/<int:message_id>/react/", about.message_react, name="react"),
    path("<int:room_id>/messages/<int:message_id>/pin/", about.message_pin, name="pin_by_form"),
    path("<int:room_id>/messages/<int:message_id>/edit/", messages.message_edit, name="edit"),
    path("<int:room_id>/messages/<int:message_id>/delete/", messages.message_delete, name="delete"),
    path("<int:room_id>/messages/<int:message_id>/report/", reports.report, name="report"),
    path("<int:room_id>/events", json_views.events, name="events"),
    path("<int:room_id>/messages", json_views.messages, name="messages"),
    path("<int:room_id>/messages/<int:message_id>", json_views.message, name="message"),
    path("<int:room_id>/messages/<int:message_id>/reactions", json_views.reactions, name="reactions"),
    path("<int:room_id>/messages/<int:message_id>/pin", json_views.pin, name="pin"),
    path("<int:room_id>/messages/<int:message_id>/readers", json_views.readers, name="readers"),
    path("<int:room_id>/rights", json_views.rights, name="rights"),
    path("<int:room_id>/pins", json_views.pins, name="pins"),
    path("<int:room_id>/read", json_views.read, name="read"),
]
