"""The signature of a token: one algorithm and one key, both named by the settings and never by the token."""

from functools import lru_cache
from typing import Any

import jwt
import jwt.types
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend

_LONGEST = 8_192  # bytes; a header line that servers let through

_SIGNATURE_ONLY: jwt.types.Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class UnverifiedTokenError(Exception):
    """The text is not a token, or not one that was signed with our key."""


class _Signature(TokenBackend):
    """The key handling of simplejwt; what the claims mean is judged in monitoring.api.claims."""

    def claims(self, token: str) -> dict[str, Any]:
        symmetric = self.algorithm.startswith("HS")
        key = self.prepared_signing_key if symmetric else self.prepared_verifying_key
        return jwt.decode(token, key, algorithms=[self.algorithm], options=_SIGNATURE_ONLY)


def verified_claims(token: str) -> dict[str, Any]:
    """Return the claims of a token whose signature holds. Raises UnverifiedTokenError."""
    if len(token) > _LONGEST:
        raise UnverifiedTokenError("the token is too long")
    try:
        return _signature().claims(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise UnverifiedTokenError(
            "the token is malformed or its signature does not hold"
        ) from error


def minted(claims: dict[str, Any]) -> str:
    """Return a signed token with these claims."""
    return _signature().encode(claims)


def _signature() -> _Signature:
    return _signature_with(settings.JWT_ALGORITHM, settings.JWT_SECRET, settings.JWT_PUBLIC_KEY)


@lru_cache(maxsize=8)
def _signature_with(algorithm: str, secret: str, public_key: str) -> _Signature:
    return _Signature(algorithm, signing_key=secret, verifying_key=public_key)
