"""The updates of a public incident, edited below it."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget
from django.http import HttpRequest

from health.models import PublicIncident, PublicUpdate
from health.models.public_incident import PublicStage
from health.services import public_incidents as services

if TYPE_CHECKING:
    FormBase = forms.ModelForm[PublicUpdate]
    InlineBase = admin.StackedInline[PublicUpdate, PublicIncident]
else:
    FormBase, InlineBase = forms.ModelForm, admin.StackedInline

_SAID = ("stage", "text", "posted_at")


class PublicUpdateForm(FormBase):
    """One update; nothing is filled in, so that a form left alone is one that says nothing."""

    posted_at = forms.SplitDateTimeField(
        widget=AdminSplitDateTime, required=False, help_text="empty: now"
    )

    class Meta:
        model = PublicUpdate
        fields = _SAID
        widgets = {"text": AdminTextareaWidget(attrs={"rows": 4})}


class PublicUpdateInline(InlineBase):
    """What was said, the newest first, and one empty form for what is said next."""

    model = PublicUpdate
    form = PublicUpdateForm
    fields = (("stage", "posted_at"), "text", "posted_by")
    readonly_fields = ("posted_by",)
    ordering = ("-posted_at",)
    verbose_name_plural = "updates: everybody can read them"

    def get_extra(
        self, request: HttpRequest, obj: PublicIncident | None = None, **kwargs: Any
    ) -> int:
        """Offer one form, which a new incident needs."""
        return 1 if obj else 0

    def get_min_num(
        self, request: HttpRequest, obj: PublicIncident | None = None, **kwargs: Any
    ) -> int:
        """Ask for one update at least."""
        return 0 if obj else 1

    def get_formset(
        self, request: HttpRequest, obj: PublicIncident | None = None, **kwargs: Any
    ) -> Any:
        """Begin a new incident as one that is investigated."""
        formset = super().get_formset(request, obj, validate_min=obj is None, **kwargs)
        if obj is None:
            formset.form.base_fields["stage"].initial = PublicStage.INVESTIGATING
        return formset


def draft_of(form: Any) -> services.UpdateDraft:
    """Return what a valid form says."""
    return services.UpdateDraft(**{name: form.cleaned_data[name] for name in _SAID})


def write_updates(
    incident: PublicIncident,
    formset: Any,
    drafts: Iterable[services.UpdateDraft],
    *,
    by: str,
    at: datetime,
) -> None:
    """Post new updates, correct those that were changed, and take back the deleted ones, in this order.

    The formset's own lists are filled as Django's `save` would: they become the history of the admin.
    """
    gone = set(map(id, formset.deleted_forms))
    kept = [form for form in formset.initial_forms if id(form) not in gone and form.has_changed()]
    formset.new_objects = [
        services.post_update(incident.pk, draft, by=by, at=at) for draft in drafts
    ]
    formset.changed_objects, formset.deleted_objects = [], []
    for form in kept:
        said = {name: form.cleaned_data[name] for name in form.changed_data if name in _SAID}
        update = services.change_update(incident.pk, form.instance.pk, said, by=by, at=at)
        formset.changed_objects.append((update, form.changed_data))
    for form in formset.deleted_forms:
        if form in formset.initial_forms:
            services.delete_update(incident.pk, form.instance.pk, by=by)
            formset.deleted_objects.append(form.instance)
