"""Settings that must not start a service are named by `manage.py check`."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.checks import Error, run_checks
from django.core.checks import Warning as Caution
from pytest_django import Settings

# As `secrets.token_urlsafe(48)` makes them; always the same, since it names tests.
GOOD_SECRET = "Qm7xW2vLr9TfYc4HnB8sKd1JpZ6gUe3AoX5iRw0tVyNqMbSjCzEhGkFuDaPlOI_-"


def found(*, deploy: bool = False) -> list[tuple[type, str]]:
    """Return our own messages, as kind and id."""
    messages: list[Any] = run_checks(include_deployment_checks=deploy)
    return [(type(each), each.id) for each in messages if each.id.startswith("monitoring.")]


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


RSA = pem(rsa.generate_private_key(public_exponent=65_537, key_size=2_048))
EC = pem(ec.generate_private_key(ec.SECP256R1()))


def test_the_suites_own_settings_are_sound() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        "x" * 31,
        GOOD_SECRET[:31],
        "your-secret-key-that-is-long-enough-1234567",
        "CHANGEME-0123456789abcdefghijklmnop",
        "please-change-me-0123456789abcdefghij",
        "<256-bit-secret>0123456789abcdefghijklmnop",
        "0" * 64,
        "abababababababababababababababababab",
    ],
)
def test_a_secret_that_can_be_guessed_stops_the_start(settings: Settings, secret: str) -> None:
    settings.JWT_SECRET = secret

    assert found() == [(Error, "monitoring.E003")]
    settings.DEBUG = True
    assert found() == [(Caution, "monitoring.E003")]


@pytest.mark.parametrize("secret", [GOOD_SECRET, GOOD_SECRET[:32], "ä" * 8 + "0123456789abcdef"])
def test_a_secret_of_32_bytes_is_enough(settings: Settings, secret: str) -> None:
    settings.JWT_SECRET = secret

    assert found() == []


def test_a_public_key_is_no_shared_secret(settings: Settings) -> None:
    settings.JWT_SECRET = RSA

    assert found() == [(Error, "monitoring.E002")]


def test_a_public_key_that_is_never_used_is_a_mistake(settings: Settings) -> None:
    settings.JWT_ALGORITHM, settings.JWT_SECRET, settings.JWT_PUBLIC_KEY = "HS256", GOOD_SECRET, RSA

    assert found() == [(Error, "monitoring.E002")]


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", RSA), ("ES256", EC)])
def test_a_public_key_of_the_right_kind_is_enough(
    settings: Settings, algorithm: str, key: str
) -> None:
    settings.JWT_ALGORITHM, settings.JWT_PUBLIC_KEY, settings.JWT_SECRET = algorithm, key, ""

    assert found() == []


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("RS256", ""), ("ES256", ""), ("RS256", "secret"), ("ES256", RSA), ("RS256", EC)],
)
def test_a_public_key_that_cannot_verify_stops_the_start(
    settings: Settings, algorithm: str, key: str
) -> None:
    settings.JWT_ALGORITHM, settings.JWT_PUBLIC_KEY = algorithm, key

    assert found() == [(Error, "monitoring.E004")]


@pytest.mark.parametrize("algorithm", ["none", "HS512", "hs256", "PS256", ""])
def test_any_other_algorithm_stops_the_start(settings: Settings, algorithm: str) -> None:
    settings.JWT_ALGORITHM = algorithm

    assert found() == [(Error, "monitoring.E001")]


@pytest.mark.parametrize(
    "name", ["TRUSTED_PROXIES", "TRUSTED_SCRAPE_CIDRS", "RATE_LIMIT_ALLOW_LIST"]
)
def test_addresses_that_are_none_stop_the_start(settings: Settings, name: str) -> None:
    setattr(settings, name, ["10.0.0.0/8", "proxy.internal", "10.0.0.0/99"])

    assert found() == [(Error, "monitoring.E005")] * 2


@pytest.mark.parametrize(
    ("strict", "expected"), [(True, []), (False, [(Caution, "monitoring.W001")])]
)
def test_a_production_is_told_of_open_roles(
    settings: Settings, expected: list[tuple[type, str]], *, strict: bool
) -> None:
    settings.STRICT_ROLES = strict

    assert found(deploy=True) == expected
    assert found() == []
