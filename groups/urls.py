"""Addresses of the groups: directory, proposing, members, joining, settings, invitations."""

from django.urls import path

from groups.views import directory, invitations, joining, levels, members, settings, silencing

app_name = "groups"
urlpatterns = [
    path("groups/", directory.directory, name="list"),
    path("groups/propose/", directory.propose, name="propose"),
    path("account/notifications/", levels.levels, name="levels"),
    path("groups/<slug:slug>/notifications/", levels.level, name="level"),
    path("groups/<slug:slug>/settings/letters/", settings.letters, name="letters"),
    path("groups/<slug:slug>/members/", members.members, name="members"),
    path("groups/<slug:slug>/members/<int:membership_id>/accept/", members.accept, name="accept"),
    path("groups/<slug:slug>/members/<int:membership_id>/decline/", members.decline, name="decline"),
    path("groups/<slug:slug>/members/<int:membership_id>/role/", members.change_role, name="role"),
    path("groups/<slug:slug>/members/<int:membership_id>/remove/", members.remove, name="remove"),
    path("groups/<slug:slug>/members/<int:membership_id>/leave/", members.leave, name="leave"),
    path("groups/<slug:slug>/members/<int:membership_id>/people/", members.name_person, name="name_person"),
    path("groups/<slug:slug>/members/<int:membership_id>/take-part/", members.take_part, name="take_part"),
    path("groups/<slug:slug>/people/<int:participant_id>/stop/", members.stop, name="stop"),
    path("groups/<slug:slug>/people/<int:person_id>/mute/", silencing.silence, name="silence"),
    path("groups/<slug:slug>/people/<int:person_id>/unmute/", silencing.lift, name="lift_silence"),
    path("groups/<slug:slug>/join/", joining.join, name="join"),
    path("groups/<slug:slug>/join/<int:membership_id>/withdraw/", joining.withdraw, name="withdraw"),
    path("groups/<slug:slug>/settings/", settings.texts, name="settings"),
    path("groups/<slug:slug>/settings/access/", settings.access, name="access"),
    path("groups/<slug:slug>/settings/invitations/", settings.invitations, name="invitations"),
    path("groups/<slug:slug>/settings/invitations/<int:invitation_id>/again/", settings.send_again, name="send_again"),
    path("groups/<slug:slug>/settings/invitations/<int:invitation_id>/revoke/", settings.revoke, name="revoke"),
    path("groups/<slug:slug>/settings/working-groups/", settings.working_groups, name="working_groups"),
    path("groups/<slug:slug>/settings/state/", settings.state, name="state"),
    path("groups/<slug:slug>/settings/record/", settings.record, name="record"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]
