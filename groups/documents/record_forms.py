"""What people fill in to say what a document is and how it is to be handled, and to narrow a list by that."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.markdown import clean
from groups.documents.forms import LAST_NUMBER, WideningForm, add_capacity
from groups.documents.library import Library
from groups.documents.models import Licence, Mark, Type
from groups.documents.models.describing import CITATION_LENGTH, FIRST_YEAR, LAST_YEAR, language_choices
from groups.documents.services.describing import STRICTNESS, Description
from partners.countries import country_choices

GIGABYTE = 1024**3

HANDLING = [
    (Mark.GREEN.value, _("Green: may be passed on and published")),
    (
        Mark.AMBER.value,
        _(
            "Amber: stays in the group. It is never public, whatever its folder says, and no letter holds anything of it."
        ),
    ),
    (
        Mark.RED.value,
        _(
            "Red: could put somebody at risk. As amber; besides, nothing of it is shown, searched or packed, and each download "
            "is confirmed and recorded with name and organisation."
        ),
    ),
]


class DescribeForm(WideningForm):
    """What is said of a document, and how it is to be handled; `base` is the record that was seen."""

    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("Not said")), *Type.choices])
    language = forms.ChoiceField(label=_("Language"), required=False)
    country = forms.ChoiceField(label=_("Country it is about"), required=False)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    licence = forms.ChoiceField(label=_("Licence"), required=False, choices=[("", _("Not said")), *Licence.choices])
    citation = forms.CharField(
        label=_("How to cite it"),
        required=False,
        max_length=CITATION_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    mark = forms.ChoiceField(label=_("How it is to be handled"), choices=HANDLING, widget=forms.RadioSelect)
    base = forms.IntegerField(min_value=1, max_value=LAST_NUMBER, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unsaid = [("", _("Not said"))]
        self.fields["language"].choices = [*unsaid, *language_choices()]  # type: ignore[attr-defined]
        self.fields["country"].choices = [*unsaid, *country_choices()]  # type: ignore[attr-defined]
        self.fields["year"].widget.attrs |= {"class": "input--number", "inputmode": "numeric"}

    def clean_citation(self) -> str:
        """Keep it on one line, without signs that hide."""
        return " ".join(clean(self.cleaned_data["citation"]).split())

    def show_now(self, now: Description, *, base: int) -> None:
        """Say beside each field what the record says now where that is something else; saving again is a choice, against that.

        Of the two marks the stricter one is chosen, so that none is loosened by who has not seen it.
        """
        typed = dict(self.cleaned_data)
        marks = [typed["mark"], now.mark]
        self.data = {
            **dict(self.data.items()),
            "base": str(base),
            "mark": max(marks, key=lambda one: STRICTNESS[Mark(one)]),
        }
        for name, value in vars(now).items():
            if typed[name] != value:
                choices = dict(getattr(self.fields[name], "choices", ()))
                said = Mark(value).label if name == "mark" else choices.get(value, value) or _("Not said")
                self.add_error(name, f"{gettext('What stands there now:')} {said}")


class TakeForm(forms.Form):
    """For which organisation somebody takes a document, where that is recorded."""

    def __init__(self, *args: Any, library: Library, recorded: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if recorded:
            add_capacity(self, library.standing.reading)


class FilterForm(forms.Form):
    """By what a library's list is narrowed; what is no value of a filter narrows nothing."""

    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("Any type")), *Type.choices])
    language = forms.ChoiceField(label=_("Language"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    mark = forms.ChoiceField(label=_("Handling"), required=False, choices=[("", _("Any handling")), *Mark.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("Any language")), *language_choices()]  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", _("Any country")), *country_choices()]  # type: ignore[attr-defined]
        self.fields["year"].widget.attrs |= {"class": "input--number", "inputmode": "numeric"}

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, by the name of the column."""
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value}


class SpaceForm(forms.Form):
    """How many gigabytes a library may hold."""

    gigabytes = forms.IntegerField(
        label=_("Gigabytes"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Left empty, it is as many as any other group has."),
        widget=forms.NumberInput(attrs={"class": "input--number", "inputmode": "numeric"}),
    )

    @property
    def quota(self) -> int | None:
        """The same in bytes."""
        number = self.cleaned_data["gigabytes"]
        return None if number is None else int(number) * GIGABYTE


class MacrosForm(forms.Form):
    """Whether a library takes files that carry macros."""

    refuses = forms.ChoiceField(
        label=_("Office files that carry macros"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("", _("Taken, as far as the site takes them: everybody is told so before they open one")),
            ("1", _("Refused: whoever sends one is told to save it without them")),
        ],
    )
