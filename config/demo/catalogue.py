"""The demo platform's services, venues and events: every label value that the traffic may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint of a service and its share of the service's requests."""

    method: str
    path: str
    share: float
    backend: str | None = None
    """The service that answers behind the gateway, if this is a route of the gateway."""


@dataclass(frozen=True, slots=True)
class ServiceProfile:
    """One service: where it listens and how busy it is on an average evening."""

    name: str
    variable: str
    """The environment variable that holds its URL."""
    default_url: str
    requests_per_second: float
    latency_ms: float
    """Median time of one request, in milliseconds."""
    memory_percent: float
    """Memory usage of its host, about which it swings slowly, in percent."""
    routes: tuple[Route, ...]

    @property
    def hostname(self) -> str:
        """The one host that the service runs on."""
        return f"{self.name}-1"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that tickets are sold for."""

    event_id: str
    venue_id: str
    price_cents: int
    draw: float
    """How sought-after it is: 1 is an ordinary concert."""


SERVICES: tuple[ServiceProfile, ...] = (
    ServiceProfile(
        name="api-gateway",
        variable="API_GATEWAY_URL",
        default_url="http://127.0.0.1:3000",
        requests_per_second=40.0,
        latency_ms=45.0,
        memory_percent=58.0,
        routes=(
            Route("GET", "/api/events", 0.40, "event-service"),
            Route("GET", "/api/venues", 0.15, "venue-service"),
            Route("POST", "/api/login", 0.15, "auth-service"),
            Route("POST", "/api/tickets", 0.15, "ticket-service"),
            Route("POST", "/api/payments", 0.10, "payment-service"),
            Route("GET", "/api/marketplace", 0.05, "marketplace-service"),
        ),
    ),
    ServiceProfile(
        name="auth-service",
        variable="AUTH_SERVICE_URL",
        default_url="http://127.0.0.1:3001",
        requests_per_second=8.0,
        latency_ms=30.0,
        memory_percent=46.0,
        routes=(Route("POST", "/login", 0.7), Route("POST", "/token/refresh", 0.3)),
    ),
    ServiceProfile(
        name="venue-service",
        variable="VENUE_SERVICE_URL",
        default_url="http://127.0.0.1:3002",
        requests_per_second=6.0,
        latency_ms=20.0,
        memory_percent=43.0,
        routes=(Route("GET", "/venues", 0.6), Route("GET", "/venues/:id", 0.4)),
    ),
    ServiceProfile(
        name="event-service",
        variable="EVENT_SERVICE_URL",
        default_url="http://127.0.0.1:3003",
        requests_per_second=16.0,
        latency_ms=25.0,
        memory_percent=50.0,
        routes=(Route("GET", "/events", 0.7), Route("GET", "/events/:id", 0.3)),
    ),
    ServiceProfile(
        name="ticket-service",
        variable="TICKET_SERVICE_URL",
        default_url="http://127.0.0.1:3004",
        requests_per_second=7.0,
        latency_ms=60.0,
        memory_percent=61.0,
        routes=(Route("POST", "/tickets/reserve", 0.6), Route("GET", "/tickets/:id", 0.4)),
    ),
    ServiceProfile(
        name="payment-service",
        variable="PAYMENT_SERVICE_URL",
        default_url="http://127.0.0.1:3005",
        requests_per_second=5.0,
        latency_ms=180.0,
        memory_percent=55.0,
        routes=(Route("POST", "/payments", 0.7), Route("POST", "/webhooks/stripe", 0.3)),
    ),
    ServiceProfile(
        name="marketplace-service",
        variable="MARKETPLACE_SERVICE_URL",
        default_url="http://127.0.0.1:3006",
        requests_per_second=3.0,
        latency_ms=50.0,
        memory_percent=48.0,
        routes=(Route("GET", "/listings", 0.8), Route("POST", "/listings", 0.2)),
    ),
    ServiceProfile(
        name="analytics-service",
        variable="ANALYTICS_SERVICE_URL",
        default_url="http://127.0.0.1:3007",
        requests_per_second=2.0,
        latency_ms=90.0,
        memory_percent=66.0,
        routes=(Route("GET", "/reports", 0.5), Route("POST", "/track", 0.5)),
    ),
)

EVENTS: tuple[Event, ...] = (
    Event("event-101", "venue-arena", 8_900, 2.5),
    Event("event-102", "venue-arena", 12_500, 1.5),
    Event("event-201", "venue-opera", 6_400, 0.7),
    Event("event-202", "venue-opera", 9_900, 0.6),
    Event("event-301", "venue-club", 2_800, 1.0),
    Event("event-302", "venue-club", 3_500, 0.8),
)

TICKET_TYPES: tuple[tuple[str, float, float], ...] = (("general", 0.85, 1.0), ("vip", 0.15, 2.5))
"""Name, share of the tickets, and factor on the event's price."""

VENUES: tuple[str, ...] = tuple(sorted({event.venue_id for event in EVENTS}))
