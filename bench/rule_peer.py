"""Prometheus with a file of alerting rules, and what it says about its evaluations."""

import re
import time
from collections.abc import Iterable
from pathlib import Path

from bench.peers import Prometheus

INTERVAL_SECONDS = 15

_DURATION = re.compile(r"^prometheus_rule_group_last_duration_seconds\{.*\} (\S+)$", re.MULTILINE)
_EVALUATED = re.compile(
    r"^prometheus_rule_group_last_evaluation_timestamp_seconds\{.*\} (\S+)$", re.MULTILINE
)
_WAIT_SECONDS = 20 * INTERVAL_SECONDS


class RuleEvaluator(Prometheus):
    """One group of rules, evaluated every 15 s; it is fed by remote-write."""

    def __init__(self, directory: Path, expressions: Iterable[str]) -> None:
        super().__init__(directory)
        self._expressions = list(expressions)
        self._seen = 0.0

    def command(self) -> list[str]:
        """Return how it is started, with a configuration of its own."""
        command = super().command()
        rules = "".join(
            f"  - {{alert: r{number}, expr: '{expression}'}}\n"
            for number, expression in enumerate(self._expressions)
        )
        (self.directory / "rules.yml").write_text(
            f"groups:\n- name: bench\n  rules:\n{rules}", encoding="utf-8"
        )
        (self.directory / "prometheus.yml").write_text(
            f"global: {{scrape_interval: 1m, evaluation_interval: {INTERVAL_SECONDS}s}}\n"
            "rule_files: [rules.yml]\n",
            encoding="utf-8",
        )
        return command

    def next_duration(self) -> float:
        """Wait for the end of another evaluation and return how long it took, in seconds.

        Raises TimeoutError if there is none in the time of twenty.
        """
        deadline = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < deadline:
            text = self.get("/metrics").decode()
            duration, evaluated = _DURATION.search(text), _EVALUATED.search(text)
            if duration and evaluated and float(evaluated[1]) > self._seen:
                self._seen = float(evaluated[1])
                return float(duration[1])
            time.sleep(0.2)
        raise TimeoutError("Prometheus has evaluated nothing")
