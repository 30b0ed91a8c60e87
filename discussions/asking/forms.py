"""What people fill in to answer a consultation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from discussions.asking.models import Answer, Position
from discussions.asking.models.answer import TEXT_LENGTH, WITH_TEXT
from discussions.forms import KeyedForm
from partners.capacity import Capacity


class AnswerForm(KeyedForm):
    """An organisation's answer, against the version seen (0 for none)."""

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    position = forms.ChoiceField(
        label=_("Your organisation’s position"),
        choices=Position.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a position.")},
    )
    text = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=TEXT_LENGTH,
        help_text=_(
            "Needed with a comment or an objection. Plain text, as everybody who reads the thread will see it."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "maxlength": False}),
    )

    def __init__(self, data: Any = None, *, capacity: Capacity, given: Answer | None) -> None:
        begun: dict[str, Any] = {"base": 0, "as": capacity.organisation_id}
        if given:
            begun |= {"base": given.version, "position": given.position, "text": given.text}
        super().__init__(data, initial=begun)
        self.fields["as"] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """A comment and an objection say what."""
        data = super().clean() or {}
        if data.get("position") in WITH_TEXT and not data.get("text", "").strip() and "text" not in self.errors:
            self.add_error("text", _("Say what: this position needs a comment."))
        return data
