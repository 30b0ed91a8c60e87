"""The request of a signed-in person, for views behind `login_required`."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request whose user is a person, never a visitor."""

    user: "User"
