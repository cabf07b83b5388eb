"""One request that was measured. Pure."""

from datetime import datetime
from typing import NamedTuple


class MeasuredRequest(NamedTuple):
    """One answered request of one service; `endpoint` is a route, never a path with ids in it."""

    service_name: str
    endpoint: str
    method: str
    response_time_ms: float
    status_code: int
    at: datetime

    @property
    def failed(self) -> bool:
        """Whether the server failed: answered 5xx."""
        return self.status_code >= 500
