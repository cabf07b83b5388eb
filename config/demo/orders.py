"""What is bought in one interval: the sales that the ticket and payment metrics agree on; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from config.demo.catalogue import EVENTS, TICKET_TYPES, Event
from config.demo.demand import SaleDay, minute_of_day, tickets_per_minute
from config.demo.states import ServiceState, behaviour

DECLINED_SHARE = 0.03
"""Share of payments that fail on an ordinary day: cards are declined."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One interval of the simulation: it ends `at` and lasts `span`."""

    at: datetime
    span: timedelta
    states: Mapping[str, ServiceState]
    day: SaleDay

    def error_share(self, service: str) -> float:
        """Return the share of requests, 0 to 1, that `service` fails."""
        return behaviour(self.states[service]).error_share


@dataclass(frozen=True, slots=True)
class Order:
    """The tickets of one event and type that were asked for, and those that were paid."""

    event: Event
    ticket_type: str
    price_cents: int
    asked: int
    paid: int


def draw_orders(rng: np.random.Generator, moment: Moment) -> list[Order]:
    """Return the orders of the interval; none are asked for while ticket-service is down."""
    reserved = 1.0 - moment.error_share("ticket-service")
    broken = moment.error_share("payment-service")
    paid_share = (1.0 - DECLINED_SHARE) * (1.0 - broken)
    minute, minutes = minute_of_day(moment.at), moment.span.total_seconds() / 60
    orders = []
    for event in EVENTS:
        wanted = tickets_per_minute(moment.day, event, minute) * minutes * reserved
        for ticket_type, share, price_factor in TICKET_TYPES:
            asked = int(rng.poisson(wanted * share))
            paid = int(rng.binomial(asked, paid_share))
            price = round(event.price_cents * price_factor)
            orders.append(Order(event, ticket_type, price, asked, paid))
    return orders
