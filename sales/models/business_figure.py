"""The last answer of each source to each business figure."""

from django.db import models

from sales.business.figures import Source

_SOURCES = [(source.value, source.value) for source in Source]


class BusinessFigure(models.Model):
    """What one source said about one figure when it was asked last; a missing value has its reason."""

    name = models.CharField(max_length=32, help_text="such as revenue_today")
    source = models.CharField(max_length=8, choices=_SOURCES)
    value = models.BigIntegerField(
        null=True, blank=True, help_text="in the unit of the figure; empty where unknown"
    )
    since = models.DateTimeField(help_text="begin of the period that the value is for")
    measured_at = models.DateTimeField(help_text="instant at which the source was asked")
    problem = models.CharField(max_length=255, blank=True, help_text="why there is no value")

    class Meta:
        db_table = "business_figures"
        ordering = ["name", "source"]
        constraints = [
            models.UniqueConstraint(fields=["name", "source"], name="business_figures_once"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | ~models.Q(problem=""),
                name="business_figures_missing_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.source}: {self.problem or self.value}"
