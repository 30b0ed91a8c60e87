"""What a lead says of a webhook."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.outgoing import Refused, check
from groups.models import Group
from groups.webhooks.models import Happening, Webhook
from groups.webhooks.models.webhook import ADDRESS_LENGTH


class AddressField(forms.CharField):
    """An address outside that the platform may ask: https, in the public network, without a name or password in it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off", "placeholder": "https://"})
        super().__init__(max_length=ADDRESS_LENGTH, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the address; what is wrong with it stands beside the field."""
        try:
            return check(str(super().clean(value)))
        except Refused as refused:
            raise forms.ValidationError(refused.message) from refused

    def to_python(self, value: Any) -> str:
        """Return the address without space around it."""
        return str(super().to_python(value)).strip()


class WebhookForm(forms.Form):
    """Where, what of, and how much."""

    url = AddressField(
        label=_("Address"),
        help_text=_("A server of yours that takes POST requests by https. Nobody but leads sees the address."),
    )
    happenings = forms.MultipleChoiceField(
        label=_("It is told when"), choices=Happening.choices, widget=forms.CheckboxSelectMultiple
    )
    with_words = forms.BooleanField(
        label=_("Send what is said, too"),
        required=False,
        help_text=_("Titles and texts leave the site, as a visitor would read them: without the names of people."),
    )

    def __init__(self, data: Any = None, *, group: Group, webhook: Webhook | None = None) -> None:
        initial: dict[str, Any] = {"key": uuid.uuid4()}
        if webhook is not None:
            initial = {
                "url": webhook.url,
                "happenings": webhook.happenings,
                "with_words": webhook.with_words,
                "version": webhook.version,
            }
        super().__init__(data, initial=initial)
        if webhook is None:
            self.fields["key"] = forms.UUIDField(widget=forms.HiddenInput)
        else:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
        if group.is_hidden:
            del self.fields["with_words"]

    @property
    def wanted(self) -> dict[str, Any]:
        """What was said, as the services take it."""
        return {"with_words": False, **self.cleaned_data}


class VersionForm(forms.Form):
    """The version of a webhook that a lead saw, where a button changes it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
