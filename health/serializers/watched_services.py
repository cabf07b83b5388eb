"""JSON of watched services, in and out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.serializers.fields import Exact, Number, Switch, WholeNumber
from alerts.serializers.silences import StrictSerializer
from health.models.watched_service import Body, Kind
from health.status import Level

DISABLED = "disabled"
STANDINGS = (*(level.value for level in Level), DISABLED)


class _Text(serializers.CharField):
    """A text that may be empty and keeps its blanks."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"allow_blank": True, "required": False, "trim_whitespace": False, **options}
        )


class WatchedServiceChanges(StrictSerializer):
    """What may change about a watched service; null is what the settings say. Bounds are judged with the row."""

    description = _Text(max_length=255)
    owner = _Text(max_length=255, help_text="person or team")
    tags = serializers.ListField(
        child=serializers.SlugField(max_length=64), required=False, max_length=50
    )
    enabled = Switch(required=False)
    kind = serializers.ChoiceField(Kind.choices, required=False)
    url = _Text(max_length=2_048, help_text="base address, never with a password")
    path = _Text(max_length=1_024, help_text="HTTP: asked for below the address")
    credentials = _Text(max_length=64, help_text="name of an entry of PROBE_CREDENTIALS")
    interval_seconds = WholeNumber(required=False, allow_null=True)
    timeout_seconds = Number(required=False, allow_null=True)
    slow_ms = WholeNumber(required=False, allow_null=True)
    failures_before_flip = WholeNumber(required=False, allow_null=True)
    successes_before_recovery = WholeNumber(required=False)
    expected_status = _Text(max_length=64, help_text="such as 200-299,401; empty: 200-299")
    body = serializers.ChoiceField(Body.choices, required=False)
    keyword = _Text(max_length=255)
    keyword_absent = Switch(required=False)
    verify_tls = Switch(required=False)
    certificate_days = WholeNumber(required=False)
    record_type = _Text(max_length=8)
    expected_answer = _Text(max_length=255)
    heartbeat_cron = _Text(max_length=128, help_text="when the job runs, such as 0 3 * * *")
    heartbeat_time_zone = _Text(max_length=64)
    heartbeat_period_seconds = WholeNumber(required=False, allow_null=True)
    heartbeat_grace_seconds = WholeNumber(required=False)
    availability_target = Exact(max_digits=7, decimal_places=4, required=False, help_text="percent")
    latency_target_ms = WholeNumber(required=False, allow_null=True)
    is_public = Switch(required=False)
    public_name = _Text(max_length=255)
    public_group = _Text(max_length=255)
    public_order = WholeNumber(required=False)
    depends_on = serializers.ListField(
        child=serializers.CharField(max_length=255),
        required=False,
        max_length=200,
        help_text="watched services, by either of their names, and stores that it cannot work without",
    )


class WatchedServiceInput(WatchedServiceChanges):
    """A new watched service; its names stay."""

    name = serializers.SlugField(max_length=64, help_text="short name, as in /health/payment")
    service_name = serializers.CharField(
        max_length=255,
        required=False,
        help_text="the name it gives itself; <name>-service unless given",
    )


class ServiceStanding(serializers.Serializer[Any]):
    """Where a service stands, as of its last probe or call."""

    status = serializers.ChoiceField(STANDINGS)
    since = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    response_time_ms = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    behind = serializers.CharField(allow_blank=True, help_text="what is down before it")
    in_maintenance = serializers.BooleanField()
    certificate_expires_at = serializers.DateTimeField(allow_null=True)


class WatchedService(serializers.Serializer[Any]):
    """One watched service as it is written, with where it stands."""

    name = serializers.CharField(source="row.name")
    service_name = serializers.CharField(source="row.service_name")
    address = serializers.CharField(
        source="row.address", help_text="what is probed: its URL, else the environment's"
    )
    depends_on = serializers.ListField(child=serializers.CharField())
    heartbeat_url = serializers.CharField(
        allow_null=True,
        help_text="what the job calls; null for who may not operate it, and for other kinds",
    )
    standing = ServiceStanding()
    created_at = serializers.DateTimeField(source="row.created_at")
    updated_at = serializers.DateTimeField(source="row.updated_at")

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, with all that may change about a service in their middle."""
        ours = super().get_fields()
        changing = WatchedServiceChanges().get_fields()
        for name, field in changing.items():
            field.required, field.source = True, f"row.{name}"
        return {**changing, **ours}


class ProbeRow(serializers.Serializer[Any]):
    """One probe, or one call, of the past."""

    checked_at = serializers.DateTimeField()
    status = serializers.ChoiceField([level.value for level in Level])
    failed = serializers.BooleanField(help_text="it failed itself, whatever the status said yet")
    response_time_ms = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(source="error_message", allow_null=True)
    behind = serializers.CharField(allow_blank=True)
    consecutive_failures = serializers.IntegerField()
    http_status = serializers.SerializerMethodField()

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_http_status(self, row: Any) -> int | None:
        """Return the status of the answer, None where none came."""
        found: int | None = (row.metadata or {}).get("http_status")
        return found


class FlipRow(serializers.Serializer[Any]):
    """A change of status."""

    at = serializers.DateTimeField()
    was = serializers.CharField(allow_blank=True, help_text="empty: it was new")
    status = serializers.ChoiceField([level.value for level in Level])
    error = serializers.CharField(source="error_message", allow_blank=True)
    behind = serializers.CharField(allow_blank=True)
