"""Addresses of direct conversations, under `/conversations/`: a room's page and acts are those of a group's rooms."""

from django.urls import path

from discussions.chat import json_views
from discussions.chat.views import about, conversations, messages, reports, room

app_name = "conversations"

urlpatterns = [
    path("", conversations.conversation_list, name="list"),
    path("new/", conversations.conversation_new, name="new"),
    path("blocked/", conversations.blocked, name="blocked"),
    path("<int:room_id>/", conversations.conversation, name="room"),
    path("<int:room_id>/accept/", conversations.accept, name="accept"),
    path("<int:room_id>/block/", conversations.block, name="block"),
    path("<int:room_id>/send/", messages.message_send, name="send"),
    path("<int:room_id>/seen/", room.room_seen, name="seen"),
    path("<int:room_id>/mute/", room.room_mute, name="mute"),
    path("<int:room_id>/messages/<int:message_id>/", about.message_about, name="about"),
    path("<int:room_id>/messages/<int:message_id>/react/", about.message_react, name="react"),
    path("<int:room_id>/messages/<int:message_id>/pin/", about.message_pin, name="pin_by_form"),
    path("<int:room_id>/messages/<int:message_id>/edit/", messages.message_edit, name="edit"),
    path("<int:room_id>/messages/<int:message_id>/delete/", messages.message_delete, name="delete"),
    path("<int:room_id>/messages/<int:message_id>/report/", reports.report, name="report"),
    path("<int:room_id>/people", json_views.people, name="people"),
    path("<int:room_id>/events", json_views.events, name="events"),
    path("<int:room_id>/messages", json_views.messages, name="messages"),
    path("<int:room_id>/messages/<int:message_id>", json_views.message, name="message"),
    path("<int:room_id>/messages/<int:message_id>/reactions", json_views.reactions, name="reactions"),
    path("<int:room_id>/messages/<int:message_id>/pin", json_views.pin, name="pin"),
    path("<int:room_id>/rights", json_views.rights, name="rights"),
    path("<int:room_id>/pins", json_views.pins, name="pins"),
    path("<int:room_id>/read", json_views.read, name="read"),
]
