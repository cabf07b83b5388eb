"""Who pushes, as the parsers need to know it: the token's service, and the types that metrics have."""

from functools import partial

from monitoring.api.claims import TokenUser
from monitoring.ingest.formats.sender import Sender
from monitoring.metrics_api.names import same_service
from monitoring.models import Metric
from monitoring.names import spec_of
from monitoring.types import MetricType


def sender_of(holder: TokenUser, *, otherwise: str) -> Sender:
    """Return the sender of a request; `otherwise` names the service of samples that name none."""
    return Sender(
        service=holder.service,
        otherwise=otherwise,
        type_of=KnownTypes().type_of,
        may_write_for=partial(_may_write, holder.service),
    )


class KnownTypes:
    """The types of metrics, read once when the first one is asked for: most requests bring nothing new."""

    def __init__(self) -> None:
        self._stored: dict[str, str] | None = None

    def type_of(self, name: str) -> MetricType | None:
        """Return the type of a metric that is stored or catalogued."""
        if self._stored is None:
            self._stored = dict(Metric.objects.values_list("name", "type"))
        stored = self._stored.get(name)
        if stored is not None:
            return MetricType(stored)
        spec = spec_of(name)
        return None if spec is None else spec.type


def _may_write(service: str | None, named: str) -> bool:
    return service is None or same_service(service, named)
