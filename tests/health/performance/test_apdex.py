"""Apdex, and where its borders lie."""

import pytest

from health.performance.apdex import Contentment, apdex, contentment


@pytest.mark.parametrize(
    ("milliseconds", "status", "felt"),
    [
        (0, 200, Contentment.SATISFIED),
        (500, 200, Contentment.SATISFIED),
        (500.001, 200, Contentment.TOLERATING),
        (2_000, 200, Contentment.TOLERATING),
        (2_000.001, 200, Contentment.FRUSTRATED),
        (1, 499, Contentment.SATISFIED),
        (1, 500, Contentment.FRUSTRATED),
        (1, 503, Contentment.FRUSTRATED),
    ],
)
def test_how_an_answer_is_felt(milliseconds: float, status: int, felt: Contentment) -> None:
    assert contentment(milliseconds, status, threshold_ms=500) is felt


@pytest.mark.parametrize(
    ("satisfied", "tolerating", "requests", "score"),
    [(60, 30, 100, 0.75), (1, 0, 1, 1.0), (0, 0, 4, 0.0), (0, 1, 1, 0.5), (0, 0, 0, None)],
)
def test_the_index(satisfied: int, tolerating: int, requests: int, score: float | None) -> None:
    assert apdex(satisfied, tolerating, requests) == score
