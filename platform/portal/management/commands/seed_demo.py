"""`manage.py seed_demo`: fill an empty database with the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from discussions.models import Post
from groups.documents.models import Document
from partners.models import Organisation
from portal.demo.build import build
from portal.demo.people import sign_in_lines


class Command(BaseCommand):
    help = "Fill an empty database with the demonstration: the same organisations, people and words every time."

    def handle(self, **options: Any) -> None:
        """Refuse what is no demonstration or holds people; else build everything or, if anything fails, nothing."""
        if not settings.DEMO:
            raise CommandError("The demonstration has published passwords. It is built with DEMO=1 only.")
        if User.objects.exists():
            raise CommandError("This database already holds people. The demonstration is built in an empty one only.")
        build(timezone.now().date())
        if options["verbosity"] > 0:
            self.stdout.write(
                f"Made {Organisation.objects.count()} organisations, {User.objects.count()} people, {Post.objects.count()} posts"
                f" and {Document.objects.count()} documents."
            )
            for line in sign_in_lines():
                self.stdout.write(line)
