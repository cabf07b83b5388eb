"""HTTP clients with and without a token."""

from typing import Any

from django.conf import settings
from django.test import Client

from tests.tokens import bearer

API = f"/{settings.API_PREFIX}"


def client_of(role: str, **claims: Any) -> Client:
    """Return a client whose requests carry a token of that role."""
    return Client(headers=bearer(role, **claims))


def push(client: Client, body: object, **headers: str) -> Any:
    """POST to the metrics endpoint."""
    return client.post(
        f"{API}/metrics", data=body, content_type="application/json", headers=headers
    )
