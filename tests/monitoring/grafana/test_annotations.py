"""The events that Grafana marks on its charts."""

from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from django.test import Client

from monitoring.types import Annotation
from tests.monitoring.clients import API

pytestmark = pytest.mark.django_db

EVENTS = (
    Annotation(datetime(2026, 3, 2, 12, 30, tzinfo=UTC), "second", "b", ("alert", "critical")),
    Annotation(datetime(2026, 3, 2, 12, 15, tzinfo=UTC), "first", "a", ("deploy",)),
)
RANGE = {"from": "2026-03-02T12:00:00Z", "to": "2026-03-02T13:00:00Z"}


def post(body: object) -> Any:
    path = f"{API}/grafana/annotations"
    return Client().post(path, data=body, content_type="application/json")


def offer(monkeypatch: pytest.MonkeyPatch, *events: Annotation) -> list[tuple[datetime, datetime]]:
    """Make one app offer these events; return the spans that it is asked for."""
    asked: list[tuple[datetime, datetime]] = []

    def annotations(start: datetime, end: datetime) -> list[Annotation]:
        asked.append((start, end))
        return list(events)

    module = cast(ModuleType, SimpleNamespace(annotations=annotations))
    monkeypatch.setattr("monitoring.grafana.selectors.offered", lambda _: iter([module]))
    return asked


def test_the_events_of_all_apps_are_marked_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = offer(monkeypatch, *EVENTS)

    marks = post({"range": RANGE}).json()

    assert [mark["title"] for mark in marks] == ["first", "second"]
    assert marks[1] == {
        "time": 1_772_454_600_000,
        "title": "second",
        "text": "b",
        "tags": ["alert", "critical"],
    }
    assert asked == [
        (datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 13, tzinfo=UTC)),
    ]


def test_marks_can_be_chosen_by_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, *EVENTS)

    body = {"range": RANGE, "annotation": {"name": "Deploys", "query": "deploy"}}

    assert [mark["title"] for mark in post(body).json()] == ["first"]


def test_of_too_many_events_the_newest_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.grafana.selectors._MAX_ANNOTATIONS", 1)
    offer(monkeypatch, *EVENTS)

    assert [mark["title"] for mark in post({"range": RANGE}).json()] == ["second"]


def test_the_real_apps_can_be_asked() -> None:
    assert post({"range": RANGE}).json() == []
