"""The head of every page of a group."""

from typing import Any

from django import template

from groups.audience import chatters_of, finders_of, leads_of, readers_of
from groups.forms import ReasonForm
from groups.models import Group
from groups.navigation import tabs
from groups.standing import Standing

register = template.Library()
AUDIENCES = {"threads": readers_of, "documents": readers_of, "chat": chatters_of, "settings": leads_of}


@register.inclusion_tag("groups/_head.html")
def group_head(group: Group, standing: Standing, current: str, level: str = "h1") -> dict[str, Any]:
    """Draw the group's name, its state, who can see this page, and the tabs the person may open.

    `level` is `h1` on the overview; pages with a heading of their own pass `p`.
    """
    return {
        "group": group,
        "standing": standing,
        "current": current,
        "level": level,
        "tabs": tabs(group, standing, current),
        "audience": AUDIENCES.get(current, finders_of)(group),
    }


@register.simple_tag
def reason_form(what: str, pk: int) -> ReasonForm:
    """Return a form that asks why; `what` and the row's key make its field's id the only one on the page."""
    return ReasonForm(auto_id=f"{what}-{pk}-%s")
