"""The pages of one's account, as tabs, and the names of devices."""

from typing import Any, TypedDict

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.devices import device

register = template.Library()


class Tab(TypedDict):
    """One tab, as `components/tabs.html` takes it."""

    key: str
    url: str
    label: str


@register.simple_tag
def account_tabs() -> list[Tab]:
    """Return the pages of one's account, in the order they are shown."""
    return [
        {"key": "profile", "url": reverse("account:profile"), "label": _("Profile")},
        {"key": "letters", "url": reverse("groups:levels"), "label": _("Letters")},
        {"key": "organisations", "url": reverse("partners:mine"), "label": _("My organisations")},
        {"key": "blocked", "url": reverse("conversations:blocked"), "label": _("Blocked people")},
        {"key": "programs", "url": reverse("api:tokens"), "label": _("Programs")},
        {"key": "security", "url": reverse("account:security"), "label": _("Security")},
    ]


register.filter("device", device)


@register.simple_tag(takes_context=True)
def account_tab(context: dict[str, Any]) -> str:
    """Return the key of the tab this page belongs to: every page of allauth's is about security."""
    path = context["request"].path
    for tab in account_tabs():
        if path.startswith(tab["url"]):
            return tab["key"]
    return "security"
