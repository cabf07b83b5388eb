"""The text format, character by character."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from monitoring.exposition.text import heading, label_text, number_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (45.2, "45.2"),
        (100.0, "100"),
        (-3.0, "-3"),
        (0.0, "0"),
        (2.0**53, "9007199254740992"),
        (2.0**54, "1.8014398509481984e+16"),
        (1e-7, "1e-07"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_number_is_written_as_prometheus_reads_it(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(allow_nan=False))
def test_a_number_reads_back_exactly(value: float) -> None:
    assert float(number_text(value)) == value


def test_labels_keep_their_order_and_end_with_the_service() -> None:
    assert (
        label_text("payment-service", {"z": "1", "a": "2"})
        == 'z="1",a="2",service_name="payment-service"'
    )


def test_a_label_can_be_left_out() -> None:
    assert label_text("s", {"le": "10", "a": "2"}, without="le") == 'a="2",service_name="s"'


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=30), max_size=4)
)
def test_whatever_a_label_holds_a_parser_reads_it_back(labels: dict[str, str]) -> None:
    text = f"{heading('m', 'gauge', 'help')}m{{{label_text('s', labels)}}} 1\n"

    (family,) = text_string_to_metric_families(text)

    assert family.samples[0].labels == {**labels, "service_name": "s"}


def test_the_heading_escapes_what_would_end_its_line() -> None:
    assert heading("m", "gauge", "a\\b\nc") == "# HELP m a\\\\b\\nc\n# TYPE m gauge\n"
