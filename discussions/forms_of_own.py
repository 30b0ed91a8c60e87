"""What people fill in about what is theirs alone: words for later, notes beside bookmarks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import Moment
from discussions.forms import BodyField, PostForm, StartForm
from discussions.models.bookmark import NOTE_LENGTH
from discussions.models.thread import TITLE_LENGTH


def _due_field() -> Moment:
    return Moment(
        label=_("When it appears"),
        help_text=_("In your time zone. Until then nobody else sees it."),
    )


class LaterPostForm(PostForm):
    """An answer for later."""

    due_at = _due_field()
    field_order = ("key", "as", "due_at", "body")


class LaterThreadForm(StartForm):
    """A new thread for later."""

    due_at = _due_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["key", "as", "due_at", "title", "kind", "open_until", "acknowledge", "rule", "body"])


class ScheduledForm(forms.Form):
    """Other words or another moment for what waits, against the version its author saw."""

    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    due_at = _due_field()
    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))
    body = BodyField()

    def __init__(self, *args: Any, begins: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not begins:
            del self.fields["title"]


class NoteForm(forms.Form):
    """A note to oneself beside a bookmark."""

    note = forms.CharField(
        label=_("Note to yourself"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
