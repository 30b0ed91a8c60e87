"""What people fill in to say something without a script, to change it, to name a room."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from discussions.chat.models import NAME_LENGTH
from discussions.forms import KeyedForm


class TextField(forms.CharField):
    """A message; its length is refused in words, not cut in silence when it is pasted."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": kwargs.pop("rows", 1), "dir": "auto", "autocomplete": "off"}
        widget = forms.Textarea(attrs=attrs)
        messages = {"required": _("Write something first.")}
        super().__init__(strip=False, widget=widget, error_messages=messages, **kwargs)


class MessageForm(KeyedForm):
    """A message."""

    body = TextField(label=_("Message"))
    reply_to = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["body"].widget.attrs["placeholder"] = _("Write a message")


class EditForm(KeyedForm):
    """Another text for one's own message."""

    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    body = TextField(label=_("Message"), rows=6)


class DeleteForm(KeyedForm):
    """The wish to take a message back."""


class RoomForm(forms.Form):
    """A room's name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("Say what is talked about there, for example: drafting of the report."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
