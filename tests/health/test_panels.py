"""The box of services on the operations page."""

from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string

from health.services_panel import BEATS, LINES, services_panel
from tests.health.factories import (
    NOON,
    ServiceHealthFactory,
    ServiceStateFactory,
    WatchedServiceFactory,
)

pytestmark = pytest.mark.django_db


def test_a_service_shows_its_last_probes_as_bars_at_the_right_end() -> None:
    WatchedServiceFactory.create(name="payment")
    ServiceHealthFactory.create(checked_at=NOON, response_time_ms=0)
    ServiceHealthFactory.create(
        checked_at=NOON - timedelta(seconds=30),
        status="unhealthy",
        response_time_ms=None,
        error_message="refused",
    )

    (line,) = services_panel(NOON).context["lines"]

    newest, older = line.beats
    assert (newest.place, newest.percent, newest.top) == (BEATS - 1, 20, 80)
    assert (older.place, older.percent, older.top) == (BEATS - 2, 100, 0)
    assert newest.title == "12:00:00 healthy, 0 ms"
    assert older.title == "11:59:30 unhealthy: refused"


def test_a_call_of_a_job_of_unknown_duration_is_no_slow_answer() -> None:
    WatchedServiceFactory.create(name="payment")
    ServiceHealthFactory.create(checked_at=NOON, response_time_ms=None)

    (line,) = services_panel(NOON).context["lines"]

    assert (line.beats[0].percent, line.beats[0].title) == (20, "12:00:00 healthy")


def test_no_more_bars_are_drawn_than_there_is_room_for() -> None:
    WatchedServiceFactory.create(name="payment")
    for age in range(BEATS + 5):
        ServiceHealthFactory.create(checked_at=NOON - timedelta(seconds=30 * age))

    (line,) = services_panel(NOON).context["lines"]

    assert [beat.place for beat in line.beats] == list(range(BEATS - 1, -1, -1))


def test_what_is_not_healthy_is_announced_and_counted() -> None:
    ServiceStateFactory.create(service__name="auth")
    WatchedServiceFactory.create(name="payment")

    panel = services_panel(NOON)

    assert panel.announce == "not healthy: payment"
    assert panel.context["healthy"] == 1


def test_of_many_services_the_worst_are_shown(django_assert_num_queries: Any) -> None:
    for number in range(LINES):
        ServiceStateFactory.create(service__name=f"a{number:02}")
    ServiceStateFactory.create(service__name="slow", status="degraded")
    for number in range(6):
        ServiceStateFactory.create(service__name=f"z{number}", status="unhealthy")

    with django_assert_num_queries(3):  # services, maintenance windows, probes
        panel = services_panel(NOON)

    names = [line.report.service for line in panel.context["lines"]]
    assert names[:8] == ["z0", "z1", "z2", "z3", "z4", "z5", "slow", "a00"]
    assert (len(names), panel.context["left_out"], panel.context["total"]) == (LINES, 7, 27)
    assert panel.announce == "not healthy: z0, z1, z2, z3, z4 and 2 more"
    assert "7 more</a> are watched" in render_to_string(panel.template, dict(panel.context))


def test_an_error_message_is_escaped_in_the_page() -> None:
    ServiceStateFactory.create(service__name="payment", status="degraded", error_message="<script>")
    ServiceHealthFactory.create(checked_at=NOON, status="degraded", error_message="<script>")
    panel = services_panel(NOON)

    page = render_to_string(panel.template, dict(panel.context))

    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 2  # beside the status and in the title of the bar


def test_without_services_the_page_says_what_to_do() -> None:
    panel = services_panel(NOON)

    assert "load_defaults" in render_to_string(panel.template, dict(panel.context))
