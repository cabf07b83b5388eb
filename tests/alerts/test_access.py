"""Who may do what with alerts and rules, cell by cell."""

import pytest
from django.test import Client

from tests.alerts.factories import AlertFactory, AlertRuleFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

EVERYBODY = {"user", "monitoring", "operator", "admin"}
OPERATIONS = [
    ("GET", "alerts", EVERYBODY),
    ("GET", "alerts/history", EVERYBODY),
    ("GET", "alerts/{alert}", EVERYBODY),
    ("GET", "alerts/rules", EVERYBODY),
    ("GET", "alerts/rules/{rule}", EVERYBODY),
    ("POST", "alerts/{alert}/acknowledge", {"operator", "admin"}),
    ("POST", "alerts/{alert}/resolve", {"operator", "admin"}),
    ("POST", "alerts/rules", {"admin"}),
    ("PUT", "alerts/rules/{rule}", {"admin"}),
    ("PATCH", "alerts/rules/{rule}", {"admin"}),
    ("DELETE", "alerts/rules/{rule}", {"admin"}),
]


def url_of(path: str) -> str:
    ids = {"alert": AlertFactory.create().pk, "rule": AlertRuleFactory.create().pk}
    return f"{API}/{path.format(**ids)}"


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize(("method", "path", "allowed"), OPERATIONS)
def test_a_role_may_do_what_the_specification_says(
    method: str, path: str, allowed: set[str], role: str
) -> None:
    answer = client_of(role).generic(method, url_of(path), content_type="application/json")

    if role in allowed:
        assert answer.status_code in {200, 201, 204, 400}
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize(("method", "path", "allowed"), OPERATIONS)
def test_nobody_may_do_anything_without_a_token(method: str, path: str, allowed: set[str]) -> None:
    answer = Client().generic(method, url_of(path), content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH_REQUIRED")


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("POST", "alerts/{alert}/acknowledge", "alerts:write"),
        ("POST", "alerts/{alert}/resolve", "alerts:write"),
        ("DELETE", "alerts/rules/{rule}", "rules:write"),
    ],
)
def test_a_permission_of_the_token_opens_what_its_role_does_not(
    method: str, path: str, permission: str
) -> None:
    client = client_of("user", permissions=[permission])

    assert client.generic(method, url_of(path)).status_code in {200, 204}
