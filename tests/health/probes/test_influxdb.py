"""InfluxDB's health in its versions, as servers of the test tell it."""

from collections.abc import Callable

import pytest
from aiohttp import web

from tests.health.probes.answers import Paths, answering_paths
from tests.health.probes.asking import ask


def said(body: object, status: int = 200) -> Callable[[web.Request], web.Response]:
    return lambda _: web.json_response(body, status=status)


def pinged(version: str, status: int = 204) -> Callable[[web.Request], web.Response]:
    headers = {"X-Influxdb-Version": version} if version else {}
    return lambda _: web.Response(status=status, headers=headers)


@pytest.mark.parametrize(
    ("paths", "error", "version"),
    [
        ({"/health": said({"name": "influxdb", "status": "pass", "version": "2.7"})}, "", "2.7"),
        (
            {"/health": said({"status": "fail", "message": "10.0.0.1"}, 503)},
            "says that it fails",
            None,
        ),
        ({"/ping": pinged("1.6.4")}, "", "1.6.4"),
        ({"/ping": pinged("1.6.4", 200)}, "", "1.6.4"),
        ({"/health": lambda _: web.Response(text="OK"), "/ping": pinged("3.0")}, "", "3.0"),
        ({"/ping": pinged("")}, "not a valid InfluxDB answer", None),
        ({"/ping": pinged("1.6.4", 503)}, "answered HTTP 503", "1.6.4"),
        ({}, "answered HTTP 404", None),
        ({"/health": said({"status": "up"})}, "not a valid InfluxDB answer", None),
        ({"/health": said(["pass"], 500)}, "not a valid InfluxDB answer", None),
        ({"/health": said({}, 401)}, "refuses the credentials", None),
        ({"/ping": pinged("1.6.4", 403)}, "refuses the credentials", None),
    ],
)
def test_each_version_tells_its_health_in_its_way(
    paths: Paths, error: str, version: str | None
) -> None:
    with answering_paths(paths) as url:
        result = ask("influxdb", url)

    assert (result.error, result.details.get("version")) == (error, version)


@pytest.mark.parametrize(
    ("credentials", "header"),
    [(("token", "hunter2"), "Token hunter2"), (("me", "hunter2"), "Basic bWU6aHVudGVyMg==")],
)
def test_a_token_is_sent_as_one(credentials: tuple[str, str], header: str) -> None:
    heard: list[str | None] = []

    def answer(request: web.Request) -> web.Response:
        heard.append(request.headers.get("Authorization"))
        return web.json_response({"status": "pass"})

    with answering_paths({"/health": answer}) as url:
        ask("influxdb", url, credentials=credentials)

    assert heard == [header]
