"""How many new series fit: in all, for each service, for each client and in a minute. Known ones always do."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from monitoring.models import Series

_OF_SERVICES = (
    "SELECT service, count(*) FROM series WHERE service = ANY(%s::text[]) GROUP BY service"
)
_OF_CLIENT = (
    "SELECT count(*), count(*) FILTER (WHERE created_at > now() - interval '1 minute')"
    " FROM series WHERE client = %s"
)


class Refused(NamedTuple):
    """The limit that a new series would exceed, in a word for counters and in a sentence for people."""

    limit: str
    message: str


class Room:
    """What is left of each limit, as of its making. Not exact under concurrency: see `ingest.newcomers`."""

    def __init__(
        self, *, total: int, services: Mapping[str, int], client: int, minute: int
    ) -> None:
        self._total = total
        self._services = dict(services)
        self._client = client
        self._minute = minute

    def take(self, service: str, number: int) -> Refused | None:
        """Take the room for so many series; where there is too little, say which limit that is."""
        for limit, left, message in (
            ("total", self._total, f"the service keeps at most {settings.MAX_SERIES_TOTAL}"),
            (
                "service",
                self._services[service],
                f"{service} may have at most {settings.MAX_SERIES_PER_SERVICE}",
            ),
            (
                "client",
                self._client,
                f"one client may have at most {settings.MAX_SERIES_PER_CLIENT}",
            ),
            (
                "minute",
                self._minute,
                f"one client may add at most {settings.MAX_NEW_SERIES_PER_MINUTE} a minute",
            ),
        ):
            if number > left:
                return Refused(limit, f"no new series: {message}")
        self._total -= number
        self._services[service] -= number
        self._client -= number
        self._minute -= number
        return None


def room_for(services: Collection[str], *, client: str) -> Room:
    """Return what is left for new series of these services from this client.

    The service's own collectors, which name no client, are bound by the other limits only.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_SERVICES, [list(services)])
        taken = dict(cursor.fetchall())
        of_client = in_minute = 0
        if client:
            cursor.execute(_OF_CLIENT, [client])
            of_client, in_minute = cursor.fetchone()
    most = settings.MAX_SERIES_TOTAL
    return Room(
        total=most - Series.objects.count(),
        services={
            service: settings.MAX_SERIES_PER_SERVICE - taken.get(service, 0) for service in services
        },
        client=settings.MAX_SERIES_PER_CLIENT - of_client if client else most,
        minute=settings.MAX_NEW_SERIES_PER_MINUTE - in_minute if client else most,
    )
