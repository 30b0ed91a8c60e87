"""What people fill in on a version's way to publication."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import Line, Moment, Text
from groups.clearance.models import WITH_TEXT, Answer, Licence, Round, Says, Silent
from groups.clearance.models.publication import AUTHORS_LENGTH, EARLIEST_YEAR, SUMMARY_LENGTH
from groups.clearance.models.round import NOTE_LENGTH, TEXT_LENGTH
from groups.clearance.services import members_to_ask
from groups.documents.forms import LAST_NUMBER, KeyedForm
from groups.documents.models import Document, Version
from groups.documents.models.describing import CITATION_LENGTH, language_choices
from groups.documents.names import TITLE_LENGTH
from groups.models import Group
from partners.capacity import Capacity

FROM_RECORD = {"cc-by": Licence.BY, "cc-by-sa": Licence.BY_SA, "cc-by-nc": Licence.BY_NC, "reserved": Licence.RESERVED}
"""Licences of a document's record under which it can be published."""


class DateForm(forms.Form):
    """A form with a date that must lie in the future."""

    def clean_until(self) -> Any:
        """Refuse a date that has passed."""
        until = self.cleaned_data["until"]
        if until <= timezone.now():
            raise forms.ValidationError(_("The date must lie in the future."))
        return until


class ReviewForm(KeyedForm, DateForm):
    """The newest version, put to the group."""

    number = forms.IntegerField(min_value=1, max_value=LAST_NUMBER, widget=forms.HiddenInput)
    until = Moment(
        label=_("Review until"),
        help_text=_("In your time zone. Organisations can be asked to clear it after that."),
    )
    note = Line(
        label=_("What to look at"),
        required=False,
        max_length=NOTE_LENGTH,
        help_text=_("A few words for those who read it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["key", "number", "as", "until", "note"])


class RemarkForm(KeyedForm):
    """A word to a version in review."""

    text = Text(
        label=_("Your remark"),
        max_length=TEXT_LENGTH,
        help_text=_("Plain text, read by everybody who takes part in the group."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "maxlength": False}),
    )


class ClearanceForm(DateForm):
    """Who is asked, and until when."""

    until = Moment(
        label=_("Answers until"), help_text=_("In your time zone. It can be prolonged later, never shortened.")
    )

    def __init__(self, data: Any = None, *, document: Document) -> None:
        super().__init__(data)
        places = members_to_ask(document)
        self.fields["organisations"] = forms.TypedMultipleChoiceField(
            label=_("Who is asked"),
            help_text=_("Leads and members for which somebody here can answer; the others are not offered."),
            coerce=int,
            choices=[(one.organisation_id, one.organisation.name) for one in places],
            initial=[one.organisation_id for one in places],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one organisation.")},
        )
        self.order_fields(["organisations", "until"])


class ProlongForm(DateForm):
    """A later date."""

    until = Moment(label=_("New date"), help_text=_("In your time zone, later than the one that stands."))

    def __init__(self, data: Any = None, *, round_: Round) -> None:
        super().__init__(data, initial={"until": round_.until}, auto_id="prolong_%s")


class ReasonForm(forms.Form):
    """Why something is ended or taken back."""

    reason = Line(
        label=_("Why"),
        max_length=NOTE_LENGTH,
        error_messages={"required": _("Say why.")},
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="withdraw_%s")


class AnswerForm(forms.Form):
    """What an organisation says to a version, against the answer seen (0 for none)."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    base = forms.IntegerField(min_value=0, max_value=LAST_NUMBER, widget=forms.HiddenInput)
    says = forms.ChoiceField(
        label=_("Your organisation’s answer"),
        choices=Says.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    text = Text(
        label=_("Comment or reason"),
        required=False,
        max_length=TEXT_LENGTH,
        help_text=_(
            "Needed with a comment or an objection. Read by everybody who takes part in the group, never published."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "maxlength": False}),
    )

    def __init__(self, data: Any = None, *, capacity: Capacity, said: Answer | None) -> None:
        begun: dict[str, Any] = {"key": uuid.uuid4(), "base": 0, "as": capacity.organisation_id}
        if said:
            begun |= {"base": said.number, "says": said.says, "text": said.text}
        super().__init__(data, initial=begun)
        self.fields["as"] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """A comment and an objection say what."""
        data = super().clean() or {}
        if data.get("says") in WITH_TEXT and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Say what: a comment and an objection need words."))
        return data

    def refuse(self, message: str, *, base: int) -> None:
        """Say what stands there now; sending it again is a choice, against that."""
        self.data = {**self.data.dict(), "key": str(uuid.uuid4()), "base": base}  # type: ignore[attr-defined]
        self.add_error(None, message)


class PublishForm(forms.Form):
    """What stands on the public page beside the bytes."""

    title = Line(label=_("Title"), max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))
    authors = Line(
        label=_("Authors"),
        max_length=AUTHORS_LENGTH,
        help_text=_("Whose work it is, as it is cited. Name only who may be named to everybody."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    summary = Text(
        label=_("What it is about"),
        required=False,
        max_length=SUMMARY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "maxlength": False}),
    )
    year = forms.IntegerField(label=_("Year"), min_value=EARLIEST_YEAR, max_value=9999)
    language = forms.ChoiceField(label=_("Language"), choices=language_choices)
    citation = Line(
        label=_("How to cite it"),
        required=False,
        max_length=CITATION_LENGTH,
        help_text=_("Left empty, it is put together of authors, year and title."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    licence = forms.ChoiceField(label=_("Licence"), choices=Licence.choices, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, document: Document, version: Version, group: Group) -> None:
        begun = {
            "title": document.title,
            "authors": group.name,
            "year": document.year or timezone.now().year,
            "language": document.language or "en",
            "citation": document.citation,
            "licence": FROM_RECORD.get(document.licence),
        }
        super().__init__(data, initial=begun)
        if version.names_people:
            self.fields["readable"] = forms.BooleanField(
                label=_("Everybody may read what the file says of people"),
                error_messages={"required": _("Say so, or add a version in which nobody is named.")},
            )
        self.fields["year"].widget.attrs |= {"class": "input--number", "inputmode": "numeric"}


class RuleForm(forms.Form):
    """What silence counts for."""

    silence = forms.ChoiceField(
        label=_("What counts when an organisation says nothing by the date"),
        choices=Silent.choices,
        widget=forms.RadioSelect,
    )
    was = forms.ChoiceField(choices=Silent.choices, required=False, widget=forms.HiddenInput)
