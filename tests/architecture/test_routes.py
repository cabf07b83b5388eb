"""Who may call what, cell by cell; and nothing stands in the URLconf that nobody declared."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from pytest_django import Settings

from monitoring.api.permissions import Access
from tests.architecture.route_matrix import MATRIX
from tests.architecture.urlconf import Route, routes
from tests.monitoring.api.tokens import bearer, claims, role

# What is no view of the API kit: pages for people, the schema, and the admin with its own login.
OTHERS = {"/", "/a/{token}", "/reports/unsubscribe/{token}", "/api/schema", "/api/docs/"}
ROLES = ("anonymous", "user", "monitoring", "operator", "admin")
REFUSALS = {"1": (401, "AUTH_REQUIRED"), "3": (403, "FORBIDDEN")}
NOBODYS_ID = "00000000-0000-0000-0000-000000000000"
OUTSIDE = "203.0.113.9"


@dataclass(frozen=True)
class Line:
    """One line of the matrix."""

    number: str
    method: str
    path: str
    cells: tuple[str, ...]
    strict_cells: tuple[str, ...]
    scraper: bool
    media_type: str

    def call(self, headers: dict[str, str], peer: str = "127.0.0.1") -> Any:
        ids = {"alert_id": NOBODYS_ID, "rule_id": NOBODYS_ID}
        ids |= {"silence_id": NOBODYS_ID, "window_id": NOBODYS_ID, "dependency_id": "0"}
        ids |= {"incident_id": NOBODYS_ID, "backtest_id": NOBODYS_ID, "update_id": NOBODYS_ID}
        ids |= {"report_id": NOBODYS_ID, "subscription_id": NOBODYS_ID, "file_format": "pdf"}
        ids["notification_id"] = "0"
        ids |= dict.fromkeys(("contact_id", "policy_id", "rotation_id"), NOBODYS_ID)
        ids |= {"key": NOBODYS_ID, "exit_code": "0", "slo_id": NOBODYS_ID}
        path = self.path.format(service="payment", name="host", **ids)
        client = Client(REMOTE_ADDR=peer, raise_request_exception=False)
        return client.generic(
            self.method, path, b"{}", content_type=self.media_type, headers=headers
        )


def lines() -> list[Line]:
    split = [line.split() for line in MATRIX.strip().splitlines()]
    return [
        Line(
            *(number, method, path, tuple(rest[:5])),
            strict_cells=tuple(strict_cells(rest)),
            scraper="scraper" in rest,
            media_type="application/x-protobuf" if "protobuf" in rest else "application/json",
        )
        for number, method, path, *rest in split
    ]


def strict_cells(columns: list[str]) -> Iterable[str]:
    """Return the cells under STRICT_ROLES: those of the default unless the line narrows them."""
    narrowed = [column for column in columns if column.startswith("strict=")]
    return narrowed[0].removeprefix("strict=") if narrowed else columns[:5]


LINES = lines()
CELLS = [
    pytest.param(line, place, id=f"{line.number} {line.method} {line.path} {name}")
    for line in LINES
    for place, name in enumerate(ROLES)
]
EACH_LINE = pytest.mark.parametrize(
    "line", LINES, ids=lambda line: f"{line.number} {line.method} {line.path}"
)
BAD_TOKENS: dict[str, Callable[[], dict[str, str]]] = {
    "expired": lambda: bearer(claims(exp=1)),
    "wrong key": lambda: bearer(secret="another-secret-of-at-least-32-bytes"),
    "malformed": lambda: {"Authorization": "Bearer not.a.token"},
}


@pytest.fixture(autouse=True)
def _no_limit_of_requests(settings: Settings) -> None:
    """Let one client call every route within a minute: there are more of them than it may call."""
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 100_000)


def api_routes() -> list[Route]:
    return [route for route in routes() if route.is_api]


def assert_cell(answer: Any, cell: str) -> None:
    if cell in REFUSALS:
        assert (answer.status_code, answer.json()["code"]) == REFUSALS[cell]
    else:
        # What comes behind the door is the rooms' own matter: an empty body may well be refused.
        assert answer.status_code not in {401, 403, 405, 415, 429, 500}


@pytest.mark.django_db
@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.parametrize(("line", "place"), CELLS)
def test_each_role_passes_or_not(
    settings: Settings, line: Line, place: int, *, strict: bool
) -> None:
    settings.STRICT_ROLES = strict
    headers = {} if ROLES[place] == "anonymous" else role(ROLES[place])

    assert_cell(line.call(headers), (line.strict_cells if strict else line.cells)[place])


@pytest.mark.parametrize("token", BAD_TOKENS)
@EACH_LINE
def test_a_bad_token_passes_nowhere(line: Line, token: str) -> None:
    answer = line.call(BAD_TOKENS[token]())

    code = "TOKEN_EXPIRED" if token == "expired" else "INVALID_TOKEN"
    assert (answer.status_code, answer.json()["code"]) == (401, code)


@pytest.mark.django_db
@EACH_LINE
def test_an_unknown_role_passes_only_where_nobody_needs_one(line: Line) -> None:
    answer = line.call(role("superuser"), peer=OUTSIDE)

    is_public = line.cells[0] == "Y" and not line.scraper
    assert_cell(answer, "Y" if is_public else "3")


@pytest.mark.django_db
@EACH_LINE
def test_from_outside_scrapers_need_a_token_too(line: Line) -> None:
    expected = "1" if line.scraper else line.cells[0]

    assert_cell(line.call({}, peer=OUTSIDE), expected)
    assert_cell(line.call(role("user"), peer=OUTSIDE), line.cells[1])


def test_the_matrix_is_the_urlconf() -> None:
    declared = {(line.method, line.path) for line in LINES}
    routed = {(method, route.path) for route in api_routes() for method in route.methods}

    assert routed - declared == set(), "routes that stand in no line of the matrix"
    assert declared - routed == set(), "lines of the matrix that lead nowhere"


def test_every_view_declares_access_for_every_method_it_has() -> None:
    undeclared = {
        f"{method} {route.path}"
        for route in api_routes()
        for method in route.methods
        if not isinstance(getattr(route.view, "access", {}).get(method), Access)
    }

    assert undeclared == set()


def test_no_view_declares_access_for_a_method_it_lacks() -> None:
    surplus = {
        f"{method} {route.path}"
        for route in api_routes()
        for method in getattr(route.view, "access", {})
        if method not in route.methods
    }

    assert surplus == set()


def test_every_view_counts_in_a_scope_that_has_a_limit() -> None:
    scopes = {getattr(route.view, "rate_scope", "") for route in api_routes()}
    named = {
        scope for scope in scopes if isinstance(scope, str)
    }  # a property decides by the method

    assert named <= set(configured.RATE_LIMITS)


def test_what_is_no_view_of_the_api_kit_is_known_by_name() -> None:
    others = {
        route.path
        for route in routes()
        if not route.is_api and not route.path.startswith("/admin/")
    }

    assert others == OTHERS
