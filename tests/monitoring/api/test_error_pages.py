"""What Django itself refuses: a page for people, the one shape for programs."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.monitoring.api.server import exchange

pytestmark = pytest.mark.urls("tests.monitoring.api.views")

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_elsewhere_a_browser_gets_a_page_and_a_program_json(client: Client) -> None:
    page = client.get("/nothing", headers=BROWSER)
    answer = client.get("/nothing")

    assert page["Content-Type"].startswith("text/html")
    assert (page.status_code, answer.status_code, answer.json()["code"]) == (404, 404, "NOT_FOUND")


def test_the_admins_paths_answer_pages(client: Client) -> None:
    assert client.get("/admin/nothing")["Content-Type"].startswith("text/html")


def test_a_browser_gets_pages_for_what_django_refuses() -> None:
    client = Client(raise_request_exception=False)

    foreign = client.get("/", headers=BROWSER | {"Host": "evil.example"})
    denied = client.get("/forbidden", headers=BROWSER)
    large = client.get("/large", headers=BROWSER)

    assert [page.status_code for page in (foreign, denied, large)] == [400, 403, 413]
    for page in (foreign, denied, large):
        assert page["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/forbidden", 403, "FORBIDDEN"), ("/large", 413, "VALIDATION_ERROR")],
)
def test_a_program_gets_json_for_what_django_refuses(
    client: Client, path: str, status: int, code: str
) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_page_that_forbids_a_method_says_which_it_allows(client: Client) -> None:
    answer = client.post("/only-get")

    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer["Allow"] == "GET"


@pytest.fixture
def failing_middleware(settings: Settings) -> None:
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "tests.monitoring.api.failing_middleware.DatabaseAway",
    ]


@pytest.mark.usefixtures("failing_middleware")
def test_a_database_that_is_away_in_a_middleware_is_worth_a_retry() -> None:
    answer = Client(raise_request_exception=False).get("/api/v1/open")

    assert (answer.status_code, answer.json()["code"]) == (503, "DATABASE_ERROR")
    assert answer["Retry-After"] == "2"
    assert "hunter22" not in answer.content.decode()


@pytest.mark.usefixtures("failing_middleware")
def test_the_admin_answers_the_same_with_a_page() -> None:
    answer = Client(raise_request_exception=False).get("/admin/", headers=BROWSER)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.usefixtures("failing_middleware")
def test_a_failing_middleware_answers_the_server_too() -> None:
    answer = exchange("GET", "/api/v1/open")

    assert (answer.status, answer.json()["code"]) == (503, "DATABASE_ERROR")


def test_a_page_of_the_debug_mode_becomes_an_envelope(client: Client, settings: Settings) -> None:
    settings.DEBUG = True

    answer = client.get("/api/v1/nothing")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_the_csp_stands_on_errors_too(client: Client) -> None:
    assert (
        "default-src 'self'" in client.get("/nothing", headers=BROWSER)["Content-Security-Policy"]
    )
