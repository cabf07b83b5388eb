"""Every route of health and sales as the URLconf has it, rows that each of them finds, and values nobody expects."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
import yaml
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Incident
from health.models import Slo
from health.public.memory import memory
from tests.architecture.urlconf import Route, routes
from tests.health.factories import ServiceStateFactory, WatchedServiceFactory
from tests.health.reports.rows import done_report, subscribed
from tests.health.reports.samples import sla_data
from tests.health.statuspage.rows import incident, public_service
from tests.monitoring.clients import API, client_of

SCHEMA = Path(__file__).parents[2] / "docs" / "openapi.yaml"
NOBODYS_ID = "00000000-0000-0000-0000-000000000000"
KEY = UUID("11111111-1111-4111-8111-111111111111")
DEEP = "[" * 5_000 + "]" * 5_000

# Written as they stand in a URL, so that bytes that are no text can be among them.
QUERY_VALUES = (
    "", "%20", "0", "-1", "1e400", "NaN", "Infinity", "-Infinity", "%EF%BC%91", "1" + "0" * 30, "1.5", "true",
    "null", "None", "[]", "{}", "%00", "a%00b", "%ED%A0%80", "%FF%FE", "%F0%9F%A6%84", "%E2%80%AEgnp", "a" * 10_240,
    "%27%3B%20DROP%20TABLE%20slos%3B--", "%25%5C%5F", "%3Cscript%3Ealert(1)%3C/script%3E", "%3D1%2B1%7Ccmd",
    "..%2F..%2Fetc%2Fpasswd", "%0d%0aX-Planted%3A%201", ",,,", "sla,sla", "payment",
    "0000-01-01", "0001-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31", "9999-12-31T23:59:59.999999-14:00",
    "2026-02-29", "2026-11-23T12:00:00", "2026-11-23T12:00:00%2B14:00", "2026-11-23T24:00:00Z", "2026-11-23T12:00:60Z",
    "2026-W48-1", "1764000000", "1764000000000", "999999999999999", "%D9%A2%D9%A0%D9%A2%D9%A6-11-23",
)  # fmt: skip
SPANS = (
    ("0001-01-01", "9999-12-31"), ("9999-12-31", "0001-01-01"), ("2026-11-23", "2026-11-23"),
    ("1926-11-23", "2026-11-23"), ("9999-12-30", "9999-12-31"), ("0001-01-01", "0001-01-02"),
    ("0001-01-01", "0001-01-01T00:00:00%2B00:01"), ("", ""),
)  # fmt: skip
# As they stand in JSON, so that numbers that Python cannot hold can be among them.
WRONG_SHAPES = (
    "{}", "[[]]", "[{}]", "[null]", "[1, true, null, {}]", '{"a": {"b": []}}', json.dumps(["a"] * 5_000),
    "1e308", "9" * 400, '" "', '"0000-01-01T00:00:00Z"', '"2026-11-23"', "1764000000000", f'"{NOBODYS_ID}"',
)  # fmt: skip
REFUSED_AS_JSON = (
    "1e400",
    "-1e400",
    "NaN",
    "Infinity",
    '"a\\u0000b"',
    '["\\u0000"]',
    '"\\ud800"',
    DEEP,
)
JSON_VALUES = (
    "null", "true", "-1", "0", "1.5", "2147483648", "1" + "0" * 30, '""', '"\uff11"', '"\U0001f984"', '"\u202egnp"',
    '"\\u001b[31m\\r\\nX-Planted: 1"', json.dumps("a" * 10_240), '"\'; DROP TABLE slos;--"', '"payment"',
    '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '["payment", "payment"]',
)  # fmt: skip
BODIES = (
    "", " ", "null", "true", "0", '"text"', "[]", "{}", "[[]]", "[{}]", "[null]", "{", "{]", '{"a":1,}', "\ufeff{}",
    "\x00", '{"name": "a", "name": "b"}', '{"": 1}', '{"__class__": "x", "__proto__": {}, "id": 1, "pk": 1}',
    '{"\\u0000": 1}', '{"\\ud800": 1}', DEEP, json.dumps([{}] * 5_001), json.dumps({f"f{n}": n for n in range(2_000)}),
)  # fmt: skip
_SLO = {
    "name": "odd",
    "service": "payment",
    "target_percent": 99.9,
    "kind": "latency",
    "threshold_ms": 500,
}
_SAID = {"stage": "investigating", "text": "x"}
GOOD: Mapping[str, Mapping[str, Any]] = {
    f"{API}/slos": _SLO,
    f"{API}/slos/{{slo_id}}": _SLO,
    f"{API}/services": {"name": "odd", "kind": "tcp", "url": "tcp://odd:7000"},
    f"{API}/services/{{name}}": {},
    f"{API}/reports": {"kind": "sla", "start": "2026-10-01T00:00:00Z", "end": "2026-10-02T00:00:00Z"},
    f"{API}/report-subscriptions": {"email": "odd@example.org", "kind": "sla", "period": "weekly"},
    f"{API}/status-page/incidents": {"title": "t", **_SAID},
    f"{API}/status-page/incidents/{{incident_id}}/updates": _SAID,
    f"{API}/performance": {
        "service_name": "odd", "endpoint": "/pay", "method": "POST", "response_time_ms": 1, "status_code": 200,
    },
}  # fmt: skip


_INSIDES = re.compile(
    r"Traceback|/site-packages|psycopg|\bSELECT .* FROM|django\.|\.py\b|object at 0x|postgres(ql)?://"
)


@dataclass(frozen=True)
class Door:
    """One method of one route."""

    method: str
    route: Route

    def __str__(self) -> str:
        return f"{self.method} {self.route.path}"

    @property
    def told(self) -> dict[str, Any]:
        """What the schema says of it."""
        operation: dict[str, Any] = _schema()["paths"][self.route.path][self.method.lower()]
        return operation

    @property
    def query(self) -> list[str]:
        """Names of the parameters that the schema tells of, and one that it does not."""
        told = self.told.get("parameters", ())
        return [each["name"] for each in told if each["in"] == "query"] + ["unheard_of"]

    @property
    def takes_a_body(self) -> bool:
        return self.method in {"POST", "PUT", "PATCH"}

    @property
    def fields(self) -> list[str]:
        """Names of the fields of the body that the schema tells of, and one that it does not."""
        if "requestBody" not in self.told:
            return []
        return [
            *_fields_in(self.told["requestBody"]["content"]["application/json"]["schema"]),
            "unheard_of",
        ]

    @property
    def good(self) -> Mapping[str, Any]:
        """The other fields of a body: what a new row needs, nothing where one is changed."""
        return GOOD[self.route.path] if self.method in {"POST", "PUT"} and self.fields else {}


def _fields_in(schema: dict[str, Any]) -> list[str]:
    while "properties" not in schema:
        if "oneOf" in schema:
            schema = schema["oneOf"][0]
        schema = _schema()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema["properties"])


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(SCHEMA.read_bytes(), Loader=yaml.CSafeLoader)
    return loaded


def doors() -> list[Door]:
    """Every method of every route of health and sales, but for the pages of the admin."""
    ours = [
        route
        for route in routes()
        if route.is_api
        and str(getattr(route.view, "__module__", "")).startswith(("health.", "sales."))
    ]
    return [Door(method, route) for route in ours for method in route.methods]


def world() -> dict[str, str]:
    """Make a row for each kind of path; return what the paths are filled with."""
    at = timezone.now()
    payment = public_service("payment", url="http://127.0.0.1:9", timeout_seconds=0.2)
    ServiceStateFactory.create(service=payment, since=at, checked_at=at)
    beat = WatchedServiceFactory.create(
        name="backup", kind="heartbeat", url="", heartbeat_period_seconds=3_600, heartbeat_key=KEY
    )
    told = incident("Cards fail", [(at, "investigating", "We look."), (at, "monitoring", "Well.")])
    Incident.objects.create(title="internal", severity="high", detected_at=at)
    slo = Slo.objects.create(
        name="payment-fast",
        service=payment,
        target_percent="99.5",
        kind="latency",
        threshold_ms=500,
    )
    return {
        "service": payment.name, "name": payment.name, "key": str(beat.heartbeat_key), "exit_code": "0",
        "slo_id": str(slo.pk), "incident_id": str(told.pk), "file_format": "pdf",
        "update_id": str(told.updates.earliest("posted_at", "id").pk),
        "report_id": str(done_report(sla_data()).pk), "subscription_id": str(subscribed().pk),
    }  # fmt: skip


def problem_with(answer: Any) -> str:
    """Say what is wrong with an answer, nothing where all is well."""
    is_packed = answer.get("Content-Encoding") == "gzip"
    text = (gzip.decompress(answer.content) if is_packed else answer.content).decode()
    if answer.status_code >= 500 and not (answer.status_code == 503 and "Retry-After" in answer):
        return f"{answer.status_code} {text[:300]}"
    told = json.dumps(dict(answer.headers)) + text
    if "X-Planted" in answer.headers:
        return "a header of the client"
    if found := _INSIDES.search(told):
        return f"tells of {found[0]!r}"
    has_body = answer.request["REQUEST_METHOD"] != "HEAD"
    if (
        has_body
        and answer.status_code >= 400
        and answer["Content-Type"].startswith("application/json")
    ):
        missing = {"error", "code", "timestamp", "path", "details"} ^ set(answer.json())
        return f"envelope {missing}" if missing else ""
    return ""


@contextmanager
def alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No limit of requests, no worker, and the page of the public made in this thread."""
    settings.RATE_LIMITS = dict.fromkeys(configured.RATE_LIMITS, 1_000_000)
    monkeypatch.setattr(memory, "start", lambda work: work())
    memory.clear()
    with mock.patch("health.tasks.reports.make_report.delay"):
        yield
    memory.clear()


def admin_client() -> Client:
    """Return a client that sees a fault as an answer."""
    client = client_of("admin")
    client.raise_request_exception = False
    return client
