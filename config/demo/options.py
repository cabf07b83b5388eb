"""What the demo platform is told: command line flags and environment variables, both checked."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config.demo.catalogue import SERVICES

DEFAULT_PORTS = {"http": 80, "https": 443}


class OptionError(ValueError):
    """A flag or variable has a value that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where one service listens; `port` 0 lets the system choose."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that one run of the demo platform depends on."""

    base_url: str
    token: str = field(repr=False)
    """Bearer token with the role `monitoring`; empty means that nothing is pushed."""
    interval_seconds: float
    seed: int
    has_faults: bool
    control_port: int
    smtp_port: int
    data_directory: Path
    addresses: Mapping[str, Address]


def read_options(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Return the options of a run.

    Raises OptionError for a bad variable; a bad flag ends the program as argparse does.
    """
    flags = _parser().parse_args(arguments)
    return Options(
        base_url=_base_url(environment),
        token=_token(environment),
        interval_seconds=flags.interval,
        seed=flags.seed,
        has_faults=flags.faults,
        control_port=_port(environment, "DEMO_CONTROL_PORT", 8025),
        smtp_port=_port(environment, "DEMO_SMTP_PORT", 1025),
        data_directory=Path(environment.get("DATA_DIR") or ".data"),
        addresses={
            profile.name: _address(environment, profile.variable, profile.default_url)
            for profile in SERVICES
        },
    )


def _parser() -> argparse.ArgumentParser:
    variables = ", ".join(profile.variable for profile in SERVICES)
    parser = argparse.ArgumentParser(
        prog="python -m config.demo",
        description="Eight demo services with traffic and faults, and a mailbox that speaks SMTP.",
        epilog=f"Environment: DEMO_BASE_URL, DEMO_TOKEN (or DEMO_TOKEN_FILE), DEMO_CONTROL_PORT, "
        f"DEMO_SMTP_PORT, DATA_DIR, {variables}.",
    )
    parser.add_argument(
        "--interval",
        type=_positive_seconds,
        default=5.0,
        help="seconds between two pushes of each service (default: 5)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of traffic and faults (default: 1)"
    )
    parser.add_argument(
        "--faults",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let a service suffer a fault every 6 to 10 minutes (default: on)",
    )
    return parser


def _positive_seconds(raw: str) -> float:
    seconds = float(raw)
    if not 0 < seconds <= 3_600:
        raise argparse.ArgumentTypeError("must be above 0 and at most 3600 seconds")
    return seconds


def _base_url(environment: Mapping[str, str]) -> str:
    raw = environment.get("DEMO_BASE_URL") or "http://127.0.0.1:3013"
    parts = urlsplit(raw)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise OptionError(f"DEMO_BASE_URL must be an http or https URL, not {raw!r}")
    return raw.rstrip("/")


def _token(environment: Mapping[str, str]) -> str:
    token, path = environment.get("DEMO_TOKEN", "").strip(), environment.get("DEMO_TOKEN_FILE")
    if path:
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise OptionError(f"DEMO_TOKEN_FILE cannot be read: {error.strerror}") from None
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise OptionError("DEMO_TOKEN cannot stand in a header: it holds spaces or controls")
    return token


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    raw = environment.get(name, "").strip()
    port = int(raw) if raw.isdecimal() else default
    if (raw and not raw.isdecimal()) or port > 65_535:
        raise OptionError(f"{name} must be a port from 0 to 65535, not {raw!r}")
    return port


def _address(environment: Mapping[str, str], name: str, default: str) -> Address:
    raw = environment.get(name) or default
    try:
        parts = urlsplit(raw)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in DEFAULT_PORTS:
        raise OptionError(f"{name} must be an http or https URL, not {raw!r}")
    return Address(host, DEFAULT_PORTS[parts.scheme] if port is None else port)
