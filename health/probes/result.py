"""What one probe found, before anybody judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The answer of one service, or why there was none.

    `elapsed_ms` is measured here, from the look-up of the name to the last byte of the answer. `error` says in
    plain words why the service counts as down, `warning` why it counts as degraded; both may be shown in public and
    name no address. `body` is the JSON object of an HTTP answer; `details` are a few short facts of any kind of
    service, such as its version.
    """

    elapsed_ms: float
    http_status: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    warning: str = ""
    details: Mapping[str, str | int | float] = field(default_factory=dict)
    certificate_expires_at: datetime | None = None

    @property
    def is_answer(self) -> bool:
        """Whether something came back, so that the time it took says something."""
        return self.http_status is not None or not self.error
