"""The dependency graph: what a new installation has, and what people change."""

import pytest
from pytest_django import Settings

from alerts.default_dependencies import default_dependencies
from alerts.defaults import load_defaults
from alerts.errors import DependencyKnownError, DependencyNotFoundError
from alerts.models import AlertRule, Dependency
from alerts.muting import dependency_graph
from alerts.muting_lists import dependency_by_id
from alerts.services.dependencies import (
    create_dependency,
    delete_dependency,
    switch_dependency,
)
from monitoring.errors import InvalidInputError

pytestmark = pytest.mark.django_db


def test_every_service_is_behind_the_gateway_and_needs_the_stores() -> None:
    found = default_dependencies(["api-gateway", "auth-service"])

    assert found == [
        ("auth-service", "api-gateway"),
        ("api-gateway", "postgresql"),
        ("api-gateway", "redis"),
        ("auth-service", "postgresql"),
        ("auth-service", "redis"),
    ]


def test_without_a_gateway_nothing_is_behind_it() -> None:
    found = default_dependencies(["auth-service"])

    assert found == [("auth-service", "postgresql"), ("auth-service", "redis")]


def test_a_new_installation_knows_what_needs_what(settings: Settings) -> None:
    said = load_defaults()

    assert said.endswith("dependencies: 23 created, 0 kept")
    assert Dependency.objects.filter(upstream="api-gateway", seeded=True).count() == 7
    assert dependency_graph().upstream_of("payment") == {"api-gateway", "postgresql", "redis"}


def test_a_second_load_creates_nothing_and_brings_nothing_back() -> None:
    load_defaults()
    edge = Dependency.objects.get(dependent="auth-service", upstream="api-gateway")
    delete_dependency(edge.pk, by="ana")

    said = load_defaults()

    assert said.endswith("dependencies: 0 created, 23 kept")
    assert dependency_by_id(edge.pk).enabled is False


def test_the_causes_of_a_new_installation_are_what_is_down() -> None:
    load_defaults()

    causes = set(AlertRule.objects.filter(is_cause=True).values_list("rule_name", flat=True))
    assert causes == {"service_down", "monitoring_database_down"}


def test_a_person_adds_and_takes_away() -> None:
    edge = create_dependency(" sales ", "redis", by="ana")

    assert (edge.dependent, edge.upstream, edge.enabled, edge.seeded) == (
        "sales",
        "redis",
        True,
        False,
    )
    delete_dependency(edge.pk, by="ana")
    with pytest.raises(DependencyNotFoundError):
        dependency_by_id(edge.pk)


def test_one_that_was_taken_away_comes_back() -> None:
    edge = create_dependency("sales", "redis", by="ana")
    switch_dependency(edge.pk, enabled=False, by="ana")

    again = create_dependency("sales", "redis", by="ana")

    assert (again.pk, again.enabled) == (edge.pk, True)


def test_one_that_exists_is_not_made_twice() -> None:
    create_dependency("sales", "redis", by="ana")

    with pytest.raises(DependencyKnownError):
        create_dependency("sales", "redis", by="ana")


@pytest.mark.parametrize(
    ("dependent", "upstream"),
    [("a", "a"), ("payment", "payment-service"), ("", "a"), ("a", " "), ("a" * 256, "b")],
)
def test_what_is_no_edge_is_refused(dependent: str, upstream: str) -> None:
    with pytest.raises(InvalidInputError):
        create_dependency(dependent, upstream, by="ana")


def test_an_unknown_one_is_not_found() -> None:
    with pytest.raises(DependencyNotFoundError):
        switch_dependency(0, enabled=True, by="ana")
    with pytest.raises(DependencyNotFoundError):
        delete_dependency(0, by="ana")
