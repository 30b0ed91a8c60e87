"""What leads fill in to put a thread in order: moving, merging, its summary, its rule of attribution."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from discussions.forms import BodyField, KeyedForm
from discussions.models import Thread
from discussions.models.thread import TITLE_LENGTH
from groups.attribution import Attribution

ADDRESS = re.compile(r"/threads/(\d{1,9})/")


class TargetForm(forms.Form):
    """Which thread of the group it goes to: one of those listed, or any by its address."""

    thread = forms.ChoiceField(label=_("Thread"), required=False)
    address = forms.CharField(
        label=_("Or its address"),
        required=False,
        max_length=300,
        help_text=_("Copied from the browser, for a thread that is not in the list."),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "url"}),
    )

    def __init__(self, *args: Any, threads: Sequence[Thread], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(str(thread.pk), thread.title) for thread in threads]
        self.fields["thread"].choices = [("", _("Choose…")), *listed]  # type: ignore[attr-defined]

    @property
    def target_id(self) -> int:
        """The id of the thread that was named, 0 for none."""
        if found := ADDRESS.search(self.cleaned_data.get("address", "")):
            return int(found[1])
        return int(self.cleaned_data.get("thread") or 0)

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        data = super().clean() or {}
        if data.get("address") and not ADDRESS.search(data["address"]):
            self.add_error("address", _("This is no address of a thread."))
        elif not data.get("address") and not data.get("thread") and self.needs_target(data):
            self.add_error("thread", _("Choose the thread they go to."))
        return data

    def needs_target(self, data: dict[str, Any]) -> bool:
        """Whether a thread must be named."""
        return True


class MoveForm(KeyedForm, TargetForm):
    """Which posts go, and whether into a new thread or one that is there."""

    numbers = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": _("Choose at least one post.")}, widget=forms.CheckboxSelectMultiple
    )
    where = forms.ChoiceField(
        label=_("Where they go"),
        choices=[("new", _("Into a new thread")), ("other", _("Into another thread of this group"))],
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label=_("Title of the new thread"),
        required=False,
        max_length=TITLE_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, data: Any = None, *, numbers: Sequence[int], threads: Sequence[Thread], **kwargs: Any) -> None:
        forms.Form.__init__(self, data, **kwargs)
        self.fields["thread"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose…")),
            *((str(thread.pk), thread.title) for thread in threads),
        ]
        self.fields["numbers"].choices = [(number, f"#{number}") for number in numbers]  # type: ignore[attr-defined]

    def needs_target(self, data: dict[str, Any]) -> bool:
        """Only where they go into one that is there."""
        return data.get("where") == "other"

    def clean(self) -> dict[str, Any]:
        """A new thread needs a title."""
        data = super().clean()
        if data.get("where") == "new" and not data.get("title") and "title" not in self.errors:
            self.add_error("title", _("Give the thread a title."))
        return data


class SummaryForm(forms.Form):
    """The summary at the top of a thread, against the version its keeper saw; empty, it is taken away."""

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    body = BodyField(
        label=_("Summary"),
        required=False,
        help_text=_("Where things stand, for those who come late. Empty takes it away. Markdown."),
    )


class AttributionForm(forms.Form):
    """The rule of attribution, against the one its keeper saw."""

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    rule = forms.TypedChoiceField(
        label=_("What others than the group’s people read of who said what"),
        choices=Attribution.choices,
        coerce=int,
        widget=forms.RadioSelect,
    )
