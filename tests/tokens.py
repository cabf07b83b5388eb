"""Tokens as the platform's auth service would mint them."""

import time
from typing import Any

import jwt
from django.conf import settings


def token(role: str | None = "user", **claims: Any) -> str:
    """Return a signed token that is valid for an hour, with more or other claims where named."""
    payload: dict[str, Any] = {"userId": "ana", "exp": int(time.time()) + 3_600}
    if role is not None:
        payload["role"] = role
    return jwt.encode(payload | claims, settings.JWT_SECRET, algorithm="HS256")


def bearer(role: str | None = "user", **claims: Any) -> dict[str, str]:
    """Return the header that carries such a token."""
    return {"Authorization": f"Bearer {token(role, **claims)}"}
