"""What is behind what: of a service whose way is blocked nothing is known, and it is not counted against it. Pure."""

from collections.abc import Set as AbstractSet
from typing import Protocol


class Graph(Protocol):
    """Who needs whom; places that need one another are equals, so that being upstream never runs in a circle."""

    def upstream_of(self, name: str) -> frozenset[str]:
        """Return what the place needs, directly or not, without those that need it in turn."""
        ...


def behind_what(place: str, in_the_way: AbstractSet[str], graph: Graph) -> str:
    """Return which of those in the way a failing place is behind, "" if its failure is its own.

    In the way is whatever failed its own last probe, also if that did not flip it yet: with equal intervals
    everything upstream is asked between two probes of what needs it, so that an outage upstream is known before a
    second failure behind it could count. Of several the first cause is named: one that is behind none of the
    others, and of equal ones the first by name.
    """
    above = graph.upstream_of(place) & in_the_way
    first = [each for each in above if not graph.upstream_of(each) & above]
    return min(first, default="")
