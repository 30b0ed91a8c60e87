"""What the views share: doing an act and saying how it went."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest

from core.errors import Conflict, DomainError


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Do the act; say on the next page that it is done, or why it was refused. Return whether it was done."""
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, done)
    return True


def attempt_with(form: Form, act: Callable[[], object]) -> bool:
    """Do the act of a valid form; a refusal stands on the form, and what was typed is kept.

    A `Conflict` goes on to the view, which shows what stands there now.
    """
    try:
        act()
    except Conflict:
        raise
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    return True


def first_error(form: Form) -> str:
    """Return the first thing that is wrong with a form, for a page that shows no form."""
    return next(str(error) for errors in form.errors.values() for error in errors)
