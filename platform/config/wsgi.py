"""The WSGI application that page processes serve in full mode."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()  # loads the apps, so it comes before the import below

from core import reporting  # noqa: E402

reporting.begin("pages")
