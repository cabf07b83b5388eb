"""The OpenAPI schema says what the URLconf does, and its page runs under the content security policy."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from tests.architecture.urlconf import routes
from tests.monitoring.api.tokens import role

ERRORS = {"401", "429", "503"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def schema() -> Any:
    return generated()


def generated(*, fail_on_warn: bool = False) -> Any:
    """Generate the schema and check it against OpenAPI's own."""
    written = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=fail_on_warn, stdout=written)
    return yaml.safe_load(written.getvalue())


def test_the_schema_is_generated_without_a_warning() -> None:
    assert generated(fail_on_warn=True)["openapi"].startswith("3.")


def test_the_schema_in_the_docs_is_the_one_of_the_code(schema: Any) -> None:
    written = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")

    assert yaml.safe_load(written) == schema, "run `make schema` and commit docs/openapi.yaml"


def operations(schema: Any) -> dict[tuple[str, str], Any]:
    return {
        (method.upper(), path): operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def test_the_schema_holds_every_route_of_the_api(schema: Any) -> None:
    routed = {
        (method, route.path) for route in routes() if route.is_api for method in route.methods
    }
    aliases = {("GET", "/api/v1/monitoring/grafana/")}

    assert set(operations(schema)) == routed - aliases


def test_every_operation_has_a_name_of_its_own(schema: Any) -> None:
    names = [operation["operationId"] for operation in operations(schema).values()]

    assert sorted(names) == sorted(set(names))


def test_every_operation_says_who_may_call_it(schema: Any) -> None:
    silent = [
        key
        for key, operation in operations(schema).items()
        if "Access: " not in operation["description"]
    ]

    assert silent == []


@pytest.mark.parametrize(
    ("method", "path", "words", "security"),
    [
        ("GET", "/health", "Access: anybody.", [{}]),
        ("GET", "/cache/stats", "Access: any valid token.", [{"bearer": []}]),
        ("DELETE", "/cache/flush", "Access: admin.", [{"bearer": []}]),
        (
            "GET",
            "/api/v1/monitoring/metrics/export",
            "Access: trusted addresses, else any valid token.",
            [{}, {"bearer": []}, {"basic": []}],
        ),
        (
            "POST",
            "/api/v1/monitoring/influx/write",
            "Access: admin or monitoring, or the permission `metrics:write`.",
            [{"bearer": []}, {"basic": []}, {"token": []}],
        ),
    ],
)
def test_roles_and_security_come_from_the_views(
    schema: Any, method: str, path: str, words: str, security: list[dict[str, list[str]]]
) -> None:
    operation = operations(schema)[method, path]

    assert words in operation["description"]
    assert operation["security"] == security


def test_every_operation_shows_its_errors(schema: Any) -> None:
    envelope = {"$ref": "#/components/schemas/ErrorEnvelope"}
    for key, operation in operations(schema).items():
        answers = operation["responses"]
        assert set(answers) >= ERRORS, key
        assert answers["401"]["content"]["application/json"]["schema"] == envelope, key


def test_the_envelope_has_the_fields_of_the_specification(schema: Any) -> None:
    fields = schema["components"]["schemas"]["ErrorEnvelope"]["properties"]

    assert set(fields) == {"error", "code", "timestamp", "path", "details"}


def test_all_ways_to_send_a_token_are_described(schema: Any) -> None:
    schemes = schema["components"]["securitySchemes"]

    assert {name: scheme.get("scheme", "header") for name, scheme in schemes.items()} == {
        "bearer": "bearer",
        "basic": "basic",
        "token": "header",
    }


def test_the_schema_is_served(client: Client) -> None:
    answer = client.get("/api/schema", headers={"Accept": "application/json"})

    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "TicketToken monitoring service"


def test_the_page_needs_no_exception_from_the_policy(client: Client) -> None:
    page = client.get("/api/docs/", headers={"Accept": "text/html"})

    html = page.content.decode()
    assert page.status_code == 200
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    assert "<style" not in html
    assert all(tag.startswith(" src=") for tag in html.split("<script")[1:])


def test_the_page_finds_its_script_and_its_files(client: Client) -> None:
    script = client.get("/api/docs/?script=")

    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema" in script.content.decode()
    for name in ("drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js", "api/docs.css"):
        assert client.get(f"/static/{name}").status_code == 200


def test_the_page_is_open_to_those_without_a_token(client: Client) -> None:
    assert client.get("/api/docs/", headers=role("user")).status_code == 200
    assert client.get("/api/schema").status_code == 200
