"""The whole platform's samples for one interval, the same for the same seed; no clock, no I/O."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import numpy as np

from config.demo.catalogue import SERVICES, ServiceProfile
from config.demo.commerce import marketplace_samples, payment_samples, ticket_samples
from config.demo.demand import plan_day
from config.demo.orders import Moment, Order, draw_orders
from config.demo.samples import Sample
from config.demo.states import ServiceState, behaviour
from config.demo.traffic import host_samples, request_samples


class Simulation:
    """A seeded day of ticket selling, asked interval by interval."""

    def __init__(self, seed: int) -> None:
        streams = np.random.SeedSequence(seed).spawn(2 + len(SERVICES))
        self._day = plan_day(np.random.default_rng(streams[0]))
        self._orders = np.random.default_rng(streams[1])
        # A stream for each service: a fault of one must not change the noise of the others.
        self._rngs = {
            profile.name: np.random.default_rng(stream)
            for profile, stream in zip(SERVICES, streams[2:], strict=True)
        }

    def batches(
        self, at: datetime, span: timedelta, states: Mapping[str, ServiceState]
    ) -> dict[str, list[Sample]]:
        """Return the samples of the interval that ends `at`, by service.

        A service that is down has no entry: a stopped process pushes nothing.
        """
        moment = Moment(at, span, states, self._day)
        orders = draw_orders(self._orders, moment)
        return {
            profile.name: list(self._samples(profile, moment, orders))
            for profile in SERVICES
            if behaviour(states[profile.name]).is_listening
        }

    def _samples(
        self, profile: ServiceProfile, moment: Moment, orders: list[Order]
    ) -> Iterator[Sample]:
        rng = self._rngs[profile.name]
        yield from request_samples(rng, profile, moment)
        yield from host_samples(rng, profile, moment)
        match profile.name:
            case "ticket-service":
                yield from ticket_samples(orders)
            case "payment-service":
                yield from payment_samples(rng, orders, moment)
            case "marketplace-service":
                yield from marketplace_samples(rng, moment)
