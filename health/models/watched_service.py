"""What is watched: asked by a probe, or expected to call."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from health.watching.limits import LONGEST_TIMEOUT

# So many probes that are missing in a row make the last one say nothing about now.
STALE_AFTER_PERIODS = 3


class Kind(models.TextChoices):
    """How a service is asked; a heartbeat is not asked, it calls."""

    HTTP = "http", "HTTP(S)"
    TCP = "tcp", "TCP connection"
    DNS = "dns", "DNS record"
    POSTGRESQL = "postgresql", "PostgreSQL"
    REDIS = "redis", "Redis or Valkey"
    KAFKA = "kafka", "Kafka"
    MONGODB = "mongodb", "MongoDB"
    ELASTICSEARCH = "elasticsearch", "Elasticsearch"
    INFLUXDB = "influxdb", "InfluxDB"
    SMTP = "smtp", "mail server"
    HEARTBEAT = "heartbeat", "heartbeat (the job calls us)"


class Body(models.TextChoices):
    """What the body of an HTTP answer must be."""

    JSON = "json", "a JSON object; its `status` counts"
    ANY = "any", "anything"


class WatchedService(models.Model):
    """One thing that is watched; the environment names eight on the first start, then the admin owns them."""

    Kind = Kind
    Body = Body

    name = models.SlugField(
        primary_key=True, max_length=64, help_text="short name, as in /health/payment"
    )
    service_name = models.CharField(
        max_length=255, unique=True, help_text="the name it gives itself, as in payment-service"
    )
    description = models.CharField(max_length=255, blank=True)
    owner = models.CharField(max_length=255, blank=True, help_text="person or team")
    tags = ArrayField(models.SlugField(max_length=64), default=list, blank=True)
    enabled = models.BooleanField(default=True)

    kind = models.CharField(max_length=13, choices=Kind.choices, default=Kind.HTTP)
    url = models.CharField(
        max_length=2_048,
        blank=True,
        help_text="base address, such as https://host:port or tcp://host:port; never with a password; "
        "empty: the address that the environment names",
    )
    path = models.CharField(
        max_length=1_024,
        default="/health",
        blank=True,
        help_text="HTTP: asked for below the address",
    )
    credentials = models.SlugField(
        max_length=64, blank=True, help_text="name of an entry of PROBE_CREDENTIALS"
    )
    interval_seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(86_400)],
        help_text="empty: HEALTH_CHECK_INTERVAL",
    )
    timeout_seconds = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1), MaxValueValidator(LONGEST_TIMEOUT.seconds)],
        help_text="for the whole exchange; empty: PROBE_TIMEOUT",
    )
    slow_ms = models.PositiveIntegerField(
        null=True, blank=True, help_text="degraded above; empty: RESPONSE_TIME_THRESHOLD_MS"
    )
    failures_before_flip = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="failed probes in a row until it is unhealthy; empty: PROBE_FAILURES_BEFORE_FLIP",
    )
    successes_before_recovery = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="good probes in a row until an unhealthy one is believed again",
    )
    expected_status = models.CharField(
        max_length=64, blank=True, help_text="HTTP: such as 200-299,401; empty: 200-299"
    )
    body = models.CharField(max_length=4, choices=Body.choices, default=Body.JSON)
    keyword = models.CharField(max_length=255, blank=True, help_text="HTTP: must be in the body")
    keyword_absent = models.BooleanField(
        default=False, help_text="the keyword must not be in the body"
    )
    verify_tls = models.BooleanField(default=True)
    certificate_days = models.PositiveSmallIntegerField(
        default=14, help_text="degraded when the certificate ends in fewer days; 0: never"
    )
    record_type = models.CharField(max_length=8, default="A", blank=True, help_text="DNS: A, MX, …")
    expected_answer = models.CharField(
        max_length=255, blank=True, help_text="DNS: one of the records must be this"
    )

    heartbeat_key = models.UUIDField(
        db_default=RandomUUID(), unique=True, editable=False, help_text="who knows it may call"
    )
    heartbeat_cron = models.CharField(
        max_length=128, blank=True, help_text="when the job runs, such as 0 3 * * *"
    )
    heartbeat_time_zone = models.CharField(max_length=64, default="UTC")
    heartbeat_period_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="in place of a cron expression: at least this often"
    )
    heartbeat_grace_seconds = models.PositiveIntegerField(
        default=300, help_text="how late a call may be"
    )

    availability_target = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        default=Decimal("99.9"),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="percent; a 5-minute bucket below it is a violation",
    )
    latency_target_ms = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="a 5-minute bucket whose p95 is above it is a violation; empty: RESPONSE_TIME_THRESHOLD_MS",
    )

    is_public = models.BooleanField(default=False, help_text="shown on the public status page")
    public_name = models.CharField(max_length=255, blank=True, help_text="empty: the short name")
    public_group = models.CharField(max_length=255, blank=True)
    public_order = models.PositiveSmallIntegerField(default=0)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        db_table = "watched_services"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The base address to probe: the person's, else the environment's, else empty."""
        _, from_environment = settings.WATCHED_SERVICES.get(self.name, ("", ""))
        return self.url or from_environment

    @property
    def interval(self) -> timedelta:
        """How often it is looked at.

        Heartbeats are looked at as often as the platform is: how often the job calls is a matter of its schedule,
        and a late one must not wait for a turn of its own.
        """
        if self.interval_seconds is None or self.kind == Kind.HEARTBEAT:
            return settings.HEALTH_CHECK_INTERVAL
        return timedelta(seconds=self.interval_seconds)

    @property
    def stale_after(self) -> timedelta:
        """How old the last probe may be before it says nothing about now."""
        return STALE_AFTER_PERIODS * max(self.interval, settings.PROBE_TICK)
