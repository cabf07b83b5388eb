"""python -m chaos: kill processes of the alerting road under load, then hold the ledger against what arrived.

Starts engines, worker, beat and a receiver of its own in a temporary directory, so it disturbs nothing. A rule
watches series that cross its threshold all the time; the receiver refuses a share of the messages. First a quiet
minute, then faults; at the end everything settles and is compared. Exit code 0: every goal was met.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from rich.console import Console

from chaos.stage import ROOT, Stage
from chaos.table import goals, table

HISTORY = ROOT / ".chaos" / "history.jsonl"


def main() -> int:
    """Run, print the figures, append them to .chaos/history.jsonl."""
    options = _parser().parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="tickettoken-chaos-") as place:
        Path(place).chmod(0o711)
        result = play(options, Path(place), console)
    _append(options, result)
    console.print(table(result))
    console.print(f"appended to {options.history}")
    return int(not all(goal.met for goal in goals(result)))


def _append(options: argparse.Namespace, result: dict[str, Any]) -> None:
    asked = {name: value for name, value in vars(options).items() if name != "history"}
    options.history.parent.mkdir(exist_ok=True)
    with options.history.open("a") as file:
        file.write(json.dumps({"at": datetime.now(tz=UTC).isoformat(), **asked, **result}) + "\n")


def play(options: argparse.Namespace, directory: Path, console: Console) -> dict[str, Any]:
    """Carry out one run and return its figures as JSON."""
    stage = Stage(
        directory,
        refuse=options.refuse,
        seed=options.seed,
        report=lambda line: console.log(line, style="dim") if options.verbose else None,
        quick=options.quick,
    )
    with stage:
        os.environ.update(stage.environ)
        django.setup()
        # Django has to be set up before anything that holds models is imported.
        run = import_module("chaos.run").run
        figures = run(stage, options, console)
        return {
            name: asdict(part) if hasattr(part, "rows") else part for name, part in figures.items()
        }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--notifications", type=int, default=10_000, help="messages that must arrive at least"
    )
    parser.add_argument("--faults", type=int, default=200, help="kills (default: %(default)s)")
    parser.add_argument(
        "--gap", type=float, default=1.5, help="seconds between faults on average (%(default)s)"
    )
    parser.add_argument("--series", type=int, default=150, help="series that flip (%(default)s)")
    parser.add_argument(
        "--quiet", type=float, default=60.0, help="seconds without faults first (%(default)s)"
    )
    parser.add_argument(
        "--refuse", type=float, default=0.15, help="share of messages refused (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="engines without fsync")
    parser.add_argument(
        "--history", type=Path, default=HISTORY, help="file of all runs (%(default)s)"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="say each end and start of a process"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
