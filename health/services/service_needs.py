"""What a watched service cannot work without: its edges of the dependency graph, read and written by name."""

from collections import defaultdict
from collections.abc import Iterable

from alerts.default_dependencies import STORES as PLATFORM_STORES
from alerts.models import Dependency
from alerts.routing.inhibition import place
from alerts.services.dependencies import create_dependency, delete_dependency
from health.catalogue import ServiceNotWatchedError, short_name_of
from health.models import WatchedService
from monitoring.backends.stores import STORES
from monitoring.errors import InvalidInputError

KNOWN_STORES = tuple(dict.fromkeys((*STORES, *PLATFORM_STORES)))


def needs_by_place() -> dict[str, list[str]]:
    """Return what is needed, in the order of the alphabet, by the place in the graph that needs it."""
    needs: dict[str, list[str]] = defaultdict(list)
    edges = Dependency.objects.filter(enabled=True).order_by("upstream")
    for dependent, upstream in edges.values_list("dependent", "upstream"):
        if upstream not in needs[place(dependent)]:
            needs[place(dependent)].append(upstream)
    return needs


def needs_of(service: WatchedService) -> list[str]:
    """Return the services and stores that one service needs, by the names they give themselves."""
    return needs_by_place().get(place(service.service_name), [])


def set_needs(service: WatchedService, names: Iterable[str], *, by: str) -> None:
    """Make `names` all that the service needs; watched services by either name, or stores.

    Raises InvalidInputError for any other name, and for the service itself.
    """
    needed = needs_of(service)
    wanted = {name if name in needed else _known(name) for name in names}
    if any(place(upstream) == place(service.service_name) for upstream in wanted):
        raise _wrong(f"{service.service_name} cannot need itself")
    edges = _edges_of(service)
    for edge in edges:
        if edge.enabled and place(edge.upstream) not in {place(name) for name in wanted}:
            delete_dependency(edge.pk, by=by)
    known = {place(edge.upstream) for edge in edges if edge.enabled}
    for upstream in sorted(wanted):
        if place(upstream) not in known:
            create_dependency(service.service_name, upstream, by=by)


def forget_needs(service: WatchedService, *, by: str) -> None:
    """Take away what a service needs, before the service itself goes."""
    set_needs(service, (), by=by)


def _edges_of(service: WatchedService) -> list[Dependency]:
    here = place(service.service_name)
    return list(Dependency.objects.filter(dependent__in=(here, f"{here}-service")))


def _known(name: str) -> str:
    """Return the name as the graph has it."""
    if name in KNOWN_STORES:
        return name
    full_names = dict(WatchedService.objects.values_list("name", "service_name"))
    try:
        return full_names[short_name_of(name, full_names)]
    except ServiceNotWatchedError:
        stores = ", ".join(KNOWN_STORES)
        raise _wrong(f"{name!r} is neither a watched service nor one of {stores}") from None


def _wrong(message: str) -> InvalidInputError:
    return InvalidInputError(message, details={"depends_on": [message]})
