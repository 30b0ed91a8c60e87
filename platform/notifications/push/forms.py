"""What a browser sends of its subscription."""

from django import forms

from core.outgoing import ADDRESS_LENGTH


class SubscriptionForm(forms.Form):
    """The subscription as the browser made it, and the site's key it was made with."""

    endpoint = forms.CharField(max_length=ADDRESS_LENGTH)
    point = forms.CharField(max_length=100)
    secret = forms.CharField(max_length=40)
    key = forms.CharField(max_length=100)
    old = forms.CharField(max_length=ADDRESS_LENGTH, required=False)
