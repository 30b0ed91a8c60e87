"""What people fill in to ask and to vote."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.forms import Line, Moment
from discussions.forms import KeyedForm
from discussions.polls.models import QUESTION_LENGTH, Shown, Voices
from discussions.polls.results import PollShown
from discussions.polls.services.asking import options_of
from groups.standing import Standing


class PollForm(KeyedForm):
    """A question, its options, and the rules that whoever votes reads."""

    question = Line(label=_("Question"), max_length=QUESTION_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))
    options = forms.CharField(
        label=_("Options"),
        help_text=_("Two to twelve, one a line."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    several = forms.BooleanField(label=_("Several options may be chosen"), required=False)
    voices = forms.ChoiceField(
        label=_("Who has a voice"), choices=Voices.choices, initial=Voices.ORGANISATIONS, widget=forms.RadioSelect
    )
    named = forms.ChoiceField(
        label=_("Votes are"),
        choices=[
            ("1", _("Named: everybody who reads the result sees who voted how")),
            ("", _("Anonymous: only the numbers are shown")),
        ],
        initial="1",
        required=False,
        widget=forms.RadioSelect,
    )
    shown = forms.ChoiceField(
        label=_("The result is shown"), choices=Shown.choices, initial=Shown.AFTER_VOTING, widget=forms.RadioSelect
    )
    open_until = Moment(
        label=_("Open until"),
        help_text=_("In your time zone. These rules cannot be changed once the question is asked."),
    )

    def __init__(self, data: Any = None, *, standing: Standing, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, capacities=standing.capacities, initial=initial)
        self.order_fields(["key", "as", "question", "options", "several", "voices", "named", "shown", "open_until"])

    def clean_options(self) -> list[str]:
        """Return the options; refuse too few, too many, too long ones and doubles beside the field."""
        try:
            return options_of(self.cleaned_data["options"].splitlines())
        except DomainError as refused:
            raise forms.ValidationError(refused.message) from refused

    def clean_named(self) -> bool:
        """Return whether votes are named."""
        return bool(self.cleaned_data["named"])

    def clean_open_until(self) -> Any:
        """Refuse an end that has passed."""
        end = self.cleaned_data["open_until"]
        if end <= timezone.now():
            raise forms.ValidationError(_("The end must lie in the future."))
        return end


class VoteForm(KeyedForm):
    """A ballot."""

    def __init__(self, shown: PollShown, data: Any = None, *, standing: Standing) -> None:
        super().__init__(data, capacities=standing.capacities)
        self.auto_id = f"poll-{shown.poll.pk}-%s"  # a thread may have several
        choices = [(str(option.number), option.text) for option in shown.options]
        mine = [str(option.number) for option in shown.options if option.mine]
        if shown.poll.several:
            self.fields["option"] = forms.MultipleChoiceField(
                label=_("Your choice"),
                choices=choices,
                initial=mine,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Choose at least one option.")},
            )
        else:
            self.fields["option"] = forms.ChoiceField(
                label=_("Your choice"),
                choices=choices,
                initial=mine[0] if mine else None,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one option.")},
            )

    @property
    def numbers(self) -> list[int]:
        """The numbers of the options chosen."""
        chosen = self.cleaned_data["option"]
        return [int(number) for number in (chosen if isinstance(chosen, list) else [chosen])]
