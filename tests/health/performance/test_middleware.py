"""What this service answers is recorded by route, whatever the answer is."""

import time
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from health import own_requests
from health.middleware import PerformanceRecorder
from health.performance.recorder import Recorder
from monitoring.exposition import instruments
from tests.health.performance.rows import request, requests_of
from tests.monitoring.waiting import until


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """What this process gathers, for this test alone."""
    recorder = own_requests._new_recorder()
    monkeypatch.setattr(own_requests, "_recorder", recorder)
    return recorder


def test_the_route_stands_for_the_path(client: Client, own: Recorder, settings: Settings) -> None:
    client.get("/livez")
    client.get("/health/no-such-service")
    client.get("/nowhere/4711")

    seen = {(each.endpoint, each.method, each.status_code) for each in own.take().requests}

    assert seen == {
        ("/livez", "GET", 200),
        ("/health/<str:service>", "GET", 401),
        ("unmatched", "GET", 404),
    }


def test_each_answer_is_one_request_of_this_service(own: Recorder, settings: Settings) -> None:
    answer = PerformanceRecorder(lambda _request: HttpResponse(status=503))

    for _ in range(3):
        answer(RequestFactory().post("/pay"))

    batch = own.take()
    ((place, part),) = batch.parts.items()
    assert (place.service_name, place.method) == (settings.SERVICE_NAME, "POST")
    assert (part.requests, part.server_errors) == (3, 3)


def test_a_method_that_nobody_knows_has_one_name(own: Recorder) -> None:
    answer = PerformanceRecorder(lambda _request: HttpResponse())

    for method in ("BREW", "TRACE"):
        answer(RequestFactory().generic(method, "/pot"))

    assert {place.method for place in own.take().parts} == {"OTHER"}


def test_the_time_is_what_the_answer_took(own: Recorder) -> None:
    def slow(_request: object) -> HttpResponse:
        time.sleep(0.03)
        return HttpResponse()

    PerformanceRecorder(slow)(RequestFactory().get("/"))

    (seen,) = own.take().requests
    assert 30 <= seen.response_time_ms < 5_000


@pytest.mark.django_db(transaction=True)
def test_a_thread_hands_over_while_the_process_runs(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.INSTRUMENT_FLUSH_INTERVAL = timedelta(milliseconds=20)
    monkeypatch.setattr(instruments, "_start_flusher", lambda: None)  # only the thread of the test
    monkeypatch.setattr(own_requests, "_flusher", None)

    own_requests.record(request())

    try:
        assert until(lambda: requests_of() == 1)
    finally:
        assert own_requests._flusher is not None
        own_requests._flusher.stop()


def test_a_forked_child_leaves_the_parents_requests_to_the_parent(own: Recorder) -> None:
    own_requests.record(request())

    with pytest.MonkeyPatch.context() as child:
        for name in ("_recorder", "_unconfirmed", "_flush_lock", "_start_lock", "_flusher"):
            child.setattr(own_requests, name, getattr(own_requests, name))
        own_requests._begin_anew()
        assert not own_requests._recorder.take()

    assert len(own.take().requests) == 1
