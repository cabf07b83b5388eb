"""Ninety days of a platform for the status page to show: good and bad days, incidents, maintenance."""

from datetime import datetime, timedelta

from health.models import PublicIncident, WatchedService
from tests.health.statuspage.rows import (
    DAY,
    DAY_MS,
    MINUTE_MS,
    bucket,
    day,
    incident,
    midnight_of,
    public_service,
    standing,
    window,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
_CARDS = (
    "A card network refuses our requests. Wallets and bank transfers work.\n\n"
    "Follow https://status.example.org/cards for their side of it."
)
_SERVICES = (
    ("gateway", "API", "Customers", "healthy"),
    ("event", "Event pages", "Customers", "healthy"),
    ("payment", "Payments", "Buying a ticket", "unhealthy"),
    ("order", "Orders", "Buying a ticket", "degraded"),
    ("ticket", "Tickets and wallets", "Buying a ticket", "healthy"),
    ("venue", "Venue entry", "At the door", "healthy"),
    ("scan", "Scanners", "At the door", ""),
)
_BAD_DAYS = {
    "payment": {3: 47 * MINUTE_MS, 4: 3 * MINUTE_MS, 31: 6 * 60 * MINUTE_MS, 60: DAY_MS},
    "event": {12: 90 * MINUTE_MS},
    "order": {31: 20 * MINUTE_MS},
}


def play_quiet(at: datetime) -> None:
    """Show two services, of which only one was ever measured, and nothing else."""
    standing(public_service("gateway", public_name="API"), at)
    public_service("scan", public_name="Scanners")


def play(at: datetime) -> PublicIncident:
    """Show seven services in three groups; return the incident that goes on."""
    for place, (name, public_name, group, status) in enumerate(_SERVICES):
        service = public_service(
            name, public_name=public_name, public_group=group, public_order=place
        )
        if status:
            standing(service, at, status)
            _ninety_days(service, at)
    _past(at)
    window(at + 3 * DAY, public_title="A faster database for payments")
    tickets = {"label": "service_name", "op": "=", "value": "ticket-service"}
    window(at - HOUR, public_title="New wallet passes", matchers=[tickets], public_text="")
    return incident(
        "Card payments fail for some customers",
        [
            (at - 40 * MINUTE, "investigating", "Some card payments fail. We look into it."),
            (
                at - 25 * MINUTE,
                "identified",
                _CARDS,
            ),
        ],
        impact="major",
        services=["payment", "order"],
    )


def _ninety_days(service: WatchedService, at: datetime) -> None:
    bad = _BAD_DAYS.get(service.name, {})
    midnight = midnight_of(at)
    for age in range(1, 80 if service.name == "ticket" else 90):
        day(
            service,
            midnight - age * DAY,
            down_ms=bad.get(age, 0),
            degraded_ms=25 * MINUTE_MS if age % 37 == 20 else 0,
            maintenance_ms=120 * MINUTE_MS if age == 45 else 0,
        )
    down_now = 4 * MINUTE_MS if service.name == "payment" else 0
    bucket(service, midnight, down_ms=down_now)


def _past(at: datetime) -> None:
    incident(
        "Slow event pages",
        [
            (at - 12 * DAY, "investigating", "Event pages take longer than usual to open."),
            (at - 12 * DAY + HOUR, "monitoring", "A cache was too small. It is larger now."),
            (at - 12 * DAY + 2 * HOUR, "resolved", "Pages are fast again."),
        ],
        impact="minor",
        services=["event"],
    )
    incident(
        "Payments and orders were not available",
        [
            (at - 31 * DAY, "investigating", "Nobody can buy a ticket at the moment."),
            (at - 31 * DAY + 6 * HOUR, "resolved", "Tickets can be bought again. We are sorry."),
        ],
        impact="critical",
        services=["payment", "order"],
    )
