"""Typed readers of environment variables: a wrong value stops the start and is named."""

import os
import re
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_DURATION = re.compile(r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


def text(name: str, default: str | None = None) -> str:
    """Return the variable, or the default; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set and has no default")
    return value


def integer(name: str, default: int, *, at_least: int = 0) -> int:
    """Return a whole number of at least `at_least`."""
    raw = os.environ.get(name, "").strip()
    try:
        value = int(raw) if raw else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}") from None
    if value < at_least:
        raise ImproperlyConfigured(f"{name} must be at least {at_least}, not {value}")
    return value


def number(name: str, default: float) -> float:
    """Return a decimal number."""
    raw = os.environ.get(name, "").strip()
    try:
        return float(raw) if raw else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number, not {raw!r}") from None


def boolean(name: str, *, default: bool) -> bool:
    """Return 1/true/yes/on as True and 0/false/no/off as False."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.strip().lower() in _TRUE:
        return True
    if raw.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}")


def choice(name: str, default: str, choices: Sequence[str]) -> str:
    """Return one of a few words."""
    value = os.environ.get(name, "").strip() or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list, blanks dropped."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def duration(name: str, default: timedelta) -> timedelta:
    """Return a span: a bare number is seconds; ms, s, m, h and d are understood."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    match = _DURATION.fullmatch(raw)
    if match is None:
        raise ImproperlyConfigured(f"{name} must be a span like 30, 30s, 5m or 1h, not {raw!r}")
    return timedelta(seconds=float(match["amount"]) * _SECONDS[match["unit"] or "s"])


def url(name: str, default: str = "", *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Return a URL of an allowed scheme without its trailing slash; empty means off."""
    raw = os.environ.get(name, default).strip()
    if not raw:
        return ""
    parts = urlsplit(raw)
    if parts.scheme not in schemes or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be a URL of {'/'.join(schemes)}, not {raw!r}")
    return raw.rstrip("/")


def secret(name: str, default: str | None = None) -> str:
    """Return a secret, from the file that `<name>_FILE` names if that is set."""
    path = os.environ.get(f"{name}_FILE")
    if path is None:
        return text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from None


def networks(name: str, default: str = "") -> tuple[IPv4Network | IPv6Network, ...]:
    """Return a comma-separated list of networks, such as 10.0.0.0/8; a single address is one, too."""
    try:
        return tuple(ip_network(word, strict=False) for word in words(name, default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must list networks: {error}") from None


def credentials(name: str) -> dict[str, tuple[str, str]]:
    """Return users and passwords by entry, from `entry=user:password` separated by commas; it is a secret.

    A comma, colon or percent sign within a part is written %2C, %3A or %25. No password is ever in the message.
    """
    found = {}
    for place, line in enumerate(filter(None, map(str.strip, secret(name, "").split(","))), 1):
        entry, is_named, pair = line.partition("=")
        user, has_password, password = pair.partition(":")
        if not (entry.strip() and is_named and has_password):
            raise ImproperlyConfigured(
                f"{name}: entry {place} is not of the form name=user:password"
            )
        found[entry.strip()] = (unquote(user), unquote(password))
    return found
