"""What a person may enter for a watched service."""

from typing import Any

import pytest

from health.probes.validation import check_statuses, check_target
from monitoring.errors import InvalidInputError


@pytest.mark.parametrize(
    ("kind", "url", "options"),
    [
        ("http", "https://shop.example", {"path": "/health?full=1", "expected_status": "200-204"}),
        ("http", "", {"path": ""}),
        ("http", "http://10.0.0.1:3000/base", {"path": "?x", "has_credentials": True}),
        ("tcp", "tls://mail:465", {}),
        ("dns", "dns:///example.org", {"record_type": "mx"}),
        ("postgresql", "postgresql://db/shop", {"has_credentials": True}),
        ("elasticsearch", "http://e:9200/base", {"path": "nonsense", "expected_status": "x"}),
        ("heartbeat", "", {}),
    ],
)
def test_what_can_be_probed_passes(kind: str, url: str, options: dict[str, Any]) -> None:
    check_target(kind, url, **options)


@pytest.mark.parametrize(
    ("kind", "url", "options", "fields"),
    [
        ("http", "ftp://shop", {}, {"url"}),
        ("http", "http://shop/?a=b", {}, {"url"}),
        ("http", "http://shop", {"path": "health"}, {"path"}),
        ("http", "http://shop", {"path": "/a b"}, {"path"}),
        ("http", "http://shop", {"path": "/a#b"}, {"path"}),
        ("http", "http://shop", {"path": "/".ljust(2_049, "a")}, {"path"}),
        ("http", "http://shop", {"expected_status": "ok"}, {"expected_status"}),
        ("http", "x", {"path": "y", "expected_status": "z"}, {"url", "path", "expected_status"}),
        ("tcp", "", {}, {"url"}),
        ("tcp", "tcp://a:1", {"has_credentials": True}, {"credentials"}),
        ("smtp", "smtp://a", {"has_credentials": True}, {"credentials"}),
        ("dns", "dns://10.0.0.1", {}, {"url"}),
        ("dns", "dns:///a", {"record_type": "ANY"}, {"record_type"}),
        ("dns", "dns:///a", {"has_credentials": True}, {"credentials"}),
        ("heartbeat", "http://shop", {}, {"url"}),
        ("heartbeat", "", {"has_credentials": True}, {"credentials"}),
        ("gopher", "gopher://a", {}, {"url"}),
    ],
)
def test_the_fields_that_are_wrong_are_named(
    kind: str, url: str, options: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_target(kind, url, **options)

    assert set(caught.value.details) == fields


def test_the_longest_path_passes() -> None:
    check_target("http", "http://shop", path="/".ljust(2_048, "a"))


def test_a_list_of_statuses_that_is_none_names_its_field() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_statuses("all")

    assert set(caught.value.details) == {"expected_status"}


def test_a_list_of_statuses_loses_its_blanks() -> None:
    assert check_statuses("200 , 201") == "200,201"
