"""What people fill in to start a thread, post, edit, delete, close."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.forms import Moment
from discussions.models import Kind
from discussions.models.post import BODY_LENGTH
from discussions.models.thread import FOR_LEADS, TITLE_LENGTH
from discussions.services.threads import CONCLUSION_LENGTH
from groups.attribution import Attribution
from groups.standing import Standing
from partners.capacity import Capacity

MARKDOWN = _("Markdown: **bold**, *italic*, - lists, > quotes, [links](https://…). Name somebody with @.")


class BodyField(forms.CharField):
    """Text in Markdown, as long as a post may be."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Text"))
        kwargs.setdefault("help_text", MARKDOWN)
        widget = forms.Textarea(attrs={"rows": 8, "dir": "auto", "data-body": "", "maxlength": False})
        super().__init__(max_length=BODY_LENGTH, strip=False, widget=widget, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave `maxlength` out: a text that is too long is refused in words, not cut in silence when it is pasted."""
        return {}


class KeyedForm(forms.Form):
    """A form that makes something once, however often it is sent, in the name of one organisation."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, capacities: Sequence[Capacity] = (), initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), **(initial or {})})
        if len(capacities) > 1:
            choices = [("", str(_("Choose…")))]
            choices += [(str(one.organisation_id), str(one.organisation)) for one in capacities]
            self.fields["as"] = forms.ChoiceField(
                label=_("You speak for"), choices=choices, error_messages={"required": _("Choose the organisation.")}
            )

    @staticmethod
    def new_key() -> str:
        """Return a key for a form that is shown for the first time."""
        return str(uuid.uuid4())

    @property
    def organisation_id(self) -> str | None:
        """The organisation named under `as`, if it was asked."""
        return self.cleaned_data.get("as")

    def refuse_key(self, conflict: Conflict) -> None:
        """Say that the key was spent on other words, and take a new one: sending these again is a choice."""
        self.data = {**{name: self.data[name] for name in self.data}, "key": str(uuid.uuid4())}
        self.add_error(None, conflict.message)


class PostForm(KeyedForm):
    """An answer in a thread."""

    body = BodyField(label=_("Your answer"))
    reply = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class CommentForm(KeyedForm):
    """A word about a document."""

    body = BodyField(label=_("Your comment"))

    def __init__(
        self, data: Any = None, *, capacities: Sequence[Capacity] = (), auto_id: str = "id_%s", **more: Any
    ) -> None:
        super().__init__(data, capacities=capacities, **more)
        self.auto_id = auto_id
        self.fields["body"].widget.attrs["rows"] = 4
        self.order_fields(["key", "as", "body"])


class StartForm(KeyedForm):
    """A new thread."""

    title = forms.CharField(
        label=_("Title"), max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"dir": "auto", "data-title": ""})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.DISCUSSION)
    open_until = Moment(
        label=_("Open until"),
        required=False,
        help_text=_("Only for a consultation: afterwards nobody adds to it. In your time zone."),
    )
    acknowledge = forms.BooleanField(
        label=_("Ask every organisation to acknowledge it"),
        required=False,
        help_text=_("Only for an announcement: you see which organisations have said that they have read it."),
    )
    rule = forms.TypedChoiceField(
        label=_("What others than the group’s people read of who said what"),
        choices=Attribution.choices,
        coerce=int,
        required=False,
        initial=Attribution.OPEN,
    )
    body = BodyField()

    def __init__(self, data: Any = None, *, standing: Standing, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, capacities=standing.capacities, initial=initial)
        if not standing.may_moderate:
            del self.fields["acknowledge"]
            self.fields["kind"].choices = [choice for choice in Kind.choices if choice[0] not in FOR_LEADS]  # type: ignore[attr-defined]
            del self.fields["open_until"], self.fields["rule"]
        self.order_fields(["key", "as", "title", "kind", "open_until", "acknowledge", "rule", "body"])

    def clean(self) -> dict[str, Any]:
        """A consultation has an end; nothing else has one."""
        data = super().clean() or {}
        if data.get("kind") == Kind.CONSULTATION and not data.get("open_until") and "open_until" not in self.errors:
            self.add_error("open_until", _("Say until when the consultation is open."))
        elif data.get("kind") != Kind.CONSULTATION:
            data["open_until"] = None
        return data


class EditForm(forms.Form):
    """A new text for a post, and the version it replaces."""

    body = BodyField()
    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class DeleteForm(forms.Form):
    """Why a post is deleted; leads say it, authors may."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: Any, must_say: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = must_say
        if must_say:
            self.fields["reason"].help_text = _("Shown in its place, and recorded.")


class ConclusionForm(forms.Form):
    """What the thread came to."""

    conclusion = forms.CharField(
        label=_("Conclusion"),
        max_length=CONCLUSION_LENGTH,
        help_text=_("What was found or agreed, in a few sentences. It stands at the top of the thread. Markdown."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "maxlength": False}),
    )


class ChangeForm(forms.Form):
    """A thread's title, and the end of a consultation, against the version its keeper saw."""

    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))
    open_until = Moment(
        label=_("Open until"),
        help_text=_("Afterwards nobody adds to it. In your time zone."),
    )

    def __init__(self, *args: Any, consultation: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not consultation:
            del self.fields["open_until"]


class ReportForm(forms.Form):
    """Why a post should not stand."""

    reason = forms.CharField(
        label=_("What is wrong with it"),
        max_length=500,
        help_text=_("Whoever decides reads this, the post, and your name."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "maxlength": False}),
    )


class HideForm(forms.Form):
    """Why a post is hidden."""

    reason = forms.CharField(
        label=_("Why it is hidden"),
        max_length=500,
        help_text=_("Its author and the leads read it. It stands in the record of acts."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "maxlength": False}),
    )


class DraftForm(forms.Form):
    """What is kept of a half-written text; nothing is required of it."""

    key = forms.UUIDField(required=False)
    title = forms.CharField(required=False, strip=False)
    body = forms.CharField(required=False, strip=False)
    kind = forms.CharField(required=False)
    rule = forms.IntegerField(required=False)
    acknowledge = forms.BooleanField(required=False)
    open_until = forms.CharField(required=False)
    reply = forms.IntegerField(required=False, min_value=1)

    def clean_open_until(self) -> datetime | None:
        """A moment; one that is typed by halves, or of another age, is none yet."""
        with suppress(forms.ValidationError):
            moment: datetime | None = Moment(required=False).clean(self.cleaned_data["open_until"])
            return moment
        return None
