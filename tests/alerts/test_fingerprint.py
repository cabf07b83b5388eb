"""The short name of a series."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation.fingerprint import OF_NOTHING, fingerprint

LABELS = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=5)


@pytest.mark.parametrize(
    ("service", "labels", "expected"),
    [
        ("", {}, "aa5598c670c7f9c9"),
        ("payment-service", {"host": "a", "core": "0"}, "9d32a47795053ab7"),
    ],
)
def test_the_value_never_changes_between_versions(
    service: str, labels: dict[str, str], expected: str
) -> None:
    assert fingerprint(service, labels) == expected


def test_a_rule_without_any_series_has_the_fingerprint_of_no_labels() -> None:
    assert fingerprint("", {}) == OF_NOTHING


@pytest.mark.parametrize(
    "other",
    [
        ("b", {"host": "1"}),
        ("a", {"host": "2"}),
        ("a", {"hos": "t1"}),
        ("a", {"host": "1", "core": ""}),
        ("a", {}),
        ("", {"a": "", "host": "1"}),
    ],
)
def test_another_service_or_label_is_another_fingerprint(other: tuple[str, dict[str, str]]) -> None:
    assert fingerprint(*other) != fingerprint("a", {"host": "1"})


def test_a_label_that_looks_like_two_is_not_two() -> None:
    assert fingerprint("a", {"x": '1"],["y","2'}) != fingerprint("a", {"x": "1", "y": "2"})


@given(st.text(max_size=8), LABELS)
def test_the_order_of_labels_does_not_matter(service: str, labels: dict[str, str]) -> None:
    backwards = dict(reversed(labels.items()))

    assert fingerprint(service, backwards) == fingerprint(service, labels)


@given(st.text(max_size=8), LABELS)
def test_it_is_sixteen_hexadecimal_characters(service: str, labels: dict[str, str]) -> None:
    name = fingerprint(service, labels)

    assert len(name) == 16
    assert set(name) <= set(string.hexdigits.lower())


@given(st.text(max_size=4), LABELS, st.text(max_size=4), LABELS)
def test_different_series_have_different_fingerprints(
    service: str, labels: dict[str, str], other_service: str, other_labels: dict[str, str]
) -> None:
    same = (service, labels) == (other_service, other_labels)

    assert (fingerprint(service, labels) == fingerprint(other_service, other_labels)) is same
