"""What cannot work without what: services and stores as a graph."""

from django.db import models


class Dependency(models.Model):
    """An edge: while `upstream` is the cause of an alert, those of `dependent` are hidden."""

    dependent = models.CharField(max_length=255, help_text="service or store that needs the other")
    upstream = models.CharField(max_length=255, help_text="service or store that is needed")
    enabled = models.BooleanField(default=True)
    seeded = models.BooleanField(default=False, editable=False)

    class Meta:
        db_table = "alert_dependencies"
        ordering = ["dependent", "upstream"]
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(
                fields=["dependent", "upstream"], name="alert_dependencies_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(dependent=models.F("upstream")),
                name="alert_dependencies_not_of_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dependent} needs {self.upstream}"
