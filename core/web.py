"""Translating between HTTP and a service: one way to run a verb and tell what came of it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError


def run_verb(request, verb: Callable, *, done: str) -> bool:
    """Call the service; its broken rules become messages. True when it went through."""
    try:
        verb()
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return False
    messages.success(request, done)
    return True


def add_errors(form, error: ValidationError) -> None:
    """Show a service's broken rules on the form: beside the field if it has one, else on top."""
    if hasattr(error, "error_dict"):
        for field, found in error.error_dict.items():
            for problem in found:
                form.add_error(field if field in form.fields else None, problem.messages[0])
    else:
        for message in error.messages:
            form.add_error(None, message)
