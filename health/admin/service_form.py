"""The form of a watched service: what cannot be probed is said beside its field."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin.widgets import FilteredSelectMultiple

from alerts.admin.refusals import show_refusal
from health.models import WatchedService
from health.models.watched_service import Kind
from health.services.service_needs import KNOWN_STORES, needs_of
from health.watched_checks import Problems, check_service, problems_of

if TYPE_CHECKING:
    FormBase = forms.ModelForm[WatchedService]
else:
    FormBase = forms.ModelForm

NEEDS = "depends_on"
# The fields that only one kind of probe has, in the order of their boxes.
KIND_FIELDS: dict[str, tuple[str | tuple[str, ...], ...]] = {
    Kind.HTTP: (
        ("path", "expected_status"),
        ("body", "keyword", "keyword_absent"),
        ("verify_tls", "certificate_days"),
    ),
    Kind.DNS: (("record_type", "expected_answer"),),
    Kind.HEARTBEAT: (
        ("heartbeat_cron", "heartbeat_time_zone"),
        ("heartbeat_period_seconds", "heartbeat_grace_seconds"),
        "calls_at",
    ),
}


class WatchedServiceForm(FormBase):
    """What is watched and how; the database is asked for what it may need."""

    depends_on = forms.MultipleChoiceField(
        required=False,
        label="",  # the widget has its own, and none of Django's fits beside it
        widget=FilteredSelectMultiple("services and stores", is_stacked=False),
        help_text="what it cannot work without: while that is down, nothing is known of this one",
    )

    class Meta:
        model = WatchedService
        exclude = ("heartbeat_key",)
        labels: ClassVar[dict[str, str]] = {
            "url": "URL",
            "verify_tls": "Verify the certificate",
            "certificate_days": "Certificate warning (days)",
            "interval_seconds": "Interval (s)",
            "timeout_seconds": "Time-out (s)",
            "slow_ms": "Slow above (ms)",
            "latency_target_ms": "Latency target (ms)",
            "heartbeat_cron": "Cron expression",
            "heartbeat_time_zone": "Time zone",
            "heartbeat_period_seconds": "Period (s)",
            "heartbeat_grace_seconds": "Grace (s)",
            "is_public": "Public",
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        stored = self.instance.created_at is not None
        self._known: Problems = problems_of(self.instance) if stored else {}
        needed = needs_of(self.instance) if stored else []
        if NEEDS in self.fields:
            self.initial[NEEDS] = needed
            names = WatchedService.objects.exclude(pk=self.instance.pk)
            places = {*names.values_list("service_name", flat=True), *KNOWN_STORES, *needed}
            field = self.fields[NEEDS]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - narrows the type
            field.choices = [(place, place) for place in sorted(places)]

    def clean_tags(self) -> list[str]:
        """Return each tag once."""
        return list(dict.fromkeys(self.cleaned_data.get("tags") or []))

    def _post_clean(self) -> None:
        """Check the row as a whole, once each field is good by itself."""
        super()._post_clean()  # type: ignore[misc]  # Django's hook; the stubs leave it out
        if not self.errors:
            with show_refusal(self):
                check_service(self.instance, self._known)

    def said(self, names: set[str]) -> dict[str, Any]:
        """Return the values of those columns that the form has."""
        return {name: self.cleaned_data[name] for name in names - {NEEDS}}
