"""What stands in the way of services that fail: what they need, and fails itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from alerts.muting import dependency_graph
from alerts.routing.inhibition import DependencyGraph, place
from health.models import ServiceState
from health.watching.behind import behind_what
from monitoring.backends.stores import REQUIRED, STORES, store_pings
from monitoring.errors import ServiceUnavailableError


@dataclass(frozen=True, slots=True)
class Obstacles:
    """The places in the way at this moment, and who needs what."""

    graph: DependencyGraph
    in_the_way: frozenset[str]

    def before(self, service_name: str) -> str:
        """Return what a failing service is behind, "" if its failure is its own."""
        return behind_what(place(service_name), self.in_the_way, self.graph)


def obstacles(failing: Collection[str], sound: Collection[str], *, at: datetime) -> Obstacles:
    """Return what is in the way of the `failing` services, both given by the names they give themselves.

    `failing` and `sound` are what a round of probes has just found; of the others their last probe counts, and of
    stores that nobody watches the service's own connection to them.
    """
    if not failing:
        return Obstacles(DependencyGraph(()), frozenset())
    graph = dependency_graph()
    failing_now, sound_now = set(map(place, failing)), set(map(place, sound))
    before = _failed_before(at) - sound_now
    watched = failing_now | sound_now | before
    needed = frozenset().union(*map(graph.upstream_of, failing_now))
    stores = _stores_away(needed.intersection(STORES) - watched)
    return Obstacles(graph, frozenset(failing_now | before | stores))


def _failed_before(at: datetime) -> set[str]:
    """Return the places whose last probe failed, as long as that is not long ago."""
    failed = Q(consecutive_failures__gt=0) | ~Q(behind="")
    states = ServiceState.objects.filter(failed, service__enabled=True).select_related("service")
    return {
        place(state.service.service_name)
        for state in states
        if at - state.checked_at <= state.service.stale_after
    }


def _stores_away(names: Collection[str]) -> set[str]:
    """Return which of the stores do not answer; PostgreSQL does, for the graph was just read from it."""
    return {name for name in names if name != REQUIRED and not _answers(name)}


def _answers(store: str) -> bool:
    """Tell whether the store answers, within a second or so; one that is not configured is nobody's obstacle."""
    ping = store_pings().get(store)
    if ping is None:
        return True
    try:
        ping()
    except ServiceUnavailableError:
        return False
    return True
