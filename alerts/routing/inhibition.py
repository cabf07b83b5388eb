"""One cause, one page: while something fires that others need, what they report is hidden."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.routing.hidden import Hidden, HiddenBy

# Labels that may name the store which an alert is about, such as `database_connection_status{database="redis"}`.
STORE_LABELS = ("database", "store")
_ENDING = "-service"
_LONGEST_REASON = 500


def place(name: str) -> str:
    """Return the name of a service or store in the graph: `payment` and `payment-service` are one."""
    return name.removesuffix(_ENDING) or name


class DependencyGraph:
    """Who needs whom, over any number of steps.

    Places that need one another are equals: none of them is upstream of another, so that a circle of
    dependencies can never hide all of its members.
    """

    def __init__(self, edges: Iterable[tuple[str, str]]) -> None:
        """Take pairs of (dependent, upstream)."""
        self._needs: dict[str, set[str]] = {}
        for dependent, upstream in edges:
            self._needs.setdefault(place(dependent), set()).add(place(upstream))
            self._needs.setdefault(place(upstream), set())
        self._reached: dict[str, frozenset[str]] = {}

    @property
    def places(self) -> frozenset[str]:
        """Return every service and store of the graph."""
        return frozenset(self._needs)

    def upstream_of(self, name: str) -> frozenset[str]:
        """Return what the place needs, directly or not, without those that need it in turn."""
        here = place(name)
        return frozenset(each for each in self._reach(here) if here not in self._reach(each))

    def _reach(self, start: str) -> frozenset[str]:
        known = self._reached.get(start)
        if known is not None:
            return known
        found: set[str] = set()
        ahead = list(self._needs.get(start, ()))
        while ahead:
            each = ahead.pop()
            if each not in found:
                found.add(each)
                ahead.extend(self._needs[each])
        self._reached[start] = frozenset(found)
        return self._reached[start]


@dataclass(frozen=True, slots=True)
class Suspect:
    """What is to be known of an alert that may be hidden, or may be what hides others."""

    id: str
    title: str
    service: str
    labels: Mapping[str, str]
    is_cause: bool
    fired_at: datetime

    def store(self, graph: DependencyGraph) -> str:
        """Return the store that it is about, empty if its labels name none of the graph."""
        named = (place(self.labels.get(label, "")) for label in STORE_LABELS)
        return next((name for name in named if name in graph.places), "")

    def place(self, graph: DependencyGraph) -> str:
        """Return where it happens: a cause that names a store is about the store, whoever reported it."""
        store = self.store(graph) if self.is_cause else ""
        return store or place(self.service)

    def upstream(self, graph: DependencyGraph) -> frozenset[str]:
        """Return what it may be a consequence of; an alert about a store that is no cause itself needs the store."""
        above = graph.upstream_of(self.place(graph))
        store = "" if self.is_cause else self.store(graph)
        return above | graph.upstream_of(store) | {store} if store else above


def why_inhibited(
    suspect: Suspect, causes: Sequence[Suspect], graph: DependencyGraph
) -> Hidden | None:
    """Return which cause hides the alert, None if none does.

    `causes` are those that fire now and that somebody is told of. A cause that is hidden by another one is not
    named: the first of all is, and of several equal ones that which fired first. Since being upstream never runs
    in a circle, one of the causes is always left to be seen.
    """
    upstream = suspect.upstream(graph)
    above = [each for each in causes if each.place(graph) in upstream]
    places = {each.place(graph) for each in above}
    first = [each for each in above if not each.upstream(graph) & places]
    if not first:
        return None
    cause = min(first, key=lambda each: (each.fired_at, each.id))
    return Hidden(HiddenBy.INHIBITION, cause.id, _words(cause, graph), until=None)


def _words(cause: Suspect, graph: DependencyGraph) -> str:
    return f"consequence of: {cause.title} ({cause.place(graph)})"[:_LONGEST_REASON]
