"""The end of the canary's road: measures how long it took, and tells nobody."""

from collections.abc import Sequence
from typing import ClassVar

from alerts.channels.base import Receipt, Rendering
from alerts.messages import Message
from alerts.watch.canary import CANARY, latency_seconds
from monitoring.exposition.instruments import measure, observe
from monitoring.outbound import Deadline


class CanaryChannel:
    """Takes every message; there is nothing to configure."""

    name: ClassVar[str] = CANARY
    bundles: ClassVar[bool] = False
    follows: ClassVar[bool] = False

    def missing(self) -> Sequence[str]:
        """Return nothing: it can always be used."""
        return []

    def recipients(self) -> Sequence[str]:
        """Return the one sink."""
        return ["sink"]

    def render(self, message: Message) -> Rendering:
        """Return the value that is looked at."""
        return Rendering({"value": message.content.value})

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """Measure the road from the sample to here, in seconds."""
        seconds = latency_seconds(message.content.value, at=message.at)
        if seconds is None:
            return Receipt(reference="", reply="no canary")
        observe("alerting_canary_latency_seconds", {}, seconds)
        measure("alerting_canary_last_latency_seconds", {}, seconds)
        return Receipt(reference="", reply=f"after {seconds:.3f} s")


CHANNEL = CanaryChannel()
