"""What is behind what: chains, circles, several causes, and an outage that takes a gateway with it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.inhibition import DependencyGraph
from health.status import Finding, Level, Patience, Standing, settle
from health.watching.behind import behind_what
from health.watching.due import Turn, due_slot

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

CHAIN = DependencyGraph([("payment", "gateway"), ("gateway", "redis"), ("payment", "ledger")])
CIRCLE = DependencyGraph([("a", "b"), ("b", "c"), ("c", "a"), ("a", "store"), ("user", "a")])


@pytest.mark.parametrize(
    ("place", "in_the_way", "expected"),
    [
        ("payment", {"payment"}, ""),
        ("payment", {"gateway"}, "gateway"),
        ("payment", {"payment", "gateway"}, "gateway"),
        ("payment", {"redis"}, "redis"),
        ("payment", {"gateway", "redis"}, "redis"),
        ("payment", {"ledger", "redis"}, "ledger"),
        ("payment", {"gateway", "ledger"}, "gateway"),
        ("gateway", {"payment", "gateway"}, ""),
        ("redis", {"payment", "gateway", "redis"}, ""),
        ("payment", {"elsewhere"}, ""),
        ("elsewhere", {"gateway"}, ""),
        ("payment", set(), ""),
    ],
)
def test_the_first_cause_upstream_is_named(place: str, in_the_way: set[str], expected: str) -> None:
    assert behind_what(place, in_the_way, CHAIN) == expected


@pytest.mark.parametrize(
    ("place", "in_the_way", "expected"),
    [
        ("a", {"a", "b", "c"}, ""),
        ("b", {"a", "b", "c"}, ""),
        ("b", {"a", "b", "store"}, "store"),
        ("user", {"a", "b", "c"}, "a"),
        ("user", {"c", "b"}, "b"),
        ("user", {"a", "b", "c", "store"}, "store"),
    ],
)
def test_those_that_need_one_another_never_hide_behind_one_another(
    place: str, in_the_way: set[str], expected: str
) -> None:
    assert behind_what(place, in_the_way, CIRCLE) == expected


PLACES = st.sampled_from("abcdefg")


@given(
    edges=st.lists(st.tuples(PLACES, PLACES).filter(lambda edge: edge[0] != edge[1]), max_size=20),
    failing=st.sets(PLACES, min_size=1),
)
def test_of_all_that_fail_at_least_one_is_seen_and_each_cause_named_is_one_of_them(
    edges: list[tuple[str, str]], failing: set[str]
) -> None:
    graph = DependencyGraph(edges)

    behind = {place: behind_what(place, failing, graph) for place in failing}

    own = {place for place, cause in behind.items() if not cause}
    assert own
    assert {cause for cause in behind.values() if cause} <= own


@given(
    names=st.tuples(
        st.from_regex(r"[a-z]{1,12}", fullmatch=True), st.from_regex(r"[a-z]{1,12}", fullmatch=True)
    ).filter(lambda pair: pair[0] != pair[1]),
    begins=st.integers(0, 60_000),
    lasts=st.integers(1, 300_000),
)
def test_an_outage_upstream_never_makes_what_is_behind_it_unhealthy(
    names: tuple[str, str], begins: int, lasts: int
) -> None:
    """Both fail for as long as the outage lasts; they are asked each at its own phase by ticks of five seconds."""
    gateway, behind = names
    graph = DependencyGraph([(behind, gateway)])
    standings: dict[str, Standing | None] = dict.fromkeys(names)
    checked = dict.fromkeys(names)
    seen = []
    for tick in range(90):
        at = NOON + tick * timedelta(seconds=5)
        is_out = begins <= tick * 5_000 < begins + lasts
        slots = {
            name: due_slot(Turn(name, timedelta(seconds=30), checked[name]), at) for name in names
        }
        due = [name for name in names if slots[name] is not None]
        found = Finding(Level.UNHEALTHY, "refused") if is_out else Finding(Level.HEALTHY)
        failing = {name for name in due if is_out} | {
            name for name in names if name not in due and _failed(standings[name])
        }
        for name in due:
            cause = behind_what(name, failing, graph) if is_out else ""
            standings[name] = settle(standings[name], found, patience=Patience(2), behind=cause)
            checked[name] = slots[name]
        settled = standings[behind]
        seen.append(settled.level if settled else None)

    assert Level.UNHEALTHY not in seen


def _failed(standing: Standing | None) -> bool:
    return standing is not None and (standing.consecutive_failures > 0 or bool(standing.behind))
