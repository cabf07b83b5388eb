"""What needs what in a new installation: the watched services behind their gateway, and on their stores."""

from collections.abc import Iterable

GATEWAY = "api-gateway"
# The stores of the platform. Every service keeps its data in the first two; the others stand in the graph for
# whoever knows which services need them.
STORES = ("postgresql", "redis", "mongodb", "elasticsearch", "influxdb")
NEEDED_STORES = ("postgresql", "redis")


def default_dependencies(services: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of (dependent, upstream) for the services, each under the name that it gives itself.

    Their users reach the services through the gateway alone, so while it is down, what the others report is about
    what nobody can reach anyway. The gateway itself needs the stores.
    """
    names = list(services)
    behind = [(name, GATEWAY) for name in names if name != GATEWAY and GATEWAY in names]
    return behind + [(name, store) for name in names for store in NEEDED_STORES]
