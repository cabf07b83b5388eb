"""Names of other systems: made of the characters that names have here, and never lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ingest.formats.naming import label_name, labels_of, metric_name


@pytest.mark.parametrize(
    ("text", "metric", "label"),
    [
        ("http.server.duration", "http_server_duration", "http_server_duration"),
        ("a:b", "a:b", "a_b"),
        ("5xx", "_5xx", "_5xx"),
        ("caf\xe9 au", "caf__au", "caf__au"),
        ("", "", ""),
        ("service.name", "service_name", "exported_service_name"),
        ("__name__", "__name__", "exported___name__"),
    ],
)
def test_a_name_is_made_of_the_characters_that_names_have(
    text: str, metric: str, label: str
) -> None:
    assert (metric_name(text), label_name(text)) == (metric, label)


@given(st.text(min_size=1, max_size=60))
def test_every_text_has_a_name(text: str) -> None:
    assert re.fullmatch("[a-zA-Z_:][a-zA-Z0-9_:]*", metric_name(text))
    assert re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", label_name(text))


def test_texts_of_names_that_fall_together_are_joined_in_the_order_of_the_names() -> None:
    assert labels_of([("a_b", "2"), ("a.b", "1"), ("c", "3")]) == {"a_b": "1;2", "c": "3"}
