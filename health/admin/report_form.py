"""The form that asks for a report: first and last day in UTC, of some services or all."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils import timezone

from health.models import Report, WatchedService
from health.reports.periods import Span
from health.services.reports import Asked, check_period, refuse_full_queue
from health.sla.buckets import bucket_of
from monitoring.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    ReportFormBase = forms.ModelForm[Report]
    ServicesField = forms.ModelMultipleChoiceField[WatchedService]
else:
    ReportFormBase = forms.ModelForm
    ServicesField = forms.ModelMultipleChoiceField


_FIELDS = {"start": "first_day", "end": "last_day"}


class ReportForm(ReportFormBase):
    """Whole days, and today as far as it is over; the API takes any five minutes."""

    first_day = forms.DateField(widget=AdminDateWidget, label="First day (UTC)")
    last_day = forms.DateField(
        widget=AdminDateWidget,
        label="Last day (UTC)",
        help_text="today: what is over of it, said to be provisional",
    )
    only_services = ServicesField(
        WatchedService.objects.all(), required=False, help_text="none chosen: all of them"
    )

    class Meta:
        model = Report
        fields = ("kind",)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._asked_at = timezone.now()

    def clean(self) -> dict[str, Any]:
        """Refuse a period that cannot be reported on, by the fields that are wrong, and any while too many wait."""
        cleaned = super().clean() or self.cleaned_data
        try:
            refuse_full_queue()
        except ConflictError as error:
            raise ValidationError(error.message) from error
        if {"first_day", "last_day"} <= cleaned.keys():
            try:
                check_period(self.asked().span, self._asked_at)
            except InvalidInputError as error:
                said = {_FIELDS[name]: why for name, why in error.details.items()}
                raise ValidationError(said) from error
        return cleaned

    def asked(self) -> Asked:
        """Return what the form asks for."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        span = Span(datetime.combine(first, time(), UTC), _end_of(last, self._asked_at))
        names = [service.name for service in self.cleaned_data.get("only_services", ())]
        return Asked(self.cleaned_data.get("kind", ""), span, names)


def _end_of(day: date, at: datetime) -> datetime:
    """Return the end of a day, or of the last five minutes that are over if it is today."""
    end = datetime.combine(day, time(), UTC) + timedelta(days=1)
    return bucket_of(at) if day == at.date() else end
