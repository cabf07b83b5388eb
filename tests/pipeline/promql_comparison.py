"""Two answers to one query: what they have in common, and the first thing in which they differ."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

TOLERANCE = 1e-9  # relative; the order in which numbers are summed up is nobody's promise

Points = list[tuple[float, str]]
Answer = dict[tuple[tuple[str, str], ...], Points]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How two answers to one query compare; `difference` is empty where they agree."""

    expression: str
    series: int
    points: int
    worst: float
    difference: str


def compare(
    urls: Sequence[str], path: str, expression: str, parameters: Mapping[str, float]
) -> Outcome:
    """Ask both for the expression by a form, as Grafana does, and compare the answers."""
    theirs, ours = (_ask(f"{url}/{path}", {"query": expression, **parameters}) for url in urls)
    if "success" not in (theirs["status"], ours["status"]):
        difference = "" if theirs["errorType"] == ours["errorType"] else f"{ours} for {theirs}"
        return Outcome(expression, 0, 0, 0.0, difference)
    if theirs["status"] != ours["status"]:
        return Outcome(expression, 0, 0, 0.0, f"{_short(ours)} for {_short(theirs)}")
    kinds = [answer["data"]["resultType"] for answer in (theirs, ours)]
    if kinds[0] != kinds[1]:
        return Outcome(expression, 0, 0, 0.0, f"a {kinds[1]} for a {kinds[0]}")
    return _compared(expression, _series(theirs["data"]), _series(ours["data"]))


def _ask(url: str, form: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = requests.post(url, data=form, timeout=60).json()
    return answer


def _short(answer: Mapping[str, Any]) -> str:
    return str(answer)[:200]


def _series(data: Mapping[str, Any]) -> Answer:
    result = data["result"]
    if data["resultType"] in {"scalar", "string"}:
        return {(): [tuple(result)]}
    found = {
        tuple(sorted(each["metric"].items())): [
            (at, value) for at, value in (each.get("values") or [each["value"]])
        ]
        for each in result
    }
    assert len(found) == len(result), "a label set stands twice in one answer"
    return found


def _compared(expression: str, theirs: Answer, ours: Answer) -> Outcome:
    points = sum(map(len, theirs.values()))
    if theirs.keys() != ours.keys():
        odd = sorted(theirs.keys() ^ ours.keys())[:2]
        return Outcome(expression, len(theirs), points, math.inf, f"only one has {odd}")
    worst = 0.0
    for labels, expected in theirs.items():
        own = ours[labels]
        if [at for at, _ in expected] != [at for at, _ in own]:
            return Outcome(expression, len(theirs), points, math.inf, f"other instants at {labels}")
        for (at, wanted), (_, found) in zip(expected, own, strict=True):
            distance = _distance(wanted, found)
            worst = max(worst, distance)
            if distance > TOLERANCE:
                told = f"{found} for {wanted} at {at} of {labels}"
                return Outcome(expression, len(theirs), points, worst, told)
    return Outcome(expression, len(theirs), points, worst, "")


def _distance(wanted: str, found: str) -> float:
    if wanted == found:
        return 0.0
    first, second = float(wanted), float(found)
    if not (math.isfinite(first) and math.isfinite(second)):
        return math.inf
    return abs(first - second) / max(abs(first), abs(second))


def table(outcomes: Iterable[Outcome]) -> str:
    """Return the outcomes as text, one line each."""
    lines = [f"{'series':>6} {'points':>7} {'worst':>8}  expression"]
    lines += [
        f"{each.series:6} {each.points:7} {each.worst:8.1e}  {each.expression}  {each.difference}"
        for each in outcomes
    ]
    return "\n".join(lines)
