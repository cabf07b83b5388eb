"""Label bytes that were looked at once are not looked at again, and what is remembered has an end."""

import pytest

from monitoring.ingest.formats import label_sets
from monitoring.ingest.formats.label_sets import impure_among
from tests.monitoring.ingest.formats.encoding import label, sample


@pytest.fixture(autouse=True)
def _nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_sets, "_seen", set())
    monkeypatch.setattr(label_sets, "_MOST_REMEMBERED", 3)


def runs(first: int, last: int) -> set[bytes]:
    return {label("n", str(number)) for number in range(first, last)}


def test_runs_that_are_more_than_labels_are_found_each_time() -> None:
    odd = label("a", "b") + sample(1.0, 5)

    assert impure_among([odd, label("a", "b")]) == {odd}
    assert impure_among([odd]) == {odd}
    assert label_sets._seen == {label("a", "b")}


def test_what_was_seen_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    impure_among(runs(0, 2))
    monkeypatch.setattr(label_sets, "_is_pure", lambda run: pytest.fail(f"read again: {run!r}"))

    assert impure_among(runs(0, 2)) == set()


def test_a_full_memory_begins_anew() -> None:
    impure_among(runs(0, 3))
    assert label_sets._seen == runs(0, 3)

    impure_among(runs(2, 4))

    assert label_sets._seen == runs(3, 4)


def test_more_runs_than_fit_are_not_remembered() -> None:
    assert impure_among(runs(0, 4)) == set()
    assert label_sets._seen == set()


@pytest.mark.parametrize(("size", "is_remembered"), [(2_039, True), (2_040, False)])
def test_long_runs_are_not_remembered(size: int, is_remembered: bool) -> None:  # noqa: FBT001 - a case
    run = label("a", "x" * size)
    assert (len(run) <= 2_048) is is_remembered

    assert impure_among([run]) == set()
    assert (run in label_sets._seen) is is_remembered
