"""Roll-ups: count, sum, min, max and last of a series by 5 minutes and by the hour, a day in each row."""

from django.db import models


class RollupDay(models.Model):
    """The buckets of one series and UTC day, packed (monitoring.storage.rollup_codec)."""

    pk = models.CompositePrimaryKey("series_id", "day")
    series_id = models.IntegerField()
    day = models.DateField(help_text="UTC; its month decides the partition")
    n = models.IntegerField(help_text="buckets that hold samples")
    payload = models.BinaryField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"roll-up of series {self.series_id} on {self.day}"


class FiveMinuteRollup(RollupDay):
    """Buckets of 5 minutes."""

    class Meta:
        db_table = "rollup_5m"


class HourlyRollup(RollupDay):
    """Buckets of an hour."""

    class Meta:
        db_table = "rollup_1h"


class RollupDue(models.Model):
    """A day of a series whose chunks changed after its roll-up, or that has none yet."""

    pk = models.CompositePrimaryKey("series_id", "day")
    series_id = models.IntegerField()
    day = models.DateField(db_index=True)

    class Meta:
        db_table = "rollup_due"

    def __str__(self) -> str:
        return f"series {self.series_id} on {self.day}"
