"""System checks: settings that contradict each other, or that nobody may run a service with.

`manage.py check` runs them; `check --deploy` adds what a production wants.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Any

import jwt
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

_SHORTEST_SECRET = 32  # bytes: the size of the hash, as RFC 7518 section 3.2 demands
_FEWEST_CHARACTERS = 8
_PLACEHOLDERS = (
    "changeme",
    "change-me",
    "change_me",
    "your-secret",
    "your_secret",
    "<secret>",
    "-bit-secret",
)
_ASYMMETRIC = ("RS256", "ES256")


def register_checks() -> None:
    """Make `manage.py check` run the checks of this file."""
    register(check_token_key, Tags.security)
    register(check_addresses, Tags.security)
    register(check_strict_roles, Tags.security, deploy=True)


def check_token_key(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Refuse a key that can be guessed, that is of the wrong kind, or that is not there."""
    del app_configs
    if settings.JWT_ALGORITHM == "HS256":
        return [*_wrong_kind(), *_weak_secret(settings.JWT_SECRET)]
    if settings.JWT_ALGORITHM in _ASYMMETRIC:
        return list(_unusable_public_key(settings.JWT_ALGORITHM, settings.JWT_PUBLIC_KEY))
    return [
        Error(
            f"JWT_ALGORITHM is {settings.JWT_ALGORITHM!r}, which this service does not take.",
            hint=f"HS256 with JWT_SECRET, or {' or '.join(_ASYMMETRIC)} with JWT_PUBLIC_KEY.",
            id="monitoring.E001",
        )
    ]


def check_addresses(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Refuse address lists that no request could be compared with."""
    del app_configs
    names = ("TRUSTED_PROXIES", "TRUSTED_SCRAPE_CIDRS", "RATE_LIMIT_ALLOW_LIST")
    return [
        Error(f"{name} holds {text!r}, which is no address or network.", id="monitoring.E005")
        for name in names
        for text in getattr(settings, name)
        if not _is_network(text)
    ]


def check_strict_roles(
    app_configs: Sequence[AppConfig] | None, **_options: Any
) -> list[CheckMessage]:
    """Warn where any valid token may read revenue and fraud figures."""
    del app_configs
    if settings.STRICT_ROLES:
        return []
    return [
        Caution(
            "STRICT_ROLES is off: any valid token may read revenue and fraud figures and report sales.",
            hint="Set STRICT_ROLES=true unless a client depends on the open roles.",
            id="monitoring.W001",
        )
    ]


def _wrong_kind() -> Iterator[CheckMessage]:
    if settings.JWT_SECRET.lstrip().startswith("-----BEGIN"):
        yield Error(
            "JWT_SECRET is a PEM key, but JWT_ALGORITHM is HS256: whoever knows the public key could sign tokens.",
            hint="Give a public key as JWT_PUBLIC_KEY, with JWT_ALGORITHM=RS256 or ES256.",
            id="monitoring.E002",
        )
    if settings.JWT_PUBLIC_KEY:
        yield Error(
            "JWT_PUBLIC_KEY is set, but JWT_ALGORITHM is HS256: it would never be used.",
            hint="Use one or the other: remove JWT_PUBLIC_KEY, or set JWT_ALGORITHM=RS256 or ES256.",
            id="monitoring.E002",
        )


def _weak_secret(secret: str) -> Iterator[CheckMessage]:
    """Say what is wrong with the secret; while developing it is advice only."""
    if len(secret.encode()) < _SHORTEST_SECRET:
        reason = f"shorter than {_SHORTEST_SECRET} bytes"
    elif any(placeholder in secret.lower() for placeholder in _PLACEHOLDERS):
        reason = "a placeholder"
    elif len(set(secret)) < _FEWEST_CHARACTERS:
        reason = "made of too few different characters"
    else:
        return
    kind = Caution if settings.DEBUG else Error
    hint = "For example: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    yield kind(f"JWT_SECRET is {reason}: tokens could be forged.", hint=hint, id="monitoring.E003")


def _unusable_public_key(algorithm: str, key: str) -> Iterator[CheckMessage]:
    try:
        jwt.get_algorithm_by_name(algorithm).prepare_key(key)
    except (jwt.InvalidKeyError, ValueError, TypeError):
        state = "not a usable key" if key else "not set"
        yield Error(
            f"JWT_ALGORITHM is {algorithm}, but JWT_PUBLIC_KEY is {state}.",
            hint="Give the issuer's public key in PEM format, or its path as JWT_PUBLIC_KEY_FILE.",
            id="monitoring.E004",
        )


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
