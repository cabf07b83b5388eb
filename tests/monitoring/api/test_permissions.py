"""Default deny, the roles that a view declares, and the doors for scrapers."""

import pytest
from django.test import Client
from pytest_django import Settings

from monitoring.api.permissions import ANY_ROLE, ANYONE, SCRAPER, Access, Role, only
from tests.monitoring.api.tokens import bearer, claims, role

pytestmark = pytest.mark.urls("tests.monitoring.api.views")

OUTSIDE = "203.0.113.9"


def test_what_declares_nothing_is_denied_to_everybody(client: Client) -> None:
    answer = client.get("/api/v1/undeclared", headers=role("admin"))

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert "leak" not in answer.json()


@pytest.mark.parametrize(
    ("name", "status"), [("admin", 200), ("operator", 403), ("monitoring", 403), ("user", 403)]
)
def test_only_the_named_roles_pass(client: Client, name: str, status: int) -> None:
    assert client.post("/api/v1/admin-only", headers=role(name)).status_code == status


def test_a_refusal_names_the_roles_that_are_needed(client: Client) -> None:
    answer = client.post("/api/v1/admin-only", headers=role("operator"))

    assert answer.json()["error"] == "Insufficient permissions: this needs the role admin"


def test_a_named_permission_passes_without_the_role(client: Client) -> None:
    allowed = role("user", permissions=["rules:write"])
    other = role("user", permissions=["rules:read", "rules"])

    assert client.post("/api/v1/admin-only", headers=allowed).status_code == 200
    assert client.post("/api/v1/admin-only", headers=other).status_code == 403


def test_a_token_without_a_role_is_a_users(client: Client) -> None:
    headers = bearer(claims(role=None))

    assert client.get("/api/v1/me", headers=headers).json()["role"] == "user"
    assert client.post("/api/v1/admin-only", headers=headers).status_code == 403


def test_an_unknown_role_is_refused_by_name_wherever_a_token_is_needed(client: Client) -> None:
    answer = client.get("/api/v1/me", headers=role("superuser", permissions=["rules:write"]))

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert "'superuser'" in answer.json()["error"]
    assert client.post("/api/v1/admin-only", headers=role("superuser")).status_code == 403
    assert client.get("/api/v1/open", headers=role("superuser")).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_a_method_that_is_not_there_is_not_allowed_to_anybody(client: Client, method: str) -> None:
    answer = getattr(client, method)("/api/v1/me")

    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer["Allow"] == "GET, HEAD"


def test_head_needs_what_get_needs(client: Client) -> None:
    assert client.head("/api/v1/me").status_code == 401
    assert client.head("/api/v1/me", headers=role("user")).status_code == 200


@pytest.mark.parametrize(("strict", "status"), [(False, 200), (True, 403)])
def test_strict_roles_narrow_what_declares_it(
    client: Client, settings: Settings, status: int, *, strict: bool
) -> None:
    settings.STRICT_ROLES = strict

    assert client.get("/api/v1/narrowed", headers=role("user")).status_code == status
    assert client.get("/api/v1/narrowed", headers=role("operator")).status_code == 200
    assert client.get("/api/v1/me", headers=role("user")).status_code == 200


def test_strict_roles_are_named_in_the_refusal(client: Client, settings: Settings) -> None:
    settings.STRICT_ROLES = True

    answer = client.get("/api/v1/narrowed", headers=role("user"))

    assert answer.json()["error"].endswith("this needs the role admin or operator")


@pytest.mark.parametrize(
    ("peer", "status"),
    [
        ("127.0.0.1", 200),
        ("::1", 200),
        ("10.255.0.1", 200),
        ("172.16.0.1", 200),
        ("172.31.255.255", 200),
        ("192.168.1.1", 200),
        ("fd00::1", 200),
        ("::ffff:10.0.0.1", 200),
        ("172.32.0.1", 401),
        ("11.0.0.1", 401),
        ("8.8.8.8", 401),
        ("2001:db8::1", 401),
        ("::ffff:8.8.8.8", 401),
        ("100.64.0.1", 401),
        ("", 401),
        ("unix:", 401),
    ],
)
def test_scrapers_need_no_token_from_a_trusted_address(
    client: Client, peer: str, status: int
) -> None:
    assert client.get("/api/v1/scraped", REMOTE_ADDR=peer).status_code == status


def test_elsewhere_a_scraper_needs_a_token(client: Client) -> None:
    assert (
        client.get("/api/v1/scraped", headers=role("user"), REMOTE_ADDR=OUTSIDE).status_code == 200
    )
    assert (
        client.get("/api/v1/scraped", headers=role("boss"), REMOTE_ADDR=OUTSIDE).status_code == 403
    )


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_a_forwarded_address_opens_nothing(client: Client, header: str) -> None:
    answer = client.get("/api/v1/scraped", headers={header: "127.0.0.1"}, REMOTE_ADDR=OUTSIDE)

    assert answer.status_code == 401


def test_a_proxy_that_nobody_declared_lends_its_address_to_nobody(client: Client) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9"}

    assert (
        client.get("/api/v1/scraped", headers=forwarded, REMOTE_ADDR="10.0.0.2").status_code == 401
    )


@pytest.mark.parametrize(("forwarded", "status"), [("10.1.1.1", 200), ("203.0.113.9", 401)])
def test_a_declared_proxy_speaks_for_its_client(
    client: Client, settings: Settings, forwarded: str, status: int
) -> None:
    settings.TRUSTED_PROXIES = ["203.0.113.0/28"]

    answer = client.get(
        "/api/v1/scraped", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="203.0.113.1"
    )

    assert answer.status_code == status


def test_access_is_a_value() -> None:
    assert only(Role.ADMIN, Role.OPERATOR, Role.MONITORING, Role.USER) == ANY_ROLE
    assert ANYONE.public
    assert not SCRAPER.public
    assert Access() == only()
    assert only(Role.ADMIN).strictly(Role.USER).roles_now(strict=True) == {Role.USER}
    assert only(Role.ADMIN).strictly(Role.USER).roles_now(strict=False) == {Role.ADMIN}
    assert only(Role.ADMIN).roles_now(strict=True) == {Role.ADMIN}
