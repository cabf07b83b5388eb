"""Elasticsearch's health, as servers of the test tell it."""

import base64

import pytest
from aiohttp import web

from tests.health.probes.answers import Paths, answering_paths
from tests.health.probes.asking import ask


def cluster(status: str) -> web.Response:
    body = {"cluster_name": "secret", "status": status, "number_of_nodes": 3}
    return web.json_response({**body, "unassigned_shards": 2, "active_shards": 10})


@pytest.mark.parametrize(
    ("status", "error", "warning"),
    [
        ("green", "", ""),
        ("yellow", "", "the cluster is yellow: replicas are missing"),
        ("red", "the cluster is red: data is missing", ""),
        ("blue", "not a valid Elasticsearch answer", ""),
    ],
)
def test_the_colour_of_the_cluster_is_its_health(status: str, error: str, warning: str) -> None:
    with answering_paths({"/_cluster/health": lambda _: cluster(status)}) as url:
        result = ask("elasticsearch", url)

    assert (result.error, result.warning) == (error, warning)


def test_a_few_facts_are_kept_and_the_name_of_the_cluster_is_not() -> None:
    with answering_paths({"/search/_cluster/health": lambda _: cluster("green")}) as url:
        result = ask("elasticsearch", f"{url}/search/")

    assert result.details == {"status": "green", "nodes": 3, "unassigned_shards": 2}
    assert result.http_status == 200


def test_credentials_are_needed_where_the_cluster_wants_them() -> None:
    expected = "Basic " + base64.b64encode(b"monitor:hunter2").decode()

    def guarded(request: web.Request) -> web.Response:
        is_ours = request.headers.get("Authorization") == expected
        return cluster("green") if is_ours else web.Response(status=401)

    with answering_paths({"/_cluster/health": guarded}) as url:
        assert ask("elasticsearch", url, credentials=("monitor", "hunter2")).error == ""
        assert ask("elasticsearch", url).error == "refuses the credentials"


@pytest.mark.parametrize(
    "paths",
    [
        {},
        {"/_cluster/health": lambda _: web.Response(text="green")},
        {"/_cluster/health": lambda _: web.json_response(["green"])},
        {"/_cluster/health": lambda _: web.json_response({"status": ["green"]})},
    ],
)
def test_another_answer_is_none_of_elasticsearch(paths: Paths) -> None:
    with answering_paths(paths) as url:
        result = ask("elasticsearch", url)

    assert result.error in {"not a valid Elasticsearch answer", "not a valid elasticsearch answer"}
