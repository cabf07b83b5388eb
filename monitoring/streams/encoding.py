"""A sample as a message of metrics-stream. Pure but for the message's random identity.

Source: "metrics-stream" under "Kafka Topics", service specification.
"""

from typing import Any
from uuid import uuid4

import orjson

from monitoring.backends.kafka_messages import Message
from monitoring.ingest.series_cache import hash_of, key_of
from monitoring.streams.topics import METRICS_STREAM
from monitoring.types import Sample, Temporality


def metric_message(sample: Sample, *, source: str) -> Message:
    """Return the message for one sample; those of one series share a key, so their order is kept."""
    key = hash_of(key_of(sample)).encode()
    identity = str(uuid4()).encode()
    value = orjson.dumps(document_of(sample, source=source), option=orjson.OPT_UTC_Z)
    return Message(METRICS_STREAM, key, value, (("message-id", identity),))


def document_of(sample: Sample, *, source: str) -> dict[str, Any]:
    """Return the fields of the specification; a total so far says in addition that it is one."""
    document: dict[str, Any] = {
        "metric_name": sample.metric,
        "service_name": sample.service,
        "value": sample.value,
        "type": sample.type.value,
        "labels": dict(sample.labels),
        "timestamp": sample.at,
        "source": source,
    }
    if sample.temporality is Temporality.CUMULATIVE:
        document["temporality"] = sample.temporality.value
    return document
