"""What somebody looks for, and what narrows it. Any text at all is a search; what cannot narrow one is said beside its field."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import Line, Text
from search.asking import LONGEST, Asked, read
from search.cards import Filter, label_of, microseconds
from search.models import Kind
from search.services import Narrowed, named_so, sources

if TYPE_CHECKING:
    from search.cards import Reader

NAME_LENGTH = 120
UNKNOWN = {
    "group": _("There is no group of this name that you may see."),
    "author": _("There is nobody of this name whom you may know."),
    "organisation": _("There is no organisation of this name that you may see."),
}


def _name(label: Any, help_text: Any) -> Line:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    return Line(label=label, help_text=help_text, required=False, max_length=NAME_LENGTH, widget=widget)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"], widget=widget)


NARROWING = ("group", "author", "organisation", "since", "until")


def _filter(one: Filter) -> forms.Field:
    if one.choices is None:
        number = forms.NumberInput(attrs={"inputmode": "numeric", "class": "input--number"})
        return forms.IntegerField(label=one.label, required=False, min_value=1, max_value=9999, widget=number)
    return forms.ChoiceField(label=one.label, required=False, choices=[("", _("Any")), *one.choices()])


class SearchForm(forms.Form):
    """One box, and filters by name and day. A name fits whatever the reader may see of it, and nothing else."""

    q = Text(
        label=_("Words to look for"),
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "maxlength": LONGEST, "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Everything")), *Kind.choices])
    group = _name(_("Group"), _("Its name, or words of it."))
    author = _name(_("Person"), _("The name of who wrote it. Works for people you may know by name."))
    organisation = _name(_("Organisation"), _("For which it was written."))
    since = _day(_("From"))
    until = _day(pgettext_lazy("until which day", "To"))

    def __init__(self, data: Any, *, reader: "Reader") -> None:
        super().__init__(data)
        self.reader = reader
        self.filters = [one for source in sources().values() for one in source.filters]
        for one in self.filters:
            self.fields[one.name] = _filter(one)

    @property
    def asked(self) -> Asked:
        """What is looked for; nothing where no word was typed."""
        return replace(read(self.data.get("q", "")), labels=self._labels())

    def _labels(self) -> tuple[str, ...]:
        """Return by which labels it is narrowed; what is no value of a filter narrows nothing, and is said beside it."""
        found = []
        for one in self.filters:
            with suppress(forms.ValidationError):
                if value := self.fields[one.name].clean(self.data.get(one.name)):
                    found.append(label_of(one.name, value))
        return tuple(found)

    @property
    def filter_fields(self) -> list[forms.BoundField]:
        """The filters of the kinds that have some."""
        return [self[one.name] for one in self.filters]

    def clean_q(self) -> str:
        """Refuse what only says what must not be found."""
        typed: str = self.cleaned_data["q"]
        if typed and not self.asked and read(typed).excluded:
            raise forms.ValidationError(_("Add a word that is to be found, besides those that are not."))
        return typed

    def clean_group(self) -> Collection[int] | None:
        """Return the groups called so."""
        return self._called("group", Kind.GROUP)

    def clean_author(self) -> Collection[int] | None:
        """Return the people called so."""
        return self._called("author", Kind.PERSON)

    def clean_organisation(self) -> Collection[int] | None:
        """Return the organisations called so."""
        return self._called("organisation", Kind.ORGANISATION)

    def _called(self, field: str, kind: Kind) -> Collection[int] | None:
        name = self.cleaned_data[field]
        if not name:
            return None
        found = named_so(kind, name, self.reader)
        if not found:
            raise forms.ValidationError(UNKNOWN[field])
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day lies before the first one."))
        return data

    @property
    def narrowed(self) -> Narrowed:
        """What narrows the search; asked for once the form is valid."""
        data = self.cleaned_data
        until: date | None = data["until"]
        return Narrowed(
            groups=data["group"],
            authors=data["author"],
            organisations=data["organisation"],
            since=_start_of(data["since"]),
            before=_start_of(until + timedelta(days=1)) if until and until < date.max else None,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the words was filled in."""
        return any(self.data.get(name) for name in NARROWING) or bool(self.asked.labels)


def _start_of(day: date | None) -> int | None:
    """Return where a day of the reader's zone begins; of the first and last days there are, as the site's clock has them."""
    if day is None:
        return None
    try:
        return microseconds(timezone.make_aware(datetime.combine(day, time.min)))
    except OverflowError:
        return microseconds(datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone()))
