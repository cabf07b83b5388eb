"""Segments: one row for each commit of samples, partitioned by the day of receipt."""

from django.db import models


class Segment(models.Model):
    """The samples of one commit, sorted by series, in one compressed payload (monitoring.storage.codec).

    A row lives until its samples are sealed into chunks. Its column `xid`, which only SQL knows, is the
    transaction that wrote it: it tells a reader what is new since it last looked. The migration creates the
    partitioned table in SQL; `id` comes from a sequence of its own and grows
    in the order of the commits of any one series, so the higher id is the later write.
    """

    pk = models.CompositePrimaryKey("received_at", "id")
    id = models.BigIntegerField()
    received_at = models.DateTimeField(help_text="instant of the commit; decides the partition")
    t_min = models.DateTimeField(help_text="oldest sample of the segment")
    t_max = models.DateTimeField(help_text="newest sample of the segment")
    n = models.IntegerField(help_text="samples in the segment")
    payload = models.BinaryField()

    class Meta:
        db_table = "segment"
        indexes = [models.Index(fields=["t_max", "t_min"], name="segment_span")]

    def __str__(self) -> str:
        return f"segment {self.id}: {self.n} samples"
