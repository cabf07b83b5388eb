"""python -m bench: measure this service, beside its peers where they are installed.

Needs the engines of the environment (`make bench` starts its own) and an empty database: it makes one, named
after its process, and drops it. Every figure is printed as it comes, then in one table; each run is a line of
.bench/history.jsonl. Ratios mean something, absolute figures only on the machine they were taken on. Synthetic data.
"""

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

import django
import psycopg
from psycopg import sql

CASES = (
    "limits",
    "ingest",
    "single",
    "storage",
    "queries",
    "mixed",
    "growth",
    "rules",
    "export",
    "probes",
    "start",
    "health_answers",
)
ROUNDS, QUERIES = 3, 30


def main() -> int:
    """Run the cases that were asked for; the exit code says whether all their goals were met."""
    parser = _parser()
    options = parser.parse_args()
    unknown = sorted(set(options.cases) - set(CASES))
    if unknown:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    _set_environment()
    with _database() as name, tempfile.TemporaryDirectory(prefix="tickettoken-bench-") as place:
        os.environ["DB_NAME"] = name
        Path(place).chmod(0o711)
        django.setup()
        return _run(options, Path(place))


def _run(options: argparse.Namespace, place: Path) -> int:
    # Django has to be set up before anything that holds models is imported.
    context_of = import_module("bench.session").session
    cases: dict[str, Callable[..., None]] = {
        name: import_module(f"bench.cases.{name}").run for name in options.cases or CASES
    }
    with ExitStack() as stack:
        context = stack.enter_context(context_of(options, place))
        for name, case in cases.items():
            context.report.console.rule(name)
            case(context)
        context.report.print_table()
        saved = context.report.save({"cases": list(cases), "quick": options.quick})
        context.report.console.print(f"appended to {saved}")
        return int(any(row.met is False for row in context.report.rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all if none is named"
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="rounds in turns (default: %(default)s)"
    )
    parser.add_argument(
        "--queries",
        type=int,
        default=QUERIES,
        help="times each query is asked (default: %(default)s)",
    )
    parser.add_argument(
        "--hosts", type=int, default=100, help="hosts of ten series each (default: %(default)s)"
    )
    parser.add_argument(
        "--hours", type=int, default=23, help="how much the queries look at (default: %(default)s)"
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=os.cpu_count() or 1,
        help="web processes (default: %(default)s)",
    )
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it works")
    parser.add_argument(
        "--without-peers", action="store_true", help="leave Prometheus and InfluxDB out"
    )
    return parser


def _set_environment() -> None:
    """Set what the service insists on, unless it is there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.service")
    for name in ("DJANGO_SECRET_KEY", "JWT_SECRET"):
        os.environ.setdefault(name, secrets.token_urlsafe(48))
    os.environ["KAFKA_BROKERS"] = ""  # no tee: the figures are those of the door
    for limit in (
        "SERIES_TOTAL",
        "SERIES_PER_SERVICE",
        "SERIES_PER_CLIENT",
        "NEW_SERIES_PER_MINUTE",
    ):
        os.environ[f"MAX_{limit}"] = "1000000"


@contextmanager
def _database() -> Iterator[str]:
    """Create a database for this run, and drop it."""
    name = f"bench_{os.getpid()}"
    connection = psycopg.connect(
        host=os.environ["DB_HOST"],
        port=int(os.environ["DB_PORT"]),
        user=os.environ["DB_USER"],
        password=os.environ["DB_PASSWORD"],
        dbname="postgres",
        autocommit=True,
    )
    with connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield name
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


if __name__ == "__main__":
    sys.exit(main())
