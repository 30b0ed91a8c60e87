"""Fields for what a person types: words in which nothing hides or reads as another, dates of our time."""

from datetime import date, datetime
from typing import Any

from django import forms

from core.errors import DomainError
from core.markdown import clean
from core.moments import YEARS_OF_PLANS, refuse_far


class Text(forms.CharField):
    """Words of any length, without control characters and directional overrides."""

    def to_python(self, value: object) -> str:
        """Return the words cleaned, without space around them."""
        return clean(super().to_python(value) or "").strip()


class Line(Text):
    """A name, a function, an acronym: one line, single spaces; one in which no letter or digit shows is empty."""

    def to_python(self, value: object) -> str:
        """Return the line cleaned."""
        line = " ".join(super().to_python(value).split())
        return line if any(sign.isalnum() for sign in line) else ""


class Moment(forms.DateTimeField):
    """A date and a time in the person's own zone, at most two years ahead."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(**{"widget": widget, **kwargs})

    def validate(self, value: datetime | None) -> None:
        """Refuse a date whose year must be mistyped."""
        super().validate(value)
        if value is not None:
            _near(value)


class Day(forms.DateField):
    """The day of something that is planned, at most ten years ahead."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs})

    def validate(self, value: date | None) -> None:
        """Refuse a day whose year must be mistyped."""
        super().validate(value)
        if value is not None:
            _near(value, years=YEARS_OF_PLANS)


def _near(moment: date, **bound: int) -> None:
    try:
        refuse_far(moment, **bound)
    except DomainError as refused:
        raise forms.ValidationError(refused.message) from refused
