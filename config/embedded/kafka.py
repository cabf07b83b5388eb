"""A broker that speaks the Kafka protocol: Tansu."""

import signal

from config.embedded import binaries
from config.embedded.engine import Engine
from config.embedded.ports import LOOPBACK
from config.embedded.readiness import kafka_answers


class KafkaBroker(Engine):
    """Tansu keeps topics in memory: a restart forgets them, as the service allows.

    Kafka is a tee here, never the path to storage.
    """

    name = "kafka"
    usual_port = 9092
    stop_seconds = 5.0
    # It has nothing to write down, and it waits for open connections when asked nicely.
    stop_signal = signal.SIGINT

    def variables(self) -> dict[str, str]:
        """Return KAFKA_BROKERS."""
        return {"KAFKA_BROKERS": f"{LOOPBACK}:{self.port}"}

    def is_ready(self) -> bool:
        """Ask for the cluster's metadata."""
        return kafka_answers(self.port)

    def _command(self) -> list[str]:
        listener = f"tcp://{LOOPBACK}:{self.port}"
        return [
            str(binaries.kafka_broker()),
            "broker",
            f"--listener-url={listener}",
            f"--advertised-listener-url={listener}",
            "--storage-engine=memory://tansu/",
        ]
