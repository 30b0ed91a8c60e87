"""Addresses of the interface, and of the pages about it: the person's own tokens, and how to use them."""

from django.urls import URLPattern, path

from api.interface import interface
from api.views import docs, tokens

app_name = "api"


def operations() -> list[URLPattern]:
    """Return one pattern for each path of the interface: its view tells the methods apart."""
    found, _app_name, _namespace = interface().urls
    first = {
        str(one.pattern): one for one in reversed(found) if isinstance(one, URLPattern) and one.name != "api-root"
    }
    return [path(f"api/v1/{place}", one.callback, name=one.name) for place, one in first.items()]


urlpatterns = [
    path("account/programs/", tokens.token_list, name="tokens"),
    path("account/programs/new/", tokens.token_new, name="new_token"),
    path("account/programs/<int:token_id>/revoke/", tokens.token_revoke, name="revoke_token"),
    path("api/v1/docs/", docs.read, name="docs"),
    path("api/v1/openapi.json", docs.openapi, name="openapi"),
    *operations(),
]
