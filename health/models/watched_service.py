"""What is probed."""

from django.conf import settings
from django.db import models


class WatchedService(models.Model):
    """One service of the platform; the environment names eight on the first start, then the admin owns them."""

    name = models.SlugField(
        primary_key=True, max_length=64, help_text="short name, as in /health/payment"
    )
    service_name = models.CharField(
        max_length=255, unique=True, help_text="the name it gives itself, as in payment-service"
    )
    url = models.URLField(
        blank=True,
        help_text="base address, asked at <url>/health; empty: the address that the environment names",
    )
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

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
