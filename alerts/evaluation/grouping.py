"""What an alert is about: one series, or the series that agree in some labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.evaluation.fingerprint import fingerprint
from alerts.evaluation.matching import SERVICE


@dataclass(frozen=True, slots=True)
class Subject:
    """One series, or one group of them, under one rule."""

    fingerprint: str
    service: str
    labels: Mapping[str, str]

    @property
    def all_labels(self) -> Mapping[str, str]:
        """The labels with the service as `service_name`."""
        return {**self.labels, SERVICE: self.service}


def subject_alone(service: str, labels: Mapping[str, str]) -> Subject:
    """Return what an alert about one series is about."""
    return Subject(fingerprint(service, labels), service, labels)


def projection(service: str, labels: Mapping[str, str], group_by: Sequence[str]) -> tuple[str, ...]:
    """Return the values of the labels of `group_by`, empty where there is none; `service_name` is one of them."""
    return tuple(service if name == SERVICE else labels.get(name, "") for name in group_by)


def subject_of(group_by: Sequence[str], values: Sequence[str]) -> Subject:
    """Return what an alert about a group is about. A label without a value is left out, as if it were not there."""
    labels = {name: value for name, value in zip(group_by, values, strict=True) if value}
    service = labels.pop(SERVICE, "")
    return Subject(fingerprint(service, labels), service, labels)
