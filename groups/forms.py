"""What people type about groups, and what they are told when it cannot be."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import Text
from core.markdown import MAX_LENGTH
from groups.models import Find, Group, History, Join, Membership, Read, StartThreads
from groups.models.group import WIDTH
from groups.models.membership import BRINGS_WORDS, short_offer
from partners.models import Affiliation


class Area(forms.Textarea):
    """A text of several lines in whatever direction its words have."""

    def __init__(self, rows: int = 4, **attrs: Any) -> None:
        super().__init__(attrs={"rows": rows, "dir": "auto", **attrs})


class Once(forms.Form):
    """A form that makes something: its key lets the server know the same form sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


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


def organisation_field(affiliations: Iterable[Affiliation], label: Any) -> forms.ChoiceField:
    """Return the field `as`: which organisation one acts for; a person with one organisation need not choose."""
    choices = [(str(one.organisation_id), one.organisation.name) for one in affiliations]
    if len(choices) == 1:
        return forms.ChoiceField(label=label, choices=choices, initial=choices[0][0], widget=forms.HiddenInput)
    return forms.ChoiceField(label=label, choices=[("", gettext("Choose …")), *choices])


class JoinForm(Once):
    """A request to join, for an organisation, saying what it brings."""

    brings = Text(
        label=_("What your organisation brings"),
        max_length=2000,
        validators=[short_offer],
        help_text=_(
            "At most 60 words: knowledge, data, members, funds, reach. The leads and later the members read it."
        ),
        widget=Area(4, **{"data-words": str(BRINGS_WORDS)}),
    )

    field_order = ["as", "brings"]

    def __init__(self, *args: Any, affiliations: Iterable[Affiliation], optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as"] = organisation_field(affiliations, _("Organisation"))
        self.fields["brings"].required = not optional
        self.order_fields(self.field_order)


class ProposeJoiningForm(forms.Form):
    """Which of one's organisations should join."""

    def __init__(self, *args: Any, affiliations: Iterable[Affiliation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as"] = organisation_field(affiliations, _("Organisation"))


class ReasonForm(forms.Form):
    """Why: read by the people concerned, and kept in the record."""

    reason = Text(label=_("Reason"), max_length=600, help_text=_("The people concerned read it."), widget=Area(2))

    @classmethod
    def beside(cls, what: str, pk: int, data: Mapping[str, Any] | None = None) -> Self:
        """Return the form of one act upon one row: the two make its field's id the only one on a page of many."""
        return cls(data, auto_id=f"{what}-{pk}-%s")


class NoteForm(ReasonForm):
    """Why, for who may also say nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class SilenceForm(ReasonForm):
    """For how long somebody is muted, and why."""

    days = forms.TypedChoiceField(
        label=_("For how long"),
        coerce=int,
        choices=[(1, _("One day")), (3, _("Three days")), (7, _("One week")), (30, _("Thirty days"))],
        widget=forms.RadioSelect,
        initial=1,
    )
    field_order = ("days", "reason")


class RoleForm(forms.Form):
    """What an organisation is in the group."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)


class InviteForm(Once):
    """Whom to invite, in which role."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The link in the mail works for this address only, once, for seven days."),
    )
    role = forms.ChoiceField(
        label=_("Their organisation comes in as"),
        choices=Membership.Role.choices,
        initial=Membership.Role.MEMBER.value,
    )
    message = Text(label=_("A few words to them"), required=False, max_length=600, widget=Area(3))


class Colleague(forms.ModelChoiceField):
    """People of one organisation, by name and function."""

    def label_from_instance(self, obj: Affiliation) -> str:
        """Return how the person stands in the list."""
        return f"{obj.user.display_name} – {obj.function}" if obj.function else obj.user.display_name


class PersonForm(forms.Form):
    """Which colleague takes part."""

    affiliation = Colleague(
        label=_("Person"), queryset=Affiliation.objects.none(), empty_label=_("Choose a colleague …")
    )

    def __init__(self, *args: Any, organisation_id: int, seated: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["affiliation"]
        assert isinstance(field, forms.ModelChoiceField)
        colleagues = Affiliation.objects.active().filter(organisation=organisation_id, user__is_active=True)
        field.queryset = colleagues.exclude(user__in=list(seated)).select_related("user").order_by("user__name")


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
