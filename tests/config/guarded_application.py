"""The plain application behind the exact-origin gate, with one origin allowed."""

from django.conf import settings
from plain_application import application as plain

from core.realtime.origins import ExactOrigins

settings.configure(ALLOWED_ORIGINS=["https://groups.example.org"])
application = ExactOrigins(plain)
