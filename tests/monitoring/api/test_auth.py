"""Every token that must not open the API, and the few that must."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.test import Client
from pytest_django import Settings

from tests.monitoring.api.tokens import bearer, claims, token

pytestmark = pytest.mark.urls("tests.monitoring.api.views")


def now() -> int:
    """Return the second of the call: the suite may run for minutes after this module was loaded."""
    return int(time.time())


HMAC = {"alg": "HS256", "typ": "JWT"}
DEEP = b"[" * 3_000 + b"]" * 3_000


def unsigned(header: dict[str, Any]) -> str:
    return token(header=header).rpartition(".")[0] + "."


def tampered(part: int) -> str:
    """Change the payload or the signature and leave the rest."""
    parts = token().split(".")
    other = token(claims(userId="eve")).split(".")
    parts[part] = other[part]
    return ".".join(parts)


# Each is built when its test runs: the settings are not there before.
BAD: dict[str, Callable[[], str]] = {
    "signed by somebody else": lambda: token(secret="another-secret-of-at-least-32-bytes"),
    "signed with nothing": lambda: token(secret=""),
    "no signature": lambda: unsigned(HMAC),
    "algorithm none": lambda: unsigned({"alg": "none"}),
    "algorithm nOnE": lambda: unsigned({"alg": "nOnE"}),
    "algorithm none with a signature": lambda: token(header={"alg": "none"}),
    "algorithm HS512": lambda: token(header={"alg": "HS512"}, digest="sha512"),
    "algorithm HS384": lambda: token(header={"alg": "HS384"}, digest="sha384"),
    "algorithm RS256 claimed": lambda: token(header={"alg": "RS256"}),
    "algorithm missing": lambda: token(header={"typ": "JWT"}),
    "algorithm null": lambda: token(header={"alg": None}),
    "algorithm a list": lambda: token(header={"alg": ["HS256"]}),
    "critical extension": lambda: token(header=HMAC | {"crit": ["exp-strict"], "exp-strict": True}),
    "critical header empty": lambda: token(header=HMAC | {"crit": []}),
    "critical header not a list": lambda: token(header=HMAC | {"crit": "exp"}),
    "unencoded payload": lambda: token(header=HMAC | {"b64": False, "crit": ["b64"]}),
    "key id a number": lambda: token(header=HMAC | {"kid": 7}),
    "payload of another token": lambda: tampered(1),
    "signature of another token": lambda: tampered(2),
    "header of another algorithm": lambda: token(header={"alg": "HS256", "typ": "JWT"}).replace(
        "eyJ", "eyK", 1
    ),
    "one part": lambda: token().split(".")[0],
    "two parts": lambda: ".".join(token().split(".")[:2]),
    "four parts": lambda: token() + ".x",
    "dots only": lambda: "..",
    "not base64": lambda: "$$$.$$$.$$$",
    "header not JSON": lambda: token(header=b"alg"),
    "header a list": lambda: token(header=b"[]"),
    "header nested too deep": lambda: token(header=DEEP),
    "payload not JSON": lambda: token(b"userId"),
    "payload a list": lambda: token(["ana"]),
    "payload a text": lambda: token("ana"),
    "payload nested too deep": lambda: token(b'{"exp": ' + DEEP + b"}"),
    "payload with a number of 5,000 digits": lambda: token(b'{"exp": ' + b"9" * 5_000 + b"}"),
    "payload not UTF-8": lambda: token(b'{"userId": "\xff"}'),
    "too long": lambda: token(claims(padding="x" * 9_000)),
    "no exp": lambda: token(claims(exp=None)),
    "exp null": lambda: token(b'{"userId": "ana", "exp": null}'),
    "exp true": lambda: token(claims(exp=True)),
    "exp a text": lambda: token(claims(exp=str(now() + 600))),
    "exp 1e308": lambda: token(b'{"userId": "ana", "exp": 1e308}'),
    "exp 1e400": lambda: token(b'{"userId": "ana", "exp": 1e400}'),
    "exp Infinity": lambda: token(b'{"userId": "ana", "exp": Infinity}'),
    "exp NaN": lambda: token(b'{"userId": "ana", "exp": NaN}'),
    "exp in milliseconds": lambda: token(claims(exp=(now() + 600) * 1_000)),
    "exp negative": lambda: token(claims(exp=-1)),
    "nbf in the future": lambda: token(claims(nbf=now() + 300)),
    "nbf false": lambda: token(claims(nbf=False)),
    "iat in the future": lambda: token(claims(iat=now() + 300)),
    "iat a text": lambda: token(claims(iat="yesterday")),
    "refresh token": lambda: token(claims(token_type="refresh")),
    "nobody": lambda: token(claims(userId=None)),
    "subject with NUL": lambda: token(claims(userId="a\0b")),
    "subject with a lone surrogate": lambda: token(b'{"userId": "\\ud800", "exp": 9999999999}'),
    "role a list": lambda: token(claims(role=["admin"])),
    "role null": lambda: token(b'{"userId": "ana", "role": null, "exp": 9999999999}'),
    "permissions a text": lambda: token(claims(permissions="rules:write")),
    "permissions of numbers": lambda: token(claims(permissions=[1])),
    "service a number": lambda: token(claims(service=7)),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_is_an_invalid_token(client: Client, name: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {BAD[name]()}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_TOKEN")


def test_a_token_that_has_run_out_is_told_apart(client: Client) -> None:
    answer = client.get("/api/v1/me", headers=bearer(claims(exp=now() - 1)))

    assert (answer.status_code, answer.json()["code"]) == (401, "TOKEN_EXPIRED")


GOOD: dict[str, Callable[[], str]] = {
    "claim userId": lambda: f"Bearer {token()}",
    "claim id": lambda: f"Bearer {token(claims(userId=None, id='ana'))}",
    "scheme in lower case": lambda: f"bearer {token()}",
    "scheme in upper case": lambda: f"BEARER {token()}",
    "more space than needed": lambda: f"  Bearer   {token()}  ",
    "key id that names a path": lambda: f"Bearer {token(header=HMAC | {'kid': '../../dev/null'})}",
    "key set from elsewhere": lambda: (
        f"Bearer {token(header=HMAC | {'jku': 'http://evil.example/keys'})}"
    ),
    "audience and issuer": lambda: f"Bearer {token(claims(aud='tickets', iss='auth-service'))}",
    "sub and jti of any kind": lambda: f"Bearer {token(claims(sub=7, jti=7))}",
    "an issuer whose clock is ahead": lambda: (
        f"Bearer {token(claims(iat=now() + 5, nbf=now() + 5))}"
    ),
    "unknown claims": lambda: f"Bearer {token(claims(tenant={'id': 1}))}",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_token_opens_the_api(client: Client, name: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": GOOD[name]()})

    assert answer.status_code == 200
    assert answer.json()["id"] == "ana"


@pytest.mark.parametrize("header", ["", "Token abc", "Digest x", "eyJ.eyJ.x", "Basic YTpi"])
def test_without_a_token_authentication_is_required(client: Client, header: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": header} if header else {})

    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH_REQUIRED")
    assert answer["WWW-Authenticate"] == 'Bearer realm="monitoring"'


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer a b", "Bearer tök.en.x", "bearer \x7f"]
)
def test_a_bearer_header_without_a_token_is_an_invalid_one(client: Client, header: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": header})

    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_TOKEN")


def test_a_bad_token_is_refused_also_where_none_is_needed(client: Client) -> None:
    assert client.get("/api/v1/open").status_code == 200
    assert client.get("/api/v1/open", headers={"Authorization": "Bearer x"}).status_code == 401


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"grafana:{password}".encode()).decode()}


def test_a_scraper_may_send_its_token_as_a_password(client: Client) -> None:
    answer = client.get("/api/v1/scraped", headers=basic(token()), REMOTE_ADDR="203.0.113.9")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "header", ["Basic", "Basic $$$", "Basic Z3JhZmFuYQ==", "Basic Z3JhZmFuYTo=", "Basic /w=="]
)
def test_basic_credentials_without_a_token_are_refused(client: Client, header: str) -> None:
    answer = client.get(
        "/api/v1/scraped", headers={"Authorization": header}, REMOTE_ADDR="203.0.113.9"
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_TOKEN")
    assert answer["WWW-Authenticate"] == 'Bearer realm="monitoring", Basic realm="monitoring"'


def rsa_keys() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return _pem(key), _public_pem(key)


def ec_keys() -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    return _pem(key), _public_pem(key)


@pytest.mark.parametrize(("algorithm", "keys"), [("RS256", rsa_keys), ("ES256", ec_keys)])
def test_with_a_public_key_only_the_private_keys_tokens_count(
    client: Client, settings: Settings, algorithm: str, keys: Callable[[], tuple[str, str]]
) -> None:
    private, public = keys()
    settings.JWT_ALGORITHM, settings.JWT_PUBLIC_KEY = algorithm, public

    def status(presented: str) -> int:
        return client.get(
            "/api/v1/me", headers={"Authorization": f"Bearer {presented}"}
        ).status_code

    assert status(jwt.encode(claims(), private, algorithm=algorithm)) == 200
    assert status(jwt.encode(claims(), keys()[0], algorithm=algorithm)) == 401
    assert status(token()) == 401
    # The public key taken for an HMAC secret: what a service that takes both kinds falls for.
    assert status(token(secret=public)) == 401
    assert status(token(secret=public.strip())) == 401


def test_an_empty_secret_verifies_nothing(client: Client, settings: Settings) -> None:
    settings.JWT_SECRET = ""

    answer = client.get("/api/v1/me", headers=bearer(secret=""))

    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_TOKEN")


def test_a_refusal_tells_nothing_of_the_token(client: Client) -> None:
    presented = token(claims(userId="eve\0"))

    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {presented}"})

    assert presented not in json.dumps(answer.json())
    assert "eve" not in json.dumps(answer.json())


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
