"""`manage.py create_administrator`: the first person of a new site, who can then let in the others."""

import getpass
import sys
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from accounts.events import PersonChanged
from accounts.models import User
from core.events import publish


class Command(BaseCommand):
    help = (
        "Make an administrator, who is of the Secretariat too. The address counts as verified. The database is migrated first. "
        "The password is asked for, or read from standard input where that is no terminal."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address to sign in with")
        parser.add_argument("--name", default="", help="the name others see")

    def handle(self, *, email: str, name: str, **options: Any) -> None:
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        call_command("migrate", verbosity=0, interactive=False)
        if User.objects.filter(email=email).exists():
            raise CommandError(f"{email} has an account already.")
        if EmailAddress.objects.filter(email=email).exists():
            raise CommandError(f"{email} is a further address of an account already.")
        name = name.strip() or (input("Name: ").strip() if sys.stdin.isatty() else "")
        person = User(email=email, name=name)
        password = self.password(person)
        with transaction.atomic():
            person = User.objects.create_superuser(email, password, name=name)
            publish(PersonChanged(person))
            EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        self.stdout.write(f"{email} administers the site and is of its Secretariat.")

    def password(self, person: User) -> str:
        """Return a password that the site's rules accept; a person at a terminal is asked until there is one."""
        if not sys.stdin.isatty():
            password = sys.stdin.readline().rstrip("\n")
            try:
                validate_password(password, person)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            return password
        while True:
            password = getpass.getpass("Password: ")
            if password != getpass.getpass("Password again: "):
                self.stderr.write("They differ.")
                continue
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.stderr.write(" ".join(error.messages))
                continue
            return password
