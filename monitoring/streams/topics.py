"""The streams by name. Source: "Kafka Topics", service specification."""

METRICS_STREAM = "metrics-stream"
ALERTS_STREAM = "alerts-stream"
FRAUD_EVENTS = "fraud-events"
TOPICS = (METRICS_STREAM, ALERTS_STREAM, FRAUD_EVENTS)


def dead_letter_topic(topic: str) -> str:
    """Return where messages of a topic go that cannot be processed."""
    return f"{topic}.dlq"
