"""The functions of ranges as one would write them down: one window, one loop. What the arrays must agree with."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

Window = Sequence[tuple[int, float]]


def extrapolated(
    window: Window, start_ms: int, end_ms: int, *, is_counter: bool, per_second: bool
) -> float | None:
    if len(window) < 2:
        return None
    (first_at, first), (last_at, last) = window[0], window[-1]
    risen = last - first
    if is_counter:
        for (_, before), (_, after) in pairwise(window):
            risen += before if after < before else 0
    span = (last_at - first_at) / 1_000
    to_start, to_end = (first_at - start_ms) / 1_000, (end_ms - last_at) / 1_000
    distance = span / (len(window) - 1)
    if is_counter and risen > 0 and first >= 0:
        to_start = min(to_start, span * (first / risen))
    covered = span
    for gap in (to_start, to_end):
        covered += gap if gap < distance * 1.1 else distance / 2
    result = risen * (covered / span)
    return result / ((end_ms - start_ms) / 1_000) if per_second else result


def _differences(window: Window) -> list[tuple[float, float]]:
    values = [value for _, value in window]
    return list(pairwise(values))


def _mean(window: Window) -> float:
    return math.fsum(value for _, value in window) / len(window)


def _variance(window: Window) -> float:
    mean = _mean(window)
    return math.fsum((value - mean) ** 2 for _, value in window) / len(window)


def _median(window: Window) -> float:
    values = sorted(value for _, value in window)
    middle = (len(values) - 1) / 2
    return (values[math.floor(middle)] + values[math.ceil(middle)]) / 2


def slope(window: Window) -> float | None:
    if len(window) < 2:
        return None
    times = [at / 1_000 for at, _ in window]
    mean_at, mean = math.fsum(times) / len(times), _mean(window)
    pairs = [(at - mean_at, value - mean) for at, (_, value) in zip(times, window, strict=True)]
    return math.fsum(x * y for x, y in pairs) / math.fsum(x * x for x, _ in pairs)


def last_two(window: Window, *, per_second: bool) -> float | None:
    if len(window) < 2:
        return None
    (older_at, older), (newer_at, newer) = window[-2:]
    if not per_second:
        return newer - older
    return (newer if newer < older else newer - older) / ((newer_at - older_at) / 1_000)


OF_VALUES: dict[str, Callable[[Window], float | None]] = {
    "avg_over_time": _mean,
    "sum_over_time": lambda window: math.fsum(value for _, value in window),
    "min_over_time": lambda window: min(value for _, value in window),
    "max_over_time": lambda window: max(value for _, value in window),
    "count_over_time": len,
    "last_over_time": lambda window: window[-1][1],
    "first_over_time": lambda window: window[0][1],
    "present_over_time": lambda _: 1,
    "stdvar_over_time": _variance,
    "stddev_over_time": lambda window: math.sqrt(_variance(window)),
    "changes": lambda window: sum(a != b for a, b in _differences(window)),
    "resets": lambda window: sum(b < a for a, b in _differences(window)),
    "deriv": slope,
    "irate": lambda window: last_two(window, per_second=True),
    "idelta": lambda window: last_two(window, per_second=False),
    "quantile_over_time": _median,
}
