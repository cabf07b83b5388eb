"""python -m config.up [run|status|logs|manage|down]: the whole service on one machine."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from config.embedded import EmbeddedError
from config.up import status
from config.up.dotenv import with_file
from config.up.errors import StartError
from config.up.installation import Installation
from config.up.manage import run_manage
from config.up.run import run

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run one verb and return the exit code."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        variables = with_file(environ, ROOT / ".env")
        data_dir = options.data_dir or Path(variables.get("DATA_DIR") or ROOT / ".data")
        place = Installation(ROOT, data_dir.resolve())
        return _do(options, place, variables, console)
    except (StartError, EmbeddedError) as error:
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 1


def _do(
    options: argparse.Namespace,
    place: Installation,
    variables: Mapping[str, str],
    console: Console,
) -> int:
    if options.verb == "status":
        return status.show_status(place, console)
    if options.verb == "logs":
        return status.show_log(place, options.name, console)
    if options.verb == "manage":
        return run_manage(place, options.arguments, variables)
    if options.verb == "down":
        return status.end_run(place, console)
    return run(place, variables, console)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config.up", description=__doc__)
    parser.add_argument(
        "--data-dir", type=Path, help="where data, logs and secrets are kept; default: .data"
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    verbs.add_parser("run", help="start everything, watch it, stop it on Ctrl-C (the default)")
    verbs.add_parser("status", help="show processes and memory; exit code 3 unless all run")
    verbs.add_parser("logs", help="show the end of a log").add_argument("name", metavar="NAME")
    manage = verbs.add_parser("manage", help="run manage.py with the variables of the service")
    manage.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...")
    verbs.add_parser("down", help="stop the run in this data directory")
    return parser


if __name__ == "__main__":
    sys.exit(main())
