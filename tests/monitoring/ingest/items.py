"""Items of a push, as JSON has them, and what validation makes of one."""

from monitoring.ingest.validation import parse_items
from monitoring.types import ItemError, Sample
from tests.monitoring.factories import NOON


def item(**fields: object) -> dict[str, object]:
    """The example of the specification, changed where the test wants it."""
    example: dict[str, object] = {
        "metric_name": "payment_success_total",
        "service_name": "payment-service",
        "value": 1,
        "type": "counter",
        "labels": {"provider": "stripe", "currency": "USD"},
    }
    return example | fields


def parse(one: object, default_service: str | None = None) -> Sample | ItemError:
    samples, _, errors = parse_items([one], default_service=default_service, at=NOON)
    results: list[Sample | ItemError] = [*samples, *errors]
    (result,) = results
    return result


def sample(one: object, default_service: str | None = None) -> Sample:
    result = parse(one, default_service)
    assert isinstance(result, Sample), result
    return result


def error(one: object) -> ItemError:
    result = parse(one)
    assert isinstance(result, ItemError), result
    return result
