"""What the claims of a verified token say: who speaks, with which role, and whether the token is valid now.

The times are judged here and not by PyJWT, which takes `true` and "1e9" for instants and fails on 1e400.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitoring.api.roles import Role

_END_OF_TIME = 253_402_300_799  # the last second of the year 9999
_ID_LIMIT = 255
_PERMISSIONS_LIMIT = 100


class InvalidClaimsError(Exception):
    """The token is signed, but what it says is not something this service can take."""


class ExpiredClaimsError(InvalidClaimsError):
    """The token was valid once."""


@dataclass(frozen=True, slots=True)
class TokenUser:
    """Who a valid token speaks for. `role` is None where it claims one that this service does not know."""

    id: str
    role: Role | None
    permissions: frozenset[str] = frozenset()
    service: str | None = None
    claimed_role: str = ""

    @property
    def is_authenticated(self) -> bool:
        """Say yes: without a valid token there is no such object."""
        return True


def identity_of(claims: Mapping[str, Any], *, at: datetime, ahead_seconds: int) -> TokenUser:
    """Return who the claims speak for at the instant `at`.

    `ahead_seconds` is how far the issuer's clock may run ahead of ours (`iat`, `nbf`); a token is never valid past
    its `exp`. Raises ExpiredClaimsError, or InvalidClaimsError naming the claim.

    Source: section "Authentication" (userId or id, role, permissions), service specification. Beyond it, `exp` must
    be there: a token that never ends cannot be withdrawn.
    """
    _check_times(claims, now=at.timestamp(), ahead_seconds=ahead_seconds)
    if claims.get("token_type", "access") != "access":
        raise InvalidClaimsError("token_type must be access")
    claimed_role = _role(claims)
    return TokenUser(
        id=_subject(claims),
        role=Role(claimed_role) if claimed_role in set(Role) else None,
        permissions=_permissions(claims),
        service=_service(claims),
        claimed_role=claimed_role,
    )


def _check_times(claims: Mapping[str, Any], *, now: float, ahead_seconds: int) -> None:
    expires = _instant(claims, "exp")
    if expires is None:
        raise InvalidClaimsError("exp is missing")
    for name in ("nbf", "iat"):
        starts = _instant(claims, name)
        if starts is not None and starts > now + ahead_seconds:
            raise InvalidClaimsError(f"{name} lies in the future")
    if expires <= now:
        raise ExpiredClaimsError("the token has expired")


def _instant(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidClaimsError(f"{name} must be a number of seconds")
    if not math.isfinite(value) or not 0 <= value <= _END_OF_TIME:
        raise InvalidClaimsError(f"{name} is not an instant")
    return value


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("userId") or claims.get("id")
    if isinstance(subject, int) and not isinstance(subject, bool):
        subject = str(subject) if abs(subject) < 10**20 else ""
    if not _is_word(subject):
        raise InvalidClaimsError("userId or id must be a text of 1 to 255 printable characters")
    return str(subject)


def _role(claims: Mapping[str, Any]) -> str:
    role = claims.get("role", Role.USER.value)
    if not isinstance(role, str):
        raise InvalidClaimsError("role must be a text")
    return role


def _permissions(claims: Mapping[str, Any]) -> frozenset[str]:
    permissions = claims.get("permissions", [])
    if not isinstance(permissions, list) or len(permissions) > _PERMISSIONS_LIMIT:
        raise InvalidClaimsError(
            f"permissions must be a list of at most {_PERMISSIONS_LIMIT} texts"
        )
    if not all(_is_word(permission) for permission in permissions):
        raise InvalidClaimsError("permissions must be a list of texts")
    return frozenset(permissions)


def _service(claims: Mapping[str, Any]) -> str | None:
    service = claims.get("service")
    if service is not None and not _is_word(service):
        raise InvalidClaimsError("service must be a text of 1 to 255 printable characters")
    return service


def _is_word(value: object) -> bool:
    """Say whether the value is a text that can be stored and logged: no NUL, control character or lone surrogate."""
    return isinstance(value, str) and 0 < len(value) <= _ID_LIMIT and value.isprintable()
