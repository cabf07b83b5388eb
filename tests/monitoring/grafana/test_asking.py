"""What Grafana's editors send to learn what there is to choose from."""

import pytest

from monitoring.errors import InvalidInputError
from monitoring.grafana.asking import option_query_of, search_of, tag_key_of, variable_of


@pytest.mark.parametrize(
    ("sent", "text"),
    [({"target": "cpu"}, "cpu"), ({}, ""), ({"target": None}, ""), ({"target": 5}, ""), ([], "")],
)
def test_a_search_is_for_a_text_or_for_everything(sent: object, text: str) -> None:
    assert search_of(sent) == text


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"payload": {"target": "cpu"}, "range": {}}, "cpu"),
        ({"payload": "cpu"}, "cpu"),
        ({"payload": '{"target": "cpu"}'}, "cpu"),
        ({"payload": {"metric": "cpu", "label": "host"}}, "label_values(cpu,host)"),
        ({"payload": {"label": "host"}}, "label_values(,host)"),
        ({"payload": {}}, ""),
        ({"payload": None}, ""),
        ({}, ""),
        ([], ""),
    ],
)
def test_a_variable_asks_in_any_of_its_forms(sent: object, text: str) -> None:
    assert variable_of(sent) == text


@pytest.mark.parametrize("payload", [5, [], "{", ["a"]])
def test_a_variable_that_cannot_be_read_is_refused(payload: object) -> None:
    with pytest.raises(InvalidInputError):
        variable_of({"payload": payload})


def test_options_are_asked_for_by_field_and_metric() -> None:
    asked = option_query_of({"metric": "cpu", "payload": {"service": "a"}, "name": "group_by"})

    assert asked == ("group_by", "cpu")


@pytest.mark.parametrize("sent", [{}, [], None, {"name": ""}, {"name": 5}])
def test_options_of_no_field_are_refused(sent: object) -> None:
    with pytest.raises(InvalidInputError, match="name must be"):
        option_query_of(sent)


def test_values_are_asked_for_by_label() -> None:
    assert tag_key_of({"key": "host"}) == "host"


@pytest.mark.parametrize("sent", [{}, [], {"key": ""}, {"key": 5}])
def test_values_of_no_label_are_refused(sent: object) -> None:
    with pytest.raises(InvalidInputError, match="key must be"):
        tag_key_of(sent)
