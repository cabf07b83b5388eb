"""What the demo platform pushes is what the monitoring service takes."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from config.demo.catalogue import SERVICES
from config.demo.outbox import pack
from config.demo.simulation import Simulation
from config.demo.states import ServiceState
from monitoring.ingest.validation import parse_items
from monitoring.names import spec_of

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG = timedelta(minutes=5)
"""Long enough that everything that can happen does."""


@pytest.mark.parametrize("state", [state for state in ServiceState if state != ServiceState.DOWN])
def test_no_sample_is_refused_by_the_ingest_door(state: ServiceState) -> None:
    states = {profile.name: state for profile in SERVICES}

    for service, samples in Simulation(1).batches(NOON, LONG, states).items():
        items = json.loads(pack(service, samples, NOON).body)
        accepted, _, errors = parse_items(items, default_service=None, at=NOON)
        assert errors == []
        assert len(accepted) == len(samples)


def test_types_and_labels_are_those_of_the_catalogue() -> None:
    states = {profile.name: ServiceState.HEALTHY for profile in SERVICES}

    for samples in Simulation(1).batches(NOON, LONG, states).values():
        for sample in samples:
            spec = spec_of(sample.metric_name)
            assert spec is not None
            assert (sample.type, set(sample.labels)) == (spec.type.value, set(spec.labels))
