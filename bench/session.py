"""The servers of one run: this service, and the peers that are installed."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.core.management import call_command

from bench.context import Context, Options
from bench.peers import InfluxDB, Prometheus, missing
from bench.report import Report, machine
from bench.service import Service
from monitoring.exposition import instruments


@contextmanager
def session(options: argparse.Namespace, place: Path) -> Iterator[Context]:
    """Prepare the database, start everything, and stop it in the end."""
    call_command("migrate", interactive=False, verbosity=0)
    report = Report()
    report.console.print(machine())
    absent = ["Prometheus", "InfluxDB"] if options.without_peers else missing()
    if absent:
        report.console.print(f"without {' and '.join(absent)}: their columns stay empty")
    with ExitStack() as stack:
        service = stack.enter_context(Service(place / "web", processes=options.processes))
        context = Context(_options(options), report, service, place)
        if "Prometheus" not in absent:
            context.prometheus = stack.enter_context(Prometheus(place / "prometheus"))
        if "InfluxDB" not in absent:
            context.influxdb = stack.enter_context(InfluxDB(place / "influxdb"))
            context.influxdb.create_database()
        context.stack = stack
        try:
            yield context
        finally:
            instruments.stop()  # what it counted goes nowhere once the database is dropped


def _options(options: argparse.Namespace) -> Options:
    if options.quick:
        return Options(hosts=options.hosts, hours=1, rounds=1, queries=5, quick=True)
    return Options(options.hosts, options.hours, options.rounds, options.queries)
