"""What hides what: causes, consequences, circles."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.hidden import HiddenBy
from alerts.routing.inhibition import DependencyGraph, Suspect, place, why_inhibited

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)
PLATFORM = DependencyGraph(
    [
        ("payment-service", "api-gateway"),
        ("ticket-service", "api-gateway"),
        ("payment-service", "postgresql"),
        ("api-gateway", "postgresql"),
        ("marketplace-service", "payment-service"),
    ]
)


def suspect(service: str, *, is_cause: bool = False, minute: int = 0, **labels: str) -> Suspect:
    name = f"{service}-{minute}-{is_cause}-{labels}"
    fired_at = NOON + timedelta(minutes=minute)
    return Suspect(name, f"{service} down", service, labels, is_cause, fired_at)


def cause(service: str, minute: int = 0, **labels: str) -> Suspect:
    return suspect(service, is_cause=True, minute=minute, **labels)


def hidden_by(one: Suspect, causes: Sequence[Suspect]) -> str:
    hidden = why_inhibited(one, causes, PLATFORM)
    return hidden.id if hidden else ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("payment-service", "payment"), ("payment", "payment"), ("-service", "-service"), ("", "")],
)
def test_a_service_is_one_place_under_both_its_names(name: str, expected: str) -> None:
    assert place(name) == expected


@pytest.mark.parametrize(
    ("service", "upstream"),
    [
        ("postgresql", set()),
        ("api-gateway", {"postgresql"}),
        ("ticket-service", {"api-gateway", "postgresql"}),
        ("ticket", {"api-gateway", "postgresql"}),
        ("marketplace", {"payment", "api-gateway", "postgresql"}),
        ("unheard-of", set()),
        ("", set()),
    ],
)
def test_needs_reach_over_any_number_of_steps(service: str, upstream: set[str]) -> None:
    assert PLATFORM.upstream_of(service) == upstream


def test_a_consequence_is_hidden_by_its_cause() -> None:
    gateway = cause("api-gateway")

    hidden = why_inhibited(cause("payment-service"), [gateway], PLATFORM)

    assert hidden is not None
    assert (hidden.by, hidden.id, hidden.until) == (HiddenBy.INHIBITION, gateway.id, None)
    assert hidden.reason == "consequence of: api-gateway down (api-gateway)"


def test_a_long_reason_is_cut_to_what_the_ledger_holds() -> None:
    gateway = Suspect("gateway", "x" * 2_000, "api-gateway", {}, True, NOON)

    hidden = why_inhibited(suspect("payment-service"), [gateway], PLATFORM)

    assert hidden is not None
    assert len(hidden.reason) == 500


def test_a_cause_does_not_hide_what_it_needs_itself() -> None:
    assert not hidden_by(cause("postgresql"), [cause("api-gateway")])
    assert not hidden_by(suspect("api-gateway"), [cause("ticket-service")])


def test_a_cause_hides_nothing_else_of_its_own_service() -> None:
    gateway = cause("api-gateway")

    assert not hidden_by(gateway, [gateway])
    assert not hidden_by(suspect("api-gateway"), [gateway])
    assert not hidden_by(cause("api-gateway", minute=1), [gateway])


def test_without_a_service_nothing_is_hidden_and_nothing_hides() -> None:
    assert not hidden_by(suspect(""), [cause("api-gateway")])
    assert not hidden_by(suspect("payment-service"), [cause("")])


def test_a_cause_without_a_service_takes_no_other_cause_away() -> None:
    gateway = cause("api-gateway")

    assert hidden_by(suspect("payment-service"), [cause(""), gateway]) == gateway.id


@pytest.mark.parametrize("label", ["database", "store"])
def test_a_cause_that_names_a_store_is_about_the_store(label: str) -> None:
    store = Suspect("store", "down", "monitoring-service", {label: "postgresql"}, True, NOON)

    assert hidden_by(suspect("ticket-service"), [store]) == store.id
    assert hidden_by(cause("api-gateway"), [store]) == store.id


def test_a_database_that_is_no_store_of_the_graph_is_no_place() -> None:
    assert not hidden_by(suspect("ticket-service"), [cause("other", database="postgresql_db")])


def test_of_two_stores_that_are_away_neither_hides_the_other() -> None:
    graph = DependencyGraph([("monitoring", "postgresql"), ("monitoring", "redis")])
    stores = [cause("monitoring", database=name) for name in ("postgresql", "redis")]

    assert [why_inhibited(each, stores, graph) for each in stores] == [None, None]


def test_an_alert_about_a_store_is_hidden_while_the_store_is_away() -> None:
    slow_queries = suspect("unheard-of", database="postgresql")
    store = cause("monitoring-service", database="postgresql")

    assert hidden_by(slow_queries, [store]) == store.id


def test_an_alert_about_a_store_needs_what_its_service_needs_as_well() -> None:
    gateway = cause("api-gateway")

    assert hidden_by(suspect("payment-service", database="postgresql"), [gateway]) == gateway.id


def test_the_first_of_all_causes_is_named() -> None:
    store, gateway = cause("monitoring", database="postgresql"), cause("api-gateway")

    assert hidden_by(suspect("ticket-service"), [gateway, store]) == store.id


def test_of_equal_causes_the_one_that_fired_first_is_named() -> None:
    late = suspect("api-gateway", is_cause=True, minute=2)
    early = suspect("api-gateway", is_cause=True, minute=1)

    assert hidden_by(suspect("ticket-service"), [late, early]) == early.id


def test_places_that_need_one_another_hide_nothing_of_each_other() -> None:
    circle = DependencyGraph([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")])
    causes = [cause(name) for name in "abc"]

    assert [why_inhibited(each, causes, circle) for each in causes] == [None] * 3
    assert why_inhibited(suspect("d"), causes, circle) is not None


NAMES = st.sampled_from("abcdef")
EDGES = st.lists(st.tuples(NAMES, NAMES).filter(lambda edge: edge[0] != edge[1]), max_size=15)
SUSPECTS = st.lists(
    st.builds(
        Suspect,
        id=st.uuids().map(str),
        title=st.just("t"),
        service=st.sampled_from(["a", "b", "c", "d", "e", "f", ""]),
        labels=st.sampled_from([{}, {"database": "a"}, {"store": "f"}, {"database": "z"}]),
        is_cause=st.booleans(),
        fired_at=st.integers(0, 3).map(lambda minute: NOON + timedelta(minutes=minute)),
    ),
    min_size=1,
    max_size=8,
)


@given(edges=EDGES, firing=SUSPECTS)
def test_whatever_is_hidden_is_hidden_by_a_cause_that_stays_visible(
    edges: list[tuple[str, str]], firing: list[Suspect]
) -> None:
    graph = DependencyGraph(edges)
    causes = [each for each in firing if each.is_cause]
    hidden = {each.id: why_inhibited(each, causes, graph) for each in firing}

    for reason in filter(None, hidden.values()):
        assert hidden[reason.id] is None


@given(edges=EDGES)
def test_being_upstream_never_runs_in_a_circle(edges: list[tuple[str, str]]) -> None:
    graph = DependencyGraph(edges)

    for one in graph.places:
        assert one not in graph.upstream_of(one)
        assert all(one not in graph.upstream_of(other) for other in graph.upstream_of(one))


@given(edges=EDGES)
def test_what_is_upstream_of_something_upstream_is_upstream(edges: list[tuple[str, str]]) -> None:
    graph = DependencyGraph(edges)

    for one in graph.places:
        upstream = graph.upstream_of(one)
        assert all(graph.upstream_of(other) <= upstream for other in upstream)
