"""Chunks: sealed samples of one series, packed, partitioned by the day of their first one."""

from django.db import models


class Chunk(models.Model):
    """Up to 720 samples of one series within 24 hours, in one payload (monitoring.storage.chunk_codec).

    The chunks of a series do not overlap. The one with the last samples is open: sealing rewrites it with more
    until it is full. The migration creates the partitioned table in SQL.
    """

    pk = models.CompositePrimaryKey("series_id", "t0")
    series_id = models.IntegerField()
    t0 = models.DateTimeField(help_text="first sample; decides the partition")
    t1 = models.DateTimeField(help_text="last sample")
    n = models.IntegerField(help_text="samples in the chunk")
    payload = models.BinaryField()

    class Meta:
        db_table = "chunk"

    def __str__(self) -> str:
        return f"chunk of series {self.series_id}: {self.n} samples"
