"""Tables of the kernel, one file each."""

from monitoring.models.chunk import Chunk
from monitoring.models.ingest_request import IngestRequest
from monitoring.models.latest import Latest
from monitoring.models.metric import Metric
from monitoring.models.rollup import FiveMinuteRollup, HourlyRollup, RollupDue
from monitoring.models.segment import Segment
from monitoring.models.series import Series
from monitoring.models.storage_state import StorageState

__all__ = [
    "Chunk",
    "FiveMinuteRollup",
    "HourlyRollup",
    "IngestRequest",
    "Latest",
    "Metric",
    "RollupDue",
    "Segment",
    "Series",
    "StorageState",
]
