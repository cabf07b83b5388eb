"""Tokens for the tests, good and bad, made without the code under test."""

import base64
import hmac
import json
import time
from typing import Any

from django.conf import settings


def claims(**changed: Any) -> dict[str, Any]:
    """A good set of claims; None takes one away."""
    good = {"userId": "ana", "role": "admin", "exp": int(time.time()) + 600}
    return {name: value for name, value in (good | changed).items() if value is not None}


def token(
    payload: Any = None, *, header: Any = None, secret: str | None = None, digest: str = "sha256"
) -> str:
    """Sign by hand, so that nothing refuses to make what must be refused; a payload as bytes is taken as it is."""
    head = {"alg": "HS256", "typ": "JWT"} if header is None else header
    body = claims() if payload is None else payload
    signed = f"{_part(head)}.{_part(body)}"
    key = settings.JWT_SECRET if secret is None else secret
    return f"{signed}.{_encoded(hmac.new(key.encode(), signed.encode(), digest).digest())}"


def bearer(payload: Any = None, **options: Any) -> dict[str, str]:
    """Headers of a request with such a token."""
    return {"Authorization": f"Bearer {token(payload, **options)}"}


def role(name: str, **changed: Any) -> dict[str, str]:
    """Headers of a request by somebody of that role."""
    return bearer(claims(role=name, **changed))


def _part(value: Any) -> str:
    return _encoded(value if isinstance(value, bytes) else json.dumps(value).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
