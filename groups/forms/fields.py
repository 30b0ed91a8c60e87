"""What several forms about groups have in common."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext

from partners.models import Affiliation


class Area(forms.Textarea):
    """A text of several lines in whatever direction its words have."""

    def __init__(self, rows: int = 4, **attrs: Any) -> None:
        super().__init__(attrs={"rows": rows, "dir": "auto", **attrs})


class Once(forms.Form):
    """A form that makes something: its key lets the server know the same form sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def organisation_field(affiliations: Iterable[Affiliation], label: Any) -> forms.ChoiceField:
    """Return the field `as`: which organisation one acts for; a person with one organisation need not choose."""
    choices = [(str(one.organisation_id), one.organisation.name) for one in affiliations]
    if len(choices) == 1:
        return forms.ChoiceField(label=label, choices=choices, initial=choices[0][0], widget=forms.HiddenInput)
    return forms.ChoiceField(label=label, choices=[("", gettext("Choose …")), *choices])
