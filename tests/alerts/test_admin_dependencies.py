"""The dependency graph in the admin."""

import re

import pytest
from django.test import Client

from alerts.models import Dependency
from tests.alerts.admin_forms import errors_of
from tests.alerts.factories import AlertFactory, AlertRuleFactory
from tests.alerts.test_admin import act

pytestmark = pytest.mark.django_db

GRAPH = "/admin/alerts/dependency/"


def test_the_graph_is_drawn_above_its_edges(ana: Client) -> None:
    Dependency.objects.create(dependent="payment-service", upstream="api-gateway")
    Dependency.objects.create(dependent="sales", upstream="redis", enabled=False)
    cause = AlertRuleFactory.create(is_cause=True)
    AlertFactory.create(rule=cause, service="api-gateway", notification_channels=["email"])

    page = ana.get(GRAPH).content.decode()

    assert "14 services and stores, 2 dependencies" in page
    assert page.count('<line class="on"') == 1
    assert page.count('<line class="off"') == 1
    assert '<g class="cause"><title>api-gateway: fires and hides what needs it</title>' in page
    assert '<g class="waiting"><title>payment: its alerts wait</title>' in page
    assert "alerts/dependencies.css" in page
    assert not re.search(r"<svg[^>]*>.*style=.*</svg>", page, re.DOTALL)


def test_an_empty_graph_says_what_to_do(ana: Client) -> None:
    page = ana.get(GRAPH).content.decode()

    assert "Nothing depends on anything" in page
    assert "13 services and stores, 0 dependencies" in page


def test_an_edge_is_added_switched_and_taken_away(ana: Client) -> None:
    ana.post(f"{GRAPH}add/", {"dependent": "sales", "upstream": "redis"})
    edge = Dependency.objects.get()

    assert "Disabled: 1." in act(ana, GRAPH, "disable", [edge])
    assert Dependency.objects.get().enabled is False
    assert "Enabled: 1." in act(ana, GRAPH, "enable", [edge])
    assert Dependency.objects.get().enabled is True
    act(ana, GRAPH, "delete_selected", [edge], post="yes")
    assert not Dependency.objects.exists()


def test_a_default_edge_that_is_deleted_is_switched_off(ana: Client) -> None:
    edge = Dependency.objects.create(dependent="a", upstream="b", seeded=True)

    ana.post(f"{GRAPH}{edge.pk}/delete/", {"post": "yes"})

    assert Dependency.objects.get().enabled is False


def test_nothing_needs_itself(ana: Client) -> None:
    answer = ana.post(f"{GRAPH}add/", {"dependent": "payment", "upstream": "payment-service"})

    assert "cannot need itself" in str(errors_of(answer))
    assert not Dependency.objects.exists()
