"""What a group says of itself, and its switches: who may find, read, join and begin what."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import Text
from core.markdown import MAX_LENGTH
from groups.forms.fields import Area, Once, organisation_field
from groups.models import Find, Group, History, Join, Read, StartThreads
from groups.models.group import WIDTH
from partners.models import Affiliation


class TextsForm(forms.Form):
    """What a group says of itself."""

    name = Text(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))
    theme = Text(
        label=_("Theme"),
        max_length=120,
        required=False,
        help_text=_("A few words that place it among the others."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    summary = Text(
        label=_("What it is for"),
        max_length=600,
        help_text=_("Two or three sentences. Whoever may find the group reads them."),
        widget=Area(3),
    )
    terms = Text(
        label=_("Terms of reference"),
        required=False,
        max_length=MAX_LENGTH,
        help_text=_("Mandate, tasks, working methods, duration. Markdown is understood."),
        widget=Area(10),
    )


class EditForm(TextsForm):
    """The texts, with the version their editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


def _choice(label: object, consequence: object) -> SafeString:
    return format_html("{}<small>{}</small>", label, consequence)


class SwitchesForm(forms.Form):
    """The four switches and the history, each value with what it brings."""

    find = forms.ChoiceField(label=_("Who may find it"), widget=forms.RadioSelect)
    read = forms.ChoiceField(label=_("Who may read its threads and documents"), widget=forms.RadioSelect)
    join = forms.ChoiceField(label=_("How organisations join"), widget=forms.RadioSelect)
    start_threads = forms.ChoiceField(label=_("Who may start threads"), widget=forms.RadioSelect)
    history = forms.ChoiceField(label=_("What newcomers may read of what came before"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, parent: Group | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        find, read = WIDTH[parent.find] if parent else 0, WIDTH[parent.read] if parent else 0
        self._offer("find", FIND, narrowest=find)
        if parent:
            hint = gettext("Who takes part in “{parent}” finds it too, unless it takes members by invitation only.")
            self.fields["find"].help_text = format_html(hint, parent=parent.name)
        self._offer("read", READ, narrowest=read)
        self._offer("join", JOIN)
        self._offer("start_threads", START)
        self._offer("history", HISTORY)

    def _offer(self, name: str, choices: Sequence[tuple[str, Any, Any]], narrowest: int = 0) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (value, _choice(label, consequence))
            for value, label, consequence in choices
            if WIDTH.get(value, 0) >= narrowest
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a group that more people may read than may find it, beside the field."""
        data = super().clean() or self.cleaned_data
        if data.get("find") and data.get("read") and WIDTH[data["read"]] < WIDTH[data["find"]]:
            self.add_error("read", _("Nobody reads what they cannot find: choose the same audience or a smaller one."))
        if data.get("history") == History.FROM_JOINING and data.get("read") not in {None, Read.MEMBERS}:
            self.add_error("history", _("Others read this group, so nothing can be kept from newcomers."))
        return data


class LettersForm(forms.Form):
    """What letters about the group may hold."""

    mail_content = forms.ChoiceField(
        label=_("What letters about this group hold"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("", _choice(_("That something is new"), _("Nothing that was written here lies in anybody’s mailbox."))),
            ("1", _choice(_("The words too"), _("Titles, names and posts come by mail, and can be answered there."))),
        ],
    )


FIND = [
    (Find.PUBLIC.value, Find.PUBLIC.label, _("Name, summary and member organisations stand in the public directory.")),
    (Find.PARTNERS.value, Find.PARTNERS.label, _("Signed-in people of partners see it; visitors do not.")),
    (
        Find.MEMBERS.value,
        Find.MEMBERS.label,
        _("To everybody else it does not exist. It gets a new address without its name; old links stop working."),
    ),
]
READ = [
    (Read.PUBLIC.value, Read.PUBLIC.label, _("Visitors read threads and documents. The chat stays with the members.")),
    (Read.PARTNERS.value, Read.PARTNERS.label, _("People of partners read along without joining.")),
    (Read.MEMBERS.value, Read.MEMBERS.label, _("Only people who take part here, observers included.")),
]
JOIN = [
    (Join.OPEN.value, Join.OPEN.label, _("A focal point joins for the organisation at once.")),
    (Join.REQUEST.value, Join.REQUEST.label, _("Organisations say what they bring; leads accept or decline.")),
    (Join.INVITATION.value, Join.INVITATION.label, _("Only who is invited by a lead can join.")),
]
START = [
    (StartThreads.MEMBERS.value, StartThreads.MEMBERS.label, _("Every member organisation starts threads.")),
    (StartThreads.LEADS.value, StartThreads.LEADS.label, _("Leads start threads; members answer.")),
]
HISTORY = [
    (History.ALL.value, History.ALL.label, _("Whoever joins reads everything that was said before.")),
    (
        History.FROM_JOINING.value,
        History.FROM_JOINING.label,
        _(
            "Everybody reads what was written since they came, those already here too. It needs a group only members read."
        ),
    ),
]


class AccessForm(SwitchesForm):
    """The switches of a group that exists, with the version their editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ProposeForm(TextsForm, SwitchesForm, Once):
    """A proposal: texts and switches, for an organisation."""

    field_order = ["as", "name", "theme", "summary", "terms"]

    def __init__(self, *args: Any, affiliations: Iterable[Affiliation], **kwargs: Any) -> None:
        kwargs["initial"] = {"find": "public", "read": "members", "join": "request"} | kwargs.get("initial", {})
        kwargs["initial"] = {"start_threads": "members", "history": "all"} | kwargs["initial"]
        super().__init__(*args, **kwargs)
        self.fields["as"] = organisation_field(affiliations, _("Proposed, and then led, by"))
        self.order_fields(self.field_order)


class WorkingGroupForm(TextsForm, SwitchesForm, Once):
    """A working group: texts and switches, no wider than the parent's."""

    def __init__(self, *args: Any, parent: Group, **kwargs: Any) -> None:
        initial = {"find": parent.find, "read": parent.read, "join": "request", "start_threads": "members"}
        kwargs["initial"] = initial | {"history": parent.history} | kwargs.get("initial", {})
        super().__init__(*args, parent=parent, **kwargs)


class StateForm(forms.Form):
    """Resting, closing, waking: what, and why."""

    REASONED = ("close",)
    act = forms.ChoiceField(choices=[("rest", ""), ("close", ""), ("reopen", "")], widget=forms.HiddenInput)
    reason = Text(label=_("Reason"), max_length=600, required=False, widget=Area(2))

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where one is needed."""
        data = super().clean() or self.cleaned_data
        if data.get("act") in self.REASONED and not data.get("reason"):
            self.add_error("reason", ValidationError(_("Give a reason; the members read it."), code="required"))
        return data
