"""The pages of one group, as the row of tabs under its name: those the person may open."""

from typing import TypedDict

from django.urls import reverse
from django.utils.translation import gettext as _

from groups.models import Group, GroupState
from groups.standing import Standing


class Tab(TypedDict):
    """One tab, as `components/tabs.html` takes it."""

    key: str
    label: str
    url: str
    icon: str
    count: int


def tabs(group: Group, standing: Standing, current: str = "", *, unread: dict[str, int] | None = None) -> list[Tab]:
    """Return the tabs the person may open: overview, threads, actions, chat, documents, members, settings.

    `current` is the key of the page that asks, which stands among them whatever the rights; `unread` gives counts by key.
    """
    live = group.state not in {GroupState.PROPOSED, GroupState.DECLINED}
    reads = live and standing.may_read
    settings = "groups:settings" if standing.may_manage else "groups:state"
    shown = [
        ("overview", _("Overview"), "group", "groups", True),
        ("threads", _("Threads"), "threads:list", "thread", reads),
        ("actions", _("Actions"), "actions:list", "check", reads),
        ("chat", _("Chat"), "chat:room", "chat", live and standing.may_read_chat),
        ("documents", _("Documents"), "documents:list", "folder", reads),
        ("publications", _("Publications"), "publications:list", "globe", False),
        ("members", _("Members"), "groups:members", "members", True),
        ("settings", _("Settings"), settings, "settings", standing.may_change_state),
    ]
    counts = unread or {}
    return [
        Tab(key=key, label=label, url=reverse(name, args=[group.slug]), icon=icon, count=counts.get(key, 0))
        for key, label, name, icon, may_open in shown
        if may_open or key == current
    ]


class Section(TypedDict):
    """One page of the settings, as `groups/settings/_base.html` takes it."""

    url: str
    label: str
    current: bool


def settings_sections(group: Group, standing: Standing, current: str) -> list[Section]:
    """Return the pages of the group's settings that the person may open; `current` is the name of the address that asks."""
    leads = standing.may_manage
    shown = [
        ("groups:settings", _("Texts"), leads),
        ("groups:access", _("Access"), leads),
        ("groups:letters", _("Letters"), leads),
        ("documents:macros", _("Files"), leads),
        ("groups:invitations", _("Invitations"), leads),
        ("groups:working_groups", _("Working groups"), leads and not group.parent_id),
        ("threads:reports", _("Reports"), leads),
        ("clearance:rule", _("Clearance"), leads),
        ("webhooks:list", _("Webhooks"), leads),
        ("groups:state", _("Rest and close"), True),
        ("groups:record", _("Record of acts"), leads),
    ]
    return [
        Section(url=reverse(name, args=[group.slug]), label=label, current=name == current)
        for name, label, may_open in shown
        if may_open
    ]
