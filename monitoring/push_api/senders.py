"""Who pushes, as the parsers need to know it: the token's service, and the types that metrics have."""

from collections.abc import Mapping
from functools import partial
from itertools import islice

from django.db import InterfaceError, OperationalError, connection

from monitoring.api.claims import TokenUser
from monitoring.ingest.formats.sender import Sender
from monitoring.metrics_api.names import same_service
from monitoring.models import Metric
from monitoring.names import spec_of
from monitoring.types import MetricType

_MOST_REMEMBERED = 50_000  # about 6 MB


def sender_of(holder: TokenUser, *, otherwise: str) -> Sender:
    """Return the sender of a request; `otherwise` names the service of samples that name none."""
    return Sender(
        service=holder.service,
        otherwise=otherwise,
        type_of=KnownTypes().type_of,
        may_write_for=partial(_may_write, holder.service),
    )


class KnownTypes:
    """The types of metrics, read once when the first one is asked for: most requests bring nothing new.

    While PostgreSQL is away the process goes by what it read last. A name that is not in there is guessed like
    a new one; what is stored then takes the metric's own type (see `monitoring.spool.fitting`).
    """

    _last: Mapping[str, str] = {}

    def __init__(self) -> None:
        self._stored: Mapping[str, str] | None = None

    def type_of(self, name: str) -> MetricType | None:
        """Return the type of a metric that is stored or catalogued.

        Within a transaction an error of the database is raised: the batch cannot be saved. Whoever asks for
        the same request afterwards, to put it on the disk, is answered from memory.
        """
        if self._stored is None:
            self._read()
        stored = (self._stored or {}).get(name)
        if stored is not None:
            return MetricType(stored)
        spec = spec_of(name)
        return None if spec is None else spec.type

    def _read(self) -> None:
        try:
            self._stored = dict(Metric.objects.values_list("name", "type"))
        except (OperationalError, InterfaceError):
            self._stored = KnownTypes._last
            if connection.in_atomic_block:
                raise
            connection.close_if_unusable_or_obsolete()
        else:
            KnownTypes._last = _bounded(self._stored)


def _bounded(types: Mapping[str, str]) -> Mapping[str, str]:
    if len(types) <= _MOST_REMEMBERED:
        return types
    return dict(islice(types.items(), _MOST_REMEMBERED))


def _may_write(service: str | None, named: str) -> bool:
    return service is None or same_service(service, named)
