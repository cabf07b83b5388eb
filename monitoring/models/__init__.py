"""Tables of the kernel, one file each."""

from monitoring.models.ingest_request import IngestRequest
from monitoring.models.latest import Latest
from monitoring.models.metric import Metric
from monitoring.models.segment import Segment
from monitoring.models.series import Series

__all__ = ["IngestRequest", "Latest", "Metric", "Segment", "Series"]
