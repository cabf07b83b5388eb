"""python -m config.embedded up|down|status|env|exec: the engines alone, without the service."""

import argparse
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.embedded import EmbeddedError, EmbeddedStack, StackOptions
from config.embedded.run_file import RunFile
from config.embedded.running import end_run, running_variables
from config.supervisor.stop_request import StopRequest

_TEND_SECONDS = 1.0


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run one verb; the exit code is 0 only if it did all it was asked."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.verb(options, environ))
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _up(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    request = StopRequest()
    request.install()
    began = time.monotonic()
    stack = EmbeddedStack(
        options.data_dir, environ, StackOptions(max_connections=options.max_connections)
    )
    stack.start()
    for engine in stack:
        _say(f"{engine.name:<9} 127.0.0.1:{engine.port}  pid {engine.pid}")
    _say(f"ready in {time.monotonic() - began:.1f} s; Ctrl-C stops")
    try:
        while not request.wait(_TEND_SECONDS):
            for name in stack.revive():
                _say(f"{name} had died and was started again")
    finally:
        clean = stack.stop()
    return 0 if clean else 1


def _down(options: argparse.Namespace, _environ: Mapping[str, str]) -> int:
    if not end_run(options.data_dir):
        _say("nothing runs there")
    return 0


def _status(options: argparse.Namespace, _environ: Mapping[str, str]) -> int:
    records = RunFile(options.data_dir / "run.json").read()
    alive = 0
    for name, record in records.items():
        process = record.identity.find()
        state = "stopped" if process is None else f"pid {record.pid}"
        alive += process is not None
        _say(f"{name:<9} 127.0.0.1:{record.port}  {state}")
    if not records:
        _say("nothing runs there")
    return 0 if records and alive == len(records) else 3


def _env(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    for name, value in running_variables(options.data_dir, environ).items():
        _say(f"export {name}={shlex.quote(value)}")
    return 0


def _exec(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Run a command with engines that live as long as it does."""
    with EmbeddedStack(options.data_dir, environ) as stack:
        done = subprocess.run(  # noqa: S603 - the person at the shell gave this command
            options.command, env={**environ, **stack.env}, check=False
        )
    return done.returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path(".data"), help="default: %(default)s")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    up = verbs.add_parser("up", help="start the engines and keep them until Ctrl-C")
    up.add_argument("--max-connections", type=int, default=100, help="default: %(default)s")
    up.set_defaults(verb=_up)
    for name, verb, text in (
        ("down", _down, "stop the engines that `up` keeps"),
        ("status", _status, "show what runs; exit code 3 if something does not"),
        ("env", _env, "print the variables as shell exports"),
    ):
        verbs.add_parser(name, help=text).set_defaults(verb=verb)
    run = verbs.add_parser("exec", help="run a command with engines of its own: exec -- CMD")
    run.add_argument("command", nargs="+", metavar="CMD")
    run.set_defaults(verb=_exec)
    for verb_parser in verbs.choices.values():
        verb_parser.add_argument(
            "--data-dir", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
