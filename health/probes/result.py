"""What one probe found, before anybody judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The answer of one service, or why there was none.

    `elapsed_ms` is measured here, from the first byte of the connection to the last byte of the body. `error` is
    empty when an HTTP answer with a JSON object came back in time, whatever it said.
    """

    elapsed_ms: float
    http_status: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
