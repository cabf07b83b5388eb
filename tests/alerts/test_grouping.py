"""What an alert is about."""

import pytest

from alerts.evaluation.fingerprint import OF_NOTHING, fingerprint
from alerts.evaluation.grouping import Subject, projection, subject_alone, subject_of

LABELS = {"host": "a", "zone": "x"}


@pytest.mark.parametrize(
    ("group_by", "values"),
    [
        ([], ()),
        (["zone"], ("x",)),
        (["zone", "host"], ("x", "a")),
        (["service_name", "rack"], ("web", "")),
    ],
)
def test_a_projection_has_the_values_of_the_named_labels(
    group_by: list[str], values: tuple[str, ...]
) -> None:
    assert projection("web", LABELS, group_by) == values


def test_a_series_by_itself_has_the_fingerprint_of_its_labels() -> None:
    subject = subject_alone("web", LABELS)

    assert subject == Subject(fingerprint("web", LABELS), "web", LABELS)
    assert subject.all_labels == {"host": "a", "zone": "x", "service_name": "web"}


@pytest.mark.parametrize(
    ("group_by", "values", "service", "labels"),
    [
        ([], (), "", {}),
        (["zone"], ("x",), "", {"zone": "x"}),
        (["service_name", "zone"], ("web", "x"), "web", {"zone": "x"}),
        # A label without a value is as if it were not there.
        (["service_name", "zone"], ("", ""), "", {}),
    ],
)
def test_a_group_is_named_by_the_labels_that_it_agrees_in(
    group_by: list[str], values: tuple[str, ...], service: str, labels: dict[str, str]
) -> None:
    subject = subject_of(group_by, values)

    assert subject == Subject(fingerprint(service, labels), service, labels)


def test_the_group_of_everything_stands_for_nothing_too() -> None:
    assert subject_of([], ()).fingerprint == OF_NOTHING
