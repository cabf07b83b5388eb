"""One run of the demo platform: starts its parts, lets them work, stops them all."""

import asyncio
import logging
from contextlib import AsyncExitStack

import numpy as np
from aiohttp import web

from config.demo.control import application
from config.demo.fault_injector import FaultInjector
from config.demo.faults import schedule
from config.demo.feed import Feed
from config.demo.mailbox import Mailbox
from config.demo.options import Options
from config.demo.outbox import Outbox
from config.demo.parts import Parts
from config.demo.pusher import Pusher
from config.demo.services import GRACE_SECONDS, Fleet
from config.demo.simulation import Simulation

BUFFERED_BATCHES = 960
"""Ten minutes of eight services at the default interval: an outage that a restart explains."""
CONTROL_HOST = "127.0.0.1"

logger = logging.getLogger(__name__)


async def run(options: Options, stop: asyncio.Event) -> None:
    """Run until `stop` is set; raises OSError if an address is taken."""
    parts = _build(options)
    async with AsyncExitStack() as stack:
        parts.mailbox.start(options.smtp_port)
        stack.push_async_callback(asyncio.to_thread, parts.mailbox.stop)
        stack.push_async_callback(parts.fleet.stop)
        await parts.fleet.start()
        control_port = await _open_control_site(parts, options.control_port, stack)
        _announce(options, parts, control_port)
        await _work_until(stop, parts, options)
    logger.info("demo platform stopped")


def _build(options: Options) -> Parts:
    fleet = Fleet(options.addresses, options.seed)
    faults = schedule(np.random.default_rng(options.seed)) if options.has_faults else None
    return Parts(
        base_url=options.base_url,
        fleet=fleet,
        mailbox=Mailbox(options.data_directory / "mailbox"),
        pusher=Pusher(Outbox(BUFFERED_BATCHES), options.base_url, options.token)
        if options.token
        else None,
        faults=FaultInjector(fleet, faults) if faults else None,
    )


async def _open_control_site(parts: Parts, port: int, stack: AsyncExitStack) -> int:
    runner = web.AppRunner(application(parts), access_log=None, shutdown_timeout=GRACE_SECONDS)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.TCPSite(runner, CONTROL_HOST, port).start()
    return int(runner.addresses[0][1])


def _announce(options: Options, parts: Parts, control_port: int) -> None:
    fields = {
        "control": f"http://{CONTROL_HOST}:{control_port}/",
        "smtp": f"127.0.0.1:{parts.mailbox.port}",
        "pushes_to": options.base_url if parts.pusher else "nobody",
        "faults": "on" if parts.faults else "off",
        "seed": options.seed,
    }
    logger.info("demo platform ready", extra=fields)
    if parts.pusher is None:
        logger.warning("DEMO_TOKEN is not set: no metrics are pushed")


async def _work_until(stop: asyncio.Event, parts: Parts, options: Options) -> None:
    """Run the parts that act by themselves; an error in one of them ends the run with it."""
    async with asyncio.TaskGroup() as group:
        tasks = []
        if parts.pusher:
            simulation = Simulation(options.seed)
            feed = Feed(simulation, parts.fleet, parts.pusher.outbox, options.interval_seconds)
            tasks += [group.create_task(feed.run()), group.create_task(parts.pusher.run())]
        if parts.faults:
            tasks.append(group.create_task(parts.faults.run()))
        await stop.wait()
        for task in tasks:
            task.cancel()
