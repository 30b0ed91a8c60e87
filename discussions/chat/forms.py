"""What people fill in to say something without a script, to change it, to name a room."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import Text
from discussions.chat.models import NAME_LENGTH, Audience, Keep, Room, Writers
from discussions.chat.services import RoomRights
from discussions.forms import KeyedForm
from discussions.models.thread import TITLE_LENGTH
from discussions.views.requests import number

BIGGEST = 2**31 - 1


class TextField(forms.CharField):
    """A message; its length is refused in words, not cut in silence when it is pasted."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": kwargs.pop("rows", 1), "dir": "auto", "autocomplete": "off"}
        widget = forms.Textarea(attrs=attrs)
        messages = {"required": _("Write something first.")}
        super().__init__(strip=False, widget=widget, error_messages=messages, **kwargs)


class DocumentsField(forms.Field):
    """The ids of documents that go with a message, as often as they were chosen."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[int, ...]:
        """Return the ids, each once; what is no number is none."""
        return numbers(value or ())


def numbers(texts: Iterable[object]) -> tuple[int, ...]:
    """Return the whole numbers among the texts of an address or a form, each once."""
    found = (number(str(text)) for text in texts)
    return tuple(dict.fromkeys(one for one in found if one))


class MessageForm(KeyedForm):
    """A message: words, or documents, or both."""

    body = TextField(label=_("Message"), required=False)
    reply_to = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    attach = DocumentsField(required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["body"].widget.attrs["placeholder"] = _("Write a message")


class EditForm(KeyedForm):
    """Another text for one's own message."""

    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    body = TextField(label=_("Message"), rows=6)


class StretchForm(KeyedForm):
    """A thread's title, and from which message to which it is copied."""

    title = forms.CharField(
        label=_("Title of the thread"), max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    first = forms.IntegerField(
        min_value=1, max_value=BIGGEST, error_messages={"required": _("Choose the first message.")}
    )
    last = forms.IntegerField(
        min_value=1, max_value=BIGGEST, error_messages={"required": _("Choose the last message.")}
    )


class DeleteForm(KeyedForm):
    """The wish to take a message back."""


class RoomForm(forms.Form):
    """A room's name, who is in it, who writes there, and whether it shows who has read.

    The group's own room has no name, and everybody is in it: there it asks for the rest.
    """

    FRESH: ClassVar[dict[str, Any]] = {"audience": Audience.EVERYBODY, "writers": Writers.MEMBERS}

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("Say what is talked about there, for example: drafting of the report."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    audience = forms.ChoiceField(
        label=_("Who is in it"),
        choices=Audience.choices,
        widget=forms.RadioSelect,
        help_text=_("Whoever comes in when you widen it reads what was said before, too."),
    )
    writers = forms.ChoiceField(label=_("Who writes there"), choices=Writers.choices, widget=forms.RadioSelect)
    shows_readers = forms.BooleanField(
        label=_("Show which organisations have read a message"),
        required=False,
        help_text=_(
            "Everybody who writes in the room sees it, by organisation, never by person. The room says that it is on."
        ),
    )

    keep_days = forms.TypedChoiceField(
        label=_("How long messages are kept"),
        choices=[("", _("For ever")), *Keep.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Older messages are deleted once a day, for everybody and for good, pinned ones too."),
    )

    def __init__(self, data: Any = None, *, room: Room | None = None, initial: dict[str, Any] | None = None) -> None:
        if room is not None:
            initial = {
                name: getattr(room, name) for name in ("name", "audience", "writers", "shows_readers", "keep_days")
            }
        super().__init__(data, initial=initial)
        self.is_main = room is not None and room.is_main
        if room is None:
            self.fields["audience"].help_text = ""
        if self.is_main:
            del self.fields["name"], self.fields["audience"]

    @property
    def rights(self) -> RoomRights:
        """What was chosen."""
        chosen = self.cleaned_data
        audience = Audience.EVERYBODY if self.is_main else Audience(chosen["audience"])
        return RoomRights(audience, Writers(chosen["writers"]), chosen["shows_readers"])


class ReportForm(forms.Form):
    """Why a message should not stand."""

    reason = Text(
        label=_("What is wrong with it"),
        max_length=500,
        help_text=_("Whoever decides reads this, the message, and your name."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
