"""The head of every page of a group."""

from typing import Any

from django import template
from django.template import Context

from groups.audience import Audience, chatters_of, finders_of, keepers_of, leads_of, readers_of
from groups.forms import ReasonForm
from groups.models import Group
from groups.navigation import tabs
from groups.standing import Standing

register = template.Library()
AUDIENCES = {
    "threads": readers_of,
    "documents": readers_of,
    "chat": chatters_of,
    "settings": leads_of,
    "state": keepers_of,
}


@register.inclusion_tag("groups/_head.html")
def group_head(
    group: Group,
    standing: Standing,
    current: str,
    level: str = "h1",
    section: str = "",
    audience: Audience | None = None,
) -> dict[str, Any]:
    """Draw the group's name, its state, who can see this page, and the tabs the person may open.

    `level` is `h1` on the overview; pages with a heading of their own pass `p`. A tab of several pages names its `section`;
    a page that other people see than its tab's brings its `audience`.
    """
    return {
        "group": group,
        "standing": standing,
        "current": current,
        "level": level,
        "tabs": tabs(group, standing, current),
        "audience": audience or (AUDIENCES.get(section) or AUDIENCES.get(current, finders_of))(group),
    }


@register.simple_tag(takes_context=True)
def reason_form(context: Context, what: str, pk: int) -> ReasonForm:
    """Return the form that asks why beside one act upon one row; the one that was refused comes back as it was typed."""
    form, refused = ReasonForm.beside(what, pk), context.get("refused")
    return refused if refused and refused.auto_id == form.auto_id else form
