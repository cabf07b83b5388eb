"""What a service refuses, shown where a person can mend it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from monitoring.errors import DomainError, InvalidInputError

if TYPE_CHECKING:
    ModelAdminBase = admin.ModelAdmin[Any]
else:
    ModelAdminBase = admin.ModelAdmin


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


class RefusingForm(ModelAdminBase):
    """A form whose rows are written by services, which may refuse what the form let pass."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the services refuse where a person can mend it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            return back_with_refusal(request, error)


class PreviewedForm(RefusingForm):
    """A form with a preview beside it, whose rows are ended instead of deleted."""

    preview_url_name: ClassVar[str]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: what muted alerts stays as history."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Offer the preview."""
        context = {**(extra_context or {}), "preview_url": reverse(self.preview_url_name)}
        return super().changeform_view(request, object_id, form_url, context)


def _texts(problems: Any) -> list[str]:
    return [str(each) for each in problems] if isinstance(problems, list) else [str(problems)]
