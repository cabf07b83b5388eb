"""manage.py mint_token prints a token that the API takes."""

from io import StringIO
from typing import Any

import jwt
import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings


def mint(*arguments: str) -> str:
    written = StringIO()
    call_command("mint_token", *arguments, stdout=written)
    return written.getvalue()


def claims_of(*arguments: str) -> Any:
    return jwt.decode(mint(*arguments).strip(), configured.JWT_SECRET, algorithms=["HS256"])


def test_only_the_token_is_printed() -> None:
    printed = mint("--user", "ana")

    assert printed.endswith("\n")
    assert len(printed.split()) == 1
    assert printed.count(".") == 2


def test_a_token_says_what_was_asked_for() -> None:
    claims = claims_of(
        "--user", "ana", "--role", "monitoring", "--permissions", "metrics:write", "rules:write",
        "--service", "payment-service", "--hours", "0.5",
    )  # fmt: skip

    assert (claims["userId"], claims["role"], claims["service"]) == (
        "ana",
        "monitoring",
        "payment-service",
    )
    assert claims["permissions"] == ["metrics:write", "rules:write"]
    assert claims["exp"] - claims["iat"] == 1_800


def test_unless_said_it_is_a_users_for_a_day_and_for_no_service() -> None:
    claims = claims_of("--user", "ana")

    assert (claims["role"], claims["permissions"]) == ("user", [])
    assert claims["exp"] - claims["iat"] == 86_400
    assert "service" not in claims


@pytest.mark.urls("tests.monitoring.api.views")
def test_the_api_takes_it(client: Client) -> None:
    token = mint("--user", "ana", "--role", "admin").strip()

    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert answer.json() == {"id": "ana", "role": "admin", "permissions": [], "service": None}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--user", ""),
        ("--user", "a\nb"),
        ("--user", "ana", "--role", "superuser"),
        ("--user", "ana", "--hours", "0"),
        ("--user", "ana", "--hours", "-1"),
        ("--user", "ana", "--hours", "8785"),
        ("--user", "ana", "--hours", "nan"),
        ("--user", "ana", "--hours", "a day"),
        ("--user", "ana", "--service", "a\0b"),
        ("--user", "ana", "--permissions", ""),
    ],
)
def test_what_the_api_would_refuse_is_not_minted(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        mint(*arguments)


def test_who_only_verifies_cannot_sign(settings: Settings) -> None:
    settings.JWT_ALGORITHM, settings.JWT_PUBLIC_KEY = "RS256", "-----BEGIN PUBLIC KEY-----"

    with pytest.raises(CommandError, match="only the holder of the private key can sign"):
        mint("--user", "ana")


def test_without_a_secret_nothing_is_signed(settings: Settings) -> None:
    settings.JWT_SECRET = ""

    with pytest.raises(CommandError, match="JWT_SECRET"):
        mint("--user", "ana")
