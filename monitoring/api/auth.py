"""Tokens that another service has issued: verified by their signature alone, without a look into a database."""

import base64
import binascii
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from monitoring.api.claims import ExpiredClaimsError, InvalidClaimsError, TokenUser, identity_of
from monitoring.api.permissions import declared_access
from monitoring.api.tokens import UnverifiedTokenError, verified_claims

__all__ = ["TokenAuthentication", "TokenUser"]

_REALM = 'realm="monitoring"'
_SCHEMES = ("bearer", "basic", "token")  # in the order of the challenge


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; where the view says so also `Token <token>`, or Basic with it as password."""

    def authenticate(self, request: Request) -> tuple[TokenUser, dict[str, Any]] | None:
        """Return who the token speaks for and its claims; None without a token. Raises AuthenticationFailed."""
        token = self._presented_token(request)
        if token is None:
            return None
        try:
            claims = verified_claims(token)
            user = identity_of(claims, at=timezone.now(), ahead_seconds=settings.JWT_LEEWAY)
        except ExpiredClaimsError as error:
            raise AuthenticationFailed("Token has expired", code="TOKEN_EXPIRED") from error
        except (InvalidClaimsError, UnverifiedTokenError) as error:
            raise AuthenticationFailed(f"Invalid token: {error}", code="INVALID_TOKEN") from error
        return user, claims

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        schemes = _schemes_of(request)
        return ", ".join(
            f"{scheme.capitalize()} {_REALM}" for scheme in _SCHEMES if scheme in schemes
        )

    def _presented_token(self, request: Request) -> str | None:
        scheme, _, rest = get_authorization_header(request).strip().partition(b" ")
        schemes = _schemes_of(request)
        match scheme.lower():
            case b"bearer":
                return _bearer(rest)
            case b"token" if "token" in schemes:
                return _bearer(rest)
            case b"basic" if "basic" in schemes:
                return _password(rest)
            case _:
                return None


def _schemes_of(request: Request) -> frozenset[str]:
    """Return how the view takes a token; a method that is not declared is refused as one that takes Bearer."""
    access = declared_access(request.parser_context["view"], request.method)
    return frozenset({"bearer"}) if access is None else access.schemes


def _bearer(rest: bytes) -> str:
    token = rest.strip()
    if not token or len(token.split()) != 1 or not token.isascii():
        raise AuthenticationFailed("Invalid token: expected `Bearer <token>`", code="INVALID_TOKEN")
    return token.decode("ascii")


def _password(rest: bytes) -> str:
    """Return the password of Basic credentials; the user name is whatever the scraper likes."""
    try:
        _, separator, password = (
            base64.b64decode(rest.strip(), validate=True).decode("ascii").partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        separator = password = ""
    if not separator or not password:
        raise AuthenticationFailed(
            "Invalid token: expected Basic credentials whose password is a token",
            code="INVALID_TOKEN",
        )
    return password
