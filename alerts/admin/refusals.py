"""What a service refuses, shown where a person can mend it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect

from monitoring.errors import DomainError, InvalidInputError


@contextmanager
def show_refusal(form: forms.BaseForm) -> Iterator[None]:
    """Turn what is refused inside into errors beside the fields that it names, or above the form."""
    try:
        yield
    except InvalidInputError as error:
        named = {name: each for name, each in error.details.items() if name in form.fields}
        for name, problems in named.items():
            form.add_error(name, _texts(problems))
        if not named:
            form.add_error(None, error.message)


def back_with_refusal(request: HttpRequest, error: DomainError) -> HttpResponseRedirect:
    """Return to the form with a message of what the service refused after the form had let it pass."""
    messages.error(request, f"Not saved: {error.message}.")
    return HttpResponseRedirect(request.get_full_path())


def _texts(problems: Any) -> list[str]:
    return [str(each) for each in problems] if isinstance(problems, list) else [str(problems)]
