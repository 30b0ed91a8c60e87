"""Fields for a person's words: what does not show, or makes a text read as another, never gets in."""

from django import forms

from core.markdown import clean


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
