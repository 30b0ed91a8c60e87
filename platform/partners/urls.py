"""Addresses of the directory, of an organisation's settings, and of one's own organisations."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from partners.views import directory, mine, people, profile

app_name = "partners"


class TokenConverter(StringConverter):
    """The token of an invitation: 128 bits in 22 letters, digits, hyphens and underscores."""

    regex = "[A-Za-z0-9_-]{22}"


register_converter(TokenConverter, "invitation_token")

urlpatterns = [
    path("partners/", directory.organisations, name="list"),
    path("partners/invited/<invitation_token:token>/", mine.invitation, name="invitation"),
    path("partners/<slug:slug>/edit/", profile.edit, name="edit"),
    path("partners/<slug:slug>/suspend/", profile.suspend, name="suspend"),
    path("partners/<slug:slug>/reinstate/", profile.reinstate, name="reinstate"),
    path("partners/<slug:slug>/leave/", profile.leave, name="leave"),
    path("partners/<slug:slug>/people/", people.people, name="people"),
    path("partners/<slug:slug>/people/invite/", people.invite, name="invite"),
    path("partners/<slug:slug>/people/invitations/<int:invitation_id>/revoke/", people.revoke, name="revoke"),
    path("partners/<slug:slug>/people/<int:affiliation_id>/", people.affiliation, name="affiliation"),
    path("partners/<slug:slug>/people/<int:affiliation_id>/confirm/", people.confirm, name="confirm"),
    path("partners/<slug:slug>/people/<int:affiliation_id>/decline/", people.decline, name="decline"),
    path("partners/<slug:slug>/people/<int:affiliation_id>/role/", people.role, name="role"),
    path("partners/<slug:slug>/people/<int:affiliation_id>/function/", people.function, name="function"),
    path("partners/<slug:slug>/people/<int:affiliation_id>/hand-over/", people.hand_over, name="hand_over"),
    path("partners/<slug:slug>/people/<int:affiliation_id>/end/", people.end, name="end"),
    path("account/welcome/", mine.welcome, name="welcome"),
    path("account/organisations/", mine.mine, name="mine"),
    path("account/organisations/request/", mine.ask, name="request"),
    path("account/organisations/propose/", mine.propose, name="propose"),
    path("account/organisations/<int:affiliation_id>/withdraw/", mine.withdraw, name="withdraw"),
    path("account/organisations/invitations/<int:invitation_id>/accept/", mine.accept, name="accept"),
]
