"""What the kernel collects: the machine, the databases, itself, and figures derived from samples."""

from collections.abc import Callable
from datetime import datetime

from monitoring.collectors import databases, derived, own, system
from monitoring.types import Sample

COLLECTORS: dict[str, Callable[[datetime], list[Sample]]] = {
    "system": system.collect,
    "databases": databases.collect,
    "own": own.collect,
    "derived": derived.collect,
}
