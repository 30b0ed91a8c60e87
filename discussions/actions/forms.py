"""What people fill in to write an action down and to change it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import Day, Line
from discussions.actions.models import REASON_LENGTH, TEXT_LENGTH, Action
from discussions.actions.services.owning import may_give
from discussions.forms import KeyedForm
from groups.models import Membership, Participant
from groups.standing import Standing


class Owner(forms.ChoiceField):
    """An organisation that is a member of the group, or one of its people there."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Who does it"),
            help_text=_("An organisation, or one of its people."),
            error_messages={"required": _("Choose who does it.")},
        )

    def offer(self, standing: Standing, *, also: Action | None = None) -> None:
        """Offer the organisations the person may give actions to, with their people; and who has it now."""
        group = standing.group
        seats = (
            Participant.objects.taking_part()
            .filter(membership__group=group)
            .select_related("user")
            .order_by("user__name")
        )
        people: dict[int, list[tuple[str, str]]] = {}
        members = Membership.objects.for_display(group).exclude(role=Membership.Role.OBSERVER)
        for seat in seats:
            people.setdefault(seat.membership_id, []).append((f"{seat.user_id}", seat.user.display_name))
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for member in members:
            if not (may_give(standing, member.organisation_id) or (also and also.owner_id == member.organisation_id)):
                continue
            name, pk = member.organisation.name, member.organisation_id
            choices = [(f"{pk}", str(_("%(organisation)s, whoever it is") % {"organisation": name}))]
            choices += [(f"{pk}:{person}", label) for person, label in people.get(member.pk, [])]
            groups.append((name, choices))
        if also and value_of(also) not in {value for _name, choices in groups for value, _label in choices}:
            person = f", {also.person.display_name}" if also.person else ""
            groups.append((str(_("No longer in the group")), [(value_of(also), f"{also.owner}{person}")]))
        self.choices = [("", _("Choose…")), *groups]

    def clean(self, value: Any) -> tuple[int, int | None]:
        """Return the ids of the organisation and of the person, if one is named."""
        owner, _colon, person = super().clean(value).partition(":")
        return int(owner), int(person) if person else None


def value_of(action: Action) -> str:
    """Return the choice that stands for who has the action."""
    return f"{action.owner_id}:{action.person_id}" if action.person_id else f"{action.owner_id}"


class ActionFields(forms.Form):
    """What an action says."""

    text = Line(label=_("What is to be done"), max_length=TEXT_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"}))
    due_on = Day(label=_("Until"))

    @property
    def sent(self) -> dict[str, Any]:
        """What the services take."""
        owner_id, person_id = self.cleaned_data["owner"]
        return {
            "text": self.cleaned_data["text"],
            "due_on": self.cleaned_data["due_on"],
            "owner_id": owner_id,
            "person_id": person_id,
        }


class ActionForm(ActionFields, KeyedForm):
    """A new action."""

    def __init__(self, data: Any = None, *, standing: Standing, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, capacities=standing.capacities, initial=initial)
        self.fields["owner"] = owner = Owner()
        owner.offer(standing)
        self.order_fields(["key", "as", "text", "owner", "due_on"])


class ChangeForm(ActionFields):
    """An action changed, against the version seen."""

    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, standing: Standing, action: Action) -> None:
        begun = {
            "base": action.version,
            "text": action.text,
            "due_on": action.due_on,
            "owner": value_of(action),
        }
        super().__init__(data, initial=begun)
        self.fields["owner"] = owner = Owner()
        owner.offer(standing, also=action)
        self.order_fields(["base", "text", "owner", "due_on"])


class SettleForm(forms.Form):
    """What becomes of an action."""

    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    state = forms.ChoiceField(choices=[("done", ""), ("open", ""), ("dropped", "")], widget=forms.HiddenInput)


class DropForm(SettleForm):
    """Why it will not be done."""

    reason = Line(
        label=_("Why it is dropped"), max_length=REASON_LENGTH, widget=forms.TextInput(attrs={"dir": "auto"})
    )
