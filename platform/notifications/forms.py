"""What a person chooses about the letters they get."""

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any, NamedTuple

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.levels import OFFERED, Levels, label_of
from notifications.models import Channel, Level, Rhythm
from notifications.stopping import About

LESS = [
    (Level.OFF.value, _("No letters any more")),
    (Level.WEEKLY.value, _("One letter a week, about what is new")),
    (Level.DAILY.value, _("One letter a day, about what is new")),
]


class StopForm(forms.Form):
    """How much less shall come. A thread is muted; there is nothing between."""

    level = forms.ChoiceField(
        label=_("What shall come from now on"), choices=LESS, widget=forms.RadioSelect, initial=Level.OFF.value
    )

    def __init__(self, *args: Any, about: About, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if about == About.THREAD:
            del self.fields["level"]

    @property
    def chosen(self) -> Level:
        """The level that was chosen; a muted thread has nothing between."""
        return Level(self.cleaned_data.get("level", Level.OFF))


class Place(NamedTuple):
    """A group in which a person takes part, as far as this room knows of it."""

    id: int
    name: str
    url: str


class Row(NamedTuple):
    """A place, and its field for each channel."""

    place: Place
    fields: Sequence[forms.BoundField]


class LevelForm(forms.Form):
    """What comes of some groups by each channel: for each group a level of its own, or the one that holds for all."""

    def __init__(self, *args: Any, places: Iterable[Place], levels: Sequence[Levels], user_id: int, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.places, self.levels = list(places), list(levels)
        for level in self.levels:
            for place in self.places:
                own = level.own(user_id, place.id)
                field = forms.ChoiceField(
                    label=Channel(level.channel).label,
                    required=False,
                    choices=self._choices(level, user_id),
                    initial=own.value if own else "",
                )
                field.widget.attrs["aria-label"] = f"{Channel(level.channel).label}: {place.name}"
                self.fields[name_of(level.channel, place.id)] = field

    @staticmethod
    def _choices(levels: Levels, user_id: int) -> list[tuple[str, str]]:
        usual = gettext("As everywhere: %(level)s") % {"level": label_of(levels.channel, levels.default(user_id))}
        offered = [(level.value, label_of(levels.channel, level)) for level in OFFERED[levels.channel]]
        return [("", usual), *offered]

    @property
    def rows(self) -> list[Row]:
        """The groups, with their fields in the order of the channels."""
        return [Row(place, [self[name_of(level.channel, place.id)] for level in self.levels]) for place in self.places]

    def chosen(self) -> Iterable[tuple[Channel, int, Level | None]]:
        """Give what was chosen for each channel and group."""
        for level in self.levels:
            for place in self.places:
                value = self.cleaned_data.get(name_of(level.channel, place.id))
                yield level.channel, place.id, Level(value) if value else None


def name_of(channel: Channel, group_id: int) -> str:
    """Return the name of the field for a channel and a group."""
    return f"{channel.value}-{group_id}"


def hours() -> list[tuple[int, str]]:
    """Return the hours of a day as the current language writes them."""
    return [(hour, time_format(time(hour))) for hour in range(24)]


class RhythmForm(forms.ModelForm):
    """When the digest comes, what comes at once, and the level for groups that have none of their own."""

    mail = forms.ChoiceField(
        label=_("Letters about your groups"),
        choices=[(level.value, level.label) for level in OFFERED[Channel.MAIL]],
        widget=forms.RadioSelect,
        help_text=_("This holds for every group for which you choose nothing else below."),
    )
    directly_by_mail = forms.BooleanField(
        label=_("What is addressed to me comes at once"),
        required=False,
        help_text=_(
            "Somebody mentions you, answers you or announces something. Not from groups that send you nothing."
        ),
    )
    push = forms.ChoiceField(
        label=_("On the devices that show notifications"),
        choices=lambda: [(level.value, label_of(Channel.PUSH, level)) for level in OFFERED[Channel.PUSH]],
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "One neutral sentence: no names, no words. Requests and decisions that concern you come in any case."
        ),
    )
    hour = forms.TypedChoiceField(
        label=_("Hour of the digest"), coerce=int, choices=hours, help_text=_("In your time zone.")
    )
    weekday = forms.TypedChoiceField(
        label=_("Day of what comes once a week"), coerce=int, choices=lambda: list(WEEKDAYS.items())
    )

    class Meta:
        model = Rhythm
        fields = ["directly_by_mail", "hour", "weekday"]

    field_order = ("mail", "directly_by_mail", "hour", "weekday", "push")
