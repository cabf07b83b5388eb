"""What a process has to know to trust what it remembers of the storage."""

from django.db import models


class StorageState(models.Model):
    """At most one row: how often series were removed and, in a column that only SQL knows (`sealed_xid`), the newest
    transaction whose segment was sealed. No row means "nothing yet".
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    catalogue_epoch = models.BigIntegerField(default=0, help_text="grows when series are removed")

    class Meta:
        db_table = "storage_state"
        verbose_name_plural = "storage state"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="storage_state_one")]

    def __str__(self) -> str:
        return f"catalogue epoch {self.catalogue_epoch}"
