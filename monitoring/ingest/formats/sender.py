"""Whom a pushed request speaks for, and which service a sample counts for. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from monitoring.ingest import fields
from monitoring.ingest.fields import RefusedError
from monitoring.types import MetricType

SERVICE_NAME = "service_name"
# Labels that usually name the sender, where no label `service_name` does.
_USUAL = ("service", "job")


@dataclass(frozen=True, slots=True)
class Sender:
    """The request's own part in what its samples mean.

    `service` is the one that the token is bound to, None if it may write for all; `otherwise` names
    samples that name nobody. `type_of` returns the type of a metric that is known already: it keeps that
    one, so that a format that names no types, or guesses them, does not fail over it.
    """

    service: str | None
    otherwise: str
    type_of: Callable[[str], MetricType | None]
    may_write_for: Callable[[str], bool]

    def service_of(self, labels: Mapping[str, str]) -> str:
        """Return the service of a sample.

        In this order: its label `service_name`, the service that the token is bound to, its labels
        `service` and `job`, the default. Raises RefusedError for a `service_name` that the token may
        not write for; `service` and `job` claim nothing, so they are labels like any other then.
        """
        named = labels.get(SERVICE_NAME)
        if named:
            if not self.may_write_for(named):
                raise RefusedError(
                    SERVICE_NAME, f"this token may write for {self.service} only, not for {named}"
                )
        else:
            usual = next((labels[name] for name in _USUAL if labels.get(name)), self.otherwise)
            named = self.service or usual
        return fields.service_name(named, None)
